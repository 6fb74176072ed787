"""What other features may want to know about exams."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from lms.accounts.models import Person
from lms.exams.models import Attempt


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """A sitting began."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class AttemptMarked:
    """A sitting was handed in and every response of it is marked: passed or failed."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class AttemptRegraded:
    """The result of a sitting was corrected, because a key was: it may pass or fail now."""

    attempt: Attempt
    """With its new result."""
    score_before: Fraction
    was_passed: bool
    actor: Person
    """Who decided on the correction."""
    at: datetime
