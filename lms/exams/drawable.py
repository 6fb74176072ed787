"""What an exam may draw: the published questions of the pool for exams."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

from sqlalchemy import and_, select

from lms.core.db import db
from lms.core.kept import Kept
from lms.core.prepared import Prepared
from lms.exams import body
from lms.exams.models import IN_FORCE, Pool, Question, QuestionVersion
from lms.exams.rules import drawing
from lms.exams.rules.drawing import Candidate

_DRAWABLE = and_(Question.pool == Pool.EXAM, IN_FORCE)
_PLACES = Prepared(
    select(QuestionVersion.id, QuestionVersion.digest, Question.code, Question.unit, Question.case)
    .join(Question.published)
    .where(_DRAWABLE)
)
_BANK = (
    select(
        Question.code,
        Question.unit,
        Question.case,
        QuestionVersion.id,
        QuestionVersion.kind,
        QuestionVersion.difficulty,
        QuestionVersion.tags,
        QuestionVersion.points,
        QuestionVersion.body,
    )
    .join(Question.published)
    .where(_DRAWABLE)
)
_banks: Kept[list[Candidate]] = Kept(2)


def bank() -> list[Candidate]:
    """Return every question that an exam may draw, as of its published version.

    Which versions stand where is asked each time; what they ask is read only if that has changed.
    """
    return named_bank()[1]


def named_bank() -> tuple[Hashable, list[Candidate]]:
    """Return the same, after what names this very bank and no other."""
    places = tuple(_PLACES.rows())
    return places, _banks.get(places, _whole_bank)


def _whole_bank() -> list[Candidate]:
    rows = db.session.execute(_BANK).all()
    single = [_candidate(row) for row in rows if row.case is None]
    return [*single, *_cases([row for row in rows if row.case is not None])]


def _candidate(row: Any) -> Candidate:
    return Candidate(
        code=row.code,
        version_id=row.id,
        unit=row.unit,
        kind=row.kind,
        difficulty=row.difficulty,
        tags=body.tags_of(row.tags, row.body),
        points=row.points,
        options=body.written_keys(row.kind, row.body),
        shuffle=body.is_shuffled(row.kind, row.body),
        last=body.last_keys(row.kind, row.body),
        things=body.things(row.kind, row.body),
    )


def _cases(rows: Sequence[Any]) -> list[Candidate]:
    members: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        members[row.case].append(row)
    return [
        drawing.case(
            code, [_candidate(each) for each in sorted(parts, key=lambda e: e.body["case"]["part"])]
        )
        for code, parts in members.items()
        if len(parts) == parts[0].body["case"]["of"]  # one that lost a part is not whole
    ]
