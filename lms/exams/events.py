"""What other features may want to know about exams."""

from dataclasses import dataclass

from lms.exams.models import Attempt


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """A sitting began."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class AttemptMarked:
    """A sitting was handed in and every response of it is marked: passed or failed."""

    attempt: Attempt
