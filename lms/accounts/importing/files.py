"""Uploaded files with people, kept until their bringer has decided, and for a while after."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.accounts.models import PeopleImport, PeopleImportRow
from lms.core import clock, uploads
from lms.core.chores import every
from lms.core.db import db, transaction

FOLDER = "imports"


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
        gone = select(PeopleImport.id).where(PeopleImport.expires_at <= now)
        ids = list(db.session.scalars(gone))
        db.session.execute(delete(PeopleImportRow).where(PeopleImportRow.import_id.in_(ids)))
        db.session.execute(delete(PeopleImport).where(PeopleImport.id.in_(ids)))
        known = set(db.session.scalars(select(PeopleImport.stored_as)))
    uploads.sweep(FOLDER, known, at=now)
