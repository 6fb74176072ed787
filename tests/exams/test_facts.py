"""What happens around a sitting: announced, noted, shown, and never judged."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import clock
from lms.core.errors import NotFoundError
from lms.exams import noting, queries
from lms.exams.errors import AttemptClosedError, TakenOverError
from lms.exams.facts_models import FactKind, SittingFact
from lms.exams.models import Attempt
from lms.exams.services import hand_in, start_attempt, take_over
from lms.exams.underway import underway
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.test_services import right_answers
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
LEFT, PASTED, ELSEWHERE = FactKind


@pytest.fixture
def attempt(trainee: Person) -> Attempt:
    papers.ready(trainee)
    return start_attempt("stage-1", actor=trainee, at=NOON)[0]


def noted(session: Session) -> list[tuple[FactKind, int]]:
    rows = session.scalars(select(SittingFact).order_by(SittingFact.id))
    return [(each.kind, each.count) for each in rows]


class TestNoting:
    def test_counts_are_kept_as_they_come(
        self, attempt: Attempt, trainee: Person, trainer: Person, session: Session
    ) -> None:
        who = {"client": attempt.client, "actor": trainee}
        noting.note(attempt.id, {LEFT: 2, PASTED: 1}, at=NOON, **who)  # type: ignore[arg-type]
        noting.note(attempt.id, {LEFT: 1, PASTED: 0}, at=NOON + MINUTE, **who)  # type: ignore[arg-type]
        noting.note(attempt.id, {PASTED: -3, ELSEWHERE: 5}, at=NOON, **who)  # type: ignore[arg-type]
        assert noted(session) == [(LEFT, 2), (PASTED, 1), (LEFT, 1)]
        (row,) = underway(trainer, at=NOON)
        assert row.facts == {LEFT: 3, PASTED: 1, ELSEWHERE: 0}
        assert [each.noted_at for each in noting.facts_of(attempt.id)][-1] == NOON + MINUTE

    def test_taking_over_is_noted_with_its_time(
        self, attempt: Attempt, trainee: Person, session: Session
    ) -> None:
        take_over(attempt.id, actor=trainee, at=NOON + MINUTE)
        assert noted(session) == [(ELSEWHERE, 1)]
        assert session.scalars(select(SittingFact)).one().noted_at == NOON + MINUTE

    def test_a_page_that_talks_too_much_is_not_heard_for_ever(
        self, attempt: Attempt, trainee: Person, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(noting, "MOST_ROWS", 2)
        for _ in range(4):
            noting.note(attempt.id, {LEFT: 10**9}, client=attempt.client, actor=trainee, at=NOON)
        assert noted(session) == [(LEFT, noting.MOST_AT_ONCE)] * 2

    def test_only_the_page_that_sits_is_heard(
        self, attempt: Attempt, trainee: Person, session: Session
    ) -> None:
        with pytest.raises(TakenOverError):
            noting.note(attempt.id, {LEFT: 1}, client="another", actor=trainee, at=NOON)
        with pytest.raises(NotFoundError):
            noting.note(
                attempt.id, {LEFT: 1}, client=attempt.client, actor=factories.person(), at=NOON
            )
        hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        with pytest.raises(AttemptClosedError):
            noting.note(attempt.id, {LEFT: 1}, client=attempt.client, actor=trainee, at=NOON)
        assert noted(session) == []

    def test_nothing_is_concluded(self, attempt: Attempt, trainee: Person) -> None:
        noting.note(attempt.id, {LEFT: 9, PASTED: 9}, client=attempt.client, actor=trainee, at=NOON)
        given = right_answers(attempt)
        hand_in(attempt.id, given, client=attempt.client, actor=trainee, at=NOON + MINUTE)
        assert attempt.passed is True
        assert attempt.score == 1

    @pytest.mark.parametrize("change", [delete(SittingFact), update(SittingFact).values(count=9)])
    def test_nobody_changes_what_was_noted(
        self, attempt: Attempt, trainee: Person, session: Session, change: object
    ) -> None:
        take_over(attempt.id, actor=trainee, at=NOON)
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(change)  # type: ignore[call-overload]


class TestPages:
    @pytest.fixture
    def sat(self, client: FlaskClient, trainee: Person) -> Attempt:
        papers.ready(trainee)
        sign_in(client, trainee)
        page = client.post("/exams/stage-1/attempts")
        return queries.attempt_of(trainee, int(page.location.rsplit("/", 1)[1]))

    def test_it_is_announced_before_the_start(self, client: FlaskClient, trainee: Person) -> None:
        papers.ready(trainee)
        sign_in(client, trainee)
        assert "While you sit, it is noted how often the page is left" in client.get(
            "/exams/stage-1"
        ).text  # fmt: skip

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ({"left": 1, "pasted": 2}, [(LEFT, 1), (PASTED, 2)]),
            ({"left": 0}, []),
            ({"left": True, "pasted": "7"}, []),
            ({"taken-over": 3, "text": "what was pasted"}, []),
            ([1], []),
            (None, []),
        ],
    )
    def test_the_page_of_a_sitting_says_numbers_only(
        self,
        client: FlaskClient,
        sat: Attempt,
        session: Session,
        sent: object,
        kept: list[tuple[FactKind, int]],
    ) -> None:
        reply = client.post(f"/attempts/{sat.id}/facts", json=sent)
        assert reply.status_code == 200
        assert noted(session) == kept

    def test_trainers_see_them_while_it_runs_and_afterwards(
        self, client: FlaskClient, sat: Attempt, trainee: Person, trainer: Person
    ) -> None:
        client.post(f"/attempts/{sat.id}/facts", json={"left": 2, "pasted": 1})
        client.post(f"/attempts/{sat.id}/take-over")
        said = "left the page 2 times, pasted once, went on elsewhere once"
        sign_in(client, trainer)
        assert said in client.get("/studio/underway").text
        assert client.get("/studio/underway.json").json["sitting"][0]["facts"] == said  # type: ignore[index]
        assert said in client.get(f"/studio/underway/{sat.id}").text
        token = queries.attempt_of(trainee, sat.id).client
        hand_in(sat.id, client=token, actor=trainee, at=clock.now())
        page = client.get(f"/studio/attempts/{sat.id}").text
        assert said in page
        assert "They change no mark." in page
        listed = client.get("/studio/underway").text
        assert f"/studio/attempts/{sat.id}" in listed
        assert said in listed
        (row,) = noting.lately(trainer, at=clock.now())
        assert (row.attempt_id, row.counts) == (sat.id, {LEFT: 2, PASTED: 1, ELSEWHERE: 1})
        assert noting.lately(trainer, at=clock.now() + noting.LATELY) == []
        assert noting.lately(trainee, at=clock.now()) == []
        sign_in(client, factories.person(roles={Role.ADMIN}))
        assert f"/studio/attempts/{sat.id}" in client.get(f"/people/{trainee.id}/record").text

    def test_nothing_noted_is_said_so(
        self, client: FlaskClient, sat: Attempt, trainer: Person
    ) -> None:
        sign_in(client, trainer)
        assert "Nothing was noted." in client.get(f"/studio/attempts/{sat.id}").text

    def test_it_is_for_those_who_watch_over_them(
        self, client: FlaskClient, sat: Attempt, trainee: Person
    ) -> None:
        address = f"/studio/attempts/{sat.id}"
        assert client.get(address).status_code == 403
        stranger = factories.person(roles={Role.TRAINER}, scope=factories.unit(name="Elsewhere"))
        sign_in(client, stranger)
        assert client.get(address).status_code == 404
        assert client.post(f"/attempts/{sat.id}/facts", json={"left": 1}).status_code == 403
        with pytest.raises(NotFoundError):
            noting.sat_or_404(trainee, sat.id)
