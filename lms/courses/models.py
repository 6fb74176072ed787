"""Tables of the curriculum, of enrolments and of progress through it."""

import enum
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from lms.accounts.models import OrgUnit, Person
from lms.core.db import Base, pk
from lms.core.storage import stored_file
from lms.courses.upload_rules import FORMS, FileForm


class LessonClass(enum.StrEnum):
    """How much of a lesson a site has to replace by its own."""

    GENERIC = "generic"
    PARAMETRIC = "parametric"
    SAMPLE = "sample"


class Programme(Base):
    """A whole curriculum, such as the four-stage one. Its content lies in its versions."""

    __tablename__ = "programme"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme_version.id", use_alter=True)
    )

    published: Mapped["ProgrammeVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )


class ProgrammeVersion(Base):
    """What a programme consisted of. Immutable: an enrolment keeps the one that it began with."""

    __tablename__ = "programme_version"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[pk]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    structure: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The programme's file, checked: see docs/content-format.md, and `rules.Outline`."""
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship(foreign_keys=[programme_id], lazy="joined")


class Lesson(Base):
    """One thing to study. Its content lies in its versions."""

    __tablename__ = "lesson"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("lesson_version.id", use_alter=True)
    )
    imported_digest: Mapped[str] = mapped_column(String(64), default="")
    """`LessonVersion.file_digest` of what the files said at the last import; empty before one.

    Only when that changes do the files win over a text that was edited here.
    """

    published: Mapped["LessonVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )


class LessonVersion(Base):
    """What a lesson said. Immutable: the record names the version that was read."""

    __tablename__ = "lesson_version"
    __table_args__ = (UniqueConstraint("lesson_id", "number"),)

    id: Mapped[pk]
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    number: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    minutes: Mapped[int]
    meta: Mapped[dict[str, Any]] = deferred(mapped_column(JSON))
    """The lesson's file as it was read, for exporting it again."""
    source: Mapped[dict[str, str]] = deferred(mapped_column(JSON))
    """Language -> Markdown, variables not yet filled in."""
    html: Mapped[dict[str, str]] = deferred(mapped_column(JSON))
    """Language -> the page's body, variables filled in, sanitised."""
    outline: Mapped[dict[str, Any]] = deferred(mapped_column(JSON))
    """Language -> ``[[anchor, heading], …]`` of the second level."""
    checks: Mapped[list[Any]] = deferred(mapped_column(JSON))
    """The self-checks, variables filled in; shape as in the lesson's file."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of all that a trainee sees: equal content makes no new version."""
    file_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the lesson as it lies in files, the site's values not filled in."""
    made_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    """What changed, in the words of whoever changed it."""

    lesson: Mapped[Lesson] = relationship(foreign_keys=[lesson_id], lazy="joined")
    media: Mapped[list["LessonMedia"]] = relationship(order_by="LessonMedia.name")


class LessonMedia(Base):
    """A file beside a lesson's text; its bytes lie in storage under their hash."""

    __tablename__ = "lesson_media"

    version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    sha256: Mapped[stored_file]
    mime: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]


class Aid(Base):
    """A job aid: one sheet for the desk. Its content lies in its versions."""

    __tablename__ = "aid"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    published_id: Mapped[int | None] = mapped_column(ForeignKey("aid_version.id", use_alter=True))

    published: Mapped["AidVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )


class AidVersion(Base):
    """What a sheet said. Immutable."""

    __tablename__ = "aid_version"
    __table_args__ = (UniqueConstraint("aid_id", "number"),)

    id: Mapped[pk]
    aid_id: Mapped[int] = mapped_column(ForeignKey("aid.id"))
    number: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The sheet's file as it was read."""
    source: Mapped[dict[str, str]] = deferred(mapped_column(JSON))
    html: Mapped[dict[str, str]] = deferred(mapped_column(JSON))
    """Language -> the sheet, variables filled in, sanitised."""
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    aid: Mapped[Aid] = relationship(foreign_keys=[aid_id], lazy="joined")


class Material(Base):
    """A file that goes with a lesson, to open or to take away. Its bytes lie in its versions."""

    __tablename__ = "material"

    id: Mapped[pk]
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), index=True)
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("material_version.id", use_alter=True)
    )
    retired_at: Mapped[datetime | None]
    """Since when trainees do not see it any more; it is never deleted."""

    lesson: Mapped[Lesson] = relationship(lazy="joined", innerjoin=True)
    published: Mapped["MaterialVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )
    versions: Mapped[list["MaterialVersion"]] = relationship(
        foreign_keys="MaterialVersion.material_id", order_by="MaterialVersion.number.desc()"
    )


class MaterialVersion(Base):
    """One file as it was uploaded. Immutable; the bytes lie in storage under their hash."""

    __tablename__ = "material_version"
    __table_args__ = (UniqueConstraint("material_id", "number"),)

    id: Mapped[pk]
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    number: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    suffix: Mapped[str] = mapped_column(String(8))
    """How its name ends, in small letters; the rest of the uploaded name is not kept."""
    sha256: Mapped[stored_file]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(400))
    """What is new, in the words of whoever uploaded it."""

    @property
    def form(self) -> FileForm:
        """What sort of file it is."""
        return FORMS[self.suffix]


class EnrolmentSource(enum.StrEnum):
    """How someone came to take a programme."""

    ASSIGNED = "assigned"
    SELF = "self"
    RENEWAL = "renewal"


class Enrolment(Base):
    """One run of one person through one programme.

    A second run is a second row with the next cycle: nothing is ever reset. Whether it is open,
    due, overdue or completed is computed (`rules`), never stored.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("person_id", "programme_id", "cycle"),
        CheckConstraint("cycle >= 1", name="cycle_from_one"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("programme_version.id"))
    """The programme as it was when the run began."""
    cycle: Mapped[int]
    source: Mapped[EnrolmentSource]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    due_on: Mapped[date | None]
    """Last day on which completing it is in time, in the organisation's time zone."""
    completed_at: Mapped[datetime | None]
    """The instant at which every stage was done: a fact, written once. Status is computed."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """Where the person worked when the run began: moving them changes no history."""

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    version: Mapped[ProgrammeVersion] = relationship(lazy="joined", innerjoin=True)
    unit: Mapped[OrgUnit | None] = relationship()


class LessonRead(Base):
    """That a lesson was opened and, later, read to its end, in one run."""

    __tablename__ = "lesson_read"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"))
    """The version that was opened; on reading to the end, the one that was read."""
    opened_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class StagePass(Base):
    """That the exam of a stage was passed in one run: told by the exams room, kept here for gates."""

    __tablename__ = "stage_pass"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(40), primary_key=True)
    passed_at: Mapped[datetime]
    score: Mapped[Fraction]
    """From 0 to 1, exact."""
    attempt_id: Mapped[int]
    """Which sitting. No foreign key: exams stand above this room."""


class Variable(Base):
    """A value that a site replaces, as last imported."""

    __tablename__ = "content_variable"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, str]] = mapped_column(JSON)


Index("ix_lesson_read_read_at", LessonRead.read_at)
Index("ix_stage_pass_passed_at", StagePass.passed_at)
