"""Pages of the holder of certificates, and of those who revoke them."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.login import me
from lms.certificates import policies, queries, services
from lms.certificates.blueprint import bp, private
from lms.certificates.errors import AlreadyRevokedError
from lms.certificates.forms import RevokeForm
from lms.core.text import filename
from lms.web.files import send_bytes


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
        return private(page, HTTPStatus.OK if shown.pdf_sha256 else HTTPStatus.ACCEPTED)
    name = filename(shown.snapshot["name"], shown.serial) + ".pdf"
    return private(send_bytes(content, mime="application/pdf", name=name))


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
    return private(page, status)
