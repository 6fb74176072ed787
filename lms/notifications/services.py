"""Telling people something. Written in the transaction of its cause, sent by a job after it."""

from datetime import datetime
from typing import TypeAlias

from flask_babel import LazyString, force_locale, gettext as _
from sqlalchemy import select, update

from lms.accounts.events import LinkMade
from lms.accounts.models import Person
from lms.accounts.rules import Purpose, one_line
from lms.core import clock, queue
from lms.core.db import db, transaction
from lms.core.upsert import insert
from lms.notifications import rules
from lms.notifications.models import Message
from lms.web import i18n

Words: TypeAlias = str | LazyString


@transaction()
def tell(
    person: Person, *, key: str, subject: Words, body: Words, at: datetime | None = None
) -> Message:
    """Put a mail to a person into the outbox.

    Args:
        person: who; without a mail address, the message waits for an administrator.
        key: what it is about; telling the same twice gives one mail.
        subject: one line. Lazy texts are rendered in the person's language.
        body: plain text; likewise.
        at: now.

    Returns:
        The message, or the one that already has this key.
    """
    at = at or clock.now()
    with force_locale(person.locale):
        row = {
            "key": key,
            "person_id": person.id,
            "recipient": person.email or "",
            "subject": one_line(str(subject))[:200],
            "body": str(body),
            "made_at": at,
        }
    new = insert(Message).values(row).on_conflict_do_nothing(index_elements=["key"])
    db.session.execute(new)
    message = db.session.scalars(select(Message).filter_by(key=key)).one()
    queue.enqueue("notifications.send", key=rules.job_key(message.id), run_at=at,
                  message_id=message.id)  # fmt: skip
    return message


def mail_link(event: LinkMade) -> None:
    """Send a one-time link to its person, in their language."""
    person = event.link.person
    assert person is not None, "the first start's link is told to nobody"
    with force_locale(person.locale):
        words = {
            "name": person.name,
            "login": person.login,
            "link": event.address,
            "until": i18n.instant(event.link.expires_at),
        }
        invited = event.link.purpose is Purpose.INVITE
        subject, body = _invitation(words) if invited else _reset(words)
    tell(person, key=rules.link_key(event.link.id), subject=subject, body=body,
         at=event.link.made_at)  # fmt: skip


@transaction()
def note_sent(message_id: int, *, at: datetime) -> None:
    """Note that a mail was handed over. The links in it are forgotten: they were secrets."""
    message = db.session.get_one(Message, message_id)
    if message.sent_at is None:
        message.sent_at = at
        message.last_error = None
        message.body = rules.without_links(message.body)


@transaction()
def note_failure(message_id: int, error: str) -> None:
    """Note why a mail could not be handed over; the job tries again."""
    failed = update(Message).filter_by(id=message_id, sent_at=None)
    db.session.execute(failed.values(last_error=error[:2000]))


def _invitation(words: dict[str, str]) -> tuple[str, str]:
    body = _(
        "Hello %(name)s,\n\n"
        "you have been given an account for your training. "
        "Open this link and choose a password:\n\n%(link)s\n\n"
        "Your sign-in name is %(login)s. The link can be used once, until %(until)s.",
        **words,
    )
    return _("Your invitation"), body


def _reset(words: dict[str, str]) -> tuple[str, str]:
    body = _(
        "Hello %(name)s,\n\n"
        "somebody, most likely you, asked for a new password for your account. "
        "Open this link to set one:\n\n%(link)s\n\n"
        "Your sign-in name is %(login)s. The link can be used once, until %(until)s.\n"
        "If it was not you, there is nothing to do: your password stays as it is.",
        **words,
    )
    return _("Set a new password"), body
