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


@dataclass(frozen=True, slots=True)
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
        ends = settings.get("valid_to")
        return cls(
            months=settings.get("validity_months"),
            days=settings.get("validity_days"),
            fixed=fixed_day(ends) if ends else None,
            anchor=Anchor(settings.get("anchor", Anchor.COMPLETION)),
            window=settings.get("renewal_days", EXPIRING.days),
            grace=settings.get("grace_days", 0),
            late=Late(settings.get("late", Late.COMPLETION)),
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
    return _end(terms, issued_on, issued_on)


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
    when = timing(previous, renewed_on)
    if terms.anchor is Anchor.FIXED:
        end = _rhythm(terms, previous.last, renewed_on)
    elif _keeps_expiry(terms, when):
        end = _end(terms, _after(previous.last, 1), renewed_on)
    else:  # whoever is early, before the renewal opens, gains nothing by it either
        end = first_end(terms, renewed_on)
    assert end is not None
    return max(end, previous.last, renewed_on)


def _keeps_expiry(terms: Terms, when: Timing) -> bool:
    """Whether the next term counts from the previous last valid day."""
    if when is Timing.ON_TIME:
        return terms.anchor is Anchor.EXPIRY
    return when is Timing.LATE and terms.late is Late.EXPIRY


def _end(terms: Terms, first: date, today: date) -> date | None:
    """Return the end of the term that begins on `first`; a fixed day too near is the year after."""
    try:
        if terms.months:
            return valid_until(first, terms.months)
        if terms.days:
            return first + timedelta(days=terms.days - 1)
        if terms.fixed:
            return _next_fixed(terms, max(first, today))
    except (ValueError, OverflowError):
        return FURTHEST
    return None


def _next_fixed(terms: Terms, after: date) -> date:
    """Return the first fixed day of which the renewal is not open `after` already."""
    assert terms.fixed is not None
    year = after.year
    while True:
        month, day = terms.fixed
        end = date(year, month, min(day, monthrange(year, month)[1]))
        if end - timedelta(days=terms.window) > after:
            return end
        year += 1


def _rhythm(terms: Terms, last: date, today: date) -> date:
    """Return the first end, `last` or whole terms after it, whose renewal is not open `today`."""
    end = last
    while end < FURTHEST and end - timedelta(days=terms.window) <= today:
        following = _end(terms, _after(end, 1), end)
        assert following is not None
        end = following
    return end


def _after(day: date, days: int) -> date:
    return min(day, FURTHEST - timedelta(days=days)) + timedelta(days=days)
