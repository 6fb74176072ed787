"""Facts are added to a person's chain by what happens elsewhere, and never changed."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import services as certificates
from lms.certificates.models import RevocationReason
from lms.core import append_only
from lms.core.db import db, transaction
from lms.courses import services as courses
from lms.courses.models import Enrolment
from lms.exams import services as exams
from lms.records import queries, services
from lms.records.models import RecordEntry
from lms.records.rules import GENESIS, Verb
from tests import factories
from tests.exams import papers
from tests.factories import NOON


@pytest.fixture
def enrolment(trainee: Person) -> Enrolment:
    return factories.enrolment(trainee, factories.programme())


def entries(person: Person) -> list[RecordEntry]:
    query = select(RecordEntry).filter_by(person_id=person.id).order_by(RecordEntry.number)
    return list(db.session.scalars(query))


def verbs(person: Person) -> list[str]:
    return [entry.verb for entry in entries(person)]


class TestWhatIsNoted:
    def test_the_way_through_a_stage_in_the_order_in_which_it_happened(
        self, enrolment: Enrolment, trainee: Person
    ) -> None:
        factories.certificate_definition("stage-1")
        for code in ("A-1", "A-2"):
            courses.finish_lesson(enrolment.id, code, actor=trainee, at=NOON)
        courses.note_stage_passed(enrolment.id, "stage-1", score=Fraction(1), attempt_id=1, at=NOON)
        assert verbs(trainee) == [
            Verb.ENROLLED,
            Verb.LESSON_FINISHED,
            Verb.LESSON_FINISHED,
            Verb.STAGE_COMPLETED,
            Verb.CERTIFICATE_AWARDED,
        ]
        assert queries.chain_of(trainee.id).problems == []

    def test_a_lesson_with_its_words_version_and_stage_as_of_then(
        self, enrolment: Enrolment, trainee: Person
    ) -> None:
        factories.lesson("A-1")  # a second version
        courses.finish_lesson(enrolment.id, "A-1", actor=trainee, at=NOON)
        entry = entries(trainee)[-1]
        assert (entry.at, entry.enrolment_id, entry.actor_id) == (NOON, enrolment.id, None)
        assert entry.detail == {
            "title": {"zh": "Lesson A-1（中文）", "en": "Lesson A-1"},
            "lesson": "A-1",
            "version": 2,
            "minutes": 10,
            "stage": {"code": "stage-1", "number": 1, "title": factories.both("Stage 1")},
        }

    def test_a_sitting_with_its_exact_score_and_receipt(self, trainee: Person) -> None:
        papers.ready(trainee)
        attempt, _ = exams.start_attempt("stage-1", actor=trainee, at=NOON)
        later = NOON + timedelta(minutes=5)
        exams.hand_in(attempt.id, client=attempt.client, actor=trainee, at=later)
        started, marked = entries(trainee)[-2:]
        assert (started.verb, marked.verb) == (Verb.ATTEMPT_STARTED, Verb.ATTEMPT_FAILED)
        assert "score" not in started.detail
        assert (marked.detail["score"], marked.detail["percent"]) == ("0/1", "0.00")
        assert (marked.detail["number"], marked.detail["questions"]) == (1, 9)
        assert marked.detail["receipt"] == attempt.receipt

    def test_who_assigned_and_who_revoked(self, trainee: Person, admin: Person) -> None:
        row = factories.certificate(trainee)
        certificates.revoke(
            row.id, reason=RevocationReason.OTHER, note="secret", actor=admin, at=NOON
        )
        entry = entries(trainee)[-1]
        assert (entry.verb, entry.actor_id) == (Verb.CERTIFICATE_REVOKED, admin.id)
        assert (entry.detail["serial"], entry.detail["reason"]) == (row.serial, "other")
        assert "secret" not in json.dumps(entry.detail)

    def test_in_the_transaction_of_its_cause(self, trainee: Person) -> None:
        programme = factories.programme()

        def fail() -> None:
            factories.enrolment(trainee, programme)
            raise RuntimeError

        with pytest.raises(RuntimeError), transaction():
            fail()
        assert entries(trainee) == []
        assert queries.chain_of(trainee.id).problems == []


class TestAppend:
    def test_each_entry_follows_the_one_before_it(self, trainee: Person) -> None:
        for number in range(3):
            at = NOON + timedelta(microseconds=number)
            services.append(trainee.id, Verb.ENROLLED, at=at, detail={"title": {"zh": "甲"}})
        rows = entries(trainee)
        assert [row.number for row in rows] == [1, 2, 3]
        assert [row.previous_hash for row in rows] == [GENESIS, rows[0].hash, rows[1].hash]
        db.session.expire_all()  # what is hashed is what is read back, to the microsecond
        assert queries.chain_of(trainee.id).problems == []

    def test_each_person_has_a_chain_of_their_own(self, trainee: Person, trainer: Person) -> None:
        for person in (trainee, trainer):
            services.append(person.id, Verb.ENROLLED, at=NOON, detail={})
        assert [entries(each)[0].number for each in (trainee, trainer)] == [1, 1]


def test_eight_at_once_leave_no_gap(live_app: Flask) -> None:
    with live_app.app_context():
        person_id = factories.person().id
    together = Barrier(8)

    def add(worker: int) -> None:
        with live_app.app_context():
            assert db.session.get(Person, person_id)  # a read, before the write
            together.wait()
            for number in range(5):
                detail = {"worker": worker, "number": number}
                services.append(person_id, Verb.LESSON_FINISHED, at=NOON, detail=detail)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    with live_app.app_context():
        chain = queries.chain_of(person_id)
        assert [link.fact.number for link in chain.links] == list(range(1, 41))
        assert chain.problems == []


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "change", [update(RecordEntry).values(verb="x"), delete(RecordEntry)], ids=str
    )
    def test_to_change_or_delete_an_entry(
        self, session: Session, trainee: Person, change: object
    ) -> None:
        services.append(trainee.id, Verb.ENROLLED, at=NOON, detail={})
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(change)  # type: ignore[call-overload]

    @pytest.mark.usefixtures("enrolment")
    def test_to_change_the_audit_log(self, session: Session) -> None:
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text("UPDATE audit_entry SET action = 'nothing'"))


class TestVerifyCommand:
    @pytest.fixture
    def unlocked(self, live_app: Flask) -> Iterator[Flask]:
        """A database of its own, with someone's record, in which a hand can do anything."""
        with live_app.app_context():
            with transaction() as session:
                for statement in append_only.UNPROTECT[db.engine.dialect.name]:
                    session.execute(text(statement.format(table="record_entry")))
            for _ in range(2):
                factories.enrolment(factories.person(), factories.programme())
            person = db.session.scalars(select(Person).order_by(Person.id)).first()
            assert person
            for number in range(4):
                services.append(
                    person.id, Verb.LESSON_FINISHED, at=NOON, detail={"minutes": number}
                )
            yield live_app

    @staticmethod
    def run(app: Flask, *arguments: str) -> tuple[int, str]:
        db.session.rollback()
        result = FlaskCliRunner(app).invoke(args=["records", "verify", *arguments])
        return result.exit_code, result.output

    def test_says_that_all_is_unchanged(self, unlocked: Flask) -> None:
        assert self.run(unlocked) == (0, "2 people, 6 entries: unchanged\n")

    def test_names_a_changed_row(self, unlocked: Flask) -> None:
        row_id = db.session.scalars(select(RecordEntry.id).filter_by(number=3)).one()
        with transaction() as session:
            session.execute(
                update(RecordEntry).filter_by(id=row_id).values(detail={"minutes": 600})
            )
        code, said = self.run(unlocked)
        assert code == 1
        assert f"entry 3 (row {row_id}) does not say what it said" in said
        code, said = self.run(unlocked, "--json")
        report = json.loads(said)
        assert code == 1
        assert (report["people"], report["entries"]) == (2, 6)
        (problem,) = report["problems"]
        assert (problem["damage"], problem["number"], problem["row_id"]) == ("changed", 3, row_id)

    def test_names_what_is_gone_from_the_middle_and_from_the_end(self, unlocked: Flask) -> None:
        with transaction() as session:
            session.execute(delete(RecordEntry).where(RecordEntry.number.in_([2, 4, 5])))
        code, said = self.run(unlocked)
        assert code == 1
        assert "entry 2 is gone" in said
        assert "entries 4 to 5 are gone" in said

    def test_misses_a_record_that_is_gone_altogether(self, unlocked: Flask) -> None:
        with transaction() as session:
            session.execute(delete(RecordEntry))
        code, said = self.run(unlocked)
        assert code == 1
        assert "entries 1 to 5 are gone" in said
        assert said.endswith("2 people, 0 entries: 2 problems\n")

    def test_names_an_inserted_row(self, unlocked: Flask) -> None:
        with transaction() as session:
            last = session.scalars(select(RecordEntry).filter_by(number=5)).one()
            row = {
                each.name: getattr(last, each.name)
                for each in RecordEntry.__table__.columns
                if each.name != "id"
            }
            session.execute(insert(RecordEntry).values(row | {"number": 6}))
        code, said = self.run(unlocked)
        assert code == 1
        assert "entry 6" in said
        assert "was never added by the platform" in said
