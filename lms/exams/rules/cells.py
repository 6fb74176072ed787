"""Answers to one question, counted: what is needed for its figures, however many people there are.

A cell is one way in which people answered: what it earned, how they did in the rest and as a
whole, what they chose; and how many did so. Twenty thousand answers to a question make some
hundred cells, and cells of different times and exams simply add up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

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


def written(mark: Fraction, rest: Fraction, whole: Fraction, chosen: str) -> str:
    """Return a cell as it is stored.

    Args:
        mark: as a share of what the question is worth.
        rest: what the other questions earned, as a share of their points.
        whole: what all of them earned.
        chosen: options with a blank between them, `TYPED`, or nothing.
    """
    return f"{mark}|{rest}|{whole}|{chosen}"


def read(text: str) -> Cell:
    """Return a cell from its text."""
    mark, rest, whole, chosen = text.split("|", 3)
    return Cell(_number(mark), _number(rest), _number(whole), tuple(chosen.split()))


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
