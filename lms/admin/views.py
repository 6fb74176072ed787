"""Pages of HR and administrators about people. They fetch, ask a service, and render."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts import login, people as accounts, policies, queries as accounts_queries
from lms.accounts.errors import (
    LastAdministratorError,
    NoScopeError,
    NotYoursError,
    ProtectedError,
    TakenError,
)
from lms.accounts.login import me
from lms.accounts.models import Person
from lms.accounts.policies import KEEPERS
from lms.accounts.rules import Role
from lms.admin import services, words
from lms.admin.blueprint import bp
from lms.admin.forms import EnrolForm, GrantForm, NewPersonForm, PersonForm
from lms.core import clock
from lms.core.paging import page_of
from lms.courses.errors import AlreadyEnrolledError
from lms.courses.queries import enrolments_of
from lms.exams import regrade_plan
from lms.notifications import queries as outbox
from lms.web import i18n
from lms.web.fields import shown_in

REFUSED = 422
AT_FIELDS = {TakenError: "login", NotYoursError: "unit_id", ProtectedError: "login"}
STATES = {"active": True, "deactivated": False}


@bp.get("/admin/people")
def people() -> ResponseReturnValue:
    """List people, by name and state."""
    search, state = request.args.get("q", ""), request.args.get("state", "active")
    found = accounts_queries.people(me(), roles=KEEPERS, search=search, active=STATES.get(state))
    page = page_of(found, request.args.get("page", 1, type=int))
    return render_template(
        "admin/people.html", page=page, q=search, state=state, roles=words.ROLES,
        lost=regrade_plan.waiting_passes(me()),
    )  # fmt: skip


@bp.route("/admin/people/new", methods=["GET", "POST"])
def person_new() -> ResponseReturnValue:
    """Add a person and invite them."""
    form = NewPersonForm(actor=me(), roles=[Role.TRAINEE.value], locale=i18n.language())
    if form.validate_on_submit():
        with shown_in(form, AT_FIELDS):
            person = services.take_in(
                form.details(),
                roles=form.chosen_roles(),
                programme_id=form.programme_id.data,
                due_on=form.due_on.data,
                actor=me(),
            )
            flash(_("%(name)s was added and invited.", name=person.name), "success")
            return redirect(url_for(".person", person_id=person.id))
    return render_template("admin/person_new.html", form=form), REFUSED if form.errors else 200


@bp.route("/admin/people/<int:person_id>", methods=["GET", "POST"])
def person(person_id: int) -> ResponseReturnValue:
    """Show a person and change what is known of them."""
    row = _person(person_id)
    form = PersonForm(obj=row, actor=me())
    if form.validate_on_submit():
        with shown_in(form, AT_FIELDS):
            accounts.update_person(row, form.details(), actor=me())
            flash(_("The changes were saved."), "success")
            return _back(row)
    return _page(row, form=form)


@bp.post("/admin/people/<int:person_id>/roles")
def role_grant(person_id: int) -> ResponseReturnValue:
    """Give a person a role."""
    row = _person(person_id)
    form = GrantForm()
    if form.validate_on_submit():
        scope = form.scope_id.data
        unit = None if scope is None else accounts_queries.unit_or_404(scope)
        with shown_in(form, {NoScopeError: "scope_id"}):
            accounts.grant_role(row, Role(form.role.data), unit=unit, actor=me())
            return _rights_changed(row, _("The role was granted."))
    return _page(row, grant_form=form)


@bp.post("/admin/people/<int:person_id>/roles/<int:grant_id>/end")
def role_end(person_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a role away from a person."""
    row = _person(person_id)
    accounts.end_role(row, grant_id, actor=me())
    return _rights_changed(row, _("The role was ended."))


@bp.route("/admin/people/<int:person_id>/deactivate", methods=["GET", "POST"])
def person_deactivate(person_id: int) -> ResponseReturnValue:
    """Ask once more, and then shut a person out."""
    row = _person(person_id)
    if request.method == "GET":
        return render_template("admin/person_deactivate.html", person=row, problem="")
    try:
        accounts.deactivate(row, actor=me())
    except LastAdministratorError as error:
        page = render_template("admin/person_deactivate.html", person=row, problem=str(error))
        return page, error.status
    flash(_("%(name)s was deactivated.", name=row.name), "success")
    return _back(row)


@bp.post("/admin/people/<int:person_id>/reactivate")
def person_reactivate(person_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    row = _person(person_id)
    accounts.reactivate(row, actor=me())
    flash(_("%(name)s was reactivated.", name=row.name), "success")
    return _back(row)


@bp.post("/admin/people/<int:person_id>/invite")
def person_invite(person_id: int) -> ResponseReturnValue:
    """Invite a person again; the link before ends."""
    row = _person(person_id)
    accounts.invite(row, actor=me())
    flash(_("A new invitation was made; the one before is void."), "success")
    return _back(row)


@bp.post("/admin/people/<int:person_id>/reset")
def person_reset(person_id: int) -> ResponseReturnValue:
    """Make a link with which a person sets a new password."""
    row = _person(person_id)
    accounts.make_reset_link(row, actor=me())
    flash(_("A reset link was made; the one before is void."), "success")
    return _back(row)


@bp.post("/admin/people/<int:person_id>/enrol")
def person_enrol(person_id: int) -> ResponseReturnValue:
    """Enrol a person in a programme, or in its next cycle."""
    row = _person(person_id)
    form = EnrolForm()
    if form.validate_on_submit():
        with shown_in(form, {AlreadyEnrolledError: "programme_id"}):
            services.assign(row, form.programme_id.data, due_on=form.due_on.data, actor=me())
            flash(_("%(name)s was enrolled.", name=row.name), "success")
            return _back(row)
    return _page(row, enrol_form=form)


def _person(person_id: int) -> Person:
    return accounts_queries.person_for(me(), person_id, roles=KEEPERS)


def _back(row: Person) -> ResponseReturnValue:
    return redirect(url_for(".person", person_id=row.id))


def _rights_changed(row: Person, message: str) -> ResponseReturnValue:
    """Go back to a person's page; who changed their own rights goes on under a new sign-in."""
    target = url_for(".person", person_id=row.id)
    if row.id != me().id:
        flash(message, "success")
        return redirect(target)
    keeps = Role.ADMIN in row.roles
    reply = login.begin(row, target if keeps else url_for("start"))
    flash(message, "success")
    return reply


def _page(
    row: Person,
    *,
    form: PersonForm | None = None,
    grant_form: GrantForm | None = None,
    enrol_form: EnrolForm | None = None,
) -> ResponseReturnValue:
    """Show a person; of the three forms, the one that was sent is shown as it was typed."""
    forms = [each for each in (form, grant_form, enrol_form) if each is not None]
    has_say = policies.may_let_in(me(), row)
    page = render_template(
        "admin/person.html",
        person=row,
        form=form or PersonForm(formdata=None, obj=row, actor=me()),
        grant_form=grant_form or GrantForm(formdata=None),
        enrol_form=enrol_form or EnrolForm(formdata=None),
        enrolments=enrolments_of(row),
        links=outbox.waiting_links(at=clock.now(), person=row) if has_say else [],
        has_say=has_say,
        is_admin=policies.is_admin(me()),
        has_mail=outbox.has_mail(),
        roles=words.ROLES,
    )
    return page, REFUSED if any(each.errors for each in forms) else 200
