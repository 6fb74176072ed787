"""No page of practice ever shows a question of the exam pool, whatever it was before.

Each question in here bears its code in stem, options and explanation, so that a trace of it in any
page is a leak.
"""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import clock, queue
from lms.core.db import transaction
from lms.exams.models import Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind
from lms.practice.models import Mistake, PracticeAnswer, PracticeRound
from tests.browser import sign_in
from tests.exams import papers
from tests.practice import pool
from tests.practice.test_views import begin, reply

GONE = [Pool.EXAM, Pool.RETIRED]
SECRET = re.compile(r"M1-[pq]\d")


@pytest.fixture
def reader(client: FlaskClient, trainee: Person) -> FlaskClient:
    sign_in(client, trainee)
    return client


def addresses(session: Session) -> list[str]:
    """Every page of practice that there is, with every id that there is, and some that are not."""
    rounds = session.scalars(select(PracticeRound)).all()
    ids = {each.id for each in session.scalars(select(Question))}
    ids |= {each.id for each in session.scalars(select(QuestionVersion))}
    found = ["/practice", "/practice?lesson=M1-1", "/practice/mistakes", "/home"]
    found += [f"/practice/mistakes?answers=1&unit={unit}&page={n}" for unit in ("", "M1", "M2")
              for n in (1, 2)]  # fmt: skip
    found += [f"/practice/mistakes?left={each}" for each in ids]
    for row in {*(each.id for each in rounds), *ids}:
        found += [f"/practice/rounds/{row}", *(f"/practice/rounds/{row}/{n}" for n in (1, 2, 3))]
    found += [f"/practice/rounds/{row.id}/{n}" for row in rounds for n in ids]
    return found


def traces(reader: FlaskClient, session: Session) -> list[str]:
    """Addresses that show anything of a question."""
    return [
        path
        for path in addresses(session)
        if SECRET.search(reader.get(path).text.replace("/lessons/", ""))
    ]


def test_the_exam_s_questions_are_never_drawn(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    papers.ready(trainee)
    for wanted in ({}, {"unit": "M1"}, {"lesson": "M1-1", "count": "5"}):
        sent = {"unit": "", "kind": "", "lesson": "", "count": "20"} | wanted
        page = reader.post("/practice/rounds", data=sent)
        assert page.status_code in {409, 422}
    assert session.scalars(select(PracticeRound)).all() == []
    assert traces(reader, session) == []


@pytest.mark.parametrize("where", GONE)
@pytest.mark.parametrize("how_far", ["drawn", "answered", "right"])
def test_what_leaves_the_practice_pool_is_gone_from_everywhere(
    reader: FlaskClient, trainee: Person, session: Session, where: Pool, how_far: str
) -> None:
    pool.ready(trainee, [Kind.SINGLE, Kind.MULTIPLE])
    first = begin(reader)
    if how_far != "drawn":
        reply(reader, first, session, right=how_far == "right")
    assert traces(reader, session)  # else the rest proves nothing
    for question in session.scalars(select(Question).where(Question.pool == Pool.PRACTICE)):
        pool.put(question, where)
    session.expire_all()
    assert traces(reader, session) == []
    for place in (1, 2):
        address = f"{first.rsplit('/', 1)[0]}/{place}"
        for sent in ({"a1": "B", "version": "1"}, {"unknown": "1"}, {}):
            page = reader.post(address, data=sent, follow_redirects=True)
            assert not SECRET.search(page.text.replace("/lessons/", "")), address
        reader.post(f"{address}/rating", data={"rated": "good"})
    for mistake in session.scalars(select(Mistake)):
        assert reader.post(f"/practice/mistakes/{mistake.id}/known").status_code == 404
    assert "Nothing is due now" in reader.post(
        "/practice/mistakes/review", follow_redirects=True
    ).text  # fmt: skip


@pytest.mark.parametrize("how_far", ["drawn", "answered", "right"])
def test_what_rests_on_a_replaced_figure_waits_until_somebody_has_read_it(
    reader: FlaskClient, trainee: Person, session: Session, how_far: str
) -> None:
    pool.ready(trainee, [Kind.SINGLE, Kind.MULTIPLE])
    first = begin(reader)
    if how_far != "drawn":
        reply(reader, first, session, right=how_far == "right")
    before = traces(reader, session)
    assert before
    practised = select(Question).where(Question.pool == Pool.PRACTICE)
    with transaction():
        for question in session.scalars(practised):
            question.figures = "15 minutes"
    session.expire_all()
    assert traces(reader, session) == []
    sent = {"unit": "", "kind": "", "lesson": "", "count": "20"}
    assert reader.post("/practice/rounds", data=sent).status_code in {409, 422}
    with transaction():
        for question in session.scalars(practised):
            question.figures_read = "15 minutes"
    session.expire_all()
    assert traces(reader, session) == before


def test_an_old_version_comes_back_with_no_pool_but_practice(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    """A question that an exam had, then practice has in a new version: the old one stays out."""
    papers.ready(trainee)
    question = session.scalars(select(Question).filter_by(code="M1-q1")).one()
    old = session.get_one(QuestionVersion, question.published_id)
    with transaction():
        new = QuestionVersion(
            question_id=question.id, number=2, kind=old.kind, points=1, difficulty=1, tags=[],
            body=old.body | {"stem": papers.text("Freshly written"),
                             "explanation": papers.text("Fresh")},
            meta={}, digest="f" * 64, made_at=old.made_at,
        )  # fmt: skip
        session.add(new)
        session.flush()
        question.published, question.pool = new, Pool.PRACTICE
    address = begin(reader)
    assert "Freshly written" in reader.get(address).text
    for version in (old.id, new.id):
        data = {"a1": "A", "version": str(version)}
        page = reader.post(address, data=data, follow_redirects=True).text
        assert "Secret explanation" not in page
        assert "M1-q1?" not in page
    assert session.scalars(select(PracticeAnswer.version_id)).all() == [new.id]


def test_a_wrong_exam_question_brings_its_sibling_and_never_itself(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    pool.ready(trainee)
    place = reader.post("/exams/stage-1/attempts").location
    reader.post(f"{place}/hand-in")
    while queue.run_one(at=clock.now()):
        pass
    found = session.scalars(select(Question.pool).join(Mistake, Mistake.question_id == Question.id))
    assert set(found) == {Pool.PRACTICE}
    page = reader.get("/practice/mistakes?answers=1").text
    assert "like a question that an exam showed as wrong" in page
    assert not re.search(r"M1-q\d", page)
