"""Tables of facts about each person's training, and of the PDFs made of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lms.core import append_only
from lms.core.db import Base, pk


class RecordEntry(Base):
    """One fact about a person's training, chained to the one before it.

    Append-only: triggers in the database refuse changes, and the chain shows those that were made
    all the same. One chain per person, so that there is no row that all writers wait for.
    """

    __tablename__ = "record_entry"
    __table_args__ = (
        UniqueConstraint("person_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    """1, 2, 3 … per person, without gaps."""
    at: Mapped[datetime]
    verb: Mapped[str] = mapped_column(String(40))
    """What happened: see `rules.Verb`."""
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who did it, where that is not the person."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What it was about, in words and versions as of then: see `facts`."""
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class RecordEnd(Base):
    """The end of one person's chain: what the next entry follows, and that none was cut off.

    Whoever adds an entry for a person waits for this row, and for this one only.
    """

    __tablename__ = "record_end"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class RecordPdf(Base):
    """One printed training record: asked for, made by a job, kept for some days as bytes.

    Being made while `made_at` is empty; whether that failed is known by the job.
    """

    __tablename__ = "record_pdf"
    __table_args__ = (
        Index(None, "asked_by_id", "person_id"),
        CheckConstraint(
            "(made_at IS NULL) = (content IS NULL) AND (made_at IS NULL) = (sha256 IS NULL)",
            name="content_when_made",
        ),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    locale: Mapped[str] = mapped_column(String(2))
    made_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    entries_count: Mapped[int | None]
    """How many entries are printed in it."""
    expires_at: Mapped[datetime]


append_only.protect(RecordEntry.__table__)
