"""A paper that is being handed in while a corrected key is put in force: not one is missed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from threading import Event
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import queue
from lms.core.db import db, transaction
from lms.courses import services as courses
from lms.courses.models import Programme
from lms.exams import regrading, services
from lms.exams.models import Attempt
from lms.exams.regrade_models import Regrade
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rulings import Ruling, Way
from lms.exams.sitting import Answer
from tests import factories
from tests.exams import papers
from tests.factories import NOON

LATER = NOON + timedelta(days=1)
WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
    "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
)


@pytest.fixture
def exam(live_app: Flask) -> Flask:
    """An exam of one single choice; B is right."""
    with live_app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite has one writer at a time: a hand-in and a decision never overlap")
        papers.programme()
        papers.exam(draw=[{"unit": "M1", "count": 1}])
        papers.question("q1", Kind.SINGLE)
    return live_app


def begin() -> tuple[int, int]:
    """Let somebody begin; return the person and the attempt."""
    person = factories.person()
    run = papers.enrol(person, db.session.scalars(select(Programme)).one())
    courses.finish_lesson(run.id, "M1-1", actor=person, at=NOON)
    return person.id, services.start_attempt("stage-1", actor=person, at=NOON)[0].id


def hand_in(person_id: int, attempt_id: int) -> None:
    attempt = db.session.get_one(Attempt, attempt_id)
    person = db.session.get_one(Person, person_id)
    answers = [Answer(1, 1, ("A",))]
    services.hand_in(attempt_id, answers, client=attempt.client, actor=person, at=NOON)


@contextmanager
def half_done(app: Flask, work: Callable[[], object], pool: ThreadPoolExecutor) -> Iterator[None]:
    """Do something on a connection of its own whose transaction ends only after the block."""
    done, may_end = Event(), Event()

    def one() -> None:
        with app.app_context(), transaction():
            try:
                work()
            finally:
                done.set()
            may_end.wait()

    future = pool.submit(one)
    done.wait()
    try:
        yield
    finally:
        may_end.set()
    future.result()


def ask() -> tuple[int, int]:
    """Ask for A to be right as well, and let the job look at it; return regrade and trainer."""
    trainer = factories.person(roles={Role.TRAINER})
    version_id = db.session.scalars(select(Attempt.layout)).all()[0][0][0]
    row, _job = regrading.ask(version_id, Ruling(Way.ALSO, ("A",)), "A is right as well",
                              never_lower=True, actor=trainer, at=NOON)  # fmt: skip
    run_jobs()
    return row.id, trainer.id


def run_jobs() -> None:
    while queue.run_one(at=LATER):
        pass


def decide(app: Flask, regrade_id: int, trainer_id: int) -> None:
    with app.app_context():
        regrading.decide(regrade_id, actor=db.session.get_one(Person, trainer_id), at=LATER)


def test_a_decision_waits_for_papers_that_are_half_handed_in(exam: Flask) -> None:
    with exam.app_context():
        person_id, attempt_id = begin()
        asked = ask()
    with ThreadPoolExecutor(2) as pool:
        with half_done(exam, lambda: hand_in(person_id, attempt_id), pool):
            deciding = pool.submit(decide, exam, *asked)
            with exam.app_context():
                while not db.session.scalar(WAITING):
                    assert not deciding.done(), "it overtook a paper that is not there yet"
                    db.session.rollback()
                    sleep(0.01)
                assert db.session.scalar(select(Regrade.decided_at)) is None
        deciding.result()
    with exam.app_context():
        run_jobs()
        attempt = db.session.get_one(Attempt, attempt_id)
        assert (attempt.score, attempt.passed) == (Fraction(1), True)
        assert attempt.regraded == {"1": "1"}


def test_a_paper_that_comes_after_the_decision_is_marked_by_it(exam: Flask) -> None:
    with exam.app_context():
        person_id, attempt_id = begin()
        regrade_id, trainer_id = ask()

    def put_in_force() -> None:
        trainer = db.session.get_one(Person, trainer_id)
        regrading.decide(regrade_id, actor=trainer, at=LATER)

    def come_after() -> None:
        with exam.app_context():
            hand_in(person_id, attempt_id)

    with ThreadPoolExecutor(2) as pool:
        with half_done(exam, put_in_force, pool):
            coming = pool.submit(come_after)
            with exam.app_context():
                while not db.session.scalar(WAITING):
                    assert not coming.done(), "it was marked by a key that is being corrected"
                    db.session.rollback()
                    sleep(0.01)
        coming.result()
    with exam.app_context():
        assert db.session.get_one(Attempt, attempt_id).score == 1


def test_papers_do_not_wait_for_each_other(exam: Flask) -> None:
    with exam.app_context():
        first, second = begin(), begin()
    with ThreadPoolExecutor(2) as pool, half_done(exam, lambda: hand_in(*first), pool):

        def come_meanwhile() -> None:
            with exam.app_context():
                hand_in(*second)

        pool.submit(come_meanwhile).result()  # would never end
        with exam.app_context():
            ended = select(func.count()).where(Attempt.submitted_at.is_not(None))
            assert db.session.scalar(ended) == 1
