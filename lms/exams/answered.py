"""What people answered, counted from the papers themselves: from scratch, so to say.

Columns only, some hundreds of papers at a time, and whole numbers wherever they do: twenty thousand
papers take about a second.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import compress, islice
from operator import mul
from typing import Any

from sqlalchemy import String, bindparam, cast, func, select, type_coerce

from lms.core.db import db
from lms.exams.models import Attempt, Response
from lms.exams.rules import cells, marks
from lms.exams.rules.results import Result, Results, Sum

AT_ONCE = 100
"""Papers whose answers are in memory together. Few: the collector of garbage looks at what lives."""
SCALE = 27_720
"""Marks are counted in this part of a point: halves to twelfths are whole numbers then."""

ExamPart = tuple[int, bool]
"""Version of an exam, and whether it is about first attempts."""
Place = tuple[int, int, bool]
"""Version of an exam, version of a question, and whether it is about first attempts."""


Others = tuple[tuple[int, int], ...]
"""Versions of questions that are worth other points on a paper than they usually are, and those."""
Ways = defaultdict[tuple[ExamPart, Any, int, Others], Counter[tuple[int, str]]]
"""What a paper is part of, earned and could have earned, and what is worth other points on it ->
version of a question, mark and answer -> how many: tables of pairs, which the interpreter counts by
itself."""
Sums = defaultdict[tuple[ExamPart, int, int, Any, int, int, bool], list[Any]]
"""What a paper is part of, numerator and denominator of its score, what it earned and could have
earned, its questions, and whether it passed -> how many, seconds, and squares of what each question
earned: whole numbers, of which the fractions are made once at the end."""


@dataclass(slots=True)
class Sorts:
    """What a version of a question is like on the papers of one version of an exam.

    It is nearly the same on all of them: where it fits two entries of the blueprint, these may give
    it different points.
    """

    points: dict[int, int] = field(default_factory=dict)
    """What it is worth on the first paper that has it."""
    is_chosen: dict[int, bool] = field(default_factory=dict)
    """Whether it is answered by choosing."""

    def others(self, layout: Iterable[tuple[int, str, int]]) -> Others:
        """Take in what is new; return what is worth other points than it was on an earlier paper."""
        for version, order, points in layout:
            self.points.setdefault(version, points)
            self.is_chosen.setdefault(version, order != "")
        own = {version: points for version, _order, points in layout}
        return tuple(sorted(own.items() - self.points.items()))


@dataclass(slots=True)
class Counted:
    """Answers and results of some papers."""

    results: dict[ExamPart, Results] = field(default_factory=dict)
    answers: dict[Place, dict[str, int]] = field(default_factory=dict)


def count(attempt_ids: Iterable[int]) -> Counted:
    """Count papers that are marked.

    Args:
        attempt_ids: each once.
    """
    ways: Ways = defaultdict(Counter)
    sorts: defaultdict[int, Sorts] = defaultdict(Sorts)
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    for paper, answers in papers(attempt_ids):
        _add(paper, answers, (ways, sorts[paper.version_id]), sums)
    answered: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for ((exam, is_first), total, worth, others), table in ways.items():
        points, is_chosen = sorts[exam].points, sorts[exam].is_chosen
        if others:
            points = points | dict(others)
        for (version, said), times in table.items():
            paper = (points[version], total, worth)
            cell = _written(said, paper, is_chosen=is_chosen[version])
            answered[exam, version, is_first][cell] += times
    return Counted(_results(sums), {place: dict(pile) for place, pile in answered.items()})


_PAPERS = select(
    Attempt.id,
    Attempt.version_id,
    Attempt.person_id,
    Attempt.number,
    cast(Attempt.layout, String).label("layout"),
    Attempt.regraded,
    Attempt.score,
    Attempt.passed,
    Attempt.started_at,
    Attempt.submitted_at,
).where(Attempt.id.in_(bindparam("ids", expanding=True)), Attempt.score.is_not(None))
BETWEEN, NEXT = "\x1f", "\x1e"
"""Stand between mark and answer, and between slots: neither numbers nor JSON hold such characters."""
_SAID = (
    cast(Response.slot, String)
    + BETWEEN
    + func.coalesce(type_coerce(Response.mark, String), "")
    + BETWEEN
    + cast(Response.answer, String)
)
_ANSWERS = (
    select(Response.attempt_id, func.aggregate_strings(_SAID, NEXT))
    .where(Response.attempt_id.in_(bindparam("ids", expanding=True)))
    .group_by(Response.attempt_id)
)
"""A row per paper: a row per answer takes twice as long."""

Given = dict[str, str]
"""Slot -> mark and answer, as they are stored, with `BETWEEN` between them."""
SLOTS = [str(slot) for slot in range(1, 1001)]
"""As they are stored; more than a paper has."""
NOTHING, LEFT_OUT = f"{BETWEEN}[]", "left out"


def papers(attempt_ids: Iterable[int]) -> Iterator[tuple[Any, Given]]:
    """Yield papers that are marked, with the answers as they are stored; so many at a time."""
    left = iter(attempt_ids)
    while some := list(islice(left, AT_ONCE)):
        answers: dict[int, str] = dict(db.session.execute(_ANSWERS, {"ids": some}).all())
        for paper in db.session.execute(_PAPERS, {"ids": some}):
            yield paper, _given(answers.get(paper.id, ""), paper.regraded)


def _given(said: str, regraded: Mapping[str, str | None] | None) -> Given:
    """Return the answers of a paper with the marks that count; left-out slots stand as `LEFT_OUT`."""
    given: Given = dict([each.split(BETWEEN, 1) for each in said.split(NEXT)] if said else ())
    for slot, mark in (regraded or {}).items():
        _own, _between, answer = given.get(slot, NOTHING).partition(BETWEEN)
        given[slot] = LEFT_OUT if mark is None else f"{mark}{BETWEEN}{answer}"
    return given


def layout_of(paper: Any) -> list[tuple[int, str, int]]:
    """Return what stands in each slot; read as late as this, for so many lists cost much."""
    layout: list[tuple[int, str, int]] = json.loads(paper.layout)
    return layout


def _add(
    paper: Any,
    answers: Given,
    into: tuple[Ways, Sorts],
    sums: Sums,
) -> None:
    """Count one paper: each answer beside what the paper earned as a whole."""
    (ways, sorts), get = into, answers.get
    part = (paper.version_id, paper.number == 1)
    layout = layout_of(paper)
    if paper.regraded:
        stays = [get(slot, NOTHING) != LEFT_OUT for slot in SLOTS[: len(layout)]]
        slots = list(compress(SLOTS, stays))
        layout = list(compress(layout, stays))
    else:
        slots = SLOTS
    versions, points = [entry[0] for entry in layout], [entry[2] for entry in layout]
    given = [get(slot, NOTHING) for slot in slots[: len(layout)]]
    is_usual = list(map(sorts.points.get, versions)) == points
    other = () if is_usual else sorts.others(layout)
    earned = list(map(mul, map(parts, given), points))
    total, worth, squares = sum(earned), sum(points), sum(map(mul, earned, earned))
    ways[part, total, worth, other].update(zip(versions, given, strict=True))
    score = paper.score
    own = sums[part, score.numerator, score.denominator, total, worth, len(given), paper.passed]
    own[0] += 1
    own[1] += int((paper.submitted_at - paper.started_at).total_seconds())
    own[2] += squares


def _results(sums: Sums) -> dict[ExamPart, Results]:
    results: defaultdict[ExamPart, Results] = defaultdict(dict)
    for (part, over, under, total, worth, count, passed), (
        papers,
        seconds,
        squares,
    ) in sums.items():
        key = Result(Fraction(over, under), Fraction(total, SCALE), worth, count, passed)
        results[part][key] = Sum(papers, seconds, Fraction(squares, SCALE * SCALE))
    return dict(results)


def _written(said: str, paper: tuple[int, Any, int], *, is_chosen: bool) -> str:
    (points, total, worth), (mark, _between, answer) = paper, said.partition(BETWEEN)
    return cells.written(
        Fraction(mark or 0),
        points,
        _share(total - parts(said) * points, worth - points),
        _share(total, worth),
        _chosen(answer, is_chosen=is_chosen),
    )


@lru_cache(maxsize=4096)
def parts(way: str) -> Any:
    """Return the mark of an answer in parts of `SCALE`: a whole number unless it is an odd one.

    Args:
        way: mark and answer, as in `Given`.
    """
    exact = Fraction(way.partition(BETWEEN)[0] or 0) * SCALE
    return exact.numerator if exact.denominator == 1 else exact


@lru_cache(maxsize=1024)
def _share(earned: Any, worth: int) -> Fraction:
    return Fraction(earned, SCALE * worth) if worth else Fraction(0)


def _chosen(answer: str, *, is_chosen: bool) -> str:
    given: Sequence[str] = json.loads(answer)
    if marks.is_blank(tuple(given)):
        return ""
    return " ".join(sorted(given)) if is_chosen else cells.TYPED
