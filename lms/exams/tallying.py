"""Keeping the roll-ups of the statistics: answers are counted shortly after they are marked.

Handing in does not wait for it: a chore takes marked papers in, some at a time, and who looks at
the figures in between counts the few that are missing. A paper is in or out (`Attempt.counted`),
so to take it in twice changes nothing; whoever changes its marks takes it out first.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, delete, false, select, update

from lms.core.db import db, transaction
from lms.core.upsert import insert
from lms.exams import answered, quality
from lms.exams.answered import Counted
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.rules import results
from lms.exams.rules.results import Sum
from lms.exams.tally_models import AnswerTally, QuestionSign, ScoreTally

AT_ONCE = 100
"""Papers per transaction: others want to write as well."""
SCORE = ("exam_version_id", "is_first")
ANSWER = ("exam_version_id", "question_version_id", "is_first")
"""What names a row of the roll-ups."""


def keep_up(*, most: int = 10) -> int:
    """Take in what was marked since the last time.

    Args:
        most: transactions, so that other chores have their turn.

    Returns:
        How many papers were taken in.
    """
    taken = 0
    for _time in range(most):
        some = take_in()
        taken += some
        if some < AT_ONCE:
            break
    return taken


@transaction()
def take_in() -> int:
    """Take some papers in that are marked and not counted; return how many."""
    query = select(Attempt.id).where(Attempt.score.is_not(None), ~Attempt.counted)
    query = query.order_by(Attempt.id).limit(AT_ONCE)
    ids = db.session.scalars(query.with_for_update(skip_locked=True)).all()
    _add(answered.count(ids), times=1)
    _note(ids, is_counted=True)
    return len(ids)


@transaction()
def take_out(attempt_ids: Iterable[int]) -> None:
    """Take papers out whose marks are about to change; those that are not in stay out."""
    query = select(Attempt.id).where(Attempt.id.in_(list(attempt_ids)), Attempt.counted)
    ids = db.session.scalars(query.order_by(Attempt.id).with_for_update()).all()
    _add(answered.count(ids), times=-1)
    _note(ids, is_counted=False)


def _note(ids: Sequence[int], *, is_counted: bool) -> None:
    if ids:
        db.session.execute(
            update(Attempt).where(Attempt.id.in_(ids)).values(counted=is_counted),
            execution_options={"synchronize_session": "fetch"},
        )


def _add(counted: Counted, *, times: int) -> None:
    """Add to the stored roll-ups; always in the same order, so that nobody waits in a circle."""
    scores = _rows(ScoreTally, SCORE, counted.results, {"results": {}})
    for part, found in counted.results.items():
        total = results.read(scores[part].results)
        for key, each in found.items():
            total.setdefault(key, Sum()).add(each, times=times)
        scores[part].results = results.written(total)
    piles = _rows(AnswerTally, ANSWER, counted.answers, {"cells": {}, "turn": 0, "read_turn": 0})
    for place, cells in counted.answers.items():
        piles[place].cells = _sum(piles[place].cells, cells, times)
        piles[place].turn += 1
    db.session.flush()


def _sum(stored: Mapping[str, int], more: Mapping[str, int], times: int) -> dict[str, int]:
    found = dict(stored)
    for key, count in more.items():
        found[key] = found.get(key, 0) + times * count
        if not found[key]:
            del found[key]
    return found


def _rows(
    table: Any, names: Sequence[str], keys: Collection[tuple[Any, ...]], empty: Mapping[str, Any]
) -> dict[tuple[Any, ...], Any]:
    """Return key -> row, held until the transaction ends; the first asker makes what is missing.

    Args:
        table: of roll-ups.
        names: of its key's columns; the first one says of which version of an exam.
        keys: which rows.
        empty: what a new row holds.
    """
    if not keys:
        return {}
    columns = [getattr(table, name) for name in names]
    held = select(table).where(columns[0].in_({key[0] for key in keys})).order_by(*columns)
    held = held.with_for_update().execution_options(populate_existing=True)
    rows = _by_key(held, names)
    missing = [
        dict(zip(names, key, strict=True)) | dict(empty) for key in sorted(keys - rows.keys())
    ]
    if missing:
        db.session.execute(insert(table).values(missing).on_conflict_do_nothing())
        rows = _by_key(held, names)
    return rows


def _by_key(query: Select[Any], names: Sequence[str]) -> dict[tuple[Any, ...], Any]:
    rows = db.session.scalars(query)
    return {tuple(getattr(row, name) for name in names): row for row in rows}


def renew_signs() -> int:
    """Work out anew what to look at in each question whose answers changed; return of how many.

    The figures are worked out outside any transaction. If more answers come in meanwhile, the row
    stays due and the next time has them too.
    """
    due = quality.due()
    versions = sorted(due)
    for start in range(0, len(versions), AT_ONCE):
        some = versions[start : start + AT_ONCE]
        signs = quality.signs_of(some)
        db.session.rollback()
        _keep_signs(signs, {each: due[each] for each in some})
    return len(due)


@transaction()
def _keep_signs(
    signs: Mapping[int, Iterable[str]], due: Mapping[int, Mapping[tuple[int, bool], int]]
) -> None:
    old = delete(QuestionSign).where(QuestionSign.question_version_id.in_(due))
    db.session.execute(old, execution_options={"synchronize_session": False})
    rows = [
        {"question_version_id": version_id, "sign": sign}
        for version_id, found in signs.items()
        for sign in found
    ]
    if rows:
        db.session.execute(insert(QuestionSign.__table__).on_conflict_do_nothing(), rows)
    db.session.connection().execute(_READ, [
        {"of": version_id, "by": exam_version_id, "first": is_first, "read": turn}
        for version_id, turns in due.items()
        for (exam_version_id, is_first), turn in turns.items()
    ])  # fmt: skip


_PILES: Any = AnswerTally.__table__
_READ = (
    update(_PILES)
    .where(
        _PILES.c.question_version_id == bindparam("of"),
        _PILES.c.exam_version_id == bindparam("by"),
        _PILES.c.is_first == bindparam("first"),
    )
    .values(read_turn=bindparam("read"))
)


def rebuild(*, tell: Callable[[int], None] = lambda _count: None) -> int:
    """Make all roll-ups anew from the answers; return how many papers they have."""
    for exam_id in db.session.scalars(select(Exam.id).order_by(Exam.id)).all():
        _forget(exam_id)
    taken = 0
    while some := take_in():
        taken += some
        tell(taken)
    renew_signs()
    return taken


@transaction()
def _forget(exam_id: int) -> None:
    versions = select(ExamVersion.id).where(ExamVersion.exam_id == exam_id).scalar_subquery()
    for table in (ScoreTally, AnswerTally):
        db.session.execute(delete(table).where(table.exam_version_id.in_(versions)))
    own = update(Attempt).where(Attempt.exam_id == exam_id, Attempt.counted)
    db.session.execute(own.values(counted=false()))


def differences() -> int:
    """Return how many roll-ups are not what counting their papers anew gives."""
    ids = db.session.scalars(select(Attempt.id).where(Attempt.counted).order_by(Attempt.id)).all()
    anew = answered.count(ids)
    scores = {
        (row.exam_version_id, row.is_first): results.read(row.results)
        for row in db.session.scalars(select(ScoreTally))
        if row.results
    }
    names = (AnswerTally.exam_version_id, AnswerTally.question_version_id, AnswerTally.is_first)
    piles = {
        (row[0], row[1], row[2]): row[3]
        for row in db.session.execute(select(*names, AnswerTally.cells))
        if row[3]
    }
    return _apart(scores, anew.results) + _apart(piles, anew.answers)


def _apart(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> int:
    return sum(first.get(each) != second.get(each) for each in {*first, *second})
