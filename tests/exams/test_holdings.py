"""The trainer's pages of the question bank: found, shown with its key, moved with a trace."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.audit import AuditEntry
from lms.core.db import transaction
from lms.exams import services
from lms.exams.models import Pool, Question
from lms.exams.rules.kinds import Kind
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON
from tests.statements import counted

LIST = "/studio/questions"


@pytest.fixture(autouse=True)
def teacher(client: FlaskClient, trainer: Person) -> Person:
    sign_in(client, trainer)
    return trainer


def change(row: Question, **values: Any) -> None:
    with transaction():
        version = row.published
        assert version is not None
        for name, value in values.items():
            if name == "stem":
                version.body = {**version.body, "stem": value}
            else:
                setattr(version if name in {"tags", "difficulty"} else row, name, value)


@pytest.fixture
def bank(session: Session) -> list[Question]:
    """Three questions: each differs from the others in all that can be filtered."""
    rows = [papers.question(f"c{n}", kind, unit=f"M{n}") for n, kind in
            enumerate((Kind.SINGLE, Kind.TEXT, Kind.TRUEFALSE), start=1)]  # fmt: skip
    change(rows[0], tags=["代理", "a"], difficulty=4, stem={"zh": "代理 100%?", "en": "Proxy?"})
    change(rows[1], bank="Mine", pool=Pool.PRACTICE)
    change(rows[2], bank="Other", pool=Pool.RETIRED, tags=["代理2"], difficulty=5)
    return rows


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("", {"c1", "c2", "c3"}),
        ("text=PROXY", {"c1"}),
        ("text=代理", {"c1"}),
        ("text=100%25", {"c1"}),
        ("text=%25", {"c1"}),
        ("text=C2", {"c2"}),
        ("kind=text", {"c2"}),
        ("unit=M3", {"c3"}),
        ("bank=Mine", {"c2"}),
        ("pool=exam", {"c1"}),
        ("pool=retired", {"c3"}),
        ("tag=代理", {"c1"}),
        ("tag=a", {"c1"}),
        ("difficulty=5", {"c3"}),
        ("text=proxy&difficulty=5", set()),
        ("kind=nonsense&pool=x&difficulty=y", {"c1", "c2", "c3"}),
    ],
)
@pytest.mark.usefixtures("bank")
def test_the_list_finds(client: FlaskClient, asked: str, codes: set[str]) -> None:
    page = client.get(f"{LIST}?{asked}").text
    assert {each for each in ("c1", "c2", "c3") if f'/questions/{each}"' in page} == codes


@pytest.mark.usefixtures("session")
def test_the_list_takes_few_statements(client: FlaskClient) -> None:
    for n in range(60):
        papers.question(f"q{n}", Kind.SINGLE)
    page = client.get(LIST).text
    assert page.count(f'href="{LIST}/q') == 50
    with counted() as sent:
        client.get(f"{LIST}?page=2")
    assert len(sent) <= 7, sent


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", papers.BANKED)
def test_a_question_of_each_kind_shows_key_and_explanation(
    client: FlaskClient, kind: Kind, language: str
) -> None:
    client.set_cookie("lang", language)
    papers.question("one", kind)
    page = client.get(f"{LIST}/one")
    assert page.status_code == 200
    assert "Secret explanation of one" in page.text
    right = {Kind.SINGLE: "data-right", Kind.NUMERIC: "180", Kind.MATCHING: "Choice C",
             Kind.ORDERING: "Step B", Kind.CLOZE: "Who B"}  # fmt: skip
    assert right.get(kind, "one") in page.text


def test_it_says_where_it_is_used(client: FlaskClient, trainee: Person) -> None:
    papers.ready(trainee)
    assert "Stage 1 exam" in client.get(f"{LIST}/M1-q1").text
    assert "on 0 papers" in client.get(f"{LIST}/M1-q1").text
    services.start_attempt("stage-1", actor=trainee, at=NOON)
    assert "on 1 paper" in client.get(f"{LIST}/M1-q1").text
    papers.question("elsewhere", Kind.SINGLE, unit="M9")
    assert "No exam draws it as it stands" in client.get(f"{LIST}/elsewhere").text


class TestPool:
    def test_retired_and_brought_back_with_a_trace(
        self, client: FlaskClient, session: Session, bank: list[Question]
    ) -> None:
        for pool in ("retired", "exam"):
            page = client.post(f"{LIST}/c2/pool", data={"pool": pool}, follow_redirects=True)
            assert page.status_code == 200
            session.refresh(bank[1])
            assert bank[1].pool.value == pool
        moved = session.scalars(select(AuditEntry).filter_by(action="exams.question_moved")).all()
        assert [each.detail["pool"] for each in moved] == [
            ["practice", "retired"],
            ["retired", "exam"],
        ]

    def test_a_case_moves_as_one(self, client: FlaskClient, session: Session) -> None:
        parts = papers.case("k", [Kind.SINGLE, Kind.TRUEFALSE])
        for each in parts:
            change(each, bank="Mine")
        client.post(f"{LIST}/k-1/pool", data={"pool": "retired"})
        pools = set(session.scalars(select(Question.pool).filter_by(case="k")))
        assert pools == {Pool.RETIRED}

    def test_what_the_files_own_stays(self, client: FlaskClient, bank: list[Question]) -> None:
        assert "comes with the content files" in client.get(f"{LIST}/c1").text
        assert client.post(f"{LIST}/c1/pool", data={"pool": "retired"}).status_code == 409
        assert bank[0].pool is Pool.EXAM

    def test_no_such_question_no_such_pool(self, client: FlaskClient, bank: list[Question]) -> None:
        assert client.get(f"{LIST}/nothing").status_code == 404
        assert client.get(f"{LIST}/c2?version=9").status_code == 404
        assert client.post(f"{LIST}/{bank[1].code}/pool", data={"pool": "x"}).status_code == 404


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.HR, Role.MANAGER])
def test_the_pages_are_for_trainers(client: FlaskClient, role: Role) -> None:
    sign_in(client, factories.person(roles={role}))
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}/c1").status_code == 403
    assert client.post(f"{LIST}/c1/pool", data={"pool": "exam"}).status_code == 403
