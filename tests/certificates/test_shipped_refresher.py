"""The refresher that comes with the curriculum renews what the curriculum awards."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import queries, renewing
from lms.certificates.models import Certificate
from lms.certificates.rules import State
from lms.config import PROJECT
from lms.core import content, queue
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.core.queue import Job
from lms.courses import queries as courses, services as learning
from lms.courses.models import Enrolment, EnrolmentSource
from lms.exams import body, queries as exams, services as sittings
from lms.exams.models import Attempt
from lms.exams.rules.answers import right_answer
from lms.exams.rules.kinds import Kind
from lms.exams.sitting import Answer
from lms.web.i18n import today
from tests import factories
from tests.browser import sign_in

PATH, REFRESHER = "after-sales", "refresher-after-sales"
KINDS = ["after-sales", "stage-1", "stage-2", "stage-3", "stage-4"]
STARTED = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MONTH = timedelta(days=28)
"""Between the exams of two stages."""


class Holder(NamedTuple):
    """Someone who went the first path, and what they got for it."""

    person: Person
    run: Enrolment


@pytest.fixture
def shipped(session: Session) -> None:
    content.bring_in(content.Tree(PROJECT / "content"), at=STARTED)


@pytest.fixture
def holder(shipped: None) -> Holder:
    return whoever_passed(4)


def whoever_passed(stages: int) -> Holder:
    """Return someone who has passed the first stages of the path, one each month."""
    person = factories.person(name="Zhou Ning")
    run = factories.enrolment(person, found(courses.programme_with(PATH)), at=STARTED)
    for number, stage in enumerate(courses.outline_of(run).stages[:stages], start=1):
        at = STARTED + number * MONTH
        for code in stage.lessons:
            learning.finish_lesson(run.id, code, actor=person, at=at)
        learning.note_stage_passed(
            run.id, stage.code, score=Fraction(9, 10), attempt_id=number, at=at
        )
    return Holder(person, run)


def held(person: Person) -> dict[str, list[Certificate]]:
    """Return code of the kind -> the person's certificates of it, the earliest first."""
    mine = select(Certificate).filter_by(person_id=person.id).order_by(Certificate.cycle)
    kinds: dict[str, list[Certificate]] = {}
    for each in db.session.scalars(mine):
        kinds.setdefault(each.definition.code, []).append(each)
    return dict(sorted(kinds.items()))


def runs_of_the_refresher(person: Person) -> Sequence[Enrolment]:
    programme = found(courses.programme_with(REFRESHER))
    mine = select(Enrolment).filter_by(person_id=person.id, programme_id=programme.id)
    return db.session.scalars(mine).all()


def lessons_of(run: Enrolment) -> list[str]:
    return [code for _stage, _module, code in courses.outline_of(run).lessons()]


def whoever_takes(programme: str) -> tuple[Person, list[str], int]:
    """Return someone who takes a programme, its lessons and how many minutes they have."""
    person = factories.person()
    run = factories.enrolment(person, found(courses.programme_with(programme)), at=STARTED)
    lines = courses.lines_of(codes := lessons_of(run))
    return person, codes, sum(each.minutes for each in lines.values())


def noon_of(day: date) -> datetime:
    """Return noon in the organisation's time zone, 8 hours ahead."""
    return datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)


def the_daily_job(at: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the hourly question and the day's job run; return how many renewals it opened."""
    monkeypatch.setattr("lms.core.clock.now", lambda: at)
    renewing.ask_for_renewals()
    name = "certificates.renewals"
    job = db.session.scalars(select(Job).filter_by(name=name).order_by(Job.id.desc())).first()
    assert job is not None
    with transaction():  # the PDFs of certificates wait: this is about the day's job
        for other in db.session.scalars(select(Job).where(Job.name != name)):
            other.run_at = at + timedelta(days=999)
    assert queue.run_one(at=at)
    return int((job.result or {})["opened"])


def sit(person: Person, *, wrong: int, at: datetime) -> Attempt:
    """Sit the refresher's exam: leave the first so many questions blank, and answer the others."""
    attempt, _is_new = sittings.start_attempt(REFRESHER, actor=person, at=at)
    shown = exams.questions(version_id for version_id, _order, _points in attempt.layout)
    answers = []
    for slot, (version_id, _order, _points) in enumerate(attempt.layout, start=1):
        kind = Kind(shown[version_id].kind)
        key = body.key_of(kind, shown[version_id].body)
        if slot > wrong:
            answers.append(Answer(slot, 1, right_answer(key)))
    at += timedelta(minutes=15)
    return sittings.hand_in(attempt.id, answers, client=attempt.client, actor=person, at=at)


def test_two_years_on_the_refresher_opens_and_passing_it_renews_all_that_is_held(
    holder: Holder, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = holder.person
    first = {code: row for code, (row,) in held(person).items()}
    assert [*first] == KINDS
    ends = found(first["stage-1"].valid_until)
    assert ends == date(2028, 3, 29)

    opens = ends - timedelta(days=60)
    assert the_daily_job(noon_of(opens - timedelta(days=1)), monkeypatch) == 0
    assert the_daily_job(noon_of(opens), monkeypatch) == 1
    (run,) = runs_of_the_refresher(person)
    assert (run.source, run.due_on, run.cycle) == (EnrolmentSource.RENEWAL, ends, 1)

    sign_in(client, person)
    page = client.get("/home").text
    assert "After-sales service engineer: refresher" in page
    assert 'href="/lessons/R-A-1"' in page
    assert f'href="/home?programme={PATH}"' in page
    assert "Passing this programme renews your certificate" in page
    assert "from 26 Feb 2028 to 26 May 2028" in client.get("/certificates").text  # of stage 2
    assert "renews your certificate" not in client.get(f"/home?programme={PATH}").text

    day = ends - timedelta(days=20)
    for code in lessons_of(run):
        learning.finish_lesson(run.id, code, actor=person, at=noon_of(day))
    assert [len(rows) for rows in held(person).values()] == [1] * 5  # reading renews nothing
    failed = sit(person, wrong=8, at=noon_of(day))
    assert failed.passed is False
    assert [len(rows) for rows in held(person).values()] == [1] * 5
    day += timedelta(days=2)
    assert sit(person, wrong=0, at=noon_of(day)).passed is True

    for code, (earlier, later) in held(person).items():
        assert (earlier, later.cycle, later.enrolment_id) == (first[code], 2, run.id)
        # by the terms: 24 months from the day of the renewal
        assert (today(later.awarded_at), later.valid_until) == (day, date(2030, 3, 10))
        monkeypatch.setattr(queries, "today", lambda: day)
        was, now = (queries.certificate_with(each.serial) for each in (earlier, later))
        assert (found(was).state, found(now).state) == (State.SUPERSEDED, State.VALID)
        assert found(was).superseded_by == later.serial
        assert later.snapshot["title_en"] == earlier.snapshot["title_en"]
        assert later.snapshot["programme_en"] == earlier.snapshot["programme_en"]

    assert the_daily_job(noon_of(date(2028, 6, 1)), monkeypatch) == 0
    assert the_daily_job(noon_of(date(2030, 1, 9)), monkeypatch) == 5  # together, once
    assert [each.cycle for each in runs_of_the_refresher(person)] == [1, 2]


@pytest.mark.usefixtures("shipped")
def test_who_holds_one_stage_gets_that_stage_renewed_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = whoever_passed(1).person
    (only,) = held(person)["stage-1"]
    day = found(only.valid_until) + timedelta(days=10)  # late, within the grace
    assert the_daily_job(noon_of(day), monkeypatch) == 1
    (run,) = runs_of_the_refresher(person)
    assert run.due_on == found(only.valid_until) + timedelta(days=30)
    for code in lessons_of(run):
        learning.finish_lesson(run.id, code, actor=person, at=noon_of(day))
    assert sit(person, wrong=0, at=noon_of(day)).passed is True
    assert {code: [row.cycle for row in rows] for code, rows in held(person).items()} == {
        "stage-1": [1, 2]
    }


@pytest.mark.usefixtures("shipped")
def test_it_is_much_shorter_than_the_path_and_only_who_was_enrolled_meets_it(
    client: FlaskClient,
) -> None:
    _other, short, minutes = whoever_takes(REFRESHER)
    person, path, path_minutes = whoever_takes(PATH)
    assert (len(short), len(path)) == (5, 66)
    assert (minutes, path_minutes) == (62, 980)
    assert not set(short) & set(path)  # lessons of its own

    sign_in(client, person)
    for address in ("/home", "/practice", "/aids", "/certificates"):
        page = client.get(address, follow_redirects=True)
        assert page.status_code == 200
        assert REFRESHER not in page.text
        assert "R-A" not in page.text
    assert client.get(f"/home?programme={REFRESHER}").status_code == 404
    assert client.get("/lessons/R-A-1").status_code == 404
