"""Answers to one question, counted: what is needed for its figures, however many people there are.

A cell is one way in which people answered: what it earned of how many points, how they did in the
rest and as a whole, what they chose; and how many did so. Twenty thousand answers to a question make some
hundred cells, and cells of different times and exams simply add up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from lms.exams.rules.weighted import covariance

TYPED = "*"
"""What stands for an answer that is typed and not chosen."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to answer."""

    mark: float
    rest: float
    whole: float
    chosen: tuple[str, ...]
    """Options; `TYPED` for what is typed; nothing for a blank."""
    points: int = 1
    """That the question was worth on these papers, where marks are shares of that."""


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers to one question."""

    name: str
    cells: Mapping[Cell, int]
    most: float = 1
    """What it is worth, on the scale of the marks."""
    keys: AbstractSet[str] = frozenset()
    """The options that are right."""
    options: Sequence[str] = ()
    """All options, where it is known; else those that somebody chose."""
    is_chosen: bool = True
    """Whether it is answered by choosing, so that options tell something."""

    @property
    def count(self) -> int:
        """How many answers there are."""
        return sum(self.cells.values())

    @property
    def blank(self) -> int:
        """How many left it blank."""
        return sum(count for cell, count in self.cells.items() if not cell.chosen)


def written(mark: Fraction, points: int, rest: Fraction, whole: Fraction, chosen: str) -> str:
    """Return a cell as it is stored.

    Args:
        mark: as a share of what the question is worth.
        points: that it is worth on the paper.
        rest: what the other questions earned, as a share of their points.
        whole: what all of them earned.
        chosen: options with a blank between them, `TYPED`, or nothing.
    """
    return f"{mark}|{points}|{rest}|{whole}|{chosen}"


def read(text: str) -> Cell:
    """Return a cell from its text."""
    mark, points, rest, whole, chosen = text.split("|", 4)
    options = tuple(chosen.split())
    return Cell(_number(mark), _number(rest), _number(whole), options, int(points))


def _number(text: str) -> float:
    above, _line, below = text.partition("/")
    return int(above) / int(below or 1)


def added(piles: Iterable[Mapping[str, int]]) -> dict[Cell, int]:
    """Return what several stored piles hold together."""
    total: Counter[str] = Counter()
    for each in piles:
        total.update(each)
    found: Counter[Cell] = Counter()
    for text, count in total.items():
        found[read(text)] += count
    return found


def variance(found: Mapping[Cell, int]) -> float | None:
    """Return the variance of the points that answers earned, as a sample; None for fewer than two."""
    earned = [cell.mark * cell.points for cell in found]
    return covariance(earned, earned, list(found.values()))
