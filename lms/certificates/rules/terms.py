"""For how long a certificate holds, when it may be renewed, and until when. Pure.

All days are the organisation's; the last valid day and the last day of grace are included.
"""

import enum
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lms.certificates.rules import EXPIRING, valid_until

LONGEST_MONTHS = 600
LONGEST_DAYS = 3660
"""What can be asked for."""
FURTHEST = date(9999, 12, 31)
"""No term reaches beyond what a date can say."""


class Anchor(enum.StrEnum):
    """From where the next term counts, when a certificate is renewed."""

    COMPLETION = "completion"
    """The day of the renewal: whoever renews early loses the rest."""
    EXPIRY = "expiry"
    """The day after the previous last valid day: whoever renews early loses nothing."""
    FIXED = "fixed"
    """As for expiry, and the rhythm stays the same however late it is."""


class Late(enum.StrEnum):
    """From where the next term counts, when the previous one is over and its grace is not."""

    COMPLETION = "completion"
    EXPIRY = "expiry"
    """As if it had been in time: being late wins no day."""


class Timing(enum.StrEnum):
    """When in the life of a certificate a renewal comes."""

    EARLY = "early"
    """Before the renewal opens."""
    ON_TIME = "on-time"
    LATE = "late"
    """After the last valid day, within the grace."""
    LAPSED = "lapsed"
    """After the grace: the short path is not enough any more."""


@dataclass(frozen=True)
class Terms:
    """What a definition says about time. At most one of the first three is set; none: for ever."""

    months: int | None = None
    days: int | None = None
    fixed: tuple[int, int] | None = None
    """Month and day on which every term ends."""
    anchor: Anchor = Anchor.COMPLETION
    window: int = EXPIRING.days
    """Days before the last valid day from which it may be renewed."""
    grace: int = 0
    """Days after it in which the short path is still enough."""
    late: Late = Late.COMPLETION

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "Terms":
        """Read the settings of a definition, which were checked: see docs/content-format.md."""
        ends, window = settings.get("valid_to"), settings.get("renewal_days")
        return cls(
            months=settings.get("validity_months"),
            days=settings.get("validity_days"),
            fixed=fixed_day(ends) if ends else None,
            anchor=Anchor(settings.get("anchor") or Anchor.COMPLETION),
            window=EXPIRING.days if window is None else window,
            grace=settings.get("grace_days") or 0,
            late=Late(settings.get("late") or Late.COMPLETION),
        )

    @property
    def expires(self) -> bool:
        """Whether there is a last valid day at all."""
        return bool(self.months or self.days or self.fixed)

    @property
    def shortest(self) -> int | None:
        """How many days a term has at least; None: it does not end."""
        if self.months:
            return self.months * 28
        return self.days or (365 if self.fixed else None)


@dataclass(frozen=True, slots=True)
class Life:
    """The days that matter of one certificate."""

    opens: date
    """The first day on which it may be renewed."""
    last: date
    """The last valid day."""
    grace_ends: date


def fixed_day(text: str) -> tuple[int, int]:
    """Return month and day of a text such as ``12-31``; 29 February is the last day of February.

    Raises:
        ValueError: there is no such day.
    """
    month, _dash, day = text.partition("-")
    if len(text) != len("12-31") or not (month.isascii() and day.isascii()):
        raise ValueError(text)
    found = date(2024, int(month), int(day))  # a leap year
    return found.month, found.day


def faults(terms: Terms) -> list[str]:
    """Return which settings do not go together, by name: a renewal opens within its own term."""
    shortest = terms.shortest
    if shortest is None:
        return []
    found = []
    if terms.window >= shortest:
        found.append("renewal_days")
    if terms.grace >= shortest:
        found.append("grace_days")
    return found


def first_end(terms: Terms, issued_on: date) -> date | None:
    """Return the last valid day of a first certificate; None: it does not expire."""
    return _end(terms, issued_on, issued_on) if terms.expires else None


def life(terms: Terms, issued_on: date, last: date) -> Life:
    """Return the days that matter of a certificate with this last valid day."""
    opens = max(issued_on, last - timedelta(days=terms.window))
    return Life(opens, last, _after(last, terms.grace))


def timing(lived: Life, renewed_on: date) -> Timing:
    """Return when a renewal on this day comes."""
    if renewed_on < lived.opens:
        return Timing.EARLY
    if renewed_on <= lived.last:
        return Timing.ON_TIME
    return Timing.LATE if renewed_on <= lived.grace_ends else Timing.LAPSED


def next_end(terms: Terms, previous: Life, renewed_on: date) -> date | None:
    """Return the last valid day after a renewal; None: it does not expire any more.

    A renewal never shortens what was valid before, and the new last day is never before the day
    of the renewal.

    Args:
        terms: of the new certificate.
        previous: of the one that is renewed, by its own terms.
        renewed_on: the day on which the renewal was earned.
    """
    if not terms.expires:
        return None
    return max(_next(terms, previous, renewed_on), previous.last, renewed_on)


def _next(terms: Terms, previous: Life, renewed_on: date) -> date:
    """Return where the anchor puts the end of the next term."""
    if terms.anchor is Anchor.FIXED:
        return _rhythm(terms, previous.last, renewed_on)
    first = renewed_on  # whoever is early, before the renewal opens, gains nothing by it
    if _keeps_expiry(terms, timing(previous, renewed_on)):
        first = _after(previous.last, 1)
    return _end(terms, first, renewed_on)


def _keeps_expiry(terms: Terms, when: Timing) -> bool:
    """Whether the next term counts from the previous last valid day."""
    if when is Timing.ON_TIME:
        return terms.anchor is Anchor.EXPIRY
    return when is Timing.LATE and terms.late is Late.EXPIRY


def _end(terms: Terms, first: date, today: date) -> date:
    """Return the end of the term that begins on `first`; a fixed day too near is the year after."""
    try:
        if terms.fixed:
            return _next_fixed(terms, terms.fixed, max(first, today))
        if terms.days:
            return first + timedelta(days=terms.days - 1)
        return valid_until(first, terms.months) or FURTHEST
    except (ValueError, OverflowError):
        return FURTHEST


def _next_fixed(terms: Terms, fixed: tuple[int, int], after: date) -> date:
    """Return the first fixed day of which the renewal is not open `after` already."""
    year, (month, day) = after.year, fixed
    while True:
        end = date(year, month, min(day, monthrange(year, month)[1]))
        if end - timedelta(days=terms.window) > after:
            return end
        year += 1


def _rhythm(terms: Terms, last: date, today: date) -> date:
    """Return the first end, `last` or whole terms after it, whose renewal is not open `today`."""
    end = last
    while end < FURTHEST and end - timedelta(days=terms.window) <= today:
        end = _end(terms, _after(end, 1), end)
    return end


def _after(day: date, days: int) -> date:
    return min(day, FURTHEST - timedelta(days=days)) + timedelta(days=days)
