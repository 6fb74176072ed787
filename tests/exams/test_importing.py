"""The trainer's way with a file of questions: nothing lost, nothing twice, nothing unasked."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import clock, queue, uploads
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.exams.import_models import QuestionImport, QuestionImportRow
from lms.exams.importing import files
from lms.exams.models import Pool, Question
from lms.exams.rules.kinds import Kind
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.statements import counted

GIFT = """
::one::What is it?{=right ~wrong#no}

::two::Is it?{T}

::three::How many?{#5:1}

::again::Is  it?{T}

::keyless::Which?{~a ~b}
"""
NEW = "/studio/questions/import"
ORDER = {"bank": "Mine", "pool": "exam", "unit": ""}


@pytest.fixture
def teacher(client: FlaskClient, trainer: Person) -> Person:
    sign_in(client, trainer)
    return trainer


def bring(client: FlaskClient, content: str | bytes = GIFT, name: str = "q.gift") -> str:
    """Upload a file and have it checked; return the address of the page that says what it would do."""
    raw = content.encode() if isinstance(content, str) else content
    data = {"file": (io.BytesIO(raw), name), "format": "auto"}
    reply = client.post(NEW, data=data)
    assert reply.location, reply.text
    return checked(client, reply.location)


def checked(client: FlaskClient, work: str) -> str:
    assert queue.run_one()
    found = re.search(r'href="(/studio/questions/import/\d+)"', client.get(work).text)
    assert found is not None
    return found[1]


def ticked(page: Any) -> list[int]:
    """Return the numbers that a page has ticked."""
    boxes = re.findall(r'name="number" value="(\d+)" (checked)?', page.text)
    return [int(number) for number, mark in boxes if mark]


def choose(client: FlaskClient, address: str, *numbers: int, **more: str) -> Any:
    """Post the ticks of a page that shows all five questions of `GIFT`."""
    data = {"shown": ["1", "2", "3", "4", "5"], "number": list(map(str, numbers)), **ORDER, **more}
    return client.post(address, data=data)


def titles() -> set[str]:
    return {each.published.meta["title"] for each in db.session.scalars(select(Question))
            if each.published}  # fmt: skip


@pytest.mark.usefixtures("teacher")
class TestTheWay:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_from_upload_to_the_bank(self, client: FlaskClient, language: str) -> None:
        client.set_cookie("lang", language)
        address = bring(client)
        page = client.get(address)
        assert ticked(page) == [1, 2, 3]
        first = "the first one is at no. 2, line 4" if language == "en" else "第 2 题，第 4 行"
        assert first in page.text
        assert db.session.scalars(select(Question)).all() == []
        reply = choose(client, address, 1, 3, act="in")
        assert client.get(address).location == reply.location
        assert queue.run_one()
        assert titles() == {"one", "three"}
        (bank,) = {each.bank for each in db.session.scalars(select(Question))}
        (pool,) = {each.pool for each in db.session.scalars(select(Question))}
        assert (bank, pool) == ("Mine", Pool.EXAM)
        end = client.get(address)
        assert end.status_code == 200
        if language == "en":
            assert "2 new in the bank “Mine”, 0 not taken, 3 not chosen." in end.text
        assert client.get(NEW).text.count(address) == 1

    def test_each_question_has_its_verdict(self, client: FlaskClient, session: Session) -> None:
        bring(client)
        rows = session.scalars(select(QuestionImportRow).order_by(QuestionImportRow.number)).all()
        assert [each.verdict.value for each in rows] == ["new", "new", "new", "known", "error"]
        assert [[each[1] for each in row.problems] for row in rows[3:]] == [
            ["twice-in-file"],
            ["no-answer", "no-key-no-store"],
        ]
        assert [each.key for each in rows[:3]] == ["A", "true", "5 ± 1"]

    def test_what_any_bank_has_is_named(self, client: FlaskClient) -> None:
        papers.question("M1-q1", Kind.SINGLE)
        page = client.get(bring(client, "M1-Q1？{~A. =B. ~C.}"))
        assert "The bank has this question already: M1-q1 · M1." in page.text
        assert ticked(page) == []

    def test_ticks_and_typed_values_stay_while_one_looks_around(self, client: FlaskClient) -> None:
        address = bring(client)
        page = choose(client, address, 2, 4, to="known-1", bank="Half typed")
        assert 'value="Half typed"' in page.text
        assert page.text.count('name="shown"') == 1
        assert ticked(client.get(address)) == [2, 4]
        assert ticked(choose(client, address, 2, act="all")) == [1, 2, 3]
        assert ticked(choose(client, address, 2, act="none")) == []

    def test_what_cannot_go_in_cannot_be_ticked(
        self, client: FlaskClient, session: Session
    ) -> None:
        address = bring(client)
        choose(client, address, 5)
        row = session.scalars(select(QuestionImportRow).filter_by(number=5)).one()
        assert not row.is_chosen

    @pytest.mark.parametrize(
        ("numbers", "more", "words"),
        [
            ((1,), {"bank": " "}, "Give the bank a name."),
            ((1,), {"bank": "x" * 81}, "80 characters at most."),
            ((1,), {"pool": "retired"}, "Not a valid choice"),
            ((), {}, "No question is ticked."),
        ],
    )
    def test_a_refused_order_keeps_everything(
        self, client: FlaskClient, numbers: tuple[int, ...], more: dict[str, str], words: str
    ) -> None:
        address = bring(client)
        page = choose(client, address, *numbers, act="in", **more)
        assert page.status_code == 422
        assert words in page.text
        assert tuple(ticked(page)) == numbers

    def test_what_the_bank_has_does_not_go_in_twice_and_says_so(self, client: FlaskClient) -> None:
        first = bring(client)
        choose(client, first, 1, 2, act="in")
        assert queue.run_one()
        again = bring(client)
        choose(client, again, 1, 2, 3, act="in")
        assert queue.run_one()
        page = client.get(again)
        assert "1 new in the bank “Mine”, 2 not taken, 2 not chosen." in page.text
        assert page.text.count("Not taken") == 2
        assert titles() == {"one", "two", "three"}

    def test_the_same_question_goes_into_another_bank(self, client: FlaskClient) -> None:
        choose(client, bring(client), 2, act="in")
        assert queue.run_one()
        choose(client, bring(client), 2, act="in", bank="Other")
        assert queue.run_one()
        assert {each.bank for each in db.session.scalars(select(Question))} == {"Mine", "Other"}

    def test_a_retired_question_is_no_reason_to_fail(
        self, client: FlaskClient, session: Session
    ) -> None:
        choose(client, bring(client), 2, act="in")
        assert queue.run_one()
        with transaction():
            session.scalars(select(Question)).one().pool = Pool.RETIRED
        choose(client, bring(client), 2, act="in")
        assert queue.run_one()
        assert len(session.scalars(select(Question)).all()) == 1

    def test_dropping_it(self, client: FlaskClient) -> None:
        address = bring(client)
        assert "was dropped" in client.post(f"{address}/cancel", follow_redirects=True).text
        assert choose(client, address, 1, act="in").status_code == 409
        assert titles() == set()

    def test_deciding_twice_is_once(self, client: FlaskClient, session: Session) -> None:
        address = bring(client)
        choose(client, address, 1, act="in")
        assert choose(client, address, 1, 2, act="in").status_code == 409
        assert queue.run_one()
        assert not queue.run_one()
        decided = select(AuditEntry).filter_by(action="exams.import_decided")
        assert session.scalars(decided).one().detail["chosen"] == 1
        assert titles() == {"one"}

    def test_a_job_tried_again_goes_on_with_what_is_left(
        self, client: FlaskClient, session: Session
    ) -> None:
        address = bring(client)
        choose(client, address, 1, 2, act="in")
        with transaction():
            row = session.scalars(select(QuestionImportRow).filter_by(number=1)).one()
            row.is_in = True
        assert queue.run_one()
        assert titles() == {"two"}
        assert "2 new in the bank" in client.get(address).text

    def test_the_page_takes_few_statements(self, client: FlaskClient) -> None:
        many = "\n\n".join(f"::t{n}::Is number {n} right?{{T}}" for n in range(120))
        address = bring(client, many)
        page = client.get(address)
        assert page.text.count('name="shown"') == 50
        with counted() as sent:
            client.get(f"{address}?page=3")
        assert len(sent) <= 9, sent

    def test_a_case_goes_in_as_one(self, client: FlaskClient) -> None:
        text = "案例分析题\n1. 客户来电。\n（1）先做什么？\nA. 记录 B. 挂断\n答案：A\n（2）要升级吗？\n答案：√\n"
        reply = client.post(NEW, data={"text": text, "format": "text"})
        address = checked(client, reply.location)
        client.post(address, data={"shown": "1", "number": "1", **ORDER, "act": "in"})
        assert queue.run_one()
        assert len(db.session.scalars(select(Question)).all()) == 2
        assert "1 new in the bank" in client.get(address).text


@pytest.mark.usefixtures("teacher")
class TestRefusals:
    def test_nothing_and_both_at_once_are_refused_with_all_that_was_typed(
        self, client: FlaskClient
    ) -> None:
        page = client.post(NEW, data={"text": "  ", "format": "auto"})
        assert page.status_code == 422
        assert "Choose a file, or paste" in page.text
        both = {"file": (io.BytesIO(b"x"), "x.txt"), "text": "1. Kept?", "format": "auto"}
        page = client.post(NEW, data=both)
        assert "not both" in page.text
        assert "1. Kept?" in page.text

    def test_an_old_word_file_is_refused_at_once_with_advice(self, client: FlaskClient) -> None:
        old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
        page = client.post(NEW, data={"file": (io.BytesIO(old), "q.doc"), "format": "auto"})
        assert page.status_code == 422
        assert "save it as .docx or .xlsx" in page.text

    def test_a_text_that_cannot_be_read_comes_back_to_be_changed(self, client: FlaskClient) -> None:
        reply = client.post(NEW, data={"text": "只是一句话", "format": "text"})
        page = client.get(checked(client, reply.location))
        again = re.search(r'href="(/studio/questions/import\?again=\d+)"', page.text)
        assert again is not None
        assert "Nothing was changed." in page.text
        assert "只是一句话" in client.get(again[1]).text

    def test_another_s_import_is_not_there(self, client: FlaskClient) -> None:
        address = bring(client)
        sign_in(client, factories.person(roles={Role.TRAINER}))
        for path in (address, f"{NEW}?again={address.rsplit('/', 1)[1]}"):
            assert client.get(path).status_code == 404
        assert client.post(address).status_code == 404
        assert client.post(f"{address}/cancel").status_code == 404


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.HR, Role.MANAGER])
@pytest.mark.parametrize(
    "path", ["", "/1", "/template.xlsx", "/../export", "/../export/gift?bank=Mine"]
)
def test_the_pages_are_for_trainers(client: FlaskClient, role: Role, path: str) -> None:
    sign_in(client, factories.person(roles={role}))
    address = f"{NEW}{path}".replace("/import/..", "")
    assert client.get(address).status_code == 403


def test_what_has_expired_is_forgotten(
    app: Flask, client: FlaskClient, teacher: Person, session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    bring(client)
    stored_as = session.scalars(select(QuestionImport.stored_as)).one()
    later = clock.now() + uploads.KEPT + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    files.sweep()
    assert session.scalars(select(QuestionImport)).all() == []
    assert session.scalars(select(QuestionImportRow)).all() == []
    assert files.read(stored_as) == b""


def test_the_hostile_end_as_pages_not_as_traces(
    client: FlaskClient, teacher: Person, tmp_path: Path
) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><quiz>&b;</quiz>'
    page = client.get(bring(client, bomb, "evil.xml"))
    assert page.status_code == 200
    assert "declares XML entities" in page.text
