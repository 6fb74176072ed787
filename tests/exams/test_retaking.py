"""Sitting an exam again after passing it: where an exam lets one, and what it changes."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.courses.models import Enrolment, StagePass
from lms.exams import queries, talk_queue
from lms.exams.errors import AlreadyPassedError, NoAttemptsLeftError
from lms.exams.models import Attempt
from lms.exams.services import hand_in, start_attempt
from lms.exams.sitting import Answer
from lms.records import timeline
from lms.records.queries import chain_of
from lms.records.rules import Verb
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

DAY = timedelta(days=1)


def sit(trainee: Person, day: int, *, right: bool) -> Attempt:
    at = NOON + day * DAY
    attempt, client = start_attempt("stage-1", actor=trainee, at=at)
    assert client
    kinds = enumerate(papers.kinds(attempt), start=1)
    answers = [Answer(slot, 1, papers.RIGHT[kind]) for slot, kind in kinds] if right else []
    return hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=at)


@pytest.fixture
def run(trainee: Person) -> Enrolment:
    """A run whose exam may be sat again; whoever passes it gets a certificate."""
    factories.certificate_definition("first", earned=[{"exam": "stage-1"}])
    return papers.ready(trainee, retake_after_pass=True, cooldown_days=[1], talk_after=1)


def test_without_it_a_pass_locks(trainee: Person) -> None:
    papers.ready(trainee)
    sit(trainee, 0, right=True)
    with pytest.raises(AlreadyPassedError):
        start_attempt("stage-1", actor=trainee, at=NOON + 9 * DAY)


@pytest.mark.parametrize("again", [True, False])
def test_the_first_pass_stays_what_counts(
    trainee: Person,
    trainer: Person,
    run: Enrolment,
    session: Session,
    again: bool,  # noqa: FBT001
) -> None:
    first = sit(trainee, 0, right=True)
    later = sit(trainee, 1, right=again)
    assert (first.passed, later.passed, later.number) == (True, again, 2)
    stays = session.scalars(select(StagePass).filter_by(enrolment_id=run.id)).one()
    assert (stays.attempt_id, stays.passed_at) == (first.id, NOON)
    assert stays.score == 1
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1
    summary = queries.exam_summaries(trainee, run, at=NOON + DAY)["stage-1"]
    assert (summary.is_passed, summary.attempts_used) == (True, 2)
    assert summary.best_percent == 100
    assert (summary.needs_talk, summary.retake_opens_at) == (False, None)
    assert talk_queue.due(trainer, at=NOON + DAY) == []


def test_attempts_are_limited_all_the_same(trainee: Person, run: Enrolment) -> None:
    for day in range(3):
        sit(trainee, day, right=True)
    with pytest.raises(NoAttemptsLeftError):
        start_attempt("stage-1", actor=trainee, at=NOON + 9 * DAY)


def test_the_record_has_each_sitting_and_counts_the_exam_once(
    trainee: Person, run: Enrolment
) -> None:
    for day, right in enumerate([True, False, True]):
        sit(trainee, day, right=right)
    links = chain_of(trainee.id).links
    verbs = [link.fact.verb for link in links]
    assert verbs.count(Verb.ATTEMPT_PASSED) == 2
    assert verbs.count(Verb.ATTEMPT_FAILED) == 1
    assert verbs.count(Verb.STAGE_COMPLETED) == 1
    assert verbs.count(Verb.CERTIFICATE_AWARDED) == 1
    assert timeline.totals(links).exams_passed == 1


def test_the_pages_say_what_a_further_attempt_is_worth(
    client: FlaskClient, trainee: Person, run: Enrolment
) -> None:
    sit(trainee, 0, right=True)
    sign_in(client, trainee)
    page = client.get("/exams/stage-1").text
    assert "your first pass stays what counts" in page
    assert "Start the exam" in page
    place = client.post("/exams/stage-1/attempts").location
    assert "Under way" in client.get("/home?stage=one").text
    client.post(f"{place}/hand-in")
    done = client.get(f"{place}/result").text
    assert "Not passed this time" in done
    assert "that pass stays" in done
    assert "talks with you about what went wrong" not in done
    assert "Under way" not in client.get("/home?stage=one").text


def test_the_rules_say_it(client: FlaskClient, trainer: Person, run: Enrolment) -> None:
    sign_in(client, trainer)
    assert "Who has passed may sit it again" in client.get("/studio/exams/stage-1/rules").text
