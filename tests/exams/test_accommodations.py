"""Accommodations: granted, applied when an attempt begins, shown, and taken back."""

from datetime import date, timedelta
from typing import ClassVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core.audit import AuditEntry
from lms.core.db import transaction
from lms.core.errors import NotFoundError
from lms.exams import accommodations, queries
from lms.exams.accommodations import Grant
from lms.exams.errors import (
    GrantDaysError,
    GrantOutOfRangeError,
    GrantsNothingError,
    NoAttemptsLeftError,
    OverlappingGrantError,
)
from lms.exams.extra_time import grant_time
from lms.exams.models import Attempt, Exam
from lms.exams.paper_models import Accommodation
from lms.exams.rules.allowances import NOTHING, Allowance
from lms.exams.rules.timing import UNTIMED
from lms.exams.services import hand_in, start_attempt
from lms.exams.underway import underway
from lms.web.i18n import today
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def given(
    percent: int = 0,
    *,
    to: Person | OrgUnit,
    by: Person,
    attempts: int = 0,
    untimed: bool = False,
    begins: date | None = None,
    ends: date | None = None,
    exam: Exam | None = None,
) -> Accommodation:
    wanted = Grant(
        Allowance(percent, untimed, attempts),
        from_on=begins or today(NOON),
        until_on=ends,
        reason="By the doctor's letter",
        person=to if isinstance(to, Person) else None,
        unit=to if isinstance(to, OrgUnit) else None,
        exam=exam,
    )
    return accommodations.grant(wanted, actor=by, at=NOON)


def begun(trainee: Person) -> Attempt:
    return start_attempt("stage-1", actor=trainee, at=NOON)[0]


@pytest.mark.parametrize(("percent", "minutes"), [(25, 25), (50, 30), (100, 40), (33, 26.6)])
def test_the_limit_is_longer_from_the_start(
    trainee: Person, trainer: Person, percent: int, minutes: float
) -> None:
    papers.ready(trainee)
    given(percent, to=trainee, by=trainer)
    attempt = begun(trainee)
    assert attempt.deadline_at - NOON == minutes * MINUTE
    grant_time(attempt.id, 5, "Fire alarm", actor=trainer, at=NOON)
    assert attempt.deadline_at - NOON == (minutes + 5) * MINUTE
    assert [each.allowance for each in underway(trainer, at=NOON)] == [Allowance(percent)]


def test_without_a_limit_it_ends_after_days(trainee: Person, trainer: Person) -> None:
    papers.ready(trainee)
    given(untimed=True, to=trainee, by=trainer)
    assert begun(trainee).deadline_at == NOON + UNTIMED


def test_the_exams_end_comes_first_and_minutes_move_it(trainee: Person, trainer: Person) -> None:
    closes = NOON + 10 * MINUTE
    papers.ready(trainee, closes_at=closes.isoformat())
    given(untimed=True, to=trainee, by=trainer)
    attempt = begun(trainee)
    assert attempt.deadline_at == closes
    grant_time(attempt.id, 5, "Fire alarm", actor=trainer, at=NOON)
    assert attempt.deadline_at == closes + 5 * MINUTE


def test_more_attempts(trainee: Person, trainer: Person) -> None:
    papers.ready(trainee, attempts=1, cooldown_days=[])
    attempt = begun(trainee)
    hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
    with pytest.raises(NoAttemptsLeftError):
        begun(trainee)
    given(attempts=1, to=trainee, by=trainer)
    assert begun(trainee).number == 2


def test_the_result_counts_granted_attempts_also_once_the_grant_is_over(
    client: FlaskClient, trainee: Person, trainer: Person
) -> None:
    papers.ready(trainee, attempts=1, cooldown_days=[])
    row = given(attempts=2, to=trainee, by=trainer)
    attempts = [begun(trainee)]
    hand_in(attempts[0].id, client=attempts[0].client, actor=trainee, at=NOON)
    attempts.append(begun(trainee))
    hand_in(attempts[1].id, client=attempts[1].client, actor=trainee, at=NOON)
    sign_in(client, trainee)
    accommodations.end(row.id, actor=trainer, at=NOON)
    page = f"/attempts/{attempts[1].id}/result"
    assert "Attempt 2 of 2" in client.get(page).text
    given(attempts=3, to=trainee, by=trainer, begins=date(2000, 1, 1))
    assert "Attempt 2 of 4" in client.get(page).text


class TestWhatCounts:
    @pytest.fixture
    def rooms(self, trainee: Person) -> tuple[OrgUnit, OrgUnit]:
        above = factories.unit(name="Company")
        room = factories.unit(name="Room", parent=above)
        with transaction():
            trainee.unit_id = room.id
        return above, room

    def allowed(self, trainee: Person, run: object) -> Allowance:
        return queries.exam_summaries(trainee, run, at=NOON)["stage-1"].allowance  # type: ignore[arg-type]

    def test_of_units_the_more_generous_and_before_them_the_persons(
        self, trainee: Person, trainer: Person, rooms: tuple[OrgUnit, OrgUnit]
    ) -> None:
        run = papers.ready(trainee)
        assert self.allowed(trainee, run) == NOTHING
        given(50, to=rooms[0], by=trainer)
        given(25, to=rooms[1], by=trainer, attempts=1)
        given(100, to=factories.unit(name="Elsewhere"), by=trainer)
        assert self.allowed(trainee, run) == Allowance(50, extra_attempts=1)
        own = given(25, to=trainee, by=trainer)
        assert self.allowed(trainee, run) == Allowance(25)
        accommodations.end(own.id, actor=trainer, at=NOON)
        assert self.allowed(trainee, run) == Allowance(50, extra_attempts=1)

    def test_only_on_its_days_and_for_its_exam(
        self, trainee: Person, trainer: Person, session: Session
    ) -> None:
        run = papers.ready(trainee)
        day = today(NOON)
        given(25, to=trainee, by=trainer, begins=day + DAY)
        given(50, to=trainee, by=trainer, begins=day - 9 * DAY, ends=day - DAY)
        given(100, to=trainee, by=trainer, exam=papers.exam("other"))
        assert self.allowed(trainee, run) == NOTHING
        exam = session.scalars(select(Exam).filter_by(code="stage-1")).one()
        given(75, to=trainee, by=trainer, begins=day, ends=day, exam=exam)
        assert self.allowed(trainee, run) == Allowance(75)


class TestRefusals:
    @pytest.mark.parametrize("percent", [-1, 201, 9000])
    def test_absurd_figures(self, trainee: Person, trainer: Person, percent: int) -> None:
        with pytest.raises(GrantOutOfRangeError):
            given(percent, to=trainee, by=trainer)

    def test_nothing_at_all_and_days_the_wrong_way_round(
        self, trainee: Person, trainer: Person
    ) -> None:
        with pytest.raises(GrantsNothingError):
            given(to=trainee, by=trainer)
        with pytest.raises(GrantDaysError):
            given(25, to=trainee, by=trainer, ends=today(NOON) - DAY)

    def test_two_for_the_same_days(self, trainee: Person, trainer: Person) -> None:
        day = today(NOON)
        first = given(25, to=trainee, by=trainer, ends=day + 5 * DAY)
        with pytest.raises(OverlappingGrantError, match=(day + 5 * DAY).isoformat()):
            given(50, to=trainee, by=trainer, begins=day + 5 * DAY)
        given(50, to=trainee, by=trainer, begins=day + 6 * DAY)
        accommodations.end(first.id, actor=trainer, at=NOON)
        given(50, to=trainee, by=trainer, ends=day)

    def test_of_people_out_of_scope_and_of_oneself(self, trainee: Person, trainer: Person) -> None:
        stranger = factories.person(roles={Role.TRAINER}, scope=factories.unit(name="Elsewhere"))
        row = given(25, to=trainee, by=trainer)
        group = given(25, to=factories.unit(name="Room"), by=trainer)
        assert accommodations.granted(stranger) == []
        for each in (row, group):
            with pytest.raises(NotFoundError):
                accommodations.end(each.id, actor=stranger)
        for target in (trainee, stranger, group.unit):
            assert target is not None
            with pytest.raises(NotFoundError):
                given(25, to=target, by=stranger)


def test_it_is_audited_who_gave_what_to_whom(
    trainee: Person, trainer: Person, session: Session
) -> None:
    row = given(25, to=trainee, by=trainer)
    accommodations.end(row.id, actor=trainer, at=NOON)
    lines = session.scalars(select(AuditEntry).filter_by(object_kind="accommodation")).all()
    assert [line.action for line in lines] == [
        "exams.accommodation_granted",
        "exams.accommodation_ended",
    ]
    assert {(line.actor_id, line.detail["person"], line.detail["percent"]) for line in lines} == {
        (trainer.id, trainee.id, 25)
    }


class TestPages:
    FIELDS: ClassVar[dict[str, str]] = {
        "extra_percent": "50", "extra_attempts": "1", "from_on": "2026-01-01", "unit_id": "",
        "exam_id": "", "until_on": "", "reason": "Doctor's letter",
    }  # fmt: skip

    def test_granted_shown_to_trainee_and_trainer_and_ended(
        self, client: FlaskClient, trainee: Person, trainer: Person
    ) -> None:
        papers.ready(trainee)
        sign_in(client, trainer)
        page = client.post(
            "/studio/accommodations", data=self.FIELDS | {"person": trainee.login},
            follow_redirects=True,
        )  # fmt: skip
        assert "50 % more time, 1 more attempt" in page.text
        assert "counts" in page.text
        sign_in(client, trainee)
        start = client.get("/exams/stage-1").text
        assert "For you: 50 % more time, 1 more attempt." in start
        assert "30 minutes instead of 20." in start
        assert "of 4 used" in start
        client.post("/exams/stage-1/attempts")
        sign_in(client, trainer)
        assert "50 % more time" in client.get("/studio/underway").text
        number = accommodations.granted(trainer)[0][0].id
        done = client.post(f"/studio/accommodations/{number}/end", follow_redirects=True)
        assert "ended on" in done.text
        assert client.post(f"/studio/accommodations/{number}/end").status_code == 404

    def test_an_attempt_without_a_limit_shows_no_clock(
        self, client: FlaskClient, trainee: Person, trainer: Person
    ) -> None:
        papers.ready(trainee)
        given(untimed=True, to=trainee, by=trainer)
        sign_in(client, trainee)
        assert "No limit" in client.get("/exams/stage-1").text
        page = client.post("/exams/stage-1/attempts", follow_redirects=True).text
        assert 'role="timer" hidden' in page

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"extra_percent": "-5"}, "From 0 to 200."),
            ({"extra_percent": "900"}, "From 0 to 200."),
            ({"extra_percent": "a lot"}, "Not a valid integer value."),
            ({"extra_attempts": "11"}, "From 0 to 10."),
            ({"extra_percent": "0", "extra_attempts": "0"}, "Say what is given"),
            ({"until_on": "2025-01-01"}, "The last day is before the first."),
            ({"from_on": "soon"}, "Not a valid date value."),
            ({"reason": " "}, "Say in a line why."),
            ({"person": "nobody@example.com"}, "Nobody signs in under this name."),
            ({"person": ""}, "A person or a unit: one of the two."),
            ({"exam_id": "999999"}, "Not a valid choice."),
            ({"unit_id": "999999"}, "Not a valid choice."),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self,
        client: FlaskClient,
        trainee: Person,
        trainer: Person,
        changes: dict[str, str],
        said: str,
    ) -> None:
        sign_in(client, trainer)
        sent = self.FIELDS | {"person": trainee.login} | changes
        page = client.post("/studio/accommodations", data=sent)
        assert page.status_code == 422
        assert said in page.text
        if sent["reason"].strip():
            assert "Doctor&#39;s letter" in page.text
        assert accommodations.granted(trainer) == []

    def test_a_second_one_is_refused_at_its_days(
        self, client: FlaskClient, trainee: Person, trainer: Person
    ) -> None:
        sign_in(client, trainer)
        sent = self.FIELDS | {"person": trainee.login}
        assert client.post("/studio/accommodations", data=sent).status_code in {302, 303}
        page = client.post("/studio/accommodations", data=sent)
        assert page.status_code == 422
        assert "There is one already that counts from 2026-01-01 to …" in page.text
