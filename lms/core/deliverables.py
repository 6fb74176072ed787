"""Files that were made for one person, to be fetched within a while: exports, reports.

The bytes lie beside the database, not in it; what has expired is swept away.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock, uploads
from lms.core.chores import every
from lms.core.db import Base, db, pk, text80, transaction
from lms.core.errors import found

KEPT = timedelta(days=3)
FOLDER = "deliverables"


class Deliverable(Base):
    """One file for one person."""

    __tablename__ = "deliverable"

    id: Mapped[pk]
    owner_id: Mapped[int] = mapped_column(index=True)
    """The person. No foreign key: this room knows no people."""
    name: Mapped[str] = mapped_column(String(200))
    """File name, as it is saved."""
    mime: Mapped[text80]
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    size_bytes: Mapped[int]
    rows: Mapped[int | None]
    """How many rows it has, where it has rows: an export says whether it is complete."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def path(self) -> Path:
        """Where the bytes lie."""
        return uploads.path_of(FOLDER, self.stored_as)


def write(content: bytes) -> str:
    """Store bytes durably, outside any transaction; return the name for `add`.

    Raises:
        NoRoomForFilesError: the disk is almost full.
    """
    return uploads.write(FOLDER, content)


@transaction()
def add(
    stored_as: str,
    *,
    owner_id: int,
    name: str,
    mime: str,
    rows: int | None = None,
    at: datetime | None = None,
) -> Deliverable:
    """Hand a stored file to its owner, in the transaction of the job that made it."""
    at = at or clock.now()
    row = Deliverable(
        owner_id=owner_id,
        name=name,
        mime=mime,
        stored_as=stored_as,
        size_bytes=uploads.path_of(FOLDER, stored_as).stat().st_size,
        rows=rows,
        made_at=at,
        expires_at=at + KEPT,
    )
    db.session.add(row)
    db.session.flush()
    return row


def of(owner_id: int, *, at: datetime | None = None) -> Sequence[Deliverable]:
    """Return a person's files that have not expired, latest first."""
    current = select(Deliverable).where(
        Deliverable.owner_id == owner_id, Deliverable.expires_at > (at or clock.now())
    )
    return db.session.scalars(current.order_by(Deliverable.id.desc())).all()


def one_of(owner_id: int, deliverable_id: int, *, at: datetime | None = None) -> Deliverable:
    """Return one of a person's own files; an expired or foreign one is a 404."""
    own = select(Deliverable).where(
        Deliverable.id == deliverable_id,
        Deliverable.owner_id == owner_id,
        Deliverable.expires_at > (at or clock.now()),
    )
    return found(db.session.scalar(own))


@every(timedelta(hours=1))
def sweep() -> None:
    """Remove files that have expired, and those that no row speaks of after a day."""
    now = clock.now()
    with transaction():
        db.session.execute(delete(Deliverable).where(Deliverable.expires_at <= now))
        known = set(db.session.scalars(select(Deliverable.stored_as)))
    uploads.sweep(FOLDER, known, at=now)
