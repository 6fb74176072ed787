"""What HR and administrators do with people and roles. Each is one transaction, and audited.

`actor` is who does it; None is the operator at the command line, who needs no role. HR acts within
its scope, makes trainees only, and has no say over how people with more rights sign in.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts import keeping, links, policies, queries, rules
from lms.accounts.errors import (
    InactiveError,
    LastAdministratorError,
    NoScopeError,
    TakenError,
)
from lms.accounts.models import OrgUnit, Person, RoleGrant
from lms.accounts.policies import Actor
from lms.accounts.rules import Details, Purpose, Role
from lms.accounts.services import end_sign_ins
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError


@transaction()
def add_person(
    details: Details,
    *,
    actor: Actor,
    roles: Iterable[Role] = (),
    is_demo: bool = False,
    at: datetime | None = None,
) -> Person:
    """Add a person, who cannot sign in before an invitation is used.

    Args:
        details: who they are.
        actor: HR or an administrator.
        roles: for the whole organisation; narrower ones are granted one by one.
        is_demo: made by the demo, and removed with it.
        at: now.

    Raises:
        TakenError: login, mail address or staff number is someone else's; its `field` says which.
        NotYoursError: the unit is not the actor's.
        NotAllowedError: the actor may not give one of the roles.
    """
    keeping.require_keeper(actor)
    keeping.require_unit(actor, details.unit_id)
    roles = list(roles)
    if not all(policies.may_give(actor, role) for role in roles):
        raise NotAllowedError
    at = at or clock.now()
    person = Person(**details.columns(), created_at=at, is_demo=is_demo)
    _save_unless_taken(person)
    audit.note("accounts.added", kind="person", object_id=person.id, actor_id=_id(actor), at=at,
               name=person.name, login=person.login)  # fmt: skip
    for role in roles:
        _grant(person, role, None, actor, at)
    return person


@transaction()
def update_person(
    person: Person, details: Details, *, actor: Actor, at: datetime | None = None
) -> None:
    """Change what is known of a person. Raises as `add_person`, or `ProtectedError`."""
    keeping.require_keeper(actor, person)
    if details.unit_id != person.unit_id:
        keeping.require_unit(actor, details.unit_id)
    ways_in = details.columns()
    if any(ways_in[name] != getattr(person, name) for name in ("login", "email")):
        keeping.require_say(actor, person)
    before = _as_words(person)
    for name, value in details.columns().items():
        setattr(person, name, value)
    _save_unless_taken(person)
    after = _as_words(person)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        _note("accounts.changed", person, actor, at, changes=changes)


@transaction()
def invite(person: Person, *, actor: Actor, at: datetime | None = None) -> str:
    """Make a link with which a person sets the first password; older ones end.

    Returns:
        The link. It is mailed as well, or shown to the administrator.

    Raises:
        InactiveError: the person is deactivated.
    """
    return _make_link(Purpose.INVITE, "accounts.invited", person, actor, at)


@transaction()
def make_reset_link(person: Person, *, actor: Actor, at: datetime | None = None) -> str:
    """Make a link with which a person sets a new password. As `invite`, but shorter-lived."""
    return _make_link(Purpose.RESET, "accounts.reset_link_made", person, actor, at)


@transaction()
def deactivate(person: Person, *, actor: Actor, at: datetime | None = None) -> None:
    """Shut a person out, at once and everywhere; their record stays. Twice is once.

    Raises:
        ProtectedError: the actor has no say over this person.
        LastAdministratorError: nobody would be left to run the site.
    """
    keeping.require_say(actor, person)
    _lock_administrators()
    at = at or clock.now()
    active = update(Person).filter_by(id=person.id, deactivated_at=None)
    if db.session.scalar(active.values(deactivated_at=at).returning(Person.id)) is None:
        return
    _refuse_if_nobody_is_left(person)
    end_sign_ins(person, at=at)
    links.end_all(person, at=at)
    _note("accounts.deactivated", person, actor, at)


@transaction()
def reactivate(person: Person, *, actor: Actor, at: datetime | None = None) -> None:
    """Let a person in again, with the password and the roles they had. Twice is once."""
    keeping.require_say(actor, person)
    inactive = update(Person).filter_by(id=person.id).where(Person.deactivated_at.is_not(None))
    if db.session.scalar(inactive.values(deactivated_at=None).returning(Person.id)) is not None:
        _note("accounts.reactivated", person, actor, at)


@transaction()
def grant_role(
    person: Person,
    role: Role,
    *,
    actor: Actor,
    unit: OrgUnit | None = None,
    at: datetime | None = None,
) -> None:
    """Give a person a role, for everyone or for `unit` and all below it. Twice is once.

    Their browsers are signed out: no page goes on under rights that have changed.

    Raises:
        NoScopeError: the role cannot be limited to a unit.
    """
    require_admin(actor)
    if unit is not None and role not in rules.SCOPED:
        raise NoScopeError
    _grant(person, role, unit, actor, at or clock.now())


def _grant(person: Person, role: Role, unit: OrgUnit | None, actor: Actor, at: datetime) -> None:
    grant = RoleGrant(
        person_id=person.id, role=role, unit=unit, granted_by_id=_id(actor), granted_at=at
    )
    try:
        with db.session.begin_nested():
            db.session.add(grant)
    except IntegrityError:  # has it already
        return
    _roles_changed("accounts.role_granted", person, grant, actor, at)


@transaction()
def end_role(person: Person, grant_id: int, *, actor: Actor, at: datetime | None = None) -> None:
    """Take a role away; their browsers are signed out.

    Raises:
        NotFoundError: the person has no such role now.
        LastAdministratorError: nobody would be left to run the site.
    """
    require_admin(actor)
    _lock_administrators()
    at = at or clock.now()
    grant = queries.grant_of(person, grant_id)
    grant.ended_at = at
    db.session.flush()
    if grant.role is Role.ADMIN:
        _refuse_if_nobody_is_left(person)
    _roles_changed("accounts.role_ended", person, grant, actor, at)


def require_admin(actor: Actor) -> None:
    """Refuse whoever is neither an administrator nor the operator.

    Raises:
        NotAllowedError: always the first thing that is checked.
    """
    if actor is not None and Role.ADMIN not in actor.roles:
        raise NotAllowedError


def _as_words(person: Person) -> dict[str, str]:
    """Return what is known of a person, for comparing; the unit by its name."""
    db.session.flush()
    db.session.expire(person, ["unit"])
    unit = person.unit
    plain = ("name", "login", "latin_name", "email", "staff_no", "locale")
    found = {name: getattr(person, name) or "" for name in plain}
    return found | {"unit": "" if unit is None else unit.name}


def _make_link(purpose: Purpose, action: str, person: Person, actor: Actor,
               at: datetime | None) -> str:  # fmt: skip
    keeping.require_say(actor, person)
    if not person.is_active:
        raise InactiveError
    at = at or clock.now()
    _note(action, person, actor, at)
    return links.make(purpose, person, at=at)


def _roles_changed(
    action: str, person: Person, grant: RoleGrant, actor: Actor, at: datetime
) -> None:
    db.session.expire(person, ["grants"])
    end_sign_ins(person, at=at)
    scope = None if grant.unit is None else grant.unit.name
    _note(action, person, actor, at, role=grant.role.value, unit=scope)


def _save_unless_taken(person: Person) -> None:
    """Write a person; what must be unique and is not is refused by name."""
    with db.session.no_autoflush:
        _refuse_taken(person)
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:  # taken since we looked
        raise TakenError(field="login", value=person.login) from None


def _refuse_taken(person: Person) -> None:
    for column in (Person.login, Person.email, Person.staff_no):
        value = getattr(person, column.key)
        others = select(Person.id).where(column == value, Person.id.is_distinct_from(person.id))
        if value is not None and db.session.scalar(others) is not None:
            raise TakenError(field=column.key, value=value)


def _lock_administrators() -> None:
    """Make two who take the role from each other at once come one after the other."""
    current = select(RoleGrant.id).filter_by(role=Role.ADMIN, ended_at=None)
    db.session.execute(current.with_for_update())


def _refuse_if_nobody_is_left(person: Person) -> None:
    had_it = db.session.scalar(
        select(RoleGrant.id).filter_by(person_id=person.id, role=Role.ADMIN).limit(1)
    )
    if had_it is not None and not queries.administrators():
        raise LastAdministratorError


def _note(action: str, person: Person, actor: Actor, at: datetime | None, **detail: object) -> None:
    audit.note(action, kind="person", object_id=person.id, actor_id=_id(actor), at=at, **detail)


def _id(actor: Actor) -> int | None:
    return None if actor is None else actor.id
