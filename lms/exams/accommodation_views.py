"""The trainer's page of accommodations."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.login import me
from lms.accounts.models import OrgUnit
from lms.accounts.queries import units_in_scope
from lms.core.db import db
from lms.core.errors import NotFoundError
from lms.exams import accommodations as service
from lms.exams.accommodation_forms import AccommodationForm
from lms.exams.allowance_words import allowance_words
from lms.exams.bank import ROLES
from lms.exams.blueprint import bp
from lms.exams.errors import (
    GrantDaysError,
    GrantOutOfRangeError,
    GrantsNothingError,
    OverlappingGrantError,
)
from lms.exams.models import Exam
from lms.exams.rules.allowances import counts_on
from lms.web.fields import shown_in
from lms.web.i18n import local, today

_FIELDS = {
    NotFoundError: "person",
    GrantsNothingError: "extra_percent",
    GrantOutOfRangeError: "extra_percent",
    GrantDaysError: "until_on",
    OverlappingGrantError: "from_on",
}
"""Refusal -> the field to change."""


@bp.get("/studio/accommodations")
def accommodations() -> ResponseReturnValue:
    """List what was granted, with a form for more."""
    return _page(_form(is_empty=True))


@bp.post("/studio/accommodations")
def grant_accommodation() -> ResponseReturnValue:
    """Grant an accommodation."""
    form = _form()
    if form.validate_on_submit():
        with shown_in(form, _FIELDS):
            service.grant(form.grant(), actor=me())
            flash(_("Granted. Attempts that begin from now on have it."), "success")
            return redirect(url_for(".accommodations", exam=request.args.get("exam")))
    return _page(form, refused=True)


@bp.post("/studio/accommodations/<int:accommodation_id>/end")
def end_accommodation(accommodation_id: int) -> ResponseReturnValue:
    """Take an accommodation back."""
    service.end(accommodation_id, actor=me())
    flash(_("Ended. Attempts that have begun keep what they got."), "success")
    return redirect(url_for(".accommodations"))


def _page(form: AccommodationForm, *, refused: bool = False) -> ResponseReturnValue:
    exam_code = request.args.get("exam", "")
    rows = service.granted(me(), exam_code)
    day = today()
    current = [each for each, _exam in rows if each.ended_at is None]
    page = render_template(
        "exams/accommodations.html",
        form=form,
        rows=rows,
        exam_code=exam_code,
        counting={each.id for each in current if counts_on(day, each.from_on, each.until_on)},
        day=day,
        allowance_words=allowance_words,
    )
    return page, 422 if refused else 200


def _form(*, is_empty: bool = False) -> AccommodationForm:
    rows = db.session.scalars(
        select(Exam).where(Exam.published_id.is_not(None)).order_by(Exam.code)
    )
    codes = {each.code: each for each in rows}
    exams = {
        str(each.id): local(each.published.settings["title"])
        for each in codes.values()
        if each.published
    }
    asked = codes.get(request.args.get("exam", ""))
    values = {"from_on": today(), "exam_id": str(asked.id) if asked else ""}
    given = {"formdata": None, "data": values} if is_empty else {}
    return AccommodationForm(exams=exams, units=_units(), **given)


def _units() -> dict[str, str]:
    scope = units_in_scope(me(), roles=ROLES)
    query = select(OrgUnit.id, OrgUnit.name).where(OrgUnit.closed_at.is_(None))
    if scope is not None:
        query = query.where(OrgUnit.id.in_(scope))
    return {str(number): name for number, name in db.session.execute(query.order_by(OrgUnit.path))}
