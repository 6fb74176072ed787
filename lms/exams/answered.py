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
from itertools import islice
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


Ways = defaultdict[ExamPart, Counter[tuple[int, str, Any, int]]]
"""Version of a question, mark and answer, and what the paper earned and could have earned -> how
many: one flat table, which the interpreter counts by itself."""
Sorts = dict[int, tuple[int, bool]]
"""Version of a question -> its points, and whether it is answered by choosing."""


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
    sorts: Sorts = {}
    results: defaultdict[ExamPart, Results] = defaultdict(dict)
    for paper, answers in papers(attempt_ids):
        _add(paper, answers, (ways, sorts), results)
    answered: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for (exam, is_first), table in ways.items():
        for way, times in table.items():
            answered[exam, way[0], is_first][_written(way, sorts[way[0]])] += times
    return Counted(dict(results), {place: dict(pile) for place, pile in answered.items()})


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
    given: Given = {}
    for each in said.split(NEXT) if said else ():
        slot, _between, given[slot] = each.partition(BETWEEN)
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
    results: defaultdict[ExamPart, Results],
) -> None:
    """Count one paper: each answer beside what the paper earned as a whole."""
    (ways, sorts), get = into, answers.get
    part = (paper.version_id, paper.number == 1)
    said = []
    total, worth, squares = 0, 0, 0
    for slot, (version_id, order, points) in zip(SLOTS, layout_of(paper), strict=False):
        way = get(slot, NOTHING)
        if way == LEFT_OUT:
            continue
        if version_id not in sorts:
            sorts[version_id] = (points, order != "")
        earned = parts(way) * points
        total += earned
        worth += points
        squares += earned * earned
        said.append((version_id, way))
    ways[part].update([(version_id, way, total, worth) for version_id, way in said])
    key = Result(paper.score, Fraction(total, SCALE), worth, len(said), paper.passed)
    one = Sum(1, int((paper.submitted_at - paper.started_at).total_seconds()),
              Fraction(squares, SCALE * SCALE))  # fmt: skip
    results[part].setdefault(key, Sum()).add(one)


def _written(way: tuple[int, str, Any, int], sort: tuple[int, bool]) -> str:
    _version, said, total, worth = way
    points, is_chosen = sort
    mark, _between, answer = said.partition(BETWEEN)
    return cells.written(
        Fraction(mark or 0),
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
