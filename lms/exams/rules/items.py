"""What answers say about an exam and about each of its questions."""

import enum
from collections import Counter
from collections.abc import Iterable, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from statistics import median, stdev

SMALLEST = 20
"""Fewer answers than this say too little about a question to be shown."""
EASY, HARD = Fraction(95, 100), Fraction(30, 100)
BANDS = 10
"""Of a distribution: 0 to 9 %, 10 to 19 %, …, 90 to 100 %."""


class Flag(enum.StrEnum):
    """What somebody should look at in a question."""

    TOO_EASY = "too-easy"
    TOO_HARD = "too-hard"
    DISTRACTOR = "distractor"
    """A wrong option draws more answers than a right one."""


@dataclass(slots=True)
class Tally:
    """The answers to one version of a question."""

    seen: int = 0
    """How often it stood on a paper that is marked."""
    blank: int = 0
    earned: Fraction = Fraction(0)
    """Sum of the marks, each from 0 to 1."""
    chosen: Counter[str] = field(default_factory=Counter)
    """Option key -> how often it was chosen."""

    def add(self, mark: Fraction, chosen: Iterable[str], *, is_blank: bool) -> None:
        """Count one answer."""
        self.seen += 1
        self.blank += is_blank
        self.earned += mark
        self.chosen.update(set(chosen))

    @property
    def is_enough(self) -> bool:
        """Whether there are enough answers to say anything."""
        return self.seen >= SMALLEST

    @property
    def facility(self) -> Fraction:
        """Mean mark, from 0 to 1: of a question without partial credit the share that is right.

        Crocker and Algina, Introduction to Classical and Modern Test Theory (1986), chapter 14.
        """
        return self.earned / self.seen if self.seen else Fraction(0)

    def share(self, count: int) -> int:
        """Return a count in percent of the answers, rounded half up."""
        return percent(Fraction(count, self.seen)) if self.seen else 0


def flags(tally: Tally, options: Iterable[str], keys: AbstractSet[str]) -> list[Flag]:
    """Return what to look at; nothing where there are too few answers.

    Args:
        tally: the answers.
        options: keys of all options; none for a question that is answered by typing.
        keys: those of them that are right.
    """
    if not tally.is_enough:
        return []
    found = []
    if tally.facility > EASY:
        found.append(Flag.TOO_EASY)
    if tally.facility < HARD:
        found.append(Flag.TOO_HARD)
    wrong = [tally.chosen[each] for each in options if each not in keys]
    if keys and wrong and max(wrong) > min(tally.chosen[each] for each in keys):
        found.append(Flag.DISTRACTOR)
    return found


def percent(share: Fraction) -> int:
    """Return a share in whole percent, rounded half up."""
    return floor(100 * share + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Summary:
    """What a number of scores has in common; scores from 0 to 1."""

    count: int
    mean: Fraction
    median: Fraction
    spread: float | None
    """Standard deviation of the sample (n - 1); None for fewer than two."""
    bands: tuple[int, ...]
    """How many scores lie in each of the `BANDS`."""


def summary(scores: Sequence[Fraction]) -> Summary | None:
    """Return what the scores say; None if there are none."""
    if not scores:
        return None
    counts = Counter(min(BANDS - 1, floor(score * BANDS)) for score in scores)
    return Summary(
        count=len(scores),
        mean=sum(scores, Fraction(0)) / len(scores),
        median=Fraction(median(scores)),
        spread=stdev(map(float, scores)) if len(scores) > 1 else None,
        bands=tuple(counts[band] for band in range(BANDS)),
    )
