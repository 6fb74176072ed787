"""What an exam holds back is not told by the notebook of mistakes either."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import clock, queue
from lms.core.queue import Job
from lms.exams import extra_time
from lms.exams.services import hand_in, start_attempt
from lms.practice.models import Mistake
from tests.exams import papers
from tests.exams.test_releasing import CLOSES, HELD, MINUTE, another_who_sits
from tests.factories import NOON
from tests.practice import pool

SECOND = timedelta(seconds=1)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the clock says: its last instant."""
    told = [NOON]
    monkeypatch.setattr(clock, "now", lambda: told[-1])
    return told


def jobs(session: Session) -> list[Job]:
    asked = select(Job).filter_by(name="practice.siblings", done_at=None)
    return list(session.scalars(asked))


def failed(trainee: Person) -> None:
    attempt, _new = start_attempt("stage-1", actor=trainee, at=NOON)
    hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON + 5 * MINUTE)


def run(time: list[datetime], at: datetime) -> bool:
    time.append(at)
    return queue.run_one(at=at)


def test_it_is_filled_when_the_exam_has_closed(
    trainee: Person, session: Session, time: list[datetime]
) -> None:
    papers.ready(trainee, **HELD)
    pool.practised("P1")
    failed(trainee)
    (job,) = jobs(session)
    due = job.run_at
    assert due > CLOSES
    while run(time, CLOSES):
        pass
    assert session.scalars(select(Mistake)).all() == []
    assert run(time, due)
    assert [each.entered_at for each in session.scalars(select(Mistake))] == [due]


def test_it_waits_for_who_was_granted_time_since(
    trainee: Person, trainer: Person, session: Session, time: list[datetime]
) -> None:
    run_of = papers.ready(trainee, **HELD)
    pool.practised("P1")
    failed(trainee)
    theirs = another_who_sits(run_of)
    extra_time.grant_time(theirs.id, 30, "A fire drill", actor=trainer, at=CLOSES - 5 * MINUTE)
    (job,) = jobs(session)
    assert run(time, job.run_at)
    session.expire_all()
    assert session.scalars(select(Mistake)).all() == []
    (again,) = jobs(session)
    assert again.run_at > theirs.deadline_at
    assert run(time, again.run_at)
    assert len(session.scalars(select(Mistake)).all()) == 1


def test_what_is_never_shown_never_comes(trainee: Person, session: Session) -> None:
    papers.ready(trainee, **HELD | {"review_after_closing": ["key"]})
    failed(trainee)
    assert jobs(session) == []
