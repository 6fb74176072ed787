"""What other features may want to know about learning."""

from dataclasses import dataclass
from datetime import datetime

from lms.accounts.models import Person
from lms.courses.models import Enrolment
from lms.courses.outlines import LessonText
from lms.courses.rules import Stage
from lms.courses.runs import Run


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A run of a programme began; `actor` is who assigned it, if not the person."""

    enrolment: Enrolment
    actor: Person | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LessonFinished:
    """A lesson was read to its end, for the first time in this run."""

    run: Run
    code: str
    """Of the lesson."""
    version: LessonText
    at: datetime


@dataclass(frozen=True, slots=True)
class StageCompleted:
    """All lessons of a stage were read and its exam was passed; the next one is open."""

    enrolment: Enrolment
    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgrammeCompleted:
    """Every stage of a run is done."""

    enrolment: Enrolment
    at: datetime
