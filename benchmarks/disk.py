"""How much an attempt takes on disk, with all that follows from it: answers, marks, record."""

import secrets
import time
from pathlib import Path

from sqlalchemy import func, select, text

from benchmarks import site
from benchmarks.figures import Goals
from benchmarks.site import Site
from lms.core.db import db
from lms.exams import services
from lms.exams.models import Attempt, Response
from lms.exams.sitting import Answer

ATTEMPTS = 60
QUESTIONS = 20
"""Answers that the goal speaks of; the exam may have fewer questions."""
MOST_BYTES = 6000.0


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    goals = Goals("Disk: what an attempt takes")
    with site.application(running.folder, running.port):
        logins = site.add_people("sitter", ATTEMPTS + 1, unread=0)
        _sit(logins.pop())  # what is made once only is there
        before = _bytes()
        slots = [_sit(login) for login in logins]
        taken = (_bytes() - before) / ATTEMPTS
        rows = db.session.scalar(select(func.count()).select_from(Response))
    goals.plain("questions of the exam", slots[0])
    goals.plain("answers in the database", rows or 0)
    goals.plain("bytes per attempt", taken)
    goals.most(f"the same for {QUESTIONS} questions, at most", taken * QUESTIONS / slots[0],
               MOST_BYTES, "bytes")  # fmt: skip
    return goals.missed


def _sit(login: str) -> int:
    """Sit the exam as a page does, answer by answer; return how many questions it had."""
    person = site.person_with(login)
    attempt, _is_new = services.start_attempt(site.EXAM, actor=person)
    attempt_id, client, slots = attempt.id, attempt.client, len(attempt.layout)
    for slot in range(1, slots + 1):
        answer = Answer(slot, int(time.time() * 1000), (secrets.choice("AB"),))
        services.save_answers(attempt_id, [answer], client=client, actor=person)
    services.hand_in(attempt_id, client=client, actor=person)
    found = db.session.get_one(Attempt, attempt_id)
    assert found.submitted_at is not None
    return slots


def _bytes() -> int:
    """Return how large the database is, pages that are free for use not counted."""
    db.session.rollback()
    if db.engine.dialect.name != "sqlite":
        return int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages, free, size = (
        int(db.session.scalar(text(f"PRAGMA {name}")) or 0)
        for name in ("page_count", "freelist_count", "page_size")
    )
    assert Path(db.engine.url.database or "").exists()
    db.session.rollback()
    return (pages - free) * size
