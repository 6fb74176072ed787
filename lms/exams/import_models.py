"""Tables of questions that somebody brings as a file."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Base, pk
from lms.exams.rules.arrivals import Verdict


class QuestionImport(Base):
    """A file with questions that someone brought: checked first, brought in as they choose.

    The file lies in the data directory until `expires_at`. What was found per question is in
    `QuestionImportRow`; how far it is follows from the instants below.
    """

    __tablename__ = "question_import"
    __table_args__ = (
        CheckConstraint("decided_at IS NULL OR checked_at IS NOT NULL", name="checked_before"),
        CheckConstraint("cancelled_at IS NULL OR decided_at IS NULL", name="one_decision"),
        CheckConstraint("done_at IS NULL OR decided_at IS NOT NULL", name="done_when_decided"),
    )

    id: Mapped[pk]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    """As the person calls it, never a path of ours; empty for a text that was pasted."""
    stored_as: Mapped[str] = mapped_column(String(64))
    wanted: Mapped[str] = mapped_column(String(16))
    """The format that was asked for, or ``auto``."""
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    checked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the check found: the ``format``, the ``counts`` of questions per verdict, none if the
    file cannot be read, and the ``problems`` that belong to no question."""
    order: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Where it goes, once decided: ``bank``, ``pool`` and ``unit``."""
    pictures: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Name of a picture in the file -> its ``name`` as drawn anew and where that is ``stored_as``, or
    the ``refusal``, a code; empty until it is checked."""


class QuestionImportRow(Base):
    """What the check found about one question of such a file."""

    __tablename__ = "question_import_row"
    __table_args__ = (Index(None, "import_id", "verdict"),)

    import_id: Mapped[int] = mapped_column(
        ForeignKey("question_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    """Its place among the questions of the file, from 1."""
    place: Mapped[str] = mapped_column(String(80))
    """Where the file has it, as its reader says: ``3, line 12``."""
    kind: Mapped[str] = mapped_column(String(16))
    """A `Sort`, which has more than the bank has kinds."""
    title: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200))
    """What is right, in short."""
    verdict: Mapped[Verdict]
    problems: Mapped[list[Any]] = mapped_column(JSON)
    """``[severity, code, values]`` each."""
    shown: Mapped[list[Any] | None] = mapped_column(JSON)
    """The texts of a question with pictures, ``[what, key, text]`` each; empty for the others."""
    is_chosen: Mapped[bool]
    is_in: Mapped[bool] = mapped_column(default=False)
    """Whether the bank has taken it."""
