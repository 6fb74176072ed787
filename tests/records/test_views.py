"""Pages of training records, and the PDF made of them."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import append_only, deliverables, pdf, queue
from lms.core.db import db, transaction
from lms.core.queue import Job, JobState
from lms.courses import services as courses
from lms.exams import services as exams
from lms.records import document, queries, services, snapshot
from lms.records.lines import FileFormat, Order
from lms.records.models import RecordEntry
from lms.records.rules import Verb
from lms.web.i18n import today
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON
from tests.statements import counted


@pytest.fixture
def learner(session: Session) -> Person:
    """Someone with a small record: a run, two lessons."""
    person = factories.person(name="张思远", unit=factories.unit())
    run = factories.enrolment(person, factories.programme())
    for code in ("A-1", "A-2"):
        courses.finish_lesson(run.id, code, actor=person, at=NOON)
    return person


class TestMine:
    def test_shows_what_was_done_newest_first_with_hours(
        self, client: FlaskClient, learner: Person
    ) -> None:
        sign_in(client, learner)
        page = client.get("/record").text
        assert page.index("Lesson A-2") < page.index("Lesson A-1") < page.index("Enrolled")
        assert "0.3" in page  # hours of two lessons of ten minutes
        assert "3 entries, unchanged" in page
        assert "Version 1" in page

    def test_one_kind_only(self, client: FlaskClient, learner: Person) -> None:
        sign_in(client, learner)
        page = client.get("/record?kind=lessons").text
        assert "Lesson A-1" in page
        assert "Enrolled" not in page
        assert "There are no entries of this kind." in client.get("/record?kind=exams").text
        assert "Enrolled" in client.get("/record?kind=nonsense").text

    def test_a_result_is_a_link(self, client: FlaskClient, trainee: Person) -> None:
        papers.ready(trainee)
        attempt, _ = exams.start_attempt("stage-1", actor=trainee, at=NOON)
        later = NOON + timedelta(minutes=5)
        exams.hand_in(attempt.id, client=attempt.client, actor=trainee, at=later)
        sign_in(client, trainee)
        page = client.get("/record").text
        assert page.count(f"/attempts/{attempt.id}/result") == 1
        assert "Score 0.00 %" in page

    def test_an_empty_one_says_what_will_appear(self, client: FlaskClient, trainee: Person) -> None:
        sign_in(client, trainee)
        assert "appear here by themselves" in client.get("/record").text

    def test_what_was_tampered_with_is_said_and_breaks_no_page(
        self, client: FlaskClient, learner: Person
    ) -> None:
        with transaction() as session:
            for statement in append_only.UNPROTECT[db.engine.dialect.name]:
                session.execute(text(statement.format(table="record_entry")))
            session.execute(
                update(RecordEntry).filter_by(number=2).values(verb="nonsense", detail={})
            )
        sign_in(client, learner)
        page = client.get("/record")
        assert page.status_code == 200
        assert "Tampered with, from entry 2 on" in page.text

    def test_takes_five_statements_at_most(self, client: FlaskClient, learner: Person) -> None:
        sign_in(client, learner)
        client.get("/record")  # notes that the sign-in is in use
        with counted() as statements:
            client.get("/record")
        assert len(statements) <= 5, statements

    def test_a_long_one_has_pages(self, client: FlaskClient, trainee: Person) -> None:
        with transaction():
            for number in range(120):
                detail = {"title": factories.both(f"Lesson {number}"), "minutes": 5}
                services.append(trainee.id, Verb.LESSON_FINISHED, at=NOON, detail=detail)
        sign_in(client, trainee)
        assert client.get("/record").text.count("<time") == 100
        assert client.get("/record?page=2").text.count("<time") == 20
        assert client.get("/record?page=9").status_code == 200


class TestPerson:
    def test_is_for_those_in_charge_and_within_their_scope(
        self, client: FlaskClient, learner: Person
    ) -> None:
        sign_in(client, factories.person(roles={Role.MANAGER}, scope=learner.unit))
        page = client.get(f"/people/{learner.id}/record")
        assert "Training record of 张思远" in page.text
        sign_in(client, factories.person(roles={Role.MANAGER}, scope=factories.unit()))
        assert client.get(f"/people/{learner.id}/record").status_code == 404

    def test_says_who_it_is_about_and_what_is_next(
        self, client: FlaskClient, learner: Person
    ) -> None:
        manager = factories.person(name="陈主管")
        due_on = today() + timedelta(days=40)
        factories.enrolment(learner, factories.programme(), due_on=due_on)
        with transaction():
            learner.manager_id = manager.id
        sign_in(client, factories.person(roles={Role.HR}))
        page = client.get(f"/people/{learner.id}/record").text
        assert "陈主管" in page
        assert learner.staff_no
        assert learner.staff_no in page
        assert page.count(f"{due_on.year}") >= 2  # the run's, and the next due date of all
        assert page.count("In progress") == 2

    def test_is_given_as_a_file_too(self, client: FlaskClient, learner: Person) -> None:
        sign_in(client, factories.person(roles={Role.MANAGER}, scope=learner.unit))
        path = f"/people/{learner.id}/record/file"
        page = client.post(path, data={"format": "csv"}, follow_redirects=True)
        assert page.request.path.startswith("/work/")
        assert client.post(f"/people/{learner.id + 999}/record/file").status_code == 404

    def test_a_trainee_sees_nobody_s(self, client: FlaskClient, learner: Person) -> None:
        sign_in(client, factories.person())
        assert client.get(f"/people/{learner.id}/record").status_code == 403


class TestPdf:
    def test_is_asked_for_made_and_downloaded(self, client: FlaskClient, learner: Person) -> None:
        pytest.importorskip("weasyprint")
        if missing := pdf.check():
            pytest.skip(f"missing on this host: {', '.join(missing)}")
        sign_in(client, learner)
        page = client.post("/record/pdf", follow_redirects=True)
        assert page.status_code == 202
        assert "Waiting for its turn" in page.text
        while queue.run_one():
            pass
        page = client.get(page.request.path)
        assert "3 rows" in page.text
        reply = client.get(f"/downloads/{deliverables.of(learner.id)[0].id}")
        assert reply.data.startswith(b"%PDF-")
        assert quote("张思远-Training-record-") in reply.headers["Content-Disposition"]
        assert reply.headers["Cache-Control"] == "no-store"

    def test_two_clicks_are_one(self, learner: Person) -> None:
        first, second = (ask(learner, locale="en") for _ in range(2))
        assert first.id == second.id
        assert ask(learner, locale="zh").id != first.id

    def test_when_it_is_there_a_new_one_can_be_made(self, learner: Person) -> None:
        first = ask(learner)
        with transaction():
            first.state = JobState.DONE
        assert ask(learner).id != first.id

    def test_someone_else_s_does_not_exist(self, client: FlaskClient, learner: Person) -> None:
        job = ask(learner)
        sign_in(client, factories.person(roles={Role.ADMIN}))
        assert client.get(f"/work/{job.id}").status_code == 404

    def test_its_words_are_those_of_the_language_asked_for(
        self, learner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        printed: list[dict[str, object]] = []

        def render(words: dict[str, object]) -> bytes:
            printed.append(words)
            return b"%PDF"

        monkeypatch.setattr(document, "render", render)
        ask(learner, locale="zh")
        while queue.run_one():
            pass
        (words,) = printed
        assert words["locale"] == "zh"
        assert words["programme"] == "Programme（中文）"
        assert words["chain_head"] == queries.chain_of(learner.id).head

    def test_of_the_demonstration_it_says_so(self, learner: Person) -> None:
        with transaction():
            learner.is_demo = True
        chain = queries.chain_of(learner.id)
        assert "demonstration" in str(snapshot.assemble(learner, chain, "en")["heading"])


def ask(person: Person, *, locale: str = "en") -> Job:
    """Have someone's own record printed."""
    order = Order(actor_id=person.id, format=FileFormat.PDF, locale=locale, person_id=person.id)
    return services.request_export(order, actor=person)
