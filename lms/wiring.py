"""Which feature reacts to which event: all of it, on one page."""

from lms.accounts.events import LinkMade
from lms.certificates import services as certificates
from lms.certificates.events import CertificateAwarded, CertificateRevoked
from lms.core.events import subscribe
from lms.courses.events import Enrolled, LessonFinished, ProgrammeCompleted, StageCompleted
from lms.courses.services import note_stage_passed
from lms.exams.events import AttemptMarked, AttemptStarted
from lms.records import services as records
from lms.notifications.services import mail_link


def connect() -> None:
    """Subscribe the features to each other's events; each event's followers run in this order."""
    subscribe(LinkMade, mail_link)
    subscribe(AttemptMarked, close_stage)


def close_stage(event: AttemptMarked) -> None:
    """Tell courses of a passed exam: courses stands below exams and cannot ask."""
    attempt = event.attempt
    if attempt.passed and attempt.score is not None and attempt.submitted_at is not None:
        note_stage_passed(
            attempt.enrolment_id,
            attempt.stage,
            score=attempt.score,
            attempt_id=attempt.id,
            at=attempt.submitted_at,
        )
