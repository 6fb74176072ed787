"""A pass mark from judges: the modified Angoff procedure.

Each judge says of each question how many of a hundred people who only just deserve to pass would
get it right. Angoff, Scales, norms, and equivalent scores, in Thorndike (ed.), Educational
Measurement (2nd edition, 1971), 514 f.; standard error over judges as in Cizek and Bunch, Standard
Setting (2007), chapter 6.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import stdev

FEWEST_JUDGES = 2
HIGHEST = 100
WIDE = 25
"""Judges who are further apart than so many percent points had better talk about the question."""

_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judges say of one question."""

    name: str
    mean: Fraction
    apart: Fraction
    """From the lowest estimate to the highest."""

    @property
    def is_wide(self) -> bool:
        """Whether the judges see different things in it."""
        return self.apart > WIDE


@dataclass(frozen=True, slots=True)
class Proposal:
    """The pass mark that follows."""

    percent: Fraction
    error: float | None
    """Standard error of the mean over judges, in percent points; None for one judge."""
    judges: Sequence[Fraction]
    """What each judge's estimates come to."""
    questions: Sequence[Judged]


def proposal(estimates: Sequence[tuple[str, Sequence[Fraction]]]) -> Proposal:
    """Return the pass mark that judges propose.

    Args:
        estimates: for each question its name, and one estimate per judge in percent; at least one
            question and one judge, and as many judges for each.

    Raises:
        ValueError: not as many judges for each question, or nothing at all.
    """
    if not estimates or not estimates[0][1]:
        raise ValueError("nothing was estimated")
    judges = [sum(own, Fraction(0)) / len(estimates) for own in zip(
        *(each for _name, each in estimates), strict=True)]  # fmt: skip
    return Proposal(
        percent=sum(judges, Fraction(0)) / len(judges),
        error=stdev(map(float, judges)) / sqrt(len(judges))
        if len(judges) >= FEWEST_JUDGES
        else None,
        judges=judges,
        questions=[
            Judged(name, sum(each, Fraction(0)) / len(each), max(each) - min(each))
            for name, each in estimates
        ],
    )


@dataclass(frozen=True, slots=True)
class Misread:
    """A line of estimates that cannot be taken."""

    line: int
    why: str
    """``few``, ``number``, ``range`` or ``judges``."""
    said: str


def read(text: str) -> tuple[list[tuple[str, list[Fraction]]], list[Misread]]:
    """Read estimates as people paste them: a question a line, its name and then the judges.

    Parted by tabs, semicolons or blanks; a percent sign may stand behind a number.

    Returns:
        The questions, and what cannot be read.
    """
    found: list[tuple[str, list[Fraction]]] = []
    problems: list[Misread] = []
    for number, line in enumerate(text.splitlines(), start=1):
        name, *cells = line.replace("\t", " ").replace("；", " ").replace(";", " ").split() or [""]
        if not name:
            continue
        said = " ".join(cells)
        values = [_percent(each) for each in cells]
        known = [each for each in values if each is not None]
        if not cells:
            problems.append(Misread(number, "few", name))
        elif len(known) < len(values):
            problems.append(Misread(number, "number", said))
        elif any(each > HIGHEST for each in known):
            problems.append(Misread(number, "range", said))
        elif found and len(known) != len(found[0][1]):
            problems.append(Misread(number, "judges", said))
        else:
            found.append((name, known))
    return found, problems


def _percent(text: str) -> Fraction | None:
    plain = text.rstrip("%％")
    return Fraction(plain) if _NUMBER.fullmatch(plain) else None
