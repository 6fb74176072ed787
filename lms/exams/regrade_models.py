"""Tables of regrades: a key is corrected after people have answered."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import append_only
from lms.core.db import Base, pk
from lms.exams.models import Attempt, QuestionVersion


class Regrade(Base):
    """A correction of the key of one version of a question, wherever it was answered.

    Checked by a job (`checked_at`), then applied (`decided_at`, `done_at`) or left. From
    `decided_at` on its ruling marks those papers too that are handed in later. Never deleted; the
    latest that is decided counts, and another one undoes it.
    """

    __tablename__ = "regrade"
    __table_args__ = (
        Index(None, "question_version_id"),
        CheckConstraint("decided_at IS NULL OR checked_at IS NOT NULL", name="checked_first"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="somebody_decides"),
        CheckConstraint("done_at IS NULL OR decided_at IS NOT NULL", name="decided_first"),
    )

    id: Mapped[pk]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    ruling: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What counts as right now: see `rules.rulings`."""
    never_lower: Mapped[bool]
    """Whether whoever would lose by it keeps the result."""
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    answers: Mapped[int | None]
    """How many papers have the question; empty until it is checked."""
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]

    asked_by: Mapped[Person] = relationship(
        lazy="joined", innerjoin=True, foreign_keys=[asked_by_id]
    )
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    version: Mapped[QuestionVersion] = relationship(lazy="joined", innerjoin=True)


class RegradeChange(Base):
    """What a regrade changes on one paper: foreseen by the check, then done."""

    __tablename__ = "regrade_change"
    __table_args__ = (
        UniqueConstraint("regrade_id", "attempt_id"),
        Index(None, "attempt_id"),
        Index("ix_regrade_change_lost", "id", sqlite_where=text("was_passed AND NOT is_passed"),
              postgresql_where=text("was_passed AND NOT is_passed")),
    )  # fmt: skip

    id: Mapped[pk]
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int]
    mark_before: Mapped[Fraction | None]
    """Empty where the question was left out."""
    mark_after: Mapped[Fraction | None]
    score_before: Mapped[Fraction | None]
    """Empty, as the next ones, where a person has yet to mark the paper."""
    score_after: Mapped[Fraction | None]
    was_passed: Mapped[bool | None]
    is_passed: Mapped[bool | None]
    applied_at: Mapped[datetime | None]

    attempt: Mapped[Attempt] = relationship(lazy="select")


class LostPass(Base):
    """What was decided about a pass that a regrade took away. Append-only: it is evidence."""

    __tablename__ = "lost_pass"

    change_id: Mapped[int] = mapped_column(ForeignKey("regrade_change.id"), primary_key=True)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text)
    """What is done: whether the certificate stays, or is revoked, and what the person was told."""
    decided_at: Mapped[datetime]


append_only.protect(LostPass.__table__)
