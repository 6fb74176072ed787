"""What a person can do with their own account. Each change is one transaction.

Comparing and storing passwords is slow on purpose, and a transaction keeps every other writer
out. So functions with a password do that part first, and their change in a transaction after it.
"""

import secrets
from datetime import datetime

from sqlalchemy import update

from lms.accounts import links, passwords, queries, rules, throttle
from lms.accounts.errors import LinkGoneError, WrongOldPasswordError, WrongPasswordError
from lms.accounts.models import AccessLink, Person, SignIn
from lms.accounts.rules import Purpose
from lms.core import audit, clock, queue
from lms.core.db import db, transaction


def check_password(
    login: str, password: str, *, address: str, at: datetime | None = None
) -> Person:
    """Return who signs in with this name and password.

    Unknown names, people who have left and wrong passwords get the same answer, as slowly.

    Raises:
        WrongPasswordError: the two do not go together.
        TooManyTriesError: after too many wrong ones, from this address.
    """
    throttle.count_password(login, address, at=at or clock.now())
    person = queries.person_with_login(login)
    stored = person.password_hash if person is not None and person.is_active else None
    if not passwords.fits(password, stored) or person is None:
        raise WrongPasswordError
    return person


def sign_in(person: Person, *, device: str, address: str, at: datetime | None = None) -> SignIn:
    """Note that a person signed in, under a new token.

    Args:
        person: who; that it is them was checked before.
        device: browser and system, for the person to recognise.
        address: where from.
        at: now.

    Returns:
        The row, for ``flask_login.login_user``; only here its `token` is known.
    """
    token = secrets.token_urlsafe(32)
    at = at or clock.now()
    row = SignIn(
        person_id=person.id,
        token_hash=queries.token_hash(token),
        device=device[:80],
        address=address[:45],
        signed_in_at=at,
        seen_at=at,
    )
    row.token = token  # type: ignore[misc]  # not a column: gone with this object
    _keep(row, person.login)
    return row


@transaction()
def _keep(row: SignIn, login: str) -> None:
    db.session.add(row)
    throttle.forget_wrong_passwords(login, row.address)


@transaction()
def note_use(sign_in_id: int, *, at: datetime) -> None:
    """Note that a sign-in is in use; of requests that come together, one writes."""
    stale = SignIn.seen_at <= at - rules.USED_EVERY
    used = update(SignIn).filter_by(id=sign_in_id, ended_at=None).where(stale)
    db.session.execute(used.values(seen_at=at))


@transaction()
def end_sign_in(sign_in_id: int, *, actor: Person, at: datetime | None = None) -> None:
    """Sign one of the actor's browsers out, from wherever they are; twice is once.

    Raises:
        NotFoundError: it is someone else's, or does not exist.
    """
    row = queries.sign_in_of(actor, sign_in_id)
    row.ended_at = row.ended_at or at or clock.now()


@transaction()
def end_sign_ins(
    person: Person, *, except_id: int | None = None, at: datetime | None = None
) -> None:
    """Sign all of a person's browsers out, on every process at once, but for `except_id`."""
    current = update(SignIn).filter_by(person_id=person.id, ended_at=None)
    if except_id is not None:
        current = current.where(SignIn.id != except_id)
    db.session.execute(current.values(ended_at=at or clock.now()))


@transaction()
def end_all_sign_ins(*, at: datetime | None = None) -> None:
    """Sign everyone out: after a restore, nobody may go on with a sign-in that had ended."""
    current = update(SignIn).filter_by(ended_at=None)
    db.session.execute(current.values(ended_at=at or clock.now()))


@transaction()
def update_profile(person: Person, *, locale: str, latin_name: str) -> None:
    """Change what people may change about themselves."""
    person.locale = locale
    person.latin_name = rules.one_line(latin_name)


def change_password(
    old: str, new: str, *, actor: SignIn, address: str, at: datetime | None = None
) -> None:
    """Replace the actor's password; their other browsers are signed out.

    Args:
        old: the present one, tried under the same limits as in signing in.
        new: the next one.
        actor: the browser in which it happens; it stays signed in.
        address: where from.
        at: now.

    Raises:
        WrongOldPasswordError: `old` is not the present one.
        TooManyTriesError: after too many wrong ones.
        WeakPasswordError: `new` is too easy to guess.
    """
    person = actor.person
    passwords.refuse_weak(new, person.login, person.name)
    try:
        check_password(person.login, old, address=address, at=at)
    except WrongPasswordError:
        raise WrongOldPasswordError from None
    _set_password(person, passwords.hashed(new), keep_id=actor.id, at=at or clock.now())
    throttle.forget_wrong_passwords(person.login, address)


def link_or_gone(token: str, *, address: str, at: datetime | None = None) -> Person:
    """Return whose invitation or reset a token stands for.

    Raises:
        LinkGoneError: used, expired, or there never was one.
    """
    return _person_of(links.usable(token, *links.FOR_PEOPLE, address=address, at=at))


def use_link(token: str, password: str, *, address: str, at: datetime | None = None) -> Person:
    """Set a password by an invitation or a reset; whoever was signed in is signed out.

    Returns:
        The person, to be signed in.

    Raises:
        LinkGoneError: used, expired, or there never was one.
        WeakPasswordError: the password is too easy to guess; the link stays usable.
    """
    link = links.usable(token, *links.FOR_PEOPLE, address=address, at=at)
    person = _person_of(link)
    passwords.refuse_weak(password, person.login, person.name)
    return _use_link(link.id, passwords.hashed(password), at=at or clock.now())


@transaction()
def ask_reset(name: str, *, address: str, at: datetime | None = None) -> None:
    """Have a reset link mailed to whoever has this login or mail address.

    Whether there is such a person shows neither in the answer nor in the time it takes: a job
    does what there is to do.

    Raises:
        TooManyTriesError: too many were asked for from this address.
    """
    throttle.count_reset(address, at=at or clock.now())
    person = queries.person_to_remind(name)
    key = f"accounts.reset.{secrets.token_hex(16)}"
    queue.enqueue("accounts.reset", key=key, run_at=at, person_id=person and person.id)


@transaction()
def first_start_link(at: datetime | None = None) -> str | None:
    """Return a link for making the first administrator, or None if there is an administrator."""
    if queries.administrators():
        return None
    return links.make(Purpose.SETUP, at=at or clock.now())


def setup_link_or_gone(token: str, *, address: str, at: datetime | None = None) -> AccessLink:
    """Return the link for the first start that a token stands for.

    Raises:
        LinkGoneError: used, expired, never was, or there is an administrator by now.
    """
    link = links.usable(token, Purpose.SETUP, address=address, at=at)
    if queries.administrators():
        raise LinkGoneError
    return link


@transaction()
def _set_password(person: Person, stored: str, *, keep_id: int | None, at: datetime) -> None:
    person.password_hash = stored
    end_sign_ins(person, except_id=keep_id, at=at)
    links.end_all(person, at=at)
    audit.note("accounts.password_set", kind="person", object_id=person.id, actor_id=person.id,
               at=at)  # fmt: skip


@transaction()
def _use_link(link_id: int, stored: str, *, at: datetime) -> Person:
    person = _person_of(links.use_up(link_id, at=at))
    _set_password(person, stored, keep_id=None, at=at)
    return person


def _person_of(link: AccessLink) -> Person:
    assert link.person is not None, "only the first start's link is nobody's"
    return link.person
