"""One-time links: first start, invitation, reset. Only the hash of a token is stored."""

import secrets
from datetime import datetime

from sqlalchemy import update

from lms.accounts import queries, rules, throttle
from lms.accounts.errors import LinkGoneError
from lms.accounts.events import LinkMade
from lms.accounts.models import AccessLink, Person
from lms.accounts.rules import Purpose
from lms.core import clock, events
from lms.core.db import db, transaction

FOR_PEOPLE = frozenset({Purpose.INVITE, Purpose.RESET})


@transaction()
def make(purpose: Purpose, person: Person | None = None, *, at: datetime) -> str:
    """Make a link, and end those that were made for the same person before.

    Args:
        purpose: what for.
        person: whose; None for the first start.
        at: now; the link is valid from here for as long as `rules.VALIDITY` says.

    Returns:
        The address in clear. It is known only now: whoever is to have it gets it from here.
    """
    end_all(person, at=at)
    token = secrets.token_urlsafe(32)
    link = AccessLink(
        purpose=purpose,
        person=person,
        token_hash=queries.token_hash(token),
        made_at=at,
        expires_at=at + rules.VALIDITY[purpose],
    )
    db.session.add(link)
    db.session.flush()
    address = queries.link_address(purpose, token)
    if person is not None:
        events.publish(LinkMade(link, address))
    return address


@transaction()
def end_all(person: Person | None, *, at: datetime) -> None:
    """Make a person's unused links useless; None: those for the first start."""
    whose = None if person is None else person.id
    unused = update(AccessLink).filter_by(person_id=whose, used_at=None)
    db.session.execute(unused.where(AccessLink.expires_at > at).values(expires_at=at))


def usable(token: str, *purposes: Purpose, address: str, at: datetime | None = None) -> AccessLink:
    """Return the link that a token stands for; wrong ones are counted per `address`.

    Raises:
        LinkGoneError: used, expired, or there never was one.
        TooManyTriesError: too many wrong ones.
    """
    at = at or clock.now()
    link = queries.usable_link(token, purposes, at=at)
    if link is None:
        throttle.count_wrong_link(address, at=at)
        raise LinkGoneError
    return link


@transaction()
def use_up(link_id: int, *, at: datetime) -> AccessLink:
    """Mark a link as used; of two who come at once, one gets it.

    Raises:
        LinkGoneError: it was used or has expired since it was looked at.
    """
    using = update(AccessLink).filter_by(id=link_id, used_at=None)
    using = using.where(AccessLink.expires_at > at).values(used_at=at)
    if db.session.scalar(using.returning(AccessLink.id)) is None:
        raise LinkGoneError
    return db.session.get_one(AccessLink, link_id, populate_existing=True)
