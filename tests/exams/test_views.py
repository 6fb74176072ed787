"""The pages of a sitting, as a browser without JavaScript and as the page's script use them."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_babel import refresh
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.exams import queries
from lms.exams.models import Attempt
from lms.exams.rules.kinds import Kind
from lms.exams.services import hand_in
from tests import factories
from tests.browser import forget_person, sign_in
from tests.exams import papers
from tests.exams.test_services import right_answers, slot_of
from tests.statements import counted

JSON = {"Accept": "application/json"}


@pytest.fixture
def sitting(client: FlaskClient, trainee: Person) -> Attempt:
    """An attempt that this client began just now."""
    papers.ready(trainee)
    sign_in(client, trainee)
    page = client.post("/exams/stage-1/attempts")
    return queries.attempt_of(trainee, int(page.location.rsplit("/", 1)[1]), with_layout=True)


def test_the_start_page_says_the_rules(client: FlaskClient, trainee: Person) -> None:
    papers.ready(trainee)
    sign_in(client, trainee)
    page = client.get("/exams/stage-1").text
    for words in ("20 minutes", "80 %", "0 of 3 used", "Start the exam"):
        assert words in page


def test_the_start_page_says_why_not_yet(client: FlaskClient, trainee: Person) -> None:
    run = papers.ready(trainee)
    other = factories.person()
    papers.enrol(other, run.programme)
    sign_in(client, other)
    page = client.get("/exams/stage-1").text
    assert "1 lesson is left." in page
    assert "Start the exam" not in page


def test_an_open_paper_gives_nothing_away(client: FlaskClient, sitting: Attempt) -> None:
    page = client.get(f"/attempts/{sitting.id}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    for secret in (
        "Secret explanation", "Because", "Waiting not taken off", "180", "seats",
        "hidden word", "Only half", "7200", "concealed",
    ):  # fmt: skip
        # A whole word: clocks and tokens on the page have figures of their own.
        assert not re.search(rf"\b{secret}\b", page.text), secret


def test_the_paper_costs_few_statements(
    client: FlaskClient, sitting: Attempt, session: Session
) -> None:
    address = f"/attempts/{sitting.id}"
    session.expunge_all()
    forget_person()
    with counted() as statements:
        assert client.get(address).status_code == 200
    assert len(statements) <= 6  # one of them the first time only: what the questions ask


@pytest.mark.usefixtures("sitting")
def test_the_start_page_costs_few_statements(client: FlaskClient, session: Session) -> None:
    session.expunge_all()
    forget_person()
    with counted() as statements:
        assert client.get("/exams/stage-1").status_code == 200
    assert len(statements) <= 5


def test_the_script_saves_and_learns_what_is_on_disk(client: FlaskClient, sitting: Attempt) -> None:
    slot = slot_of(sitting, Kind.SINGLE)
    sent = {"answers": [{"slot": slot, "seq": 5, "answer": ["B"], "flagged": True}]}
    reply = client.post(f"/attempts/{sitting.id}/answers", json=sent)
    assert reply.json is not None
    assert reply.json["saved"] == {str(slot): 5}
    assert 0 < reply.json["left_ms"] <= 20 * 60 * 1000
    assert queries.responses(sitting)[slot].flagged


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"answers": "x"},
        {"answers": [1]},
        {"answers": [{"slot": "1", "seq": 1, "answer": []}]},
        {"answers": [{"slot": 1, "seq": 0, "answer": []}]},
        {"answers": [{"slot": 1, "seq": True, "answer": []}]},
        {"answers": [{"slot": 1, "seq": 2**60, "answer": []}]},
        {"answers": [{"slot": 1, "seq": 1, "answer": [1]}]},
        {"answers": [{"slot": 1, "seq": 1, "answer": "A"}]},
    ],
)
def test_what_is_no_answer_is_refused_in_words(
    client: FlaskClient, sitting: Attempt, sent: object
) -> None:
    reply = client.post(f"/attempts/{sitting.id}/answers", json=sent, headers=JSON)
    assert reply.status_code == 422
    assert reply.mimetype == "application/problem+json"
    assert queries.responses(sitting) == {}


def test_the_form_saves_without_javascript(client: FlaskClient, sitting: Attempt) -> None:
    single, blank = slot_of(sitting, Kind.SINGLE), slot_of(sitting, Kind.FILLIN)
    page = client.post(
        f"/attempts/{sitting.id}",
        data={"seq": "10", f"a{single}": "B", f"a{blank}": "seat", f"f{blank}": "1"},
        follow_redirects=True,
    )
    assert "Your answers are saved." in page.text
    saved = queries.responses(sitting)
    assert (saved[single].answer, saved[blank].answer, saved[blank].flagged) == (
        ["B"], ["seat"], True,
    )  # fmt: skip


def test_the_form_sends_pairs_and_gaps_without_javascript(
    client: FlaskClient, sitting: Attempt
) -> None:
    matching, ordering = slot_of(sitting, Kind.MATCHING), slot_of(sitting, Kind.ORDERING)
    cloze = slot_of(sitting, Kind.CLOZE)
    sent = {
        "seq": "10",
        f"a{matching}": ["", "1=C", "2=Z", "9=A"],
        f"a{ordering}": ["A=2", "B=1", "C=4"],
        f"a{cloze}.2": "B",
        f"a{cloze}.1": "7200",
        f"a{cloze}.3": "",
    }
    page = client.post(f"/attempts/{sitting.id}", data=sent, follow_redirects=True).text
    saved = queries.responses(sitting)
    assert saved[matching].answer == ["1=C"], "what the page did not offer is not kept"
    assert sorted(saved[ordering].answer) == ["A=2", "B=1"]
    assert saved[cloze].answer == ["7200", "B", ""]
    for chosen in ('value="1=C" selected', 'value="A=2" selected', 'value="B" selected'):
        assert chosen in page
    assert 'value="7200"' in page


def test_gaps_stand_where_the_language_has_them(client: FlaskClient, sitting: Attempt) -> None:
    english = client.get(f"/attempts/{sitting.id}").text
    slot = slot_of(sitting, Kind.CLOZE)
    assert english.index(f'name="a{slot}.2"') < english.index(f'name="a{slot}.1"')
    refresh()  # the test keeps one application context, and so the first language
    client.set_cookie("lang", "zh")
    chinese = client.get(f"/attempts/{sitting.id}").text
    assert chinese.index(f'name="a{slot}.1"') < chinese.index(f'name="a{slot}.2"')
    assert "[[" not in english + chinese


def test_the_result_explains_every_part(
    client: FlaskClient, sitting: Attempt, trainee: Person
) -> None:
    text, cloze = slot_of(sitting, Kind.TEXT), slot_of(sitting, Kind.CLOZE)
    matching, ordering = slot_of(sitting, Kind.MATCHING), slot_of(sitting, Kind.ORDERING)
    sent = {
        "seq": "10",
        f"a{text}": "half a word",
        f"a{matching}": ["1=B", "2=A"],
        f"a{ordering}": ["B=1"],
        f"a{cloze}.1": "8000",
        f"a{cloze}.2": "A",
        f"a{cloze}.3": "concealed",
    }
    client.post(f"/attempts/{sitting.id}", data=sent)
    hand_in(sitting.id, client=sitting.client, actor=trainee)
    page = client.get(f"/attempts/{sitting.id}/result").text
    lines = page.split('<article class="card stack line"')[1:]
    assert "Only half of it." in lines[text - 1]
    assert "0.50 of 1" in lines[text - 1] and "hidden word*" in lines[text - 1]  # noqa: PT018
    for said in ("Choice B", "Choice C", "Because", "0.50 of 1"):
        assert said in lines[matching - 1]
    for said in ("8000", "7200", "Who A", "Who B", "concealed", "0.33 of 1"):
        assert said in lines[cloze - 1]
    assert lines[ordering - 1].count("Right answer") == 2


def test_a_case_stands_together_with_its_material(client: FlaskClient, trainee: Person) -> None:
    papers.ready(
        trainee, draw=[{"unit": "M1", "count": 1, "kind": "case", "parts": 2}, {"count": 2}]
    )
    papers.case("M1-case", [Kind.NUMERIC, Kind.SINGLE])
    papers.case("M1-long", [Kind.NUMERIC, Kind.SINGLE, Kind.TEXT])
    sign_in(client, trainee)
    assert "<dd>4</dd>" in client.get("/exams/stage-1").text
    attempt_id = int(client.post("/exams/stage-1/attempts").location.rsplit("/", 1)[1])
    page = client.get(f"/attempts/{attempt_id}").text
    assert page.count("Mail of M1-case") == 2
    assert "Mail of M1-long" not in page
    attempt = queries.attempt_of(trainee, attempt_id, with_layout=True)
    assert papers.kinds(attempt)[2:] == [Kind.NUMERIC, Kind.SINGLE]
    hand_in(attempt_id, right_answers(attempt), client=attempt.client, actor=trainee)
    result = client.get(f"/attempts/{attempt_id}/result").text
    assert "100.00 %" in result
    assert result.count("Mail of M1-case") == 2


def test_a_stale_page_cannot_blank_an_answer(client: FlaskClient, sitting: Attempt) -> None:
    single = slot_of(sitting, Kind.SINGLE)
    client.post(f"/attempts/{sitting.id}", data={"seq": "10", f"a{single}": "B"})
    page = client.post(f"/attempts/{sitting.id}", data={"seq": "9"}, follow_redirects=True)
    assert "newer than this page" in page.text
    assert queries.responses(sitting)[single].answer == ["B"]


def test_handing_in_without_javascript_asks_once_more(
    client: FlaskClient, sitting: Attempt
) -> None:
    page = client.post(
        f"/attempts/{sitting.id}", data={"seq": "10", "finish": "1"}, follow_redirects=True
    )
    assert "Not answered:" in page.text
    page = client.post(f"/attempts/{sitting.id}/hand-in", follow_redirects=True)
    assert "Not passed this time" in page.text
    assert "The next attempt opens on" in page.text


def test_handing_in_by_script_carries_everything(client: FlaskClient, sitting: Attempt) -> None:
    answers = [
        {"slot": each.slot, "seq": each.seq, "answer": list(each.answer)}
        for each in right_answers(sitting)
    ]
    reply = client.post(f"/attempts/{sitting.id}/hand-in", json={"answers": answers})
    assert reply.json == {"url": f"/attempts/{sitting.id}/result"}
    page = client.get(reply.json["url"]).text
    for words in ("Passed", "100.00 %", "Stage 2 is open", "Secret explanation", "version 1"):
        assert words in page


def test_the_result_explains_a_mistaken_number(
    client: FlaskClient, sitting: Attempt, trainee: Person
) -> None:
    slot = slot_of(sitting, Kind.NUMERIC)
    client.post(f"/attempts/{sitting.id}", data={"seq": "10", f"a{slot}": "270 min"})
    hand_in(sitting.id, client=sitting.client, actor=trainee)
    page = client.get(f"/attempts/{sitting.id}/result").text
    assert "Waiting not taken off." in page
    assert "270 min" in page


@pytest.mark.parametrize(
    ("review", "seen", "hidden"),
    [
        ([], ["only whether you have passed"], ["Secret", "Your answer", "Right answer"]),
        (["own"], ["Your answer"], ["Secret", "Right answer", "Wrong", "By module"]),
        (["right-wrong"], ["Wrong", "By module"], ["Secret", "Right answer", "Your answer"]),
    ],
)
def test_the_result_shows_what_the_policy_allows(
    client: FlaskClient, trainee: Person, review: list[str], seen: list[str], hidden: list[str]
) -> None:
    papers.ready(trainee, review=review)
    sign_in(client, trainee)
    attempt_id = int(client.post("/exams/stage-1/attempts").location.rsplit("/", 1)[1])
    attempt = queries.attempt_of(trainee, attempt_id, with_layout=True)
    slot = slot_of(attempt, Kind.SINGLE)
    client.post(f"/attempts/{attempt_id}", data={"seq": "10", f"a{slot}": "A"})
    client.post(f"/attempts/{attempt_id}/hand-in", follow_redirects=True)
    page = client.get(f"/attempts/{attempt_id}/result").text
    for words in seen:
        assert words in page
    for words in hidden:
        assert words not in page


def test_another_browser_has_to_take_over(
    client: FlaskClient, sitting: Attempt, trainee: Person
) -> None:
    other = client.application.test_client()
    sign_in(other, trainee)
    assert "open elsewhere" in other.get(f"/attempts/{sitting.id}").text
    again = other.post("/exams/stage-1/attempts", follow_redirects=True)
    assert "open elsewhere" in again.text
    page = other.post(f"/attempts/{sitting.id}/take-over", follow_redirects=True)
    assert "Answer card" in page.text
    sent = {"answers": [{"slot": 1, "seq": 5, "answer": ["A"]}]}
    sign_in(client, trainee)
    reply = client.post(f"/attempts/{sitting.id}/answers", json=sent, headers=JSON)
    assert reply.json is not None
    assert (reply.status_code, reply.json["type"]) == (409, "/problems/taken-over")
    assert "open elsewhere" in client.get(f"/attempts/{sitting.id}").text


def test_opening_a_page_after_the_time_is_up_shows_the_result(
    client: FlaskClient, sitting: Attempt
) -> None:
    with transaction():
        sitting.started_at = clock.now() - timedelta(hours=2)
        sitting.deadline_at = clock.now() - timedelta(hours=1)
    page = client.get(f"/attempts/{sitting.id}", follow_redirects=True)
    assert "The time was up" in page.text


def test_a_result_is_not_shown_before_handing_in(client: FlaskClient, sitting: Attempt) -> None:
    assert client.get(f"/attempts/{sitting.id}/result").status_code == 409


@pytest.mark.parametrize("path", ["", "/result", "/hand-in"])
def test_someone_else_s_attempt_looks_like_one_that_does_not_exist(
    client: FlaskClient, sitting: Attempt, path: str
) -> None:
    sign_in(client, factories.person())
    foreign = client.get(f"/attempts/{sitting.id}{path}")
    absent = client.get(f"/attempts/{sitting.id + 1}{path}")
    assert foreign.status_code == absent.status_code == 404
    strip = str.maketrans("", "", "0123456789abcdef")  # the number of the request differs
    assert foreign.text.translate(strip) == absent.text.translate(strip)


def test_the_review_costs_few_statements(
    client: FlaskClient, sitting: Attempt, trainee: Person
) -> None:
    hand_in(sitting.id, client=sitting.client, actor=trainee)
    with counted() as statements:
        assert client.get(f"/attempts/{sitting.id}/result").status_code == 200
    assert len(statements) <= 12
