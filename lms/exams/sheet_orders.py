"""Asking for the results of an exam as a file."""

from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import audit, clock, queue
from lms.core.db import db, transaction
from lms.core.queue import Job, JobState
from lms.core.text import digest
from lms.exams import queries
from lms.exams.answer_sheets import Order


@transaction()
def ask(order: Order, *, actor: Person, at: datetime | None = None) -> Job:
    """Have a file written by a job.

    Returns:
        The new job, or the one that writes the same for the actor already: two clicks are one.

    Raises:
        NotFoundError: there is no such exam.
    """
    at = at or clock.now()
    queries.exam_or_404(order.exam_code)
    given = order.as_json()
    name = f"exams.sheets:{actor.id}:{digest(given)[:32]}"
    over = select(func.count()).where(
        Job.owner_id == actor.id,
        Job.key.startswith(name, autoescape=True),
        Job.state.in_([JobState.DONE, JobState.DEAD]),
    )
    times = db.session.scalars(over).one()
    job = queue.enqueue("exams.sheets", key=f"{name}:{times}", run_at=at, owner_id=actor.id,
                        **given)  # fmt: skip
    audit.note("exams.results_exported", kind="exam", object_id=order.exam_code,
               actor_id=actor.id, at=at, format=order.wanted)  # fmt: skip
    return job
