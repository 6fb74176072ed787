"""Taking the demo out again, whole: people, units, and everything that was noted about them.

Evidence is append-only in the database itself; only here, and only for people who were never
real, are its triggers lifted, inside one transaction.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, or_, select, text
from sqlalchemy.exc import IntegrityError

from lms.accounts import people
from lms.accounts.models import AccessLink, OrgUnit, Person, RoleGrant, SignIn
from lms.admin.demo import loading
from lms.admin.demo.cast import UNITS
from lms.certificates.models import (
    Certificate,
    CertificateEvent,
    CertificatePdf,
    CertificateRenewal,
)
from lms.core import audit
from lms.core.append_only import TRIGGERS, UNPROTECT
from lms.core.db import db, transaction
from lms.core.deliverables import Deliverable
from lms.core.queue import Job
from lms.courses.models import Enrolment, LessonRead, StagePass
from lms.exams import tallying
from lms.exams.facts_models import SittingFact
from lms.exams.import_models import QuestionImport
from lms.exams.models import (
    Attempt,
    LateAnswer,
    Marking,
    MarkingClaim,
    MarkingSnippet,
    Response,
    ResponseFile,
)
from lms.exams.paper_models import Accommodation, ExamDraft, ExamTalk, ExtraTime
from lms.exams.regrade_models import LostPass, RegradeChange
from lms.exams.room_models import CollectedPaper, ExamMessage, ExamMessageSeen
from lms.notifications.models import Message
from lms.practice.models import Mistake, PracticeAnswer, PracticeRound
from lms.records.models import RecordEnd, RecordEntry
from lms.reports.models import ReportRun

_PLAIN = {"synchronize_session": False}


def clear(*, at: datetime | None = None) -> int:
    """Remove the demo. Return how many people it had.

    Someone of the demo to whom real people's evidence refers (a demo administrator who granted a
    real role, say) cannot be removed: they are deactivated and stay.
    """
    with transaction():
        persons = db.session.scalars(select(Person.id).where(Person.is_demo)).all()
        if not persons:
            return 0
        _delete_what_hangs_on(select(Person.id).where(Person.is_demo).scalar_subquery())
        for person_id in persons:
            _remove(person_id, at)
        _remove_units()
        audit.note("demo.cleared", kind="demo", object_id="demo", actor_id=None, at=at,
                   people=len(persons))  # fmt: skip
    loading.file().unlink(missing_ok=True)
    return len(persons)


def _delete_what_hangs_on(demo: ColumnElement[int]) -> None:
    runs = select(Enrolment.id).where(Enrolment.person_id.in_(demo))
    sittings = select(Attempt.id).where(Attempt.person_id.in_(demo))
    awards = select(Certificate.id).where(Certificate.person_id.in_(demo))
    keys = [f"certificates.render:{each}" for each in db.session.scalars(awards)]
    keys += [f"practice.siblings:{each}" for each in db.session.scalars(sittings)]
    tallying.take_out(db.session.scalars(sittings).all())
    changes = select(RegradeChange.id).where(RegradeChange.attempt_id.in_(sittings))
    _lift_and_delete(LostPass.__table__, LostPass.change_id.in_(changes))
    _lift_and_delete(RecordEntry.__table__, RecordEntry.person_id.in_(demo))
    _lift_and_delete(ExamTalk.__table__, ExamTalk.enrolment_id.in_(runs))
    _lift_and_delete(ExtraTime.__table__, ExtraTime.attempt_id.in_(sittings))
    messages = select(ExamMessage.id).where(ExamMessage.attempt_id.in_(sittings))
    _lift_and_delete(ExamMessageSeen.__table__, ExamMessageSeen.message_id.in_(messages))
    _lift_and_delete(ExamMessage.__table__, ExamMessage.attempt_id.in_(sittings))
    _lift_and_delete(CollectedPaper.__table__, CollectedPaper.attempt_id.in_(sittings))
    _lift_and_delete(CertificatePdf.__table__, CertificatePdf.certificate_id.in_(awards))
    _lift_and_delete(CertificateEvent.__table__, CertificateEvent.certificate_id.in_(awards))
    _lift_and_delete(SittingFact.__table__, SittingFact.attempt_id.in_(sittings))
    for model, which in (
        (RecordEnd, RecordEnd.person_id.in_(demo)),
        (CertificateRenewal, CertificateRenewal.certificate_id.in_(awards)),
        (Certificate, Certificate.person_id.in_(demo)),
        (RegradeChange, RegradeChange.attempt_id.in_(sittings)),
        (Marking, Marking.attempt_id.in_(sittings)),
        (
            MarkingClaim,
            or_(MarkingClaim.attempt_id.in_(sittings), MarkingClaim.person_id.in_(demo)),
        ),
        (MarkingSnippet, MarkingSnippet.person_id.in_(demo)),
        (ExamDraft, ExamDraft.changed_by_id.in_(demo)),
        (
            Accommodation,
            or_(Accommodation.person_id.in_(demo), Accommodation.granted_by_id.in_(demo)),
        ),
        (Mistake, Mistake.person_id.in_(demo)),
        (PracticeAnswer, PracticeAnswer.person_id.in_(demo)),
        (PracticeRound, PracticeRound.person_id.in_(demo)),
        (ResponseFile, ResponseFile.attempt_id.in_(sittings)),
        (Response, Response.attempt_id.in_(sittings)),
        (LateAnswer, LateAnswer.attempt_id.in_(sittings)),
        (Attempt, Attempt.person_id.in_(demo)),
        (LessonRead, LessonRead.enrolment_id.in_(runs)),
        (StagePass, StagePass.enrolment_id.in_(runs)),
        (Enrolment, Enrolment.person_id.in_(demo)),
        (Message, Message.person_id.in_(demo)),
        (AccessLink, AccessLink.person_id.in_(demo)),
        (SignIn, SignIn.person_id.in_(demo)),
        (Deliverable, Deliverable.owner_id.in_(demo)),
        (ReportRun, ReportRun.requested_by_id.in_(demo)),
        (QuestionImport, QuestionImport.asked_by_id.in_(demo)),
        (Job, or_(Job.owner_id.in_(demo), Job.key.in_(keys))),
        (RoleGrant, RoleGrant.person_id.in_(demo)),
    ):
        db.session.execute(delete(model).where(which), execution_options=_PLAIN)


def _lift_and_delete(table: object, which: ColumnElement[bool]) -> None:
    """Delete rows of an append-only table; its triggers are off for this statement only."""
    assert isinstance(table, Table)
    dialect = db.engine.dialect.name
    for statement in UNPROTECT[dialect]:
        db.session.execute(text(statement.format(table=table.name)))
    db.session.execute(delete(table).where(which))
    for statement in TRIGGERS[dialect]:
        db.session.execute(text(statement.format(table=table.name).replace(":", r"\:")))


def _remove(person_id: int, at: datetime | None) -> None:
    db.session.expire_all()
    try:
        with db.session.begin_nested():
            db.session.execute(
                delete(Person).where(Person.id == person_id), execution_options=_PLAIN
            )
    except IntegrityError:  # real evidence refers to them
        people.deactivate(db.session.get_one(Person, person_id), actor=None, at=at)


def _remove_units() -> None:
    """Remove the demo's units, children first, unless someone real was put into one."""
    for code in reversed(UNITS):
        try:
            with db.session.begin_nested():
                db.session.execute(
                    delete(OrgUnit).where(OrgUnit.code == code), execution_options=_PLAIN
                )
        except IntegrityError:
            continue
