"""Tables of the question bank, of exams and of attempts."""

import enum
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from lms.accounts.models import Person
from lms.core.db import Base, pk
from lms.core.storage import stored_file
from lms.courses.models import Enrolment
from lms.courses.upload_rules import FORMS
from lms.exams.rules.kinds import Kind


class Pool(enum.StrEnum):
    """What a question may be drawn for; the practice pool never leaks the exam pool."""

    EXAM = "exam"
    PRACTICE = "practice"
    RETIRED = "retired"


class Question(Base):
    """An entry of the question bank. What it asks lies in its versions."""

    __tablename__ = "question"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    unit: Mapped[str] = mapped_column(String(40), index=True)
    """Code of the module that it belongs to."""
    case: Mapped[str | None] = mapped_column(String(40), index=True)
    """Code of the case whose sub-question it is; those of a case are drawn together, in order."""
    bank: Mapped[str | None] = mapped_column(String(80), index=True)
    """Name of the bank that an import put it into; empty for one that the content files own."""
    pool: Mapped[Pool]
    figures: Mapped[str | None] = mapped_column(String(64))
    """Hash of the site's own figures, where it was written for others; else empty."""
    figures_read: Mapped[str | None] = mapped_column(String(64))
    """The hash for which somebody has read the question and found it right."""
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("question_version.id", use_alter=True)
    )

    published: Mapped["QuestionVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )

    @property
    def is_in_force(self) -> bool:
        """As `IN_FORCE` asks it of the table."""
        return self.figures in {None, self.figures_read}


IN_FORCE = or_(
    Question.figures.is_(None), Question.figures.is_not_distinct_from(Question.figures_read)
)
"""Of a question: nothing that it rests on was changed since somebody read it; see docs/trainer.md."""


class QuestionVersion(Base):
    """What a question asked. Immutable: an attempt pins the one that it showed."""

    __tablename__ = "question_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("points >= 1", name="points_positive"),
        CheckConstraint("difficulty BETWEEN 1 AND 5", name="difficulty_range"),
    )

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    kind: Mapped[Kind]
    points: Mapped[int]
    difficulty: Mapped[int]
    tags: Mapped[list[str]] = mapped_column(JSON)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What is shown and marked, variables filled in: see `lms.exams.body`."""
    meta: Mapped[dict[str, Any]] = deferred(mapped_column(JSON))
    """The entry as it was read from its file, for exporting it again."""
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    question: Mapped[Question] = relationship(foreign_keys=[question_id])


class Exam(Base):
    """The exam that closes a stage. Its rules lie in its versions."""

    __tablename__ = "exam"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    published_id: Mapped[int | None] = mapped_column(ForeignKey("exam_version.id", use_alter=True))
    imported_digest: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    """`ExamVersion.digest` of what the files said at the last import; empty before one.

    Only when that changes do the files win over a version that was published on a page.
    """

    published: Mapped["ExamVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )


class ExamVersion(Base):
    """Rules of an exam: time, pass mark, draw, review. Immutable: an attempt pins one."""

    __tablename__ = "exam_version"
    __table_args__ = (UniqueConstraint("exam_id", "number"),)

    id: Mapped[pk]
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    number: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The exam's file, checked: see docs/content-format.md, and `rules.ExamRules`."""
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
    """Name of who published it on a page; empty for one from the content files."""
    note: Mapped[str] = mapped_column(String(400), default="", server_default=text("''"))
    """What changed, in the words of whoever changed it."""

    exam: Mapped[Exam] = relationship(foreign_keys=[exam_id], lazy="joined")


class HandedInBy(enum.StrEnum):
    """Who ended an attempt."""

    TRAINEE = "trainee"
    CLOCK = "clock"
    """The time was up: handed in with what was saved."""
    TRAINER = "trainer"
    """A trainer collected it, see `CollectedPaper`."""


UNMARKED = text("score IS NULL AND submitted_at IS NOT NULL")
UNCOUNTED = text("score IS NOT NULL AND NOT counted")


class Attempt(Base):
    """One sitting of an exam by one trainee. Never deleted: it is evidence.

    Open while `submitted_at` is empty; then handed in, for ever, and marked: either at once, or,
    where a person has to mark, later (`score` is empty until then).
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "exam_id", "number"),
        Index(
            "uq_attempt_open",
            "person_id",
            "exam_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        Index("ix_attempt_unmarked", "submitted_at", sqlite_where=UNMARKED,
              postgresql_where=UNMARKED),
        Index("ix_attempt_uncounted", "exam_id", sqlite_where=UNCOUNTED,
              postgresql_where=UNCOUNTED),
        Index("ix_attempt_open_deadline", "deadline_at", sqlite_where=text("submitted_at IS NULL"),
              postgresql_where=text("submitted_at IS NULL")),
        CheckConstraint("(score IS NULL) = (passed IS NULL)", name="passed_when_marked"),
        CheckConstraint("score IS NULL OR submitted_at IS NOT NULL", name="marked_when_submitted"),
        CheckConstraint(
            "submitted_at IS NULL OR submitted_at >= started_at", name="ends_after_start"
        ),
        CheckConstraint("(submitted_at IS NULL) = (receipt IS NULL)", name="receipt_when_submitted"),
    )  # fmt: skip

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("exam_version.id"))
    stage: Mapped[str] = mapped_column(String(40))
    """Code of the stage that passing it closes."""
    number: Mapped[int]
    """1 for the first sitting of this run, 2 for the second."""
    seed: Mapped[str] = mapped_column(String(32))
    layout: Mapped[list[Any]] = deferred(mapped_column(JSON))
    """Per slot, from 1: ``[question version id, "B D A C" (options as shown), points]``.

    Matching and ordering name both sides: ``2 1 3 | B D A C``.
    """
    penalties: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Slot -> share of its points that a wrong choice costs, where the entry of the blueprint that
    drew it says another than the exam; pinned like the layout. Empty for none."""
    client: Mapped[str] = mapped_column(String(32))
    """Token of the page that may save; a device that takes over puts in its own."""
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    """Start, limit and extra time, by `rules.deadline`: stored once, moved only later."""
    extra_percent: Mapped[int] = mapped_column(default=0, server_default="0")
    """What an accommodation added to the limit when it began; more minutes keep it."""
    is_untimed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether an accommodation took the limit away."""
    position: Mapped[int | None]
    """The one slot that is open, where questions come one by one; empty where all are."""
    submitted_at: Mapped[datetime | None]
    handed_in_by: Mapped[HandedInBy | None]
    receipt: Mapped[str | None] = mapped_column(String(64))
    """Hash over the answers as they were handed in."""
    score: Mapped[Fraction | None]
    """From 0 to 1, exact; empty until every response is marked."""
    passed: Mapped[bool | None]
    """By the pass mark of the pinned version; a later one changes no result."""
    regraded: Mapped[dict[str, str | None] | None] = mapped_column(JSON(none_as_null=True))
    """Slot -> the mark that counts instead of the response's own, since a key was corrected; nothing
    for a question that is left out: it earns nothing and is worth nothing."""
    counted: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the roll-ups of the statistics have it: see `tally_models`."""

    person: Mapped[Person] = relationship(lazy="select")
    enrolment: Mapped[Enrolment] = relationship(lazy="select")
    version: Mapped[ExamVersion] = relationship(lazy="joined", innerjoin=True)

    @property
    def factor(self) -> Fraction | None:
        """What its accommodation makes of the limit; None for no limit."""
        return None if self.is_untimed else 1 + Fraction(self.extra_percent, 100)

    @property
    def is_open(self) -> bool:
        """Whether it was not yet handed in."""
        return self.submitted_at is None


class Response(Base):
    """The latest answer in one slot: raised only by a higher `seq`, frozen at hand-in."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint("seq >= 1", name="seq_from_one"),
        {"sqlite_with_rowid": False},
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[list[str]] = mapped_column(JSON)
    """Option keys, what was typed per blank, or ``thing=choice``; empty for a blank."""
    flagged: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]
    mark: Mapped[Fraction | None]
    """At most 1, exact, less than 0 for what cost points; written when the attempt is marked."""


class LateAnswer(Base):
    """An answer that came too late: refused, and kept as evidence."""

    __tablename__ = "late_answer"

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    slot: Mapped[int]
    seq: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[list[str]] = mapped_column(JSON)
    received_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(32))
    """Code of the refusal."""


class ResponseFile(Base):
    """A file that was handed in for a question. Never deleted: an answer names those that count."""

    __tablename__ = "response_file"

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    slot: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    """As it was called, without its ending."""
    suffix: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[stored_file]
    size_bytes: Mapped[int]
    added_at: Mapped[datetime]

    @property
    def mime(self) -> str:
        """What a browser is told that it is."""
        return FORMS[self.suffix].mime


class Marking(Base):
    """How a person marked an answer. A second marker would add a row; the latest counts."""

    __tablename__ = "marking"
    __table_args__ = (Index(None, "attempt_id", "slot"),)

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int]
    marker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    met: Mapped[list[str]] = mapped_column(JSON)
    """Keys of the rubric's items that are met."""
    mark: Mapped[Fraction]
    """From 0 to 1, exact."""
    comment: Mapped[str] = mapped_column(Text)
    marked_at: Mapped[datetime]


class MarkingClaim(Base):
    """Who is marking an answer just now, so that two do not do the same work."""

    __tablename__ = "marking_claim"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    until: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class MarkingSnippet(Base):
    """A comment that a marker keeps to use again; their own."""

    __tablename__ = "marking_snippet"
    __table_args__ = (UniqueConstraint("person_id", "text"),)

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(String(500))
