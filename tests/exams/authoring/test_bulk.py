"""Many questions changed together: what would change is shown, then done, and nothing else."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.audit import AuditEntry
from lms.core.db import transaction
from lms.exams import services
from lms.exams.models import Pool, Question
from lms.exams.rules.figures import Sign
from lms.exams.rules.kinds import Kind
from lms.exams.tally_models import QuestionSign
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.authoring.written import edit, form_of, row_of, versions, write
from tests.exams.test_holdings import change
from tests.factories import NOON

TOGETHER = "/studio/questions/together"


@pytest.fixture(autouse=True)
def teacher(client: FlaskClient, trainer: Person) -> Person:
    client.set_cookie("lang", "en")
    sign_in(client, trainer)
    return trainer


@pytest.fixture
def bank(session: Session) -> list[Question]:
    """Two questions of a bank, and one of the files."""
    rows = [papers.question(each, Kind.SINGLE) for each in ("q1", "q2", "q3")]
    for each in rows[:2]:
        change(each, bank="Mine", pool=Pool.EXAM)
    return rows


def plan(client: FlaskClient, act: str, value: str = "", *, query: str = "", **sent: Any) -> str:
    """What would change."""
    given = {"which": "ticked", "act": act, act: value} | sent
    reply = client.post(f"{TOGETHER}{query}", data=given)
    assert reply.status_code == 200, reply.text
    return reply.text


def apply(client: FlaskClient, page: str, *, query: str = "", **sent: Any) -> Any:
    """Do what a page says."""
    hidden = dict(re.findall(r'name="(change|value|mark|which)" value="([^"]*)"', page))
    return client.post(f"{TOGETHER}{query}", data=hidden | {"act": "apply"} | sent)


@pytest.mark.usefixtures("bank")
class TestPlan:
    def test_says_what_changes_what_is_so_and_what_cannot(
        self, client: FlaskClient, session: Session
    ) -> None:
        change(row_of(session, "q2"), tags=["new"])
        page = plan(client, "tag", "new", code=["q1", "q2", "q3", "unknown"])
        assert "1 question changes" in page
        assert "1 is so already" in page
        assert "1 cannot be changed:" in page
        assert "came with the content files" in page
        assert versions(session, "q1")[-1].tags == []
        assert session.scalars(select(AuditEntry)).all() == []

    def test_an_open_draft_is_in_the_way_of_tags_and_not_of_the_pool(
        self, client: FlaskClient
    ) -> None:
        code = write(client, act="publish")
        edit(client, code, form_of(Kind.SINGLE), points="4")
        assert "have a newer draft" in plan(client, "difficulty", "5", code=[code])
        assert "1 question changes" in plan(client, "pool", "exam", code=[code])

    @pytest.mark.parametrize(
        ("act", "value"),
        [("tag", " "), ("tag", "a,b"), ("untag", ""), ("tag", "x" * 41), ("difficulty", "6"),
         ("pool", "retired"), ("unit", "M-none")],
    )  # fmt: skip
    def test_wants_to_know_to_what(self, client: FlaskClient, act: str, value: str) -> None:
        reply = client.post(
            TOGETHER, data={"which": "ticked", "code": "q1", "act": act, act: value}
        )
        assert reply.status_code == 422
        assert f'href="#{act}"' in reply.text

    def test_wants_a_question(self, client: FlaskClient) -> None:
        reply = client.post(f"{TOGETHER}?bank=Mine", data={"which": "ticked"})
        assert reply.status_code == 302
        assert reply.location.endswith("/studio/questions?bank=Mine")


@pytest.mark.usefixtures("bank")
class TestDone:
    def test_tags_make_a_version_with_the_same_text(
        self, client: FlaskClient, session: Session
    ) -> None:
        page = plan(client, "tag", "新", code=["q1", "q2"])
        assert apply(client, page, code=["q1", "q2"]).status_code == 302
        for code in ("q1", "q2"):
            old, new = versions(session, code)
            assert (old.tags, new.tags, new.body) == ([], ["新"], old.body)
            assert row_of(session, code).published_id == new.id
        page = plan(client, "untag", "新", code=["q1"])
        apply(client, page, code=["q1"])
        assert versions(session, "q1")[-1].tags == []
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions.count("exams.question_edited") == 3
        assert actions.count("exams.questions_changed") == 2

    def test_all_that_fit_and_only_those(self, client: FlaskClient, session: Session) -> None:
        query = "?bank=Mine&pool=exam"
        page = plan(client, "retire", query=query, which="all")
        assert "2 questions change" in page
        assert apply(client, page, query=query).location.endswith(query)
        pools = {each: row_of(session, each).pool for each in ("q1", "q2", "q3")}
        assert pools == {"q1": Pool.RETIRED, "q2": Pool.RETIRED, "q3": Pool.EXAM}

    def test_a_draft_is_changed_in_place(self, client: FlaskClient, session: Session) -> None:
        code = write(client)
        apply(client, plan(client, "difficulty", "5", code=[code]), code=[code])
        assert [each.difficulty for each in versions(session, code)] == [5]
        assert row_of(session, code).published_id is None

    def test_a_case_moves_whole(self, client: FlaskClient, session: Session) -> None:
        for each in papers.case("k", [Kind.SINGLE, Kind.TRUEFALSE]):
            change(each, bank="Mine")
        page = plan(client, "unit", "", code=["k-1"])
        assert "1 more changes with its case" in page
        apply(client, page, code=["k-1"])
        assert {row_of(session, each).unit for each in ("k-1", "k-2")} == {""}

    def test_what_changed_meanwhile_is_shown_again(
        self, client: FlaskClient, session: Session
    ) -> None:
        page = plan(client, "tag", "new", code=["q1", "q2"])
        change(row_of(session, "q2"), bank=None)
        reply = apply(client, page, code=["q1", "q2"])
        assert reply.status_code == 409
        assert "1 question changes" in reply.text
        assert versions(session, "q1")[-1].tags == []
        assert apply(client, reply.text, code=["q1", "q2"]).status_code == 302


class TestFilters:
    @pytest.fixture(autouse=True)
    def questions(self, client: FlaskClient, trainee: Person) -> dict[str, str]:
        papers.ready(trainee)
        services.start_attempt("stage-1", actor=trainee, at=NOON)
        changed = write(client, act="publish")
        edit(client, changed, form_of(Kind.SINGLE), points="4")
        easy = select(Question.published_id).where(Question.code == "M1-q1")
        with transaction() as session:
            version = session.scalars(easy).one()
            session.add(QuestionSign(question_version_id=version, sign=Sign.TOO_EASY.value))
        return {"draft": write(client, Kind.NUMERIC), "changed": changed}

    @pytest.mark.parametrize(
        ("asked", "wanted"),
        [
            ("state=draft", {"draft"}),
            ("state=changed", {"changed"}),
            ("state=published", {"changed", "M1-q1"}),
            ("use=no-paper", {"draft", "changed"}),
            ("use=no-exam", {"draft", "changed"}),
            ("use=stage-1", {"M1-q1"}),
            ("use=nonsense", set()),
            ("state=nonsense", {"draft", "changed", "M1-q1"}),
            ("sign=too-easy", {"M1-q1"}),
            ("sign=too-hard", set()),
        ],
    )
    def test_find(
        self, client: FlaskClient, questions: dict[str, str], asked: str, wanted: set[str]
    ) -> None:
        page = client.get(f"/studio/questions?{asked}").text
        codes = questions | {"M1-q1": "M1-q1"}
        assert {each for each, code in codes.items() if f'/questions/{code}"' in page} == wanted
