"""Questions about the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, bindparam, cast, func, literal, select

from lms.accounts.models import AccessLink, Person
from lms.accounts.rules import Purpose
from lms.core import site
from lms.core.db import db
from lms.notifications import rules
from lms.notifications.models import Message


@dataclass(frozen=True, slots=True)
class WaitingLink:
    """A one-time link that no mail has brought to its person: an administrator passes it on."""

    person_id: int
    name: str
    purpose: Purpose
    address: str
    expires_at: datetime
    problem: str
    """Why no mail brought it: what the mail server said; empty if it was never asked."""


def has_mail() -> bool:
    """Whether a mail server is set."""
    return bool(site.settings().mail_server)


_WAITING = (
    select(Message.body, Message.recipient, Message.last_error, AccessLink, Person.name)
    .join(AccessLink, Message.key == literal(rules.LINK_KEY) + cast(AccessLink.id, String))
    .join(Person, Person.id == AccessLink.person_id)
    .where(
        Message.sent_at.is_(None),
        AccessLink.used_at.is_(None),
        AccessLink.expires_at > bindparam("at"),
    )
    .order_by(AccessLink.id.desc())
)


def waiting_links(*, at: datetime, person: Person | None = None) -> Sequence[WaitingLink]:
    """Return the usable links that have to be passed on by hand, latest first.

    Those whose mail is about to be sent are not among them.
    """
    query = _WAITING if person is None else _WAITING.where(Message.person_id == person.id)
    return [
        WaitingLink(
            person_id=link.person_id or 0,
            name=name,
            purpose=link.purpose,
            address=rules.first_link(body),
            expires_at=link.expires_at,
            problem=error or "",
        )
        for body, recipient, error, link, name in db.session.execute(query, {"at": at})
        if not (has_mail() and recipient) or error
    ]


@dataclass(frozen=True, slots=True)
class Outbox:
    """How the outbox stands."""

    unsent: int
    failed: int
    """Of them, those that a mail server refused or never took."""
    oldest_at: datetime | None
    errors: Sequence[tuple[str, str]]
    """Recipient and what the mail server said, latest first."""


def outbox() -> Outbox:
    """Return what has not been sent."""
    count, refused, oldest = db.session.execute(_UNSENT).one()
    errors = [(recipient, error or "") for recipient, error in db.session.execute(_FAILED)]
    return Outbox(count, refused, oldest, errors)


_UNSENT = select(func.count(), func.count(Message.last_error), func.min(Message.made_at)).where(
    Message.sent_at.is_(None)
)
_FAILED = (
    select(Message.recipient, Message.last_error)
    .where(Message.sent_at.is_(None), Message.last_error.is_not(None))
    .order_by(Message.id.desc())
    .limit(5)
)


def unsent_jobs() -> list[str]:
    """Return the keys of the jobs that send what was not sent and has an address."""
    waiting = select(Message.id).where(Message.sent_at.is_(None), Message.recipient != "")
    return [rules.job_key(each) for each in db.session.scalars(waiting.order_by(Message.id))]
