"""The first start: whoever opens the one-time link becomes the administrator."""

from datetime import datetime

from sqlalchemy import select

from lms.accounts import links, passwords, people, queries, rules
from lms.accounts.errors import LinkGoneError
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Details, Role
from lms.accounts.services import setup_link_or_gone
from lms.core import audit, clock
from lms.core.db import db, transaction


def set_up(
    token: str,
    details: Details,
    password: str,
    *,
    organisation: str,
    address: str,
    at: datetime | None = None,
) -> Person:
    """Make the first administrator and the organisation's root unit.

    Args:
        token: of the first start's link.
        details: who they are.
        password: their first one.
        organisation: name of the root unit.
        address: where from.
        at: now.

    Returns:
        The administrator, to be signed in.

    Raises:
        LinkGoneError: used, expired, never was, or there is an administrator.
        WeakPasswordError: the password is too easy to guess; the link stays usable.
        TakenError: the name is someone else's; the link stays usable.
    """
    link = setup_link_or_gone(token, address=address, at=at)
    passwords.refuse_weak(password, details.login, details.name)
    stored = passwords.hashed(password)
    with transaction():
        at = at or clock.now()
        links.use_up(link.id, at=at)
        if queries.administrators():
            raise LinkGoneError
        person = people.add_person(details, actor=None, roles=[Role.ADMIN], at=at)
        person.unit = _root(organisation)
        person.password_hash = stored
        audit.note(
            "accounts.set_up",
            kind="person",
            object_id=person.id,
            actor_id=None,
            at=at,
            organisation=organisation,
        )
    return person


def _root(name: str) -> OrgUnit:
    unit = OrgUnit(code="ROOT", name=rules.one_line(name), path="/")
    if db.session.scalar(select(OrgUnit.id).filter_by(code=unit.code)) is not None:
        unit.code = f"ROOT-{clock.now():%Y%m%d%H%M%S}"
    db.session.add(unit)
    db.session.flush()
    unit.path = f"/{unit.id}/"
    return unit
