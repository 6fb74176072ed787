"""Serials, validity and masked names of certificates. Pure: no database, no clock, no request.

A serial such as ``SKL-2026-000042-C`` ends in a check character (ISO 7064, MOD 37,36), so that a
verifier who mistypes one character hears so, instead of "no such certificate".
"""

import enum
import string
from calendar import monthrange
from datetime import date, timedelta

ALPHABET = string.digits + string.ascii_uppercase
MODULUS = len(ALPHABET)
MOST_SERIAL = 64
"""Characters that anybody types for a serial, with blanks; more is not looked at."""

EXPIRING = timedelta(days=30)
"""How long before the last valid day a certificate counts as expiring, unless its terms say so."""


LIST_BITS = 131_072
"""Places in a status list: so many that one of them says nothing about whose it is."""
LIST_FULL = LIST_BITS // 2
"""From then on it would take too long to find a free place at random."""


LIST_KEPT = timedelta(days=2)
"""How long others may go by a copy of a status list."""


class State(enum.StrEnum):
    """What a certificate is worth on a given day."""

    VALID = "valid"
    EXPIRING = "expiring"
    """Still valid, but not for long: time for the recertification."""
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """A later one of the same kind took its place: what it says was true in its time."""
    REVOKED = "revoked"


class Within(enum.StrEnum):
    """Which certificates the list of those that run out shows."""

    DAYS_90 = "90"
    DAYS_60 = "60"
    DAYS_30 = "30"
    OVER = "over"
    """Those that have expired and were not renewed."""


class Problem(enum.StrEnum):
    """Why somebody in a list gets no certificate."""

    UNKNOWN = "unknown-person"
    AMBIGUOUS = "ambiguous-person"
    NOT_ENROLLED = "not-enrolled"
    """In no programme that awards it."""
    HELD = "already-held"


def check_character(text: str) -> str:
    """Return the check character of `text`, which has digits and capital letters only."""
    return ALPHABET[(1 - _remainder(text)) % MODULUS]


def serial(prefix: str, year: int, number: int) -> str:
    """Return the serial of the `number`th certificate."""
    body = f"{prefix}-{year:04}-{number:06}"
    return f"{body}-{check_character(body.replace('-', ''))}"


def is_serial(text: str) -> bool:
    """Whether the check character fits. Small letters, blanks and missing dashes do not matter."""
    if len(text) > MOST_SERIAL:
        return False
    typed = "".join(text.upper().replace("-", "").split())
    if len(typed) < 2 or not set(typed) <= set(ALPHABET):  # noqa: PLR2004
        return False
    return check_character(typed[:-1]) == typed[-1]


def as_printed(text: str) -> str:
    """Return a serial the way it is printed, however it was typed.

    Only for what `is_serial` accepts: the prefix may hold digits, so the dashes are found from
    the end (check character, six digits, year).
    """
    typed = "".join(text.upper().replace("-", "").split())
    return "-".join((typed[:-11], typed[-11:-7], typed[-7:-1], typed[-1]))


def _remainder(text: str) -> int:
    product = MODULUS
    for character in text:
        total = (product + ALPHABET.index(character)) % MODULUS or MODULUS
        product = total * 2 % (MODULUS + 1)
    return product


def valid_until(issued_on: date, months: int | None) -> date | None:
    """Return the last valid day, or None if the certificate does not expire.

    It is the day before the one that bears the same number `months` later. Where that month has
    no such day, its last day is the last valid one: from 31 January, one month ends on 28 or 29
    February, as it does from 1 February on.

    Args:
        issued_on: the first valid day.
        months: 1 or more, or None.
    """
    if months is None:
        return None
    if months < 1:
        raise ValueError("valid for at least one month")
    years, month = divmod(issued_on.month - 1 + months, 12)
    year, month = issued_on.year + years, month + 1
    last = monthrange(year, month)[1]
    if issued_on.day > last:
        return date(year, month, last)
    return date(year, month, issued_on.day) - timedelta(days=1)


def state(
    *,
    revoked: bool,
    superseded: bool,
    last_day: date | None,
    today: date,
    opens: date | None = None,
) -> State:
    """Return what a certificate is worth `today`.

    Args:
        revoked: whether it was revoked; that outweighs everything else.
        superseded: whether a later one took its place; that outweighs every date.
        last_day: its last valid day, as from `valid_until`.
        today: the day in the organisation's own time zone.
        opens: the first day of its renewal, from which on it is expiring; None: as `EXPIRING`.
    """
    if revoked:
        return State.REVOKED
    if superseded:
        return State.SUPERSEDED
    if last_day is None:
        return State.VALID
    if today > last_day:
        return State.EXPIRED
    return State.EXPIRING if today >= (opens or last_day - EXPIRING) else State.VALID


def masked_name(name: str) -> str:
    """Return a name as strangers see it: the first character of each word, ``*`` for the rest.

    张思远 becomes 张**, Zhang Siyuan becomes Z**** S*****. A word of one character is hidden: it
    would be shown whole.
    """
    return " ".join(
        word[0] + "*" * (len(word) - 1) if len(word) > 1 else "*" for word in name.split()
    )
