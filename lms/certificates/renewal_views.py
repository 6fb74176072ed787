"""Pages about what happens to a certificate in time: it runs out, or is issued anew."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.certificates import expiring as running_out, policies, queries, reissuing, renewing, words
from lms.certificates.blueprint import bp, private
from lms.certificates.errors import NotInForceError
from lms.certificates.forms import ReissueForm
from lms.certificates.rules import Within
from lms.core.db import db
from lms.core.paging import PAGE_SIZE, Page
from lms.web.i18n import language, today


@bp.get("/certificates/expiring")
def expiring() -> str:
    """List whose certificates run out, within the days asked for."""
    within, now = _within(request.args.get("within", "")), today()
    counts = running_out.counts(me(), today=now)
    last = max(1, -(-counts[within] // PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), last)
    query = running_out.lines(me(), within, today=now)
    rows = db.session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    lines = [running_out.read(row, now) for row in rows]
    return render_template(
        "certificates/expiring.html",
        within=within,
        counts=counts,
        page=Page(lines, number, counts[within]),
        WITHIN=words.WITHIN,
    )


@bp.post("/certificates/expiring/file")
def expiring_file() -> Response:
    """Have the list written to a file."""
    within = _within(request.form.get("within", ""))
    is_csv = request.form.get("format") == "csv"
    job = renewing.request_list(within.value, is_csv=is_csv, locale=language(), actor=me())
    return redirect(url_for("work.progress", job_id=job.id))


@bp.route("/certificates/<int:certificate_id>/reissue", methods=["GET", "POST"])
def reissue(certificate_id: int) -> ResponseReturnValue:
    """Issue a certificate anew, with the holder's name as it is now."""
    shown = queries.certificate_for(me(), certificate_id)
    form = ReissueForm()
    if form.is_submitted() and not policies.may_reissue(shown.state):
        raise NotInForceError
    if form.validate_on_submit():
        reason = (form.reason.data or "").strip()
        new = reissuing.reissue(shown.id, reason=reason, actor=me())
        flash(_("It is issued anew as %(serial)s.", serial=new.serial), "success")
        return redirect(url_for(".revoke", certificate_id=new.id))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    page = render_template(
        "certificates/reissue.html",
        certificate=shown,
        person=queries.holder_of(shown),
        form=form,
        may=policies.may_reissue(shown.state),
    )
    return private(page, status)


def _within(given: str) -> Within:
    return next((each for each in Within if each.value == given), Within.DAYS_90)
