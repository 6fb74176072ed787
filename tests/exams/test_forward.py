"""Questions one by one: none is seen or changed again, whatever a page sends."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.exams import queries
from lms.exams.errors import QuestionLeftError
from lms.exams.models import Attempt, LateAnswer
from lms.exams.services import hand_in, move_on, save_answers, start_attempt
from lms.exams.sitting import Answer
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON


@pytest.fixture
def attempt(trainee: Person) -> Attempt:
    draw = [{"unit": "M1", "count": 1, "kind": kind} for kind in ("single", "multiple", "numeric")]
    papers.ready(trainee, navigation="forward", draw=draw)
    return start_attempt("stage-1", actor=trainee, at=NOON)[0]


def test_only_the_open_question_takes_answers(
    attempt: Attempt, trainee: Person, session: Session
) -> None:
    who = {"client": attempt.client, "actor": trainee}

    def save(slot: int, seq: int, key: str) -> None:
        save_answers(attempt.id, [Answer(slot, seq, (key,))], at=NOON, **who)  # type: ignore[arg-type]

    save(1, 1, "A")
    with pytest.raises(QuestionLeftError):
        save(2, 2, "A")
    assert move_on(attempt.id, 1, **who)  # type: ignore[arg-type]
    assert not move_on(attempt.id, 1, **who)  # type: ignore[arg-type]
    with pytest.raises(QuestionLeftError):
        save(1, 3, "B")
    save(2, 4, "C")
    kept = {slot: row.answer for slot, row in queries.responses(attempt).items()}
    assert kept == {1: ["A"], 2: ["C"]}
    late = session.scalars(select(LateAnswer).order_by(LateAnswer.id)).all()
    assert [(row.slot, row.answer, row.reason) for row in late] == [
        (2, ["A"], "question-left"),
        (1, ["B"], "question-left"),
    ]


def test_the_last_is_not_left_and_another_device_leaves_none(
    attempt: Attempt, trainee: Person
) -> None:
    assert not move_on(attempt.id, 1, client="another", actor=trainee)
    for slot, is_left in ((1, True), (2, True), (3, False)):
        assert move_on(attempt.id, slot, client=attempt.client, actor=trainee) is is_left


def test_handing_in_from_a_page_that_was_left_changes_no_answer(
    attempt: Attempt, trainee: Person
) -> None:
    save_answers(attempt.id, [Answer(1, 1, ("A",))], client=attempt.client, actor=trainee, at=NOON)
    move_on(attempt.id, 1, client=attempt.client, actor=trainee)
    stale = [Answer(1, 9, ("B",)), Answer(2, 9, ("C",))]
    done = hand_in(attempt.id, stale, client=attempt.client, actor=trainee, at=NOON)
    assert not done.is_open
    kept = {slot: row.answer for slot, row in queries.responses(attempt).items()}
    assert kept == {1: ["A"], 2: ["C"]}


def test_the_page_shows_one_and_goes_on_without_a_way_back(
    client: FlaskClient, trainee: Person
) -> None:
    draw = [{"unit": "M1", "count": 1, "kind": kind} for kind in ("single", "multiple")]
    papers.ready(trainee, navigation="forward", draw=draw)
    sign_in(client, trainee)
    assert "Questions come one by one." in client.get("/exams/stage-1").text
    place = client.post("/exams/stage-1/attempts").location
    page = client.get(place).text
    assert "Question 1 of 2" in page
    assert "Question 2 of 2" not in page
    assert "You cannot come back to this question." in page
    sent = {"seq": "5", "slot": "1", "a1": "B", "next": "1"}
    page = client.post(place, data=sent, follow_redirects=True).text
    assert "Question 2 of 2" in page
    assert 'name="next"' not in page
    refused = client.post(place, data=sent | {"seq": "6", "a1": "C"})
    assert refused.status_code == 409
    assert "You have left this question" in refused.text
    confirm = client.post(
        place,
        data={"seq": "7", "slot": "2", "a2": ["A", "C"], "finish": "1"},
        follow_redirects=True,
    )
    assert "Every question is answered." in confirm.text
    done = client.post(f"{place}/hand-in", follow_redirects=True).text
    assert "100" in done


def test_saving_by_json_is_looked_at_too(client: FlaskClient, trainee: Person) -> None:
    papers.ready(trainee, navigation="forward")
    sign_in(client, trainee)
    place = client.post("/exams/stage-1/attempts").location
    one = {"slot": 1, "seq": 1, "answer": ["B"], "flagged": False}
    assert client.post(f"{place}/answers", json={"answers": [one]}).status_code == 200
    other = one | {"slot": 2}
    reply = client.post(f"{place}/answers", json={"answers": [other]})
    assert (reply.status_code, "left this question" in reply.text) == (409, True)
