"""Uploaded files with questions, kept until their bringer has decided, and for a while after."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.core import clock, uploads
from lms.core.chores import every
from lms.core.db import db, transaction
from lms.exams.import_models import QuestionImport, QuestionImportRow
from lms.exams.importing import pictures

FOLDER = "question-imports"


def write(content: bytes) -> str:
    """Store a file as `uploads.write` does; return its name."""
    return uploads.write(FOLDER, content)


def read(stored_as: str) -> bytes:
    """Return the bytes of a stored file; none, if it was swept away meanwhile."""
    return uploads.read(FOLDER, stored_as)


@every(timedelta(hours=1))
def sweep() -> None:
    """Forget imports that have expired, with their rows, and files that no import speaks of."""
    now = clock.now()
    with transaction():
        gone = select(QuestionImport.id).where(QuestionImport.expires_at <= now)
        ids = list(db.session.scalars(gone))
        db.session.execute(delete(QuestionImportRow).where(QuestionImportRow.import_id.in_(ids)))
        db.session.execute(delete(QuestionImport).where(QuestionImport.id.in_(ids)))
        known = set(db.session.scalars(select(QuestionImport.stored_as)))
        kept = db.session.scalars(select(QuestionImport.pictures))
        shown = set[str]().union(*map(pictures.stored_names, kept))
    uploads.sweep(FOLDER, known, at=now)
    uploads.sweep(pictures.FOLDER, shown, at=now)
