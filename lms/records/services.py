"""What can be done with training records: facts are added, files are asked for. Nothing else."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from lms.accounts.models import Person
from lms.certificates.events import (
    CertificateAwarded,
    CertificateReissued,
    CertificateRevoked,
    CertificatesChanging,
    RenewalOpened,
)
from lms.core import audit, clock, queue, upsert
from lms.core.db import db, transaction
from lms.core.prepared import Prepared
from lms.core.queue import Job, JobState
from lms.core.text import digest
from lms.courses.events import Enrolled, LessonFinished, ProgrammeCompleted, StageCompleted
from lms.courses.models import Enrolment
from lms.courses.runs import Run
from lms.exams.events import AttemptMarked, AttemptRegraded, AttemptStarted
from lms.exams.models import Attempt
from lms.records import exporting, facts, queries, rules
from lms.records.lines import Order
from lms.records.models import RecordEnd, RecordEntry
from lms.records.rules import EMPTY, Fact, Verb


@transaction()
def append(
    person_id: int,
    verb: Verb,
    *,
    at: datetime,
    detail: dict[str, Any],
    enrolment_id: int | None = None,
    actor_id: int | None = None,
) -> None:
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
    new_hash = rules.entry_hash(end.hash, fact)
    entry = {
        "person_id": person_id,
        "number": fact.number,
        "at": at,
        "verb": fact.verb,
        "enrolment_id": enrolment_id,
        "actor_id": fact.actor_id,
        "detail": detail,
        "previous_hash": end.hash,
        "hash": new_hash,
    }
    db.session.execute(_ADDING, entry)
    moved = {"person": person_id, "last_number": fact.number, "last_hash": new_hash}
    db.session.execute(_MOVING_END, moved)


_ENDS: Any = RecordEnd.__table__
_ADDING = insert(RecordEntry.__table__)  # type: ignore[arg-type]
_MOVING_END = (
    update(_ENDS)
    .where(_ENDS.c.person_id == bindparam("person"))
    .values(number=bindparam("last_number"), hash=bindparam("last_hash"))
)


def _held_end(person_id: int) -> Any:
    """Return the end of a chain, locked until the transaction ends; the first asker makes it.

    As it is in the database now, which no row of the session need be.
    """
    if (end := _HELD_END.row(person=person_id)) is not None:
        return end
    first = upsert.insert(RecordEnd).values(
        person_id=person_id, number=EMPTY.number, hash=EMPTY.hash
    )
    first = first.on_conflict_do_nothing()  # another transaction may be first
    making = first.returning(RecordEnd.number, RecordEnd.hash)
    made = db.session.execute(making).one_or_none()
    return made or _HELD_END.row(person=person_id)


_HELD_END = Prepared(
    select(RecordEnd.number, RecordEnd.hash)
    .where(RecordEnd.person_id == bindparam("person"))
    .with_for_update()
)


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
    detail = facts.of_lesson(event.run, event.code, event.version)
    _append_to(event.run, Verb.LESSON_FINISHED, event.at, detail)


def on_attempt_started(event: AttemptStarted) -> None:
    """Note that a sitting of an exam began."""
    _append_sitting(event.attempt, Verb.ATTEMPT_STARTED, event.attempt.started_at)


def on_attempt_marked(event: AttemptMarked) -> None:
    """Note the result of a sitting."""
    attempt = event.attempt
    verb = Verb.ATTEMPT_PASSED if attempt.passed else Verb.ATTEMPT_FAILED
    _append_sitting(attempt, verb, attempt.submitted_at or clock.now())


def _append_sitting(attempt: Attempt, verb: Verb, at: datetime) -> None:
    detail = facts.of_attempt(attempt)
    append(attempt.person_id, verb, at=at, detail=detail, enrolment_id=attempt.enrolment_id)


def on_attempt_regraded(event: AttemptRegraded) -> None:
    """Note that a result was corrected; what was noted before stays."""
    attempt = event.attempt
    append(
        attempt.person_id,
        Verb.ATTEMPT_CORRECTED,
        at=event.at,
        detail=facts.of_correction(attempt, event.score_before, was_passed=event.was_passed),
        enrolment_id=attempt.enrolment_id,
        actor_id=event.actor.id,
    )


def on_stage_completed(event: StageCompleted) -> None:
    """Note that a stage was completed."""
    _append_to(event.enrolment, Verb.STAGE_COMPLETED, event.at, facts.of_stage(event.stage))


def on_programme_completed(event: ProgrammeCompleted) -> None:
    """Note that a programme was completed."""
    run = event.enrolment
    _append_to(run, Verb.PROGRAMME_COMPLETED, event.at, facts.of_run(run))


def on_certificates_changing(event: CertificatesChanging) -> None:
    """Hold the end of the person's chain, to which something will be added."""
    _held_end(event.person_id)


def on_certificate_awarded(event: CertificateAwarded) -> None:
    """Note that a certificate was awarded."""
    row = event.certificate
    run = db.session.get_one(Enrolment, row.enrolment_id)
    detail = facts.of_certificate(row, run)
    _append_to(run, Verb.CERTIFICATE_AWARDED, row.awarded_at, detail)


def on_certificate_reissued(event: CertificateReissued) -> None:
    """Note that a certificate took the place of one with a mistake."""
    row = event.certificate
    run = db.session.get_one(Enrolment, row.enrolment_id)
    append(
        row.person_id,
        Verb.CERTIFICATE_REISSUED,
        at=event.at,
        detail={**facts.of_certificate(row, run), "earlier": event.earlier.serial},
        enrolment_id=run.id,
        actor_id=event.actor.id,
    )


def on_renewal_opened(event: RenewalOpened) -> None:
    """Note that a certificate may be renewed from now on."""
    row = event.certificate
    run = db.session.get_one(Enrolment, row.enrolment_id)
    _append_to(run, Verb.RENEWAL_OPENED, event.at, facts.of_certificate(row, run))


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


def _append_to(run: Enrolment | Run, verb: Verb, at: datetime, detail: dict[str, Any]) -> None:
    append(run.person_id, verb, at=at, detail=detail, enrolment_id=run.id)


@transaction()
def request_export(order: Order, *, actor: Person, at: datetime | None = None) -> Job:
    """Have training records written to a file, by a job.

    Returns:
        The new job, or the one that makes the same for the actor already: two clicks are one.

    Raises:
        NotFoundError: the actor may not read the record of that person, or of one of those chosen.
        NobodyError: there is nobody on the list.
        TooManyError: more people than fit into a PDF.
    """
    at = at or clock.now()
    if order.person_id is not None:
        queries.person_for(actor, order.person_id)
    else:
        exporting.refuse_unfit(order, actor=actor, at=at)
    given = order.as_json()
    name = f"records.export:{actor.id}:{digest(given)[:32]}"
    over = select(func.count()).where(
        Job.owner_id == actor.id,
        Job.key.startswith(name, autoescape=True),
        Job.state.in_([JobState.DONE, JobState.DEAD]),
    )
    times = db.session.scalars(over).one()
    job = queue.enqueue(
        "records.export", key=f"{name}:{times}", run_at=at, owner_id=actor.id, **given
    )
    if order.person_id != actor.id:
        audit.note("records.exported", kind="export", object_id=job.id, actor_id=actor.id, at=at,
                   format=order.format.value, person=order.person_id, **order.asked.as_json())  # fmt: skip
    return job
