"""Exam files and versions that were published on a page: which of the two an import publishes.

A file wins when it changed since it was last imported; until then the page's version stands.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core.content import Counts
from lms.core.db import db, transaction
from lms.core.editions import Edition, publish
from lms.core.text import digest
from lms.exams.models import Exam, ExamVersion

_DEFAULTS: Mapping[str, Any] = {"cooldown_days": [], "shuffle_questions": True, "review": []}


def edition(given: Mapping[str, Any]) -> Edition:
    """Return an exam as its file says it."""
    settings = {**_DEFAULTS, **{key: value for key, value in given.items() if value is not None}}
    return Edition(
        settings["code"], digest(settings), {"settings": settings, "author": "", "note": ""}
    )


@transaction()
def publish_files(exams: Sequence[Edition], at: datetime) -> Counts:
    """Publish what the files say, and let pages' versions stand where the files are as they were.

    Returns:
        What was done; `superseded` are exams whose version of a page was replaced.
    """
    rows = db.session.execute(
        select(Exam, ExamVersion.author, ExamVersion.digest).join(Exam.published)
    ).all()
    edited = {exam.code: (exam.imported_digest, current) for exam, by, current in rows if by}
    wanted, superseded = [], []
    for each in exams:
        imported, current = edited.get(each.code, ("", each.digest))
        if each.code in edited and each.digest == imported:
            wanted.append(Edition(each.code, current, {}))
        else:
            wanted.append(each)
            superseded += [each.code] if each.digest != current else []
    counts = publish(Exam, ExamVersion, wanted, at)
    counts.superseded = superseded
    said = {each.code: each.digest for each in exams}
    for exam in db.session.scalars(select(Exam).where(Exam.code.in_(said))):
        exam.imported_digest = said[exam.code]
    return counts
