"""Deferred work on learning."""

from datetime import date, datetime

from lms.accounts.models import Person
from lms.core import queue
from lms.core.db import db
from lms.core.queue import Effect, handler
from lms.courses import assigning
from lms.courses.models import Programme

AT_ONCE = 50
"""People per transaction."""


@handler("courses.assign")
def assign(
    token: str,
    people_ids: list[int],
    programme_id: int,
    actor_id: int,
    due_on: str | None,
    at: str,
) -> Effect:
    """Assign a programme to many people, a part at a time; the result says who was skipped."""
    enrolled = 0
    skipped: list[tuple[int, str]] = []
    for place in range(0, len(people_ids), AT_ONCE):
        some = people_ids[place : place + AT_ONCE]
        done = assigning.assign(
            some,
            db.session.get_one(Programme, programme_id),
            actor=db.session.get_one(Person, actor_id),
            due_on=date.fromisoformat(due_on) if due_on else None,
            at=datetime.fromisoformat(at),
        )
        enrolled += len(done.enrolled)
        skipped += done.skipped
        queue.note_progress(place + len(some), len(people_ids))
    page = f"/admin/assign/{token}"
    return lambda: {"page": page, "enrolled": enrolled, "skipped": skipped}
