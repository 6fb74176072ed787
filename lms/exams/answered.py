"""What people answered, counted from the papers themselves: from scratch, so to say.

Columns only, some hundreds of papers at a time, and whole numbers wherever they do: twenty thousand
papers take about a second.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import String, bindparam, cast, select, type_coerce

from lms.core.db import db
from lms.exams.models import Attempt, Response
from lms.exams.rules import cells, marks
from lms.exams.rules.results import Result, Results, Sum

AT_ONCE = 500
"""Papers whose answers are in memory together."""
SCALE = 27_720
"""Marks are counted in this part of a point: halves to twelfths are whole numbers then."""

ExamPart = tuple[int, bool]
"""Version of an exam, and whether it is about first attempts."""
Place = tuple[int, int, bool]
"""Version of an exam, version of a question, and whether it is about first attempts."""


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
    ways: defaultdict[Place, Counter[Any]] = defaultdict(Counter)
    results: defaultdict[ExamPart, Results] = defaultdict(dict)
    for paper, answers in papers(attempt_ids):
        _add(paper, answers, ways, results)
    answered = {place: _written(each) for place, each in ways.items()}
    return Counted(dict(results), answered)


_PAPERS = select(
    Attempt.id,
    Attempt.version_id,
    Attempt.person_id,
    Attempt.number,
    Attempt.layout,
    Attempt.regraded,
    Attempt.score,
    Attempt.passed,
    Attempt.started_at,
    Attempt.submitted_at,
).where(Attempt.id.in_(bindparam("ids", expanding=True)), Attempt.score.is_not(None))
_ANSWERS = (
    select(
        Response.attempt_id,
        Response.slot,
        cast(Response.answer, String),
        type_coerce(Response.mark, String),
    )
    .where(Response.attempt_id.in_(bindparam("ids", expanding=True)))
    .order_by(Response.attempt_id, Response.slot)
)

Given = dict[int, tuple[str, str | None]]
"""Slot -> answer and mark, as they are stored."""
NOTHING: tuple[str, str | None] = ("[]", None)


def papers(attempt_ids: Iterable[int]) -> Iterator[tuple[Any, Given]]:
    """Yield papers that are marked, with the answers as they are stored; so many at a time."""
    left = iter(attempt_ids)
    while some := list(islice(left, AT_ONCE)):
        answers: dict[int, Given] = {each: {} for each in some}
        for attempt, slot, answer, mark in db.session.execute(_ANSWERS, {"ids": some}):
            answers[attempt][slot] = (answer, mark)
        for paper in db.session.execute(_PAPERS, {"ids": some}):
            yield paper, answers[paper.id]


def _add(
    paper: Any,
    answers: Given,
    ways: defaultdict[Place, Counter[Any]],
    results: defaultdict[ExamPart, Results],
) -> None:
    """Count one paper: each answer beside what the paper earned as a whole."""
    is_first, regraded = paper.number == 1, paper.regraded or {}
    counted = []
    total, worth, squares = 0, 0, 0
    for slot, (version_id, order, points) in enumerate(paper.layout, start=1):
        answer, mark = answers.get(slot, NOTHING)
        if regraded and str(slot) in regraded:
            mark = regraded[str(slot)]
            if mark is None:  # it is left out
                continue
        earned = parts(mark) * points
        total, worth, squares = total + earned, worth + points, squares + earned * earned
        counted.append((version_id, mark, earned, points, answer, bool(order)))
    for version_id, mark, earned, points, answer, is_chosen in counted:
        way = (mark, total - earned, worth - points, total, worth, answer, is_chosen)
        ways[paper.version_id, version_id, is_first][way] += 1
    key = Result(paper.score, Fraction(total, SCALE), worth, len(counted), paper.passed)
    one = Sum(1, int((paper.submitted_at - paper.started_at).total_seconds()),
              Fraction(squares, SCALE * SCALE))  # fmt: skip
    results[paper.version_id, is_first].setdefault(key, Sum()).add(one)


def _written(ways: Counter[Any]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (mark, rest, rest_worth, total, worth, answer, is_chosen), times in ways.items():
        key = cells.written(
            Fraction(mark or 0),
            _share(rest, rest_worth),
            _share(total, worth),
            _chosen(answer, is_chosen=is_chosen),
        )
        found[key] += times
    return dict(found)


@lru_cache(maxsize=1024)
def parts(mark: str | None) -> Any:
    """Return a mark in parts of `SCALE`: a whole number unless it is an odd one."""
    exact = Fraction(mark or 0) * SCALE
    return exact.numerator if exact.denominator == 1 else exact


def _share(earned: Any, worth: int) -> Fraction:
    return Fraction(earned, SCALE * worth) if worth else Fraction(0)


def _chosen(answer: str, *, is_chosen: bool) -> str:
    given: Sequence[str] = json.loads(answer)
    if marks.is_blank(tuple(given)):
        return ""
    return " ".join(sorted(given)) if is_chosen else cells.TYPED
