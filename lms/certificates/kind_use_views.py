"""Kinds of certificates in use: retired, taken back, and issued to those who meet them already."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.login import me
from lms.certificates import choosing, kinds, making, meeting, policies, queries
from lms.certificates.blueprint import bp, private
from lms.certificates.errors import KindRetiredError, NobodyLeftError, ReasonMissingError
from lms.certificates.kind_forms import MetForm, RetireForm
from lms.core.errors import NotAllowedError, found
from lms.web.fields import shown_in


@bp.route("/certificates/kinds/<code>/retire", methods=["GET", "POST"])
def kind_retire(code: str) -> ResponseReturnValue:
    """Say what retiring a kind does, and do it."""
    if not policies.may_define(me()):
        raise NotAllowedError
    definition, form = found(queries.definition_with(code)), RetireForm()
    if form.validate_on_submit():
        with shown_in(form, {KindRetiredError: "", ReasonMissingError: "reason"}):
            making.retire(code, reason=form.reason.data or "", actor=me())
            flash(_("It is retired: no more of them are issued."), "success")
            return redirect(url_for(".kind", code=code))
    counts = kinds.in_use(definition.id)
    page = render_template(
        "certificates/kind_retire.html", definition=definition, form=form, counts=counts
    )
    return private(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


@bp.post("/certificates/kinds/<code>/restore")
def kind_restore(code: str) -> BaseResponse:
    """Take a retired kind back into use."""
    making.restore(code, actor=me())
    flash(_("It is in use again."), "success")
    return redirect(url_for(".kind", code=code))


@bp.route("/certificates/kinds/<code>/met", methods=["GET", "POST"])
def kind_met(code: str) -> ResponseReturnValue:
    """List who meets a kind already and holds none, and issue it to those who are chosen."""
    definition = found(queries.definition_with(code))
    met = meeting.meeting(me(), definition.settings, definition.id)
    shown = met[: choosing.MOST]
    form = MetForm(people=[each.person_id for each in shown])
    form.people.choices = [(each.person_id, each.name) for each in shown]
    if form.validate_on_submit():
        with shown_in(form, {NobodyLeftError: "people", KindRetiredError: ""}):
            people, reason = form.people.data or [], form.reason.data or ""
            _issued, job = meeting.issue(code, people, reason=reason, actor=me())
            assert job is not None
            return redirect(url_for("work.progress", job_id=job.id))
    page = render_template(
        "certificates/kind_met.html", definition=definition, form=form, met=met, shown=shown
    )
    return private(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)
