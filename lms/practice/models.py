"""Tables of practice: rounds, answers, and the notebook of mistakes. Nothing of it is evidence."""

import enum
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lms.core.db import Base, pk
from lms.practice.rules import Rated


class PracticeRound(Base):
    """Some questions that one person goes through, at their own pace; it can be left any time."""

    __tablename__ = "practice_round"
    __table_args__ = (Index(None, "person_id", "begun_at"),)

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit: Mapped[str] = mapped_column(String(40))
    """Code of the module that was asked for; empty for all."""
    lesson: Mapped[str] = mapped_column(String(40))
    """Code of the lesson that it goes with; empty for none."""
    kind: Mapped[str] = mapped_column(String(32))
    """Of the questions; empty for all."""
    is_review: Mapped[bool]
    """Whether it goes through mistakes that are due."""
    questions: Mapped[list[Any]] = deferred(mapped_column(JSON, nullable=False))
    """Ids, in the order asked. Shown is what is published and for practice at that moment."""
    begun_at: Mapped[datetime]


class PracticeAnswer(Base):
    """What was answered at one place of a round, and how it went."""

    __tablename__ = "practice_answer"
    __table_args__ = (
        UniqueConstraint("round_id", "place"),
        Index(None, "person_id", "question_id"),
        CheckConstraint("place >= 1", name="place_from_one"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("practice_round.id"))
    place: Mapped[int]
    """From 1."""
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    """The one that was shown."""
    answer: Mapped[list[str]] = mapped_column(JSON)
    """As in an exam; empty for "I don't know"."""
    mark: Mapped[Fraction]
    """From 0 to 1, exact."""
    rated: Mapped[Rated]
    """By the answer, or by oneself after a right one."""
    seconds: Mapped[int | None]
    """From showing to answering; empty if nobody knows."""
    answered_at: Mapped[datetime]


class Source(enum.StrEnum):
    """How a question came into the notebook."""

    PRACTICE = "practice"
    EXAM = "exam"
    """An exam had a question of the same lesson, which was not right; that one is never shown."""


class Mistake(Base):
    """A question in one person's notebook; in it while `left_at` is empty.

    `due_at` follows from the answers since `entered_at`, by `rules.due_after`.
    """

    __tablename__ = "mistake"
    __table_args__ = (
        UniqueConstraint("person_id", "question_id"),
        Index(None, "person_id", "due_at"),
        CheckConstraint("due_at >= entered_at", name="due_after_entry"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    source: Mapped[Source]
    entered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    """When its owner said "I know it"; a wrong answer brings it back."""
