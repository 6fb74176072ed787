"""Accommodations: what a person is allowed beyond the rules of an exam."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

MOST_PERCENT, MOST_ATTEMPTS = 200, 10
"""What may be granted at most: three times the limit, and so many attempts more."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """More time and more attempts, as one grant says or as several make together."""

    extra_percent: int = 0
    """Added to the limit: 25 makes 5/4 of it."""
    is_untimed: bool = False
    """Whether there is no limit at all."""
    extra_attempts: int = 0

    @property
    def factor(self) -> Fraction | None:
        """What becomes of the limit; None for no limit."""
        return None if self.is_untimed else 1 + Fraction(self.extra_percent, 100)

    @property
    def is_nothing(self) -> bool:
        """Whether it allows nothing that the exam does not."""
        return self == NOTHING


NOTHING = Allowance()


def combined(own: Iterable[Allowance], of_groups: Iterable[Allowance]) -> Allowance:
    """Return what counts for a person.

    A grant to the person stands in the place of all grants to their groups; among several of one
    sort the more generous counts, of time and of attempts each.

    Args:
        own: what was granted to the person.
        of_groups: what was granted to the groups that they are in.
    """
    grants = list(own) or list(of_groups)
    return Allowance(
        max((each.extra_percent for each in grants), default=0),
        any(each.is_untimed for each in grants),
        max((each.extra_attempts for each in grants), default=0),
    )


def counts_on(day: date, from_on: date, until_on: date | None) -> bool:
    """Whether a grant counts on a day; its first and its last are in it."""
    return from_on <= day and (until_on is None or day <= until_on)


def overlap(
    from_on: date, until_on: date | None, other_from: date, other_until: date | None
) -> bool:
    """Whether two grants count on one and the same day."""
    return (other_until is None or from_on <= other_until) and (
        until_on is None or other_from <= until_on
    )
