"""Tables of facts about each person's training."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

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
        Index(None, "enrolment_id", "verb"),
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


append_only.protect(RecordEntry.__table__)
