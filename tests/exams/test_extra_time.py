"""Time that is added while an attempt runs: it never shortens, and the page learns of it."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.audit import AuditEntry
from lms.core.errors import NotFoundError
from lms.exams.errors import NotRunningError
from lms.exams.extra_time import grant_time
from lms.exams.models import Attempt
from lms.exams.paper_models import ExtraTime
from lms.exams.services import hand_in, save_answers, settle, start_attempt
from lms.exams.sitting import Answer
from lms.exams.underway import underway
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
END = NOON + 20 * MINUTE


@pytest.fixture
def attempt(trainee: Person) -> Attempt:
    papers.ready(trainee)
    return start_attempt("stage-1", actor=trainee, at=NOON)[0]


def test_each_grant_moves_the_end_later_and_saves_say_so(
    attempt: Attempt, trainee: Person, trainer: Person
) -> None:
    ends = [attempt.deadline_at]
    for minutes in (1, 10, 5):
        grant_time(attempt.id, minutes, "Fire alarm", actor=trainer, at=NOON + MINUTE)
        reply = save_answers(attempt.id, [], client=attempt.client, actor=trainee, at=NOON + MINUTE)
        ends.append(reply.deadline_at)
    assert ends == [END, END + MINUTE, END + 11 * MINUTE, END + 16 * MINUTE]
    answer = [Answer(1, 1, ("B",))]
    late = END + 15 * MINUTE
    reply = save_answers(attempt.id, answer, client=attempt.client, actor=trainee, at=late)
    assert (reply.seqs, reply.deadline_at) == ({1: 1}, END + 16 * MINUTE)
    assert not settle(attempt.id, at=END + 16 * MINUTE)
    assert settle(attempt.id, at=END + 17 * MINUTE)
    assert attempt.submitted_at == END + 16 * MINUTE


def test_what_has_ended_stays_ended(attempt: Attempt, trainee: Person, trainer: Person) -> None:
    with pytest.raises(NotRunningError):
        grant_time(attempt.id, 5, "x", actor=trainer, at=END + MINUTE)
    hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
    with pytest.raises(NotRunningError):
        grant_time(attempt.id, 5, "x", actor=trainer, at=NOON)
    assert attempt.deadline_at == END


def test_it_is_kept_who_gave_it_and_nobody_else_may(
    attempt: Attempt, trainee: Person, trainer: Person, session: Session
) -> None:
    stranger = factories.person(roles={Role.TRAINER}, scope=factories.unit(name="Elsewhere"))
    for actor in (stranger, trainee):
        with pytest.raises(NotFoundError):
            grant_time(attempt.id, 5, "x", actor=actor, at=NOON)
        assert underway(actor, at=NOON) == []
    grant_time(attempt.id, 5, "Fire alarm", actor=trainer, at=NOON)
    line = session.scalars(select(AuditEntry).filter_by(action="exams.time_granted")).one()
    assert (line.actor_id, line.detail) == (trainer.id, {"minutes": 5, "reason": "Fire alarm"})
    assert [(each.name, each.extra_minutes) for each in underway(trainer, at=NOON)] == [
        ("Li Wei", 5)
    ]
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(delete(ExtraTime))


def test_the_page_adds_time_and_keeps_what_was_typed(
    client: FlaskClient, trainee: Person, trainer: Person
) -> None:
    papers.ready(trainee)
    sign_in(client, trainee)
    number = int(client.post("/exams/stage-1/attempts").location.rsplit("/", 1)[1])
    assert client.get("/studio/underway").status_code == 403
    sign_in(client, trainer)
    assert "Li Wei" in client.get("/studio/underway").text
    name, address = f"attempt-{number}-", f"/studio/underway/{number}"
    bad = client.post(address, data={name + "minutes": "900", name + "reason": "Fire alarm"})
    assert bad.status_code == 422
    assert "From 1 to 240 minutes." in bad.text
    assert "Fire alarm" in bad.text
    done = client.post(
        address, data={name + "minutes": "15", name + "reason": "Fire alarm"}, follow_redirects=True
    )
    assert "15 minutes added" in done.text
    sign_in(client, trainee)
    reply = client.post(f"/attempts/{number}/answers", json={"answers": []})
    if reply.status_code == 409:  # signing in again is another browser to the sitting
        client.post(f"/attempts/{number}/take-over")
        reply = client.post(f"/attempts/{number}/answers", json={"answers": []})
    assert reply.json is not None
    assert reply.json["left_ms"] > 34 * 60 * 1000
