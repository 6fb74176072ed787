"""Which feature reacts to which event: all of it, on one page."""

from lms.accounts.events import LinkMade
from lms.accounts.importing import joining
from lms.certificates import failures, passing, renewing, resting
from lms.certificates.content import Definitions
from lms.certificates.events import (
    CertificateAwarded,
    CertificateReissued,
    CertificateRevoked,
    CertificatesChanging,
    RenewalOpened,
)
from lms.core import content
from lms.core.events import subscribe
from lms.core.queue import JobGivenUp
from lms.courses import studio
from lms.courses.assigning import ImportEnroller
from lms.courses.content.aids import JobAids
from lms.courses.content.section import Curriculum
from lms.courses.events import Enrolled, LessonFinished, ProgrammeCompleted, StageCompleted
from lms.courses.services import note_stage_passed
from lms.drills.content import DrillScripts
from lms.exams import certified
from lms.exams.bank import exam_rows
from lms.exams.content.section import Examinations
from lms.exams.events import AttemptMarked, AttemptRegraded, AttemptStarted
from lms.notifications.services import mail_link
from lms.practice import services as practice
from lms.records import services as records
from lms.surveys.content import SurveyForms


def connect() -> None:
    """Subscribe the features to each other's events; each event's followers run in this order.

    The record comes first: what follows from a fact stands behind it in the chain.
    """
    content.register(
        Curriculum(), JobAids(), Examinations(), DrillScripts(), SurveyForms(), Definitions()
    )
    studio.ask_for_exams(exam_rows)
    certified.ask(resting.certificates_on)
    joining.register(ImportEnroller())
    subscribe(LinkMade, mail_link)
    subscribe(Enrolled, records.on_enrolled)
    subscribe(LessonFinished, records.on_lesson_finished)
    subscribe(AttemptStarted, records.on_attempt_started)
    subscribe(AttemptMarked, records.on_attempt_marked, close_stage, practice.on_attempt_marked)
    subscribe(AttemptRegraded, records.on_attempt_regraded, close_stage)
    subscribe(StageCompleted, records.on_stage_completed, passing.on_stage_completed)
    subscribe(
        ProgrammeCompleted,
        records.on_programme_completed,
        passing.on_programme_completed,
        renewing.on_programme_completed,
    )
    subscribe(CertificatesChanging, records.on_certificates_changing)
    subscribe(CertificateAwarded, records.on_certificate_awarded)
    subscribe(CertificateReissued, records.on_certificate_reissued)
    subscribe(CertificateRevoked, records.on_certificate_revoked)
    subscribe(JobGivenUp, failures.on_job_given_up)
    subscribe(RenewalOpened, records.on_renewal_opened)


def close_stage(event: AttemptMarked | AttemptRegraded) -> None:
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
