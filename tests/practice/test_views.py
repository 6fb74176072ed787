"""The pages of practice, as a browser without JavaScript uses them."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.core.db import transaction
from lms.exams import body
from lms.exams.models import QuestionVersion
from lms.exams.rules.answers import right_answer
from lms.exams.rules.kinds import Kind
from lms.practice.models import Mistake, PracticeAnswer
from tests import factories
from tests.browser import forget_person, sign_in
from tests.exams import papers
from tests.practice import pool
from tests.statements import counted


class Fields(HTMLParser):
    """The hidden fields of the page's answer form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.hidden[str(given["name"])] = given.get("value") or ""


@pytest.fixture
def reader(client: FlaskClient, trainee: Person) -> FlaskClient:
    sign_in(client, trainee)
    return client


def begin(reader: FlaskClient, **wanted: object) -> str:
    """Begin a round; return the address of its first question."""
    sent = {"unit": "", "kind": "", "lesson": "", "count": "20"} | wanted
    page = reader.post("/practice/rounds", data=sent)
    assert page.status_code in {302, 303}, page.text
    return str(page.location)


def reply(reader: FlaskClient, address: str, session: Session, *, right: bool) -> TestResponse:
    """Answer the question at an address as its form does."""
    hidden = Fields(reader.get(address).text).hidden
    version = session.get_one(QuestionVersion, int(hidden["version"]))
    key = body.key_of(version.kind, version.body)
    said = right_answer(key) if right else pool.WRONG[version.kind]
    if version.kind is Kind.CLOZE:
        given: dict[str, object] = {f"a1.{n}": each for n, each in enumerate(said, start=1)}
    else:
        given = {"a1": list(said)}
    return reader.post(address, data=hidden | given, follow_redirects=True)


def test_a_round_of_every_kind(reader: FlaskClient, trainee: Person, session: Session) -> None:
    pool.ready(trainee)
    address = begin(reader)
    for _ in papers.BANKED:
        asked = reader.get(address).text
        assert "Secret explanation" not in asked
        assert "Because" not in asked
        page = reply(reader, address, session, right=True)
        assert "Right." in page.text
        assert "Secret explanation" in page.text
        after = re.search(
            r'href="(/practice/rounds/\d+/?\d*)">(Next question|See how it)', page.text
        )
        assert after, page.text
        address = after[1]
    assert "9 of 9 right" in reader.get(address).text
    overview = reader.get("/practice").text
    assert "9 of 9 seen, 9 right" in overview
    assert "A round is not finished" not in overview


def test_feedback_explains_the_option_and_leads_to_the_lesson(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    pool.ready(trainee, [Kind.SINGLE])
    page = reply(reader, begin(reader), session, right=False)
    for words in ("Not right", "Your answer", "Right answer", "Because", "/lessons/M1-1",
                  "In your notebook"):  # fmt: skip
        assert words in page.text
    assert "How well did you know it?" not in page.text


def test_a_blank_is_no_answer_and_what_was_typed_stays(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    pool.ready(trainee, [Kind.MATCHING])
    address = begin(reader)
    page = reader.post(address, data={"a1": ["", " "]})
    assert page.status_code == 422
    assert "Choose or type an answer first" in page.text
    assert session.scalars(select(PracticeAnswer)).all() == []
    page = reader.post(
        address, data={"unknown": "1"} | Fields(page.text).hidden, follow_redirects=True
    )
    assert "This is how it goes:" in page.text


def test_a_changed_question_is_shown_again(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    pool.ready(trainee, [Kind.SINGLE])
    address = begin(reader)
    for version in ("1", "x", "", "99999999999999999999"):
        page = reader.post(address, data={"version": version, "a1": "B"}, follow_redirects=True)
        assert "was changed a moment ago" in page.text
        assert "Check my answer" in page.text


def test_practice_after_a_lesson(reader: FlaskClient, trainee: Person) -> None:
    pool.ready(trainee)
    assert "/practice?lesson=M1-1" in reader.get("/lessons/M1-1").text
    page = reader.get("/practice?lesson=M1-1").text
    assert "Practise 5 questions" in page
    address = begin(reader, lesson="M1-1", count="5")
    assert "Question 1 of 5" in reader.get(address).text
    for lesson in ("M2-1", "nowhere", "' OR 1"):
        assert (
            "Practise 5 questions"
            not in reader.get("/practice", query_string={"lesson": lesson}).text
        )


@pytest.mark.parametrize(
    "wrong", [{"unit": "M2"}, {"unit": "nowhere"}, {"kind": "essay"}, {"count": "7"}]
)
def test_what_is_not_offered_is_refused(
    reader: FlaskClient, trainee: Person, wrong: dict[str, str]
) -> None:
    pool.ready(trainee)
    sent = {"unit": "", "kind": "", "lesson": "", "count": "5"} | wrong
    page = reader.post("/practice/rounds", data=sent)
    assert page.status_code == 422
    assert "1 thing needs changing" in page.text


def test_the_notebook_filters_prints_and_lets_go(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    pool.ready(trainee, [Kind.SINGLE, Kind.CLOZE])
    first = begin(reader)
    for address in (first, f"{first.rsplit('/', 1)[0]}/2"):
        reply(reader, address, session, right=False)
    plain = reader.get("/practice/mistakes").text
    assert "M1-p1?" in plain
    assert "M1-p2?" in plain
    assert "Secret explanation" not in plain
    full = reader.get("/practice/mistakes?answers=1&unit=M1").text
    assert full.count("Secret explanation") == 2
    assert "No mistakes here" in reader.get("/practice/mistakes?unit=M2").text
    mistake = session.scalars(select(Mistake).order_by(Mistake.id)).first()
    assert mistake
    done = reader.post(f"/practice/mistakes/{mistake.id}/known", follow_redirects=True)
    assert "Taken out of the notebook" in done.text
    assert done.text.count("take it out") == 1
    back = reader.post(
        f"/practice/mistakes/{mistake.id}/known", data={"undo": "1"}, follow_redirects=True
    )
    assert back.text.count("take it out") == 2
    sign_in(reader, factories.person())
    assert reader.post(f"/practice/mistakes/{mistake.id}/known").status_code == 404
    assert "No mistakes here" in reader.get("/practice/mistakes").text


def test_what_is_due_stands_on_the_map_and_is_reviewed(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    pool.ready(trainee, [Kind.SINGLE])
    nothing = reader.post("/practice/mistakes/review", follow_redirects=True)
    assert "Nothing is due now" in nothing.text
    assert "of your mistakes" not in reader.get("/home").text
    reply(reader, begin(reader), session, right=False)
    mistake = session.scalars(select(Mistake)).one()
    with transaction():  # whatever the hour is: due before the end of today
        mistake.entered_at = mistake.due_at = mistake.due_at - timedelta(days=2)
    assert "1 question of your mistakes is due today" in reader.get("/home").text
    assert "1 question is due today" in reader.get("/practice").text
    begun = reader.post("/practice/mistakes/review")
    page = reply(reader, begun.location, session, right=True)
    assert "How well did you know it?" in page.text
    rated = reader.post(f"{begun.location}/rating", data={"rated": "easy"}, follow_redirects=True)
    assert 'value="easy" aria-pressed="true"' in rated.text
    bad = reader.post(f"{begun.location}/rating", data={"rated": "perfect"})
    assert bad.status_code == 409
    assert "of your mistakes" not in reader.get("/home").text


def test_the_overview_costs_few_statements(
    reader: FlaskClient, trainee: Person, session: Session
) -> None:
    pool.ready(trainee)
    address = begin(reader)
    for path, most in (("/practice", 14), (address, 12), ("/practice/mistakes", 11)):
        session.expunge_all()
        forget_person()
        with counted() as sent:
            assert reader.get(path).status_code == 200
        assert len(sent) <= most, (path, sent)


def test_rounds_of_others_are_not_there(reader: FlaskClient, trainee: Person) -> None:
    pool.ready(trainee)
    address = begin(reader)
    assert reader.get(address.rsplit("/", 1)[0] + "/99").status_code == 404
    sign_in(reader, factories.person())
    for path in (address, address.rsplit("/", 1)[0]):
        assert reader.get(path).status_code == 404
    assert reader.post(address, data={"a1": "B"}).status_code == 404
    assert reader.post(f"{address}/rating", data={"rated": "good"}).status_code == 404


def test_practice_is_for_trainees(client: FlaskClient, trainer: Person) -> None:
    sign_in(client, trainer)
    for path in ("/practice", "/practice/mistakes", "/practice/rounds/1", "/practice/rounds/1/1"):
        assert client.get(path).status_code == 403


def test_there_is_something_to_say_before_anything_is_there(reader: FlaskClient) -> None:
    assert "Questions appear here" in reader.get("/practice").text
    assert "No mistakes here" in reader.get("/practice/mistakes").text
