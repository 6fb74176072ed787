"""Eight threads do the same thing at the same moment: one of them does it, all learn of one result."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from fractions import Fraction
from threading import Barrier
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import reissuing, renewing, services as certificates
from lms.certificates.errors import NotInForceError
from lms.certificates.models import Certificate, CertificateDefinition, RevocationReason
from lms.certificates.queries import stands
from lms.core import queue
from lms.core.db import db, transaction
from lms.courses import services as courses
from lms.courses.errors import AlreadyEnrolledError
from lms.courses.models import Enrolment, EnrolmentSource, Programme
from lms.exams.errors import AttemptClosedError
from lms.exams.models import Attempt, Response
from lms.exams.services import hand_in, save_answers, settle, start_attempt
from lms.exams.sitting import Answer
from lms.records.models import RecordEntry
from tests import factories
from tests.conftest import HowOften
from tests.exams import papers
from tests.exams.test_services import right_answers
from tests.factories import NOON

T = TypeVar("T")
THREADS = 8


@pytest.fixture
def rounds(how_often: HowOften) -> int:
    return how_often(20, 200)


def together(app: Flask, work: Callable[[int], T]) -> list[T]:
    """Do something in eight threads that have all begun a request and read something."""
    gate = Barrier(THREADS)

    def one(number: int) -> T:
        with app.app_context():
            db.session.scalar(select(func.count()).select_from(Person))  # a read before the write
            gate.wait(60)
            return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def the_person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


@pytest.fixture
def run_of(live_app: Flask) -> Callable[[], int]:
    """Makes people who may sit the exam; returns the id of each one's run."""
    with live_app.app_context():
        programme_id = papers.ready(factories.person()).programme_id

    def make() -> int:
        person = factories.person()
        run = papers.enrol(person, db.session.get_one(Programme, programme_id))
        courses.finish_lesson(run.id, "M1-1", actor=person, at=NOON)
        return run.id

    return make


def test_start(live_app: Flask, rounds: int, run_of: Callable[[], int]) -> None:
    for _ in range(rounds):
        with live_app.app_context():
            person_id = db.session.get_one(Enrolment, run_of()).person_id

        def start(_: int, person_id: int = person_id) -> tuple[int, bool]:
            attempt, client = start_attempt("stage-1", actor=the_person(person_id), at=NOON)
            return attempt.id, bool(client)

        begun = together(live_app, start)
        assert len({attempt_id for attempt_id, _is_new in begun}) == 1
        assert sum(is_new for _attempt_id, is_new in begun) == 1


def test_hand_in(live_app: Flask, rounds: int, run_of: Callable[[], int]) -> None:
    """With saves and the sweep in between: one result, counted once, and frozen."""
    for _ in range(rounds):
        with live_app.app_context():
            run = db.session.get_one(Enrolment, run_of())
            attempt, _is_new = start_attempt("stage-1", actor=run.person, at=NOON)
            attempt_id, client, person_id = attempt.id, attempt.client, run.person_id
            answers = right_answers(attempt)

        def end(
            number: int,
            attempt_id: int = attempt_id,
            client: str = client,
            person_id: int = person_id,
            answers: list[Answer] = answers,
        ) -> str | None:
            actor = the_person(person_id)
            if number % 2:
                settle(attempt_id, at=NOON)
            elif number % 4:
                with suppress(AttemptClosedError):
                    save_answers(attempt_id, answers, client=client, actor=actor, at=NOON)
            return hand_in(attempt_id, answers, client=client, actor=actor, at=NOON).receipt

        assert len(set(together(live_app, end))) == 1
        with live_app.app_context():
            ended = db.session.get_one(Attempt, attempt_id)
            assert (ended.passed, ended.score) == (True, Fraction(1))
            kept = select(func.count()).select_from(Response).filter_by(attempt_id=attempt_id)
            assert db.session.scalar(kept) == len(answers)
            counted = select(RecordEntry).filter_by(person_id=person_id, verb="attempt-passed")
            assert len(db.session.scalars(counted).all()) == 1


def test_issue_of_a_certificate(live_app: Flask, rounds: int, run_of: Callable[[], int]) -> None:
    with live_app.app_context():
        factories.certificate_definition("c", prefix="C")
    for number in range(1, rounds + 1):
        with live_app.app_context():
            run_id = run_of()

        def award(_: int, run_id: int = run_id) -> int:
            run = db.session.get_one(Enrolment, run_id)
            return certificates.award("c", run, stage=None, at=NOON).id

        assert len(set(together(live_app, award))) == 1
        with live_app.app_context():
            assert db.session.scalar(select(CertificateDefinition.issued)) == number
            jobs = select(func.count()).select_from(queue.Job).filter_by(name="certificates.render")
            assert db.session.scalar(jobs) == number


def test_renewal_of_a_certificate(live_app: Flask, rounds: int, run_of: Callable[[], int]) -> None:
    """It opens once, with one run of the refresher; and that run renews it once."""
    with live_app.app_context():
        refresher = factories.programme({"R": ["R-1"]}, exams=False)
        code, refresher_id = refresher.code, refresher.id
        factories.certificate_definition("c", prefix="C", renewal_days=300, refresher=code)
    at = NOON + timedelta(days=600)
    for _ in range(rounds):
        with live_app.app_context():
            run = db.session.get_one(Enrolment, run_of())
            first = certificates.award("c", run, stage=None, at=NOON).id
            person_id = run.person_id

        def open_it(_: int, first: int = first) -> bool:
            return renewing.open_renewal(first, at=at)

        assert sum(together(live_app, open_it)) == 1
        with live_app.app_context():
            runs = select(Enrolment.id).filter_by(person_id=person_id, programme_id=refresher_id)
            (renewal_id,) = db.session.scalars(runs).all()

        def finish(number: int, run_id: int = renewal_id, person_id: int = person_id) -> None:
            if number % 2:
                run = db.session.get_one(Enrolment, run_id)
                certificates.award("c", run, stage=None, at=at)
            else:
                courses.finish_lesson(run_id, "R-1", actor=the_person(person_id), at=at)

        together(live_app, finish)
        with live_app.app_context():
            assert cycles(person_id) == [1, 2]
            heard = select(RecordEntry).filter_by(person_id=person_id, verb="renewal-opened")
            assert len(db.session.scalars(heard).all()) == 1


def test_a_certificate_issued_anew_while_it_is_revoked_or_renewed(
    live_app: Flask, rounds: int, run_of: Callable[[], int]
) -> None:
    """One correction at most; never two in force, and never a number twice."""
    with live_app.app_context():
        factories.certificate_definition("c", prefix="C")
        admin_id = factories.person(roles={Role.ADMIN}).id
        programme_id = db.session.get_one(Enrolment, run_of()).programme_id
    for _ in range(rounds):
        with live_app.app_context():
            run = db.session.get_one(Enrolment, run_of())
            person_id, first = run.person_id, certificates.award("c", run, stage=None, at=NOON).id
            with transaction():
                next_run = Enrolment(
                    person_id=person_id, programme_id=programme_id, version_id=run.version_id,
                    cycle=2, source=EnrolmentSource.RENEWAL, opened_at=NOON,
                )  # fmt: skip
                db.session.add(next_run)
                db.session.flush()
                next_id = next_run.id

        def change(number: int, first: int = first, next_id: int = next_id) -> str:
            actor = the_person(admin_id)
            try:
                if number == 0:
                    run = db.session.get_one(Enrolment, next_id)
                    return certificates.award("c", run, stage=None, at=NOON).serial
                if number == 1:
                    reason = RevocationReason.OTHER
                    certificates.revoke(first, reason=reason, actor=actor, at=NOON)
                    return "revoked"
                return reissuing.reissue(first, reason="x", actor=actor, at=NOON).serial
            except NotInForceError:
                return ""

        done = [each for each in together(live_app, change) if each]
        assert "revoked" in done
        assert len(set(done)) == len(done) <= 3
        with live_app.app_context():
            assert cycles(person_id) == list(range(1, len(done) + 1))
            standing = select(Certificate.enrolment_id).filter_by(person_id=person_id)
            assert db.session.scalars(standing.where(stands())).all() == [next_id]


def cycles(person_id: int) -> list[int]:
    query = select(Certificate.cycle).filter_by(person_id=person_id)
    return list(db.session.scalars(query.order_by(Certificate.cycle)))


def test_assigning(live_app: Flask, rounds: int, run_of: Callable[[], int]) -> None:
    with live_app.app_context():
        programme_id = db.session.get_one(Enrolment, run_of()).programme_id
    for _ in range(rounds):
        with live_app.app_context():
            person_id = factories.person().id

        def enrol(_: int, person_id: int = person_id) -> bool:
            person, row = the_person(person_id), db.session.get_one(Programme, programme_id)
            try:
                courses.enrol(person, row, source=EnrolmentSource.SELF, actor=person, at=NOON)
            except AlreadyEnrolledError:
                return False
            return True

        assert sum(together(live_app, enrol)) == 1
        with live_app.app_context():
            assert (
                len(db.session.scalars(select(Enrolment).filter_by(person_id=person_id)).all()) == 1
            )


def test_a_number(live_app: Flask, rounds: int, run_of: Callable[[], int]) -> None:
    """Eight people earn the same certificate: eight serials, none twice, none left out."""
    with live_app.app_context():
        factories.certificate_definition("c", prefix="C")
    for _ in range(rounds):
        with live_app.app_context():
            runs = [run_of() for _ in range(THREADS)]

        def award(number: int, runs: list[int] = runs) -> str:
            run = db.session.get_one(Enrolment, runs[number])
            return certificates.award("c", run, stage=None, at=NOON).serial

        assert len(set(together(live_app, award))) == THREADS
    with live_app.app_context():
        count = db.session.scalar(select(func.count()).select_from(Certificate))
        assert db.session.scalar(select(CertificateDefinition.issued)) == count == THREADS * rounds
