"""A talk after failures: who records it, what it opens, and that it stays."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core.audit import AuditEntry
from lms.core.db import transaction
from lms.core.errors import NotFoundError
from lms.courses.models import Enrolment
from lms.exams import accommodations, talk_queue
from lms.exams.accommodations import Grant
from lms.exams.errors import CoolingDownError, NoTalkNeededError, TalkFirstError
from lms.exams.models import Exam
from lms.exams.paper_models import ExamTalk
from lms.exams.rules.allowances import Allowance
from lms.exams.rules.timing import needs_talk
from lms.exams.services import hand_in, start_attempt
from lms.exams.talks import record_talk
from lms.web.i18n import today
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

DAY = timedelta(days=1)
moments = st.lists(st.integers(0, 50), max_size=6).map(
    lambda days: [NOON + each * DAY for each in sorted(days)]
)


@given(failed=moments, talks=moments, after=st.integers(0, 5))
def test_a_talk_is_needed_after_each_failure_from_the_one_named_on(
    failed: list[datetime], talks: list[datetime], after: int
) -> None:
    found = needs_talk(failed, talks, after)
    assert found <= bool(after and len(failed) >= after)
    if failed:
        assert not needs_talk(failed, [*talks, failed[-1]], after)
        again = [*failed, failed[-1] + 60 * DAY]
        assert needs_talk(again, talks, after) == bool(after and len(again) >= after)


def fail(trainee: Person, day: int) -> None:
    at = NOON + day * DAY
    attempt = start_attempt("stage-1", actor=trainee, at=at)[0]
    hand_in(attempt.id, client=attempt.client, actor=trainee, at=at)


@pytest.fixture
def failed(trainee: Person) -> Enrolment:
    """A run whose trainee has failed twice; the exam asks for a talk then."""
    run = papers.ready(trainee, talk_after=2, attempts=4, cooldown_days=[1])
    fail(trainee, 0)
    fail(trainee, 2)
    return run


def test_the_third_attempt_opens_only_after_the_talk(
    failed: Enrolment, trainee: Person, trainer: Person
) -> None:
    with pytest.raises(TalkFirstError):
        start_attempt("stage-1", actor=trainee, at=NOON + 9 * DAY)
    assert [(each.name, each.failures) for each in talk_queue.due(trainer)] == [("Li Wei", 2)]
    record_talk(failed.id, "stage-1", "Read S1-C again.", actor=trainer, at=NOON + 2 * DAY)
    assert talk_queue.due(trainer) == []
    with pytest.raises(CoolingDownError):
        start_attempt("stage-1", actor=trainee, at=NOON + 2 * DAY)
    fail(trainee, 4)
    with pytest.raises(TalkFirstError):
        start_attempt("stage-1", actor=trainee, at=NOON + 9 * DAY)


def test_it_is_recorded_once_and_stays(
    failed: Enrolment, trainer: Person, session: Session
) -> None:
    at = NOON + 3 * DAY
    talk = record_talk(failed.id, "stage-1", "Agreed.", actor=trainer, at=at)
    with pytest.raises(NoTalkNeededError):
        record_talk(failed.id, "stage-1", "Agreed.", actor=trainer, at=at)
    lines = session.scalars(select(AuditEntry).filter_by(action="exams.talk_held")).all()
    assert [(each.actor_id, each.object_id) for each in lines] == [
        (trainer.id, str(failed.person_id))
    ]
    assert (talk.recorded_by_id, talk.recorded_at) == (trainer.id, at)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(delete(ExamTalk))


def test_nobody_records_what_is_not_in_their_scope(failed: Enrolment, trainee: Person) -> None:
    unit = factories.unit(name="Elsewhere")
    stranger = factories.person(roles={Role.TRAINER}, scope=unit)
    assert talk_queue.due(stranger) == []
    for actor in (stranger, trainee):
        with pytest.raises(NotFoundError):
            record_talk(failed.id, "stage-1", "x", actor=actor, at=NOON + 3 * DAY)


def test_one_failure_and_no_attempt_left_need_none(trainee: Person, trainer: Person) -> None:
    run = papers.ready(trainee, talk_after=2, attempts=2, cooldown_days=[])
    for day in (0, 1):
        fail(trainee, day)
        assert talk_queue.due(trainer) == []
        with pytest.raises(NoTalkNeededError):
            record_talk(run.id, "stage-1", "x", actor=trainer, at=NOON + 3 * DAY)


@pytest.fixture
def used_up(trainee: Person) -> Enrolment:
    """A run whose trainee has failed as often as the rules allow."""
    run = papers.ready(trainee, talk_after=2, attempts=2, cooldown_days=[])
    fail(trainee, 0)
    fail(trainee, 1)
    return run


def granted(more: int, by: Person, **to: Person | OrgUnit | Exam) -> None:
    wanted = Grant(
        Allowance(extra_attempts=more, extra_percent=25),
        from_on=today(NOON + 3 * DAY),
        until_on=today(NOON + 9 * DAY),
        reason="Ill at the last one",
        **to,  # type: ignore[arg-type]
    )
    accommodations.grant(wanted, actor=by, at=NOON + 2 * DAY)


class TestAttemptsThatAreGranted:
    """A talk is asked for, and recorded, where the next attempt is one that was granted."""

    def test_the_last_one_is_open_after_the_talk(
        self, used_up: Enrolment, trainee: Person, trainer: Person
    ) -> None:
        granted(1, by=trainer, person=trainee)
        with pytest.raises(TalkFirstError):
            start_attempt("stage-1", actor=trainee, at=NOON + 4 * DAY)
        waiting = talk_queue.due(trainer, at=NOON + 4 * DAY)
        assert [(each.enrolment_id, each.failures) for each in waiting] == [(used_up.id, 2)]
        record_talk(used_up.id, "stage-1", "Agreed.", actor=trainer, at=NOON + 4 * DAY)
        fail(trainee, 5)
        assert talk_queue.due(trainer, at=NOON + 6 * DAY) == [], "no attempt is left"
        with pytest.raises(NoTalkNeededError):
            record_talk(used_up.id, "stage-1", "x", actor=trainer, at=NOON + 6 * DAY)

    @pytest.mark.parametrize("day", [2, 10])
    def test_they_count_on_their_days(
        self, used_up: Enrolment, trainee: Person, trainer: Person, day: int
    ) -> None:
        granted(1, by=trainer, person=trainee)
        assert talk_queue.due(trainer, at=NOON + day * DAY) == []
        with pytest.raises(NoTalkNeededError):
            record_talk(used_up.id, "stage-1", "x", actor=trainer, at=NOON + day * DAY)

    def test_a_unit_has_them_too_and_a_grant_of_ones_own_stands_in_its_place(
        self, used_up: Enrolment, trainee: Person, trainer: Person
    ) -> None:
        above = factories.unit(name="Company")
        room = factories.unit(name="Room", parent=above)
        with transaction():
            trainee.unit_id = room.id
        granted(2, by=trainer, unit=above)
        waiting = talk_queue.due(trainer, at=NOON + 4 * DAY)
        assert [each.enrolment_id for each in waiting] == [used_up.id]
        granted(0, by=trainer, person=trainee)
        assert talk_queue.due(trainer, at=NOON + 4 * DAY) == []

    def test_those_of_another_exam_or_person_are_none(
        self, used_up: Enrolment, trainee: Person, trainer: Person
    ) -> None:
        granted(1, by=trainer, person=factories.person())
        granted(1, by=trainer, person=trainee, exam=papers.exam("stage-2", talk_after=1))
        assert talk_queue.due(trainer, used_up.id, at=NOON + 4 * DAY) == []


def test_the_pages_say_so_and_take_the_note(
    client: FlaskClient, failed: Enrolment, trainee: Person, trainer: Person
) -> None:
    sign_in(client, trainee)
    page = client.get("/exams/stage-1").text
    assert "From failed attempt 2 on, your trainer talks with you" in page
    assert "Ask for a time." in page
    assert "Start the exam" not in page
    home = client.get("/home").text
    assert "Before the retake: a talk with your trainer" in home
    assert "Sit the exam again" not in home
    assert client.get("/studio/talks").status_code == 403
    sign_in(client, trainer)
    assert "failed 2 times" in client.get("/studio/talks").text
    address, name = f"/studio/talks/{failed.id}/stage-1", f"stage-1-{failed.id}-note"
    empty = client.post(address, data={name: "  "})
    assert empty.status_code == 422
    assert "Write in a line or two" in empty.text
    long = client.post(address, data={name: "x" * 2001})
    assert "x" * 2001 in long.text, "what was typed is not lost"
    done = client.post(address, data={name: "Agreed."}, follow_redirects=True).text
    assert "The talk is recorded" in done
    assert "Nobody waits for a talk" in done
    sign_in(client, trainee)
    assert "Start the exam" in client.get("/exams/stage-1").text
