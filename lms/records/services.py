"""What can be done with training records: facts are added, PDFs are asked for. Nothing else."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.certificates.events import CertificateAwarded, CertificateRevoked
from lms.core import clock, queue
from lms.core.db import db, transaction
from lms.courses.events import Enrolled, LessonFinished, ProgrammeCompleted, StageCompleted
from lms.courses.models import Enrolment
from lms.exams.events import AttemptMarked, AttemptStarted
from lms.records import facts, queries, rules
from lms.records.models import RecordEnd, RecordEntry, RecordPdf
from lms.records.rules import EMPTY, Fact, Verb

PDF_KEPT = timedelta(days=7)
"""How long a printed record can be downloaded; a new one is made in seconds."""


@transaction()
def append(
    person_id: int,
    verb: Verb,
    *,
    at: datetime,
    detail: dict[str, Any],
    enrolment_id: int | None = None,
    actor_id: int | None = None,
) -> RecordEntry:
    """Add a fact to the end of a person's chain, in the transaction of its cause.

    Args:
        person_id: whose record.
        verb: what happened.
        at: when it happened; entries stand in the order in which they were added.
        detail: JSON values, see `facts`.
        enrolment_id: the run that it belongs to.
        actor_id: who did it, where that is not the person.
    """
    end = _held_end(person_id)
    fact = Fact(
        number=end.number + 1,
        person_id=person_id,
        at=queries.hashed_instant(at),
        verb=verb.value,
        enrolment_id=enrolment_id,
        actor_id=None if actor_id == person_id else actor_id,
        detail=detail,
    )
    entry = RecordEntry(
        person_id=person_id,
        number=fact.number,
        at=at,
        verb=fact.verb,
        enrolment_id=enrolment_id,
        actor_id=fact.actor_id,
        detail=detail,
        previous_hash=end.hash,
        hash=rules.entry_hash(end.hash, fact),
    )
    db.session.add(entry)
    end.number, end.hash = entry.number, entry.hash
    db.session.flush()
    return entry


def _held_end(person_id: int) -> RecordEnd:
    """Return the end of a chain, locked until the transaction ends; the first asker makes it."""
    held = select(RecordEnd).filter_by(person_id=person_id).with_for_update()
    fresh = {"populate_existing": True}  # what an earlier statement read may be old by now
    end = db.session.scalar(held, execution_options=fresh)
    if end is not None:
        return end
    end = RecordEnd(person_id=person_id, number=EMPTY.number, hash=EMPTY.hash)
    try:
        with db.session.begin_nested():
            db.session.add(end)
    except IntegrityError:  # another transaction was first
        return db.session.scalars(held, execution_options=fresh).one()
    return end


def on_enrolled(event: Enrolled) -> None:
    """Note that a run of a programme began."""
    run = event.enrolment
    append(
        run.person_id,
        Verb.ENROLLED,
        at=event.at,
        detail=facts.of_enrolment(run),
        enrolment_id=run.id,
        actor_id=event.actor.id if event.actor else None,
    )


def on_lesson_finished(event: LessonFinished) -> None:
    """Note that a lesson was read to its end."""
    detail = facts.of_lesson(event.enrolment, event.version)
    _append_to(event.enrolment, Verb.LESSON_FINISHED, event.at, detail)


def on_attempt_started(event: AttemptStarted) -> None:
    """Note that a sitting of an exam began."""
    attempt = event.attempt
    detail = facts.of_attempt(attempt)
    _append_to(attempt.enrolment, Verb.ATTEMPT_STARTED, attempt.started_at, detail)


def on_attempt_marked(event: AttemptMarked) -> None:
    """Note the result of a sitting."""
    attempt = event.attempt
    verb = Verb.ATTEMPT_PASSED if attempt.passed else Verb.ATTEMPT_FAILED
    at = attempt.submitted_at or clock.now()
    _append_to(attempt.enrolment, verb, at, facts.of_attempt(attempt))


def on_stage_completed(event: StageCompleted) -> None:
    """Note that a stage was completed."""
    _append_to(event.enrolment, Verb.STAGE_COMPLETED, event.at, facts.of_stage(event.stage))


def on_programme_completed(event: ProgrammeCompleted) -> None:
    """Note that a programme was completed."""
    run = event.enrolment
    _append_to(run, Verb.PROGRAMME_COMPLETED, event.at, facts.of_run(run))


def on_certificate_awarded(event: CertificateAwarded) -> None:
    """Note that a certificate was awarded."""
    row = event.certificate
    run = db.session.get_one(Enrolment, row.enrolment_id)
    detail = facts.of_certificate(row, run)
    _append_to(run, Verb.CERTIFICATE_AWARDED, row.awarded_at, detail)


def on_certificate_revoked(event: CertificateRevoked) -> None:
    """Note that a certificate was revoked, by whom and on which ground."""
    row = event.certificate
    run = db.session.get_one(Enrolment, row.enrolment_id)
    append(
        row.person_id,
        Verb.CERTIFICATE_REVOKED,
        at=event.at,
        detail={**facts.of_certificate(row, run), "reason": event.reason},
        enrolment_id=run.id,
        actor_id=event.actor.id,
    )


def _append_to(run: Enrolment, verb: Verb, at: datetime, detail: dict[str, Any]) -> None:
    append(run.person_id, verb, at=at, detail=detail, enrolment_id=run.id)


@transaction()
def request_pdf(
    person_id: int, *, locale: str, actor: Person, at: datetime | None = None
) -> RecordPdf:
    """Ask for a person's record as a PDF, made by a job.

    Returns:
        The new row, or the one that is being made for the actor already: two clicks are one.

    Raises:
        NotFoundError: the actor may not read that record.
    """
    at = at or clock.now()
    person = queries.person_for(actor, person_id)
    db.session.execute(
        delete(RecordPdf).where(RecordPdf.asked_by_id == actor.id, RecordPdf.expires_at <= at)
    )
    if (asked := queries.pdf_in_the_making(actor, person.id, locale)) is not None:
        return asked
    row = RecordPdf(
        person_id=person.id,
        asked_by_id=actor.id,
        asked_at=at,
        locale=locale,
        expires_at=at + PDF_KEPT,
    )
    db.session.add(row)
    db.session.flush()
    queue.enqueue("records.render", key=queries.job_key(row.id), run_at=at, pdf_id=row.id)
    return row
