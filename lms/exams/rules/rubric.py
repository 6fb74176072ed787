"""What a person marks: rubric items that are met or not, summed and clipped."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look for."""

    key: str
    points: int
    """Less than 0 for what costs points, such as a promise that nobody can keep."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A person marks it, by these items."""

    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        if not any(each.points > 0 for each in self.items):
            raise ValueError("something earns points")


def mark_by_rubric(items: Iterable[Item], met: Collection[str], points: int) -> Fraction:
    """Return what the items that are met earn of a question's points, from 0 to 1.

    Args:
        items: the rubric.
        met: keys of those that are met; keys that it does not have count for nothing.
        points: what the question is worth by itself, for which its rubric is written; what an
            exam makes of it is not asked here. More than that earns everything, less than 0 nothing.
    """
    earned = sum(each.points for each in items if each.key in met)
    return min(Fraction(1), max(Fraction(0), Fraction(earned, points)))
