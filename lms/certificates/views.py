"""Pages of certificates: the holder's, and the public one that proves them."""

from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.login import me
from lms.certificates import policies, queries, rules, services, snapshot
from lms.certificates.errors import AlreadyRevokedError
from lms.certificates.forms import RevokeForm, SerialForm
from lms.certificates.words import REASONS, STATES
from lms.core import clock
from lms.core.text import filename
from lms.web.files import send_bytes
from lms.web.limits import Limit
from lms.web.urls import client_ip

bp = Blueprint("certificates", __name__)

verifications = Limit(30)
"""Nobody checks that many papers in a minute; whoever tries serials in turn does."""


@bp.context_processor
def words() -> dict[str, object]:
    """Give templates the words of states and reasons, and the address to share."""
    return {"STATES": STATES, "REASONS": REASONS, "verify_url": snapshot.verify_url}


@bp.get("/certificates")
def mine() -> str:
    """Show the certificates of the person who is signed in."""
    return render_template("certificates/mine.html", certificates=queries.certificates_of(me()))


@bp.get("/certificates/<int:certificate_id>.pdf")
def pdf(certificate_id: int) -> ResponseReturnValue:
    """Send the PDF, or say that it is still being made."""
    shown = queries.certificate_for(me(), certificate_id)
    is_part = "HX-Request" in request.headers
    if is_part or (content := queries.pdf_of(shown.id)) is None:
        failed = shown.pdf_sha256 is None and queries.dead_job(shown.id) is not None
        name = "certificates/_pdf_state.html" if is_part else "certificates/pdf.html"
        page = render_template(name, certificate=shown, failed=failed)
        return _private(page, HTTPStatus.OK if shown.pdf_sha256 else HTTPStatus.ACCEPTED)
    name = filename(shown.snapshot["name"], shown.serial) + ".pdf"
    return _private(send_bytes(content, mime="application/pdf", name=name))


@bp.post("/certificates/<int:certificate_id>/pdf")
def make_pdf(certificate_id: int) -> BaseResponse:
    """Have a PDF made that had failed for good."""
    services.ask_again(certificate_id, actor=me())
    return redirect(url_for(".pdf", certificate_id=certificate_id))


@bp.route("/certificates/<int:certificate_id>/revoke", methods=["GET", "POST"])
def revoke(certificate_id: int) -> ResponseReturnValue:
    """Show a certificate to HR and administrators, and revoke it."""
    shown = queries.certificate_for(me(), certificate_id)
    form = RevokeForm()
    if form.is_submitted() and not policies.may_revoke(shown.state):
        raise AlreadyRevokedError
    if form.validate_on_submit():
        services.revoke(shown.id, **form.values(), actor=me())
        flash(_("The certificate is revoked."), "success")
        return redirect(url_for(".revoke", certificate_id=shown.id))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    may = policies.may_revoke(shown.state)
    page = render_template("certificates/revoke.html", certificate=shown, form=form, may=may)
    return _private(page, status)


@bp.get("/verify")
def verify_form() -> ResponseReturnValue:
    """Ask for a serial, and lead to what is known of it."""
    form = SerialForm(request.args)
    if "serial" not in request.args:
        return _public(render_template("certificates/verify_form.html", form=form))
    if form.validate() and rules.is_serial(form.typed):
        return redirect(url_for(".verify", serial=rules.as_printed(form.typed)))
    if not form.errors:
        _note_typo(form)
    page = render_template("certificates/verify_form.html", form=form)
    return _public(page, HTTPStatus.UNPROCESSABLE_ENTITY)


@bp.get("/v/<serial>")
def verify(serial: str) -> ResponseReturnValue:
    """Tell anyone whether a certificate is genuine, and what it is worth today."""
    verifications.count(client_ip())
    if not rules.is_serial(serial):
        form = SerialForm(data={"serial": serial})
        _note_typo(form)
        page = render_template("certificates/verify_form.html", form=form)
        return _public(page, HTTPStatus.NOT_FOUND)
    shown = queries.certificate_with(rules.as_printed(serial))
    if shown is None:
        page = render_template("certificates/unknown.html", serial=rules.as_printed(serial))
        return _public(page, HTTPStatus.NOT_FOUND)
    is_whole = queries.is_token(shown, request.args.get("t", ""))
    name = shown.snapshot["name"]
    page = render_template(
        "certificates/verify.html",
        certificate=shown,
        is_whole=is_whole,
        checked_at=clock.now(),
        name=name if is_whole else rules.masked_name(name),
    )
    return _public(page)


def _note_typo(form: SerialForm) -> None:
    mistake = _(
        "This number has a typing mistake: its last character does not fit the others. "
        "Compare it with the paper, character by character."
    )
    form.serial.errors = [mistake]


def _public(page: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a page that no cache keeps and no search engine lists."""
    reply = make_response(page, status)
    reply.headers["X-Robots-Tag"] = "noindex, nofollow"
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _private(page: str | Response, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a page or file that the next person at this computer must not find in a cache."""
    reply = make_response(page)
    if isinstance(page, str):
        reply.status_code = status
    reply.headers["Cache-Control"] = "no-store"
    return reply
