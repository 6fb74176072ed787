"""What the list of people and their runs says, and how it can be asked. Pure.

One line is one person and their latest run of a programme; `roster` reads them.
"""

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from lms.courses.rules import Bilingual, EnrolmentStatus

NOT_ENROLLED = "not-enrolled"
"""The status of who has no run, beside those of `EnrolmentStatus`."""


class View(enum.StrEnum):
    """Lines that people look for together; all but `LEAVERS` are of people who are still here."""

    ALL = "all"
    IN_PROGRESS = "in-progress"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    COMPLETED = "completed"
    NOT_ENROLLED = "not-enrolled"
    LEAVERS = "leavers"


VIEW_OF: Mapping[str, View] = {
    EnrolmentStatus.OPEN: View.IN_PROGRESS,
    EnrolmentStatus.DUE_SOON: View.DUE_SOON,
    EnrolmentStatus.OVERDUE: View.OVERDUE,
    EnrolmentStatus.COMPLETED: View.COMPLETED,
    NOT_ENROLLED: View.NOT_ENROLLED,
}
"""Status -> the view that shows it."""


class Sort(enum.StrEnum):
    """What lines can be sorted by."""

    NAME = "name"
    STAFF_NO = "staff-no"
    UNIT = "unit"
    STAGE = "stage"
    PROGRESS = "progress"
    DUE = "due"
    STATUS = "status"
    ACTIVITY = "activity"
    CERTIFICATES = "certificates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which lines are asked for, and in which order."""

    programme_id: int | None = None
    """None: the latest run of each programme."""
    view: View | None = View.ALL
    """None: everyone, whether they have left or not."""
    text: str = ""
    """Words, as for `accounts.queries.people`."""
    unit_id: int | None = None
    """People in this unit and all below it."""
    stage: int | None = None
    """Runs that stand in the stage of this number."""
    people: tuple[int, ...] = ()
    """These people only; empty: everyone."""
    sort: Sort = Sort.NAME
    down: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return JSON values, for a job to carry."""
        return asdict(self) | {"people": list(self.people)}

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Asked":
        """Read what `as_json` returned."""
        view = given["view"] and View(given["view"])
        typed = {"view": view, "sort": Sort(given["sort"])}
        return cls(**{**given, **typed, "people": tuple(given["people"])})


class FileFormat(enum.StrEnum):
    """What records can be written as."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Records to be written to a file."""

    actor_id: int | None
    """Who asked, and sees them; None: the operator."""
    format: FileFormat
    locale: str
    """``zh`` or ``en``."""
    person_id: int | None = None
    """The whole record of one person; None: the lines that are `asked` for."""
    asked: Asked = Asked()

    def as_json(self) -> dict[str, Any]:
        """Return JSON values, for a job to carry."""
        return asdict(self) | {"asked": self.asked.as_json()}

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Order":
        """Read what `as_json` returned."""
        typed = {"format": FileFormat(given["format"]), "asked": Asked.read(given["asked"])}
        return cls(**{**given, **typed})


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a programme, as far as lines speak of it."""

    id: int
    programme_id: int
    code: str
    number: int
    is_published: bool
    title: Bilingual
    stages: tuple[Bilingual, ...]
    lessons: int
    steps: int
    """Lessons and exams."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person and their latest run of a programme, if they have one."""

    person_id: int
    name: str
    latin_name: str
    staff_no: str | None
    is_demo: bool
    deactivated_at: datetime | None
    unit: str | None
    manager: str | None
    enrolment_id: int | None
    cycle: int | None
    opened_at: datetime | None
    due_on: date | None
    completed_at: datetime | None
    status: str
    read: int
    """Lessons read to the end."""
    passed: int
    """Exams passed."""
    stages_done: int
    last_lesson_at: datetime | None
    last_exam_at: datetime | None
    certificates: int
    """That are valid today."""
    next_expiry: date | None
    """Of these, the last valid day of the first to expire."""
    version: Version | None

    @property
    def last_activity_at(self) -> datetime | None:
        """When they last opened or finished a lesson, or began or handed in an exam."""
        return max(filter(None, (self.last_lesson_at, self.last_exam_at)), default=None)

    @property
    def percent(self) -> int:
        """Lessons read and exams passed, of all of them, rounded down: as on the learning map."""
        steps = self.version.steps if self.version else 0
        return 100 * (self.read + self.passed) // steps if steps else 0

    @property
    def stage(self) -> tuple[int, Bilingual] | None:
        """Number and title of the stage that is being worked on; None when all are done."""
        if self.version is None or self.completed_at is not None:
            return None
        number = min(self.stages_done + 1, len(self.version.stages))
        return number, self.version.stages[number - 1]
