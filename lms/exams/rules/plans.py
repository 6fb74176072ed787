"""What a blueprint asks of the bank as it is now: numbers, points, and what cannot be filled."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.exams.rules.drawing import Candidate, Shelves, TooFewQuestionsError, fits, shortage, worth
from lms.exams.rules.settings import Draw, Sort

ANY = 0
"""Difficulty of a cell that asks for none."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a blueprint, and what there is for it."""

    number: int
    entry: Draw
    available: int
    """How many questions of the exam pool fit it, whatever other entries want."""
    fewest: int
    """Points that it brings at least; the same as `most` where all that fit are worth the same."""
    most: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What is drawn from a module at a difficulty, and how many questions there are for it."""

    count: int
    available: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A blueprint beside the bank."""

    lines: Sequence[Line]
    cells: dict[tuple[str, int], Cell]
    """Module and difficulty -> numbers; the module is empty, or the difficulty `ANY`, for any."""
    questions: int
    fewest: int
    most: int
    shortage: TooFewQuestionsError | None
    """Why no paper can be drawn; None if one can."""

    @property
    def units(self) -> list[str]:
        """Modules with a row, in the order of the blueprint."""
        return list(dict.fromkeys(unit for unit, _difficulty in self.cells))

    @property
    def difficulties(self) -> list[int]:
        """Difficulties with a column."""
        return sorted({difficulty for _unit, difficulty in self.cells})


def plan(draws: Sequence[Draw], bank: Sequence[Candidate]) -> Plan:
    """Return what a blueprint asks of a bank.

    Whether it can be filled is decided by matching: entries that overlap may each have enough, and
    not together.
    """
    shelves = Shelves(bank)
    fitting = [shelves.fitting(entry) for entry in draws]
    lines = [
        _line(number, entry, found)
        for number, (entry, found) in enumerate(zip(draws, fitting, strict=True), start=1)
    ]
    places: dict[tuple[str, int], list[int]] = {}
    for place, (entry, found) in enumerate(zip(draws, fitting, strict=True)):
        places.setdefault(_place(entry, found), []).append(place)
    cells = {
        key: Cell(
            sum(draws[n].count for n in members),
            len({each.code for n in members for each in fitting[n]}),
        )
        for key, members in places.items()
    }
    return Plan(
        lines,
        cells,
        questions=sum(each.count * (each.parts or 1) for each in draws),
        fewest=sum(line.fewest for line in lines),
        most=sum(line.most for line in lines),
        shortage=shortage(draws, bank),
    )


def drawable(draws: Sequence[Draw], bank: Sequence[Candidate]) -> list[Candidate]:
    """Return the questions that may stand on a paper."""
    return [each for each in bank if any(fits(entry, each) for entry in draws)]


def is_met(sort: Sort, questions: Sequence[Candidate]) -> bool:
    """Whether one of some questions, or of their sub-questions, is of a sort."""
    parts = ((whole, part) for whole in questions for part in whole.parts or (whole,))
    return any(sort.has(part.unit, {whole.kind, part.kind}, part.tags) for whole, part in parts)


def _place(entry: Draw, found: Sequence[Candidate]) -> tuple[str, int]:
    if entry.question is not None and found:
        return found[0].unit, found[0].difficulty
    return entry.unit or "", entry.difficulty or ANY


def _line(number: int, entry: Draw, found: Sequence[Candidate]) -> Line:
    points = sorted(worth(each, entry.points).points for each in found)
    least, most = sum(points[: entry.count]), sum(points[::-1][: entry.count])
    return Line(number, entry, len(found), least, most)
