"""Tables of what trainers set and grant on pages: drafts of exams, accommodations, time, talks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import OrgUnit, Person
from lms.core import append_only
from lms.core.db import Base, pk
from lms.exams.rules.allowances import Allowance


class ExamDraft(Base):
    """What the next version of an exam is to say; one at a time, for all who edit."""

    __tablename__ = "exam_draft"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As `ExamVersion.settings`; whether the bank can fill it is asked when it is published."""
    revision: Mapped[int]
    """Raised with each change, so that two who edit do not lose each other's work."""
    based_on: Mapped[int]
    """Number of the version that it began from."""
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]

    changed_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Accommodation(Base):
    """More time or attempts for a person, or for a unit with all below it. Ended, not deleted."""

    __tablename__ = "accommodation"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="person_or_unit"),
        CheckConstraint("extra_percent BETWEEN 0 AND 200", name="percent_range"),
        CheckConstraint("extra_attempts BETWEEN 0 AND 10", name="attempts_range"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_start"),
    )

    id: Mapped[pk]
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"))
    """For which exam; empty for all."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    extra_percent: Mapped[int] = mapped_column(default=0)
    is_untimed: Mapped[bool] = mapped_column(default=False)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """The last day on which it counts; empty for no end."""
    reason: Mapped[str] = mapped_column(String(200))
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When somebody took it back; attempts that had begun keep it."""

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="joined")
    unit: Mapped[OrgUnit | None] = relationship(lazy="joined")
    granted_by: Mapped[Person] = relationship(foreign_keys=[granted_by_id])

    @property
    def allowance(self) -> Allowance:
        """What it allows."""
        return Allowance(self.extra_percent, self.is_untimed, self.extra_attempts)


class ExamTalk(Base):
    """A talk about failed attempts, which let the next one open. Append-only: it is evidence."""

    __tablename__ = "exam_talk"
    __table_args__ = (Index(None, "enrolment_id", "exam_id"),)

    id: Mapped[pk]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text)
    """What was agreed, for who keeps people's training; the trainee does not see it."""
    recorded_at: Mapped[datetime]


class ExtraTime(Base):
    """Minutes that were granted to a running attempt. Append-only: together they move its end."""

    __tablename__ = "extra_time"
    __table_args__ = (CheckConstraint("minutes >= 1", name="minutes_positive"),)

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]


append_only.protect(ExamTalk.__table__)
append_only.protect(ExtraTime.__table__)
