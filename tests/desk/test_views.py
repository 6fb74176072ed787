from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.text import digest
from lms.courses.models import Enrolment
from lms.courses.services import finish_lesson, note_stage_passed
from lms.desk import queries
from lms.exams.models import Attempt, Exam, ExamVersion, HandedInBy
from tests import factories
from tests.browser import forget_person, sign_in
from tests.factories import NOON, both
from tests.statements import counted

DAY = timedelta(days=1)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Move the clock of the first page."""

    def move(instant: datetime) -> None:
        monkeypatch.setattr("lms.desk.views.clock", SimpleNamespace(now=lambda: instant))

    return move


def finish(enrolment: Enrolment, *codes: str) -> None:
    for code in codes:
        finish_lesson(enrolment.id, code, actor=enrolment.person)


def pass_stage(enrolment: Enrolment, stage: str) -> None:
    note_stage_passed(enrolment.id, stage, score=Fraction(9, 10), attempt_id=1, at=NOON)


def exam(code: str = "exam-1", *, attempts: int = 3) -> ExamVersion:
    """A published exam of ten questions in 20 minutes; a retake opens after a day."""
    settings = {
        "code": code,
        "title": both(f"The {code}"),
        "minutes": 20,
        "pass_percent": 80,
        "attempts": attempts,
        "cooldown_days": [1, 1],
        "draw": [{"unit": "A", "count": 10}],
    }
    row = factories.save(Exam(code=code))
    version = factories.save(
        ExamVersion(
            exam_id=row.id, number=1, settings=settings, digest=digest(settings), made_at=NOON
        )
    )
    with transaction():
        row.published_id = version.id
    return version


def attempt(
    enrolment: Enrolment, version: ExamVersion, *, number: int = 1, score: Fraction | None = None
) -> Attempt:
    """A sitting that began an hour ago: open without a score, else failed with it."""
    started_at = clock.now() - timedelta(hours=1)
    return factories.save(
        Attempt(
            person_id=enrolment.person_id,
            enrolment_id=enrolment.id,
            exam_id=version.exam_id,
            version_id=version.id,
            stage="stage-1",
            number=number,
            seed="0",
            layout=[],
            client="here",
            started_at=started_at,
            deadline_at=started_at + timedelta(hours=2),
            submitted_at=started_at if score is not None else None,
            handed_in_by=HandedInBy.TRAINEE if score is not None else None,
            receipt="0" * 64 if score is not None else None,
            score=score,
            passed=False if score is not None else None,
        )
    )


class TestNextStep:
    """The one thing that the first page asks for."""

    @pytest.mark.usefixtures("enrolment")
    def test_begin_with_the_first_lesson(self, client: FlaskClient) -> None:
        page = client.get("/home").text
        assert "Begin here" in page
        assert 'href="/lessons/A-1"' in _hero(page)

    def test_go_on_with_the_first_that_is_not_read(
        self, client: FlaskClient, enrolment: Enrolment
    ) -> None:
        finish(enrolment, "A-1")
        hero = _hero(client.get("/home").text)
        assert "Lesson A-2" in hero
        assert "Continue" in hero

    def test_then_the_exam(self, client: FlaskClient, enrolment: Enrolment) -> None:
        exam()
        finish(enrolment, "A-1", "A-2")
        hero = _hero(client.get("/home").text)
        assert "All lessons read: sit the exam" in hero
        assert "10 questions · 20 minutes · pass mark 80 %" in hero
        assert 'href="/exams/exam-1"' in hero

    def test_an_exam_under_way_comes_first(self, client: FlaskClient, enrolment: Enrolment) -> None:
        attempt(enrolment, exam())
        finish(enrolment, "A-1", "A-2")
        page = client.get("/home").text
        assert "Go on with the exam" in _hero(page)
        assert "Go on with it before the time is up" in page

    def test_after_a_failure_the_date_of_the_retake(
        self, client: FlaskClient, enrolment: Enrolment, at: Callable[[datetime], None]
    ) -> None:
        tomorrow = clock.now() + DAY
        attempt(enrolment, exam(), score=Fraction(1, 2))
        finish(enrolment, "A-1", "A-2")
        waiting = _hero(client.get("/home").text)
        assert "The retake opens on" in waiting
        assert "best so far 50 %" in waiting
        assert "/exams/" not in waiting
        at(tomorrow)
        assert "Sit the exam again" in _hero(client.get("/home").text)

    def test_without_attempts_left_a_person_to_ask(
        self, client: FlaskClient, enrolment: Enrolment
    ) -> None:
        attempt(enrolment, exam(attempts=1), score=Fraction(1, 2))
        finish(enrolment, "A-1", "A-2")
        assert "Ask your trainer" in _hero(client.get("/home").text)

    def test_an_exam_that_is_not_there_is_said_to_be_missing(
        self, client: FlaskClient, enrolment: Enrolment
    ) -> None:
        finish(enrolment, "A-1", "A-2")
        assert "not ready yet" in _hero(client.get("/home").text)

    def test_at_the_end_the_certificates(self, client: FlaskClient, enrolment: Enrolment) -> None:
        finish(enrolment, "A-1", "A-2")
        pass_stage(enrolment, "stage-1")
        finish(enrolment, "B-1")
        pass_stage(enrolment, "stage-2")
        page = client.get("/home").text
        assert "See my certificates" in _hero(page)
        assert "Completed" in page
        assert "Nothing is waiting for you." in page


class TestRoute:
    def test_a_locked_stage_says_what_is_left(
        self, client: FlaskClient, enrolment: Enrolment
    ) -> None:
        page = client.get("/home").text
        assert "Opens when stage 1 is finished: 2 lessons and the exam are left." in page
        finish(enrolment, "A-1")
        page = client.get("/home").text
        assert "Opens when stage 1 is finished: 1 lesson and the exam are left." in page
        finish(enrolment, "A-2")
        page = client.get("/home").text
        assert "Opens when stage 1 is finished: the exam is left." in page

    def test_a_passed_exam_leaves_the_lessons(
        self, client: FlaskClient, enrolment: Enrolment
    ) -> None:
        pass_stage(enrolment, "stage-1")
        page = client.get("/home").text
        assert "Opens when stage 1 is finished: 2 lessons are left." in page

    def test_a_stage_further_on_names_the_one_before_it(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        programme = factories.programme({"A": ["A-1"]}, {"B": ["B-1"]}, {"C": ["C-1"]})
        factories.enrolment(trainee, programme)
        sign_in(client, trainee)
        assert "Opens when stage 2 is finished." in client.get("/home").text

    def test_every_stage_can_be_looked_at(self, client: FlaskClient, enrolment: Enrolment) -> None:
        page = client.get("/home?stage=stage-2").text
        assert "Module B" in page
        assert "Lesson B-1" in page
        assert 'href="/lessons/B-1"' not in page
        finish(enrolment, "A-1", "A-2")
        pass_stage(enrolment, "stage-1")
        page = client.get("/home?stage=stage-1").text
        assert 'href="/lessons/A-2"' in page

    @pytest.mark.usefixtures("enrolment")
    def test_an_unknown_stage_is_a_404(self, client: FlaskClient) -> None:
        assert client.get("/home?stage=stage-9").status_code == 404


class TestTime:
    @pytest.mark.parametrize(
        ("days", "text"),
        [
            pytest.param(60, "On time, due", id="on time"),
            pytest.param(3, "Due in 3 days", id="soon"),
            pytest.param(1, "Due in 1 day<", id="tomorrow"),
            pytest.param(0, "Due today", id="today"),
            pytest.param(-2, "Overdue by 2 days", id="overdue"),
        ],
    )
    def test_says_how_the_due_date_stands(
        self,
        client: FlaskClient,
        trainee: Person,
        at: Callable[[datetime], None],
        days: int,
        text: str,
    ) -> None:
        due_on = NOON.date() + days * DAY
        factories.enrolment(trainee, factories.programme(), due_on=due_on)
        sign_in(client, trainee)
        at(NOON)
        assert text in client.get("/home").text

    def test_counts_the_weeks_since_the_start(
        self, client: FlaskClient, trainee: Person, at: Callable[[datetime], None]
    ) -> None:
        factories.enrolment(trainee, factories.programme())
        sign_in(client, trainee)
        at(NOON + 45 * DAY)
        assert "week 7 of 16" in client.get("/home").text

    @pytest.mark.parametrize(
        ("hour", "part"),
        [(0, "morning"), (4, "afternoon"), (10, "evening"), (20, "evening"), (21, "morning")],
    )
    def test_greets_by_the_clock_of_the_organisation(
        self, app: Flask, hour: int, part: str
    ) -> None:
        with app.app_context():  # Shanghai is eight hours ahead
            assert queries.part_of_day(NOON.replace(hour=hour)) == part

    def test_the_due_date_is_one_of_the_organisation_s_zone(
        self, client: FlaskClient, trainee: Person, at: Callable[[datetime], None]
    ) -> None:
        factories.enrolment(trainee, factories.programme(), due_on=date(2026, 3, 2))
        sign_in(client, trainee)
        at(NOON.replace(hour=17))  # already 3 March in Shanghai
        assert "Overdue by 1 day<" in client.get("/home").text


class TestHome:
    def test_needs_few_statements(
        self, client: FlaskClient, enrolment: Enrolment, session: Session
    ) -> None:
        attempt(enrolment, exam(), score=Fraction(1, 2))
        session.expunge_all()
        forget_person()
        with counted() as sent:
            assert client.get("/home").status_code == 200
        assert len(sent) <= 9  # two of them the first time only: the structure, the exam's rules

    def test_practical_gates_are_shown_as_not_checked(
        self, client: FlaskClient, enrolment: Enrolment
    ) -> None:
        structure = dict(enrolment.version.structure)
        drill = {"code": "drill", "title": both("Drill: the inbox")}
        first, *others = structure["stages"]
        structure["stages"] = [{**first, "practical": [drill]}, *others]
        with transaction():
            enrolment.version.structure = structure
        page = client.get("/home").text
        assert "Drill: the inbox" in page
        assert "Not yet checked here" in page

    @pytest.mark.usefixtures("enrolment")
    def test_a_locked_exam_says_what_is_missing(self, client: FlaskClient) -> None:
        exam()
        page = client.get("/home").text
        assert "10 questions · 20 minutes · pass mark 80 % · 2 lessons to go" in page
        assert "/exams/exam-1" not in page

    def test_without_an_enrolment_it_says_how_it_works(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        page = client.get("/home").text
        assert "You are not enrolled in a programme yet" in page
        assert "How the four stages work" in page

    @pytest.mark.usefixtures("enrolment")
    def test_shows_nobody_else_s_run(self, client: FlaskClient) -> None:
        sign_in(client, factories.person())
        assert "You are not enrolled" in client.get("/home").text

    def test_an_administrator_is_led_to_the_people(
        self, client: FlaskClient, admin: Person
    ) -> None:
        sign_in(client, admin)
        assert client.get("/home").status_code == 302

    def test_a_trainer_is_led_to_the_programme(self, client: FlaskClient, trainer: Person) -> None:
        sign_in(client, trainer)
        assert client.get("/home").location == "/studio"

    @pytest.mark.usefixtures("session")
    def test_someone_without_a_role_learns_who_gives_one(self, client: FlaskClient) -> None:
        sign_in(client, factories.person(roles=set()))
        assert "You have no role yet" in client.get("/home").text


def _hero(page: str) -> str:
    start = page.index('<section class="hero')
    return page[start : page.index("</section>", start)]
