"""Recording the talk that opens the next attempt."""

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.courses.models import Enrolment
from lms.exams import queries, talk_queue
from lms.exams.errors import NoTalkNeededError
from lms.exams.paper_models import ExamTalk


@transaction()
def record_talk(
    enrolment_id: int, exam_code: str, note: str, *, actor: Person, at: datetime | None = None
) -> ExamTalk:
    """Record that somebody talked with a trainee about failed attempts; the next one may open.

    Args:
        enrolment_id: the run, of someone in the actor's scope; nobody records their own.
        exam_code: of the exam that was failed.
        note: what was found and agreed.
        actor: a trainer, HR or an administrator.
        at: now.

    Raises:
        NotFoundError: there is no such run in the actor's scope, or no such exam.
        NoTalkNeededError: it is recorded already, or the exam does not ask for one.
    """
    at = at or clock.now()
    exam = queries.exam_or_404(exam_code)
    held = select(Enrolment).join(Person, Person.id == Enrolment.person_id)
    held = held.where(Enrolment.id == enrolment_id, Person.id != actor.id)
    held = held.where(visible_to(actor, roles=talk_queue.ROLES)).with_for_update(of=Enrolment)
    run = found(db.session.scalar(held))
    if exam_code not in {each.exam_code for each in talk_queue.due(actor, enrolment_id, at=at)}:
        raise NoTalkNeededError
    talk = ExamTalk(
        enrolment_id=run.id, exam_id=exam.id, recorded_by_id=actor.id, note=note, recorded_at=at
    )
    db.session.add(talk)
    audit.note(
        "exams.talk_held", kind="person", object_id=run.person_id, actor_id=actor.id, at=at,
        exam=exam_code,
    )  # fmt: skip
    return talk
