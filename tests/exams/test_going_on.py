"""A start whose reply was lost on the way is asked for again, from the same browser."""

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.exams.services import hand_in, start_attempt, take_over
from lms.exams.sittings import COOKIE
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

START = "/exams/stage-1/attempts"


def lose_the_reply(client: FlaskClient) -> None:
    """Forget what the last reply brought, as if it had never arrived."""
    with client.session_transaction() as cookie:
        cookie.pop(COOKIE, None)


@pytest.fixture
def sitter(client: FlaskClient, trainee: Person) -> FlaskClient:
    papers.ready(trainee)
    sign_in(client, trainee)
    return client


def test_the_same_sign_in_goes_on_where_it_was_cut_off(sitter: FlaskClient) -> None:
    place = sitter.post(START).location
    lose_the_reply(sitter)
    assert "open elsewhere" in sitter.get(place).text
    again = sitter.post(START)
    assert again.location == place
    assert "Answer card" in sitter.get(place).text
    sent = {"answers": [{"slot": 1, "seq": 5, "answer": ["A"]}]}
    assert sitter.post(f"{place}/answers", json=sent).status_code == 200


def test_another_sign_in_of_the_same_person_does_not(sitter: FlaskClient, trainee: Person) -> None:
    place = sitter.post(START).location
    sign_in(sitter, trainee)  # anew: the cookie of the sitting is gone with the old one
    lose_the_reply(sitter)
    assert "open elsewhere" in sitter.post(START, follow_redirects=True).text
    assert "Answer card" in sitter.post(f"{place}/take-over", follow_redirects=True).text


def test_what_was_taken_over_stays_taken_over(sitter: FlaskClient, trainee: Person) -> None:
    place = sitter.post(START).location
    number = int(place.rpartition("/")[2])
    take_over(number, actor=trainee)
    lose_the_reply(sitter)
    assert "open elsewhere" in sitter.post(START, follow_redirects=True).text


def test_two_attempts_of_one_sign_in_have_tokens_of_their_own(trainee: Person) -> None:
    papers.ready(trainee, attempts=3, cooldown_days=[])
    tokens = set()
    for _ in range(3):
        attempt, client = start_attempt("stage-1", actor=trainee, browser="one", at=NOON)
        assert client == attempt.client
        assert start_attempt("stage-1", actor=trainee, browser="one", at=NOON) == (attempt, client)
        for other in ("two", ""):
            assert start_attempt("stage-1", actor=trainee, browser=other, at=NOON)[1] == ""
        tokens.add(attempt.client)
        hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
    assert len(tokens) == 3
