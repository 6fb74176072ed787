"""Pages of training records, and the PDF made of them."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import append_only, clock, pdf, queue
from lms.core.db import db, transaction
from lms.core.queue import Job, JobState
from lms.courses import services as courses
from lms.exams import services as exams
from lms.records import document, queries, services, snapshot
from lms.records.models import RecordEntry, RecordPdf
from lms.records.rules import Verb
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
        assert "is being made" in page.text
        while queue.run_one():
            pass
        page = client.get(page.request.path)
        assert "3 entries are printed in it." in page.text
        reply = client.get(f"{page.request.path}/file")
        assert reply.data.startswith(b"%PDF-")
        assert quote("张思远-Training-record-") in reply.headers["Content-Disposition"]
        assert reply.headers["Cache-Control"] == "no-store"

    def test_says_when_it_failed_and_what_to_do(self, client: FlaskClient, learner: Person) -> None:
        sign_in(client, learner)
        page = client.post("/record/pdf", follow_redirects=True)
        with transaction():
            db.session.scalars(
                select(Job).filter_by(name="records.render")
            ).one().state = JobState.DEAD
        part = client.get(page.request.path, headers={"HX-Request": "true"})
        assert "could not be made" in part.text
        assert "<html" not in part.text
        assert "hx-trigger" not in part.text

    def test_someone_else_s_does_not_exist(self, client: FlaskClient, learner: Person) -> None:
        row = services.request_pdf(learner.id, locale="en", actor=learner)
        sign_in(client, factories.person(roles={Role.ADMIN}))
        for path in (f"/record/pdf/{row.id}", f"/record/pdf/{row.id}/file"):
            assert client.get(path).status_code == 404

    def test_after_some_days_it_is_gone(self, client: FlaskClient, learner: Person) -> None:
        long_ago = clock.now() - services.PDF_KEPT
        row = services.request_pdf(learner.id, locale="en", actor=learner, at=long_ago)
        sign_in(client, learner)
        page = client.get(f"/record/pdf/{row.id}")
        assert page.status_code == 410
        assert "Make a new one" in page.text

    def test_its_words_are_those_of_the_language_asked_for(
        self, learner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        printed: list[dict[str, object]] = []

        def render(words: dict[str, object]) -> bytes:
            printed.append(words)
            return b"%PDF"

        monkeypatch.setattr(document, "render", render)
        row = services.request_pdf(learner.id, locale="zh", actor=learner)
        while queue.run_one():
            pass
        (words,) = printed
        assert words["locale"] == "zh"
        assert words["programme"] == "Programme（中文）"
        assert words["chain_head"] == queries.chain_of(learner.id).head
        assert db.session.get_one(RecordPdf, row.id).entries_count == 3

    def test_of_the_demonstration_it_says_so(self, learner: Person) -> None:
        with transaction():
            learner.is_demo = True
        chain = queries.chain_of(learner.id)
        assert "demonstration" in str(snapshot.assemble(learner, chain, "en")["heading"])
