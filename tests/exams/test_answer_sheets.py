"""The results of an exam as a file: one row per attempt, and nothing that a spreadsheet runs."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import deliverables, queue
from lms.core.db import db, transaction
from lms.exams.models import Attempt
from tests import factories
from tests.browser import sign_in
from tests.exams.test_outcomes import Class


@pytest.fixture
def sitting(session: Session) -> Class:
    return Class()


def ordered(client: FlaskClient, wanted: str, query: str = "") -> bytes:
    reply = client.post(f"/studio/exams/stage-1/file{query}", data={"format": wanted})
    assert "/work/" in reply.location
    assert queue.run_one()
    owner = db.session.scalars(select(deliverables.Deliverable)).all()[-1]
    return owner.path.read_bytes()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


class TestAttempts:
    def test_one_row_per_attempt_with_what_each_part_earned(
        self, client: FlaskClient, sitting: Class, trainer: Person
    ) -> None:
        someone = sitting.sits("B")
        sitting.sits("A", person=someone, number=2)
        sign_in(client, trainer)
        first, second = table(ordered(client, "csv"))
        assert first["Name"] == "Someone"
        assert first["Staff number"] == someone.staff_no
        assert (first["Attempt"], second["Attempt"]) == ("1", "2")
        assert (first["Score in percent"], first["Passed"]) == ("100.0", "yes")
        assert (second["Score in percent"], second["Passed"]) == ("0.0", "no")
        assert first["Handed in (Asia/Shanghai)"] == "2026-03-02 20:00"
        (module,) = (name for name in first if name.startswith("Module M1"))
        assert (first[module], second[module]) == ("50.0", "0.0")

    def test_what_a_regrade_says_counts(
        self, client: FlaskClient, sitting: Class, trainer: Person
    ) -> None:
        sitting.sits("A")
        with transaction():
            db.session.scalars(select(Attempt)).one().regraded = {"1": "1", "2": None}
        sign_in(client, trainer)
        (row,) = table(ordered(client, "csv"))
        assert next(row[name] for name in row if name.startswith("Module M1")) == "100.0"

    def test_it_holds_what_the_page_shows(
        self, client: FlaskClient, sitting: Class, trainer: Person
    ) -> None:
        someone = sitting.sits("A")
        sitting.sits("B", person=someone, number=2)
        sign_in(client, trainer)
        assert len(table(ordered(client, "csv", "?firsts=1"))) == 1

    def test_a_narrow_scope_gets_its_own_people(self, client: FlaskClient, sitting: Class) -> None:
        here = factories.unit()
        scoped = factories.person(roles={Role.TRAINER}, scope=here)
        sitting.sits("B", person=factories.person(unit=here, name="Inside"))
        sitting.sits("B")
        sign_in(client, scoped)
        assert [row["Name"] for row in table(ordered(client, "csv"))] == ["Inside"]

    def test_no_name_becomes_a_formula(
        self, client: FlaskClient, sitting: Class, trainer: Person
    ) -> None:
        sitting.sits("B", person=factories.person(name="=1+1"))
        sign_in(client, trainer)
        (row,) = table(ordered(client, "csv"))
        assert row["Name"] == "'=1+1"

    def test_the_workbook_has_both_tables(
        self, client: FlaskClient, sitting: Class, trainer: Person
    ) -> None:
        for chosen in "B" * 15 + "A" * 5:
            sitting.sits(chosen)
        sign_in(client, trainer)
        book = CalamineWorkbook.from_filelike(io.BytesIO(ordered(client, "xlsx")))
        assert book.sheet_names == ["Attempts", "Questions"]
        attempts = book.get_sheet_by_name("Attempts").to_python()
        assert len(attempts) == 21
        assert str(attempts[1][5]) == "2026-03-02 20:00:00"
        heads, *lines = book.get_sheet_by_name("Questions").to_python()
        single = dict(zip(heads, next(line for line in lines if line[0] == "M1-q1"), strict=True))
        assert (single["Answers"], single["Facility"]) == (20, 0.75)
        assert "B* 15" in str(single["Options: chosen, lower and upper group in percent"])
        assert single["Look at"] == "Unused option"


def test_questions_alone(client: FlaskClient, sitting: Class, trainer: Person) -> None:
    sitting.sits("B")
    sign_in(client, trainer)
    rows = table(ordered(client, "questions-csv"))
    assert [(row["Question"], row["Answers"]) for row in rows] == [("M1-q1", "1"), ("M1-q2", "1")]
    assert rows[0]["Not reliable yet"] == "fewer than 20 answers"


def test_two_clicks_are_one_job(client: FlaskClient, sitting: Class, trainer: Person) -> None:
    sitting.sits("B")
    sign_in(client, trainer)
    asked = [client.post("/studio/exams/stage-1/file", data={"format": "csv"}) for _turn in "12"]
    assert asked[0].location == asked[1].location
    assert client.post("/studio/exams/stage-1/file", data={"format": "exe"}).status_code == 404
    assert client.post("/studio/exams/none/file", data={"format": "csv"}).status_code == 404
