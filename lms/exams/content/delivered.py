"""Questions of the files that were changed on this site: what an import does with them.

It leaves them alone, whatever the files say, and keeps what they say beside them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import undefer

from lms.core.db import db, transaction
from lms.core.editions import Edition
from lms.core.text import digest
from lms.exams.delivered_models import DeliveredQuestion
from lms.exams.models import Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind

_COLUMNS = ("points", "difficulty", "tags", "body", "meta")
_PLACE = ("unit", "case", "figures")


@transaction()
def hold_back(editions: Iterable[Edition], at: datetime) -> tuple[list[Edition], list[str]]:
    """Keep what the files say of questions that were changed here.

    Returns:
        What is to be published, and the codes of the questions and cases that stay as they are.
    """
    rows = db.session.scalars(select(DeliveredQuestion).order_by(DeliveredQuestion.code)).all()
    ours: defaultdict[str, list[Edition]] = defaultdict(list)
    held = {each.code for each in rows}
    wanted: list[Edition] = []
    for each in editions:
        entry = each.place["case"] or each.code
        (ours[entry] if entry in held else wanted).append(each)
    for row in rows:
        _note(row, ours.get(row.code, ()), at)
    return wanted, sorted(ours)


def _note(row: DeliveredQuestion, editions: Sequence[Edition], at: datetime) -> None:
    hashed = digest_of(editions)
    row.editions = [as_json(each) for each in editions]  # its figures may be others
    if row.digest != hashed:
        row.digest, row.delivered_at = hashed, at
        if _is_same(editions):  # what stands here went into the files
            row.seen = hashed
    for each in editions:  # what the site has replaced is to be read again here, too
        own = or_(Question.code == each.code, Question.case == row.code)
        now = update(Question).where(own).values(figures=each.place["figures"])
        db.session.execute(now.execution_options(synchronize_session=False))


def _is_same(editions: Sequence[Edition]) -> bool:
    """Whether the files ask what is published here."""
    codes = [each.code for each in editions]
    rows = db.session.scalars(select(Question).where(Question.code.in_(codes))).all()
    here = {each.code: each for each in published(rows)}
    names = ("kind", "points", "difficulty", "tags", "body")
    return all(
        each.code in here
        and all(each.columns[name] == here[each.code].columns[name] for name in names)
        and all(
            each.place[name] == here[each.code].place[name] for name in ("unit", "pool", "case")
        )
        for each in editions
    )


def digest_of(editions: Iterable[Edition]) -> str:
    """Return the hash of a question or case as the files have it, with its pool and module."""
    return digest(
        sorted(
            [each.code, each.digest, each.place["unit"], each.place["pool"]] for each in editions
        )
    )


def published(questions: Iterable[Question]) -> list[Edition]:
    """Return questions as they are published."""
    rows = db.session.execute(
        select(Question, QuestionVersion)
        .join(QuestionVersion, Question.published_id == QuestionVersion.id)
        .where(Question.id.in_([each.id for each in questions]))
        .options(undefer(QuestionVersion.meta))
    )
    return [
        Edition(
            question.code,
            version.digest,
            {"kind": version.kind} | {name: getattr(version, name) for name in _COLUMNS},
            {"pool": question.pool} | {name: getattr(question, name) for name in _PLACE},
        )
        for question, version in rows
    ]


def as_json(edition: Edition) -> dict[str, Any]:
    """Return an edition as it is stored."""
    return {
        "code": edition.code,
        "digest": edition.digest,
        "columns": {**edition.columns, "kind": edition.columns["kind"].value},
        "place": {**edition.place, "pool": edition.place["pool"].value},
    }


def edition_of(stored: Mapping[str, Any]) -> Edition:
    """Return an edition from what `as_json` made of it."""
    columns, place = stored["columns"], stored["place"]
    return Edition(
        stored["code"],
        stored["digest"],
        {**columns, "kind": Kind(columns["kind"])},
        {**place, "pool": Pool(place["pool"])},
    )
