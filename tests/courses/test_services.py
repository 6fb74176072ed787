from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import events
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import NotFoundError, found
from lms.courses import queries, runs
from lms.courses.errors import AlreadyEnrolledError, LessonLockedError, NotPublishedError
from lms.courses.events import Enrolled, LessonFinished, ProgrammeCompleted, StageCompleted
from lms.courses.models import Enrolment, EnrolmentSource, LessonRead, Programme, StagePass
from lms.courses.queries import lesson_page
from lms.courses.services import enrol, finish_lesson, note_stage_passed, open_lesson
from tests import factories
from tests.factories import NOON

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events of this room, in order; nobody else hears them."""
    heard: list[Any] = []
    for kind in (Enrolled, LessonFinished, StageCompleted, ProgrammeCompleted):
        monkeypatch.setitem(events._subscribers, kind, [heard.append])  # noqa: SLF001
    return heard


@pytest.fixture
def enrolment(trainee: Person) -> Enrolment:
    """A run of: stage 1 with A-1, A-2 and an exam, then stage 2 with B-1 and an exam."""
    return factories.enrolment(trainee, factories.programme())


def finish_all(enrolment: Enrolment, *codes: str) -> None:
    for code in codes:
        finish_lesson(enrolment.id, code, actor=enrolment.person, at=NOON)


def pass_stage(enrolment: Enrolment, stage: str) -> None:
    note_stage_passed(enrolment.id, stage, score=Fraction(9, 10), attempt_id=1, at=LATER)


def kinds(told: list[Any]) -> list[str]:
    return [type(event).__name__ for event in told]


class TestEnrol:
    def test_begins_with_cycle_one_in_the_published_version(
        self, trainee: Person, told: list[Any]
    ) -> None:
        programme = factories.programme()
        row = enrol(trainee, programme, source=EnrolmentSource.SELF, actor=trainee, at=NOON)
        assert (row.cycle, row.version_id, row.opened_at) == (1, programme.published_id, NOON)
        assert row.assigned_by_id is None
        assert told == [Enrolled(row, trainee, NOON)]

    def test_an_assignment_names_who_and_until_when_and_is_audited(
        self, trainee: Person, admin: Person, session: Session
    ) -> None:
        due_on = NOON.date()
        row = enrol(
            trainee,
            factories.programme(),
            source=EnrolmentSource.ASSIGNED,
            actor=admin,
            due_on=due_on,
            at=NOON,
        )
        assert (row.assigned_by_id, row.due_on) == (admin.id, due_on)
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.actor_id) == ("courses.enrolled", admin.id)
        assert entry.detail["person"] == trainee.id

    def test_refuses_a_second_run_while_the_first_is_not_completed(
        self, enrolment: Enrolment
    ) -> None:
        with pytest.raises(AlreadyEnrolledError):
            factories.enrolment(enrolment.person, enrolment.programme)

    def test_a_completed_run_is_followed_by_the_next_cycle_which_starts_from_nothing(
        self, enrolment: Enrolment
    ) -> None:
        finish_all(enrolment, "A-1", "A-2")
        pass_stage(enrolment, "stage-1")
        finish_all(enrolment, "B-1")
        pass_stage(enrolment, "stage-2")
        second = factories.enrolment(enrolment.person, enrolment.programme, at=LATER)
        assert second.cycle == 2
        assert queries.progress_of(second).percent == 0
        assert queries.progress_of(enrolment).is_completed
        assert [run.id for run in runs.current_runs(enrolment.person)] == [second.id]
        assert [run.id for run in runs.runs_of(enrolment.person)] == [second.id, enrolment.id]
        assert list(queries.enrolments_of(enrolment.person)) == [second, enrolment]

    def test_refuses_a_programme_without_a_published_version(self, trainee: Person) -> None:
        with pytest.raises(NotPublishedError):
            factories.enrolment(trainee, factories.programme(published=False))

    def test_keeps_the_version_that_it_began_with(self, enrolment: Enrolment) -> None:
        before = enrolment.version_id
        newer = factories.programme({"C": ["C-1"]})
        with transaction():
            enrolment.programme.published_id = newer.published_id
        assert enrolment.version_id == before
        assert queries.outline_of(enrolment).stages[0].lessons == ("A-1", "A-2")

    def test_simultaneous_ones_begin_one_run(self, live_app: Flask) -> None:
        with live_app.app_context():
            person_id, programme_id = factories.person().id, factories.programme().id

        def begin() -> bool:
            person = db.session.get_one(Person, person_id)
            programme = db.session.get_one(Programme, programme_id)
            try:
                factories.enrolment(person, programme)
            except AlreadyEnrolledError:
                return False
            return True

        assert sum(at_once(live_app, begin)) == 1


class TestOpenLesson:
    def test_notes_the_version_and_the_instant_once(
        self, enrolment: Enrolment, trainee: Person, session: Session
    ) -> None:
        page = lesson_page(trainee, "A-1")
        assert open_lesson(page, at=NOON)
        factories.lesson("A-1")
        assert not open_lesson(lesson_page(trainee, "A-1"), at=LATER)
        mark = session.scalars(select(LessonRead).filter_by(enrolment_id=enrolment.id)).one()
        assert (mark.opened_at, mark.read_at) == (NOON, None)
        assert mark.version_id == page.shown.version.id

    @pytest.mark.usefixtures("enrolment")
    def test_refuses_a_lesson_of_a_locked_stage(self, trainee: Person) -> None:
        with pytest.raises(LessonLockedError, match="stage 1"):
            open_lesson(lesson_page(trainee, "B-1"), at=NOON)

    @pytest.mark.usefixtures("enrolment")
    def test_what_is_not_in_the_programme_does_not_exist(self, trainee: Person) -> None:
        factories.lesson("Z-1")
        with pytest.raises(NotFoundError):
            open_lesson(lesson_page(trainee, "Z-1"), at=NOON)

    @pytest.mark.usefixtures("enrolment")
    def test_for_a_stranger_it_does_not_exist(self) -> None:
        with pytest.raises(NotFoundError):
            open_lesson(lesson_page(factories.person(), "A-1"), at=NOON)


class TestFinishLesson:
    def test_tells_it_once(self, enrolment: Enrolment, trainee: Person, told: list[Any]) -> None:
        finish_lesson(enrolment.id, "A-1", actor=trainee, at=NOON)
        finish_lesson(enrolment.id, "A-1", actor=trainee, at=LATER)
        mark = found(queries.mark_of(enrolment, "A-1"))
        assert mark.read_at == NOON
        assert kinds(told) == ["LessonFinished"]
        assert (told[0].code, told[0].version.id) == ("A-1", mark.version_id)

    def test_names_the_version_that_was_on_the_page(
        self, enrolment: Enrolment, trainee: Person
    ) -> None:
        page = lesson_page(trainee, "A-1")
        open_lesson(page, at=NOON)
        shown = page.shown.version.id
        newest = factories.lesson("A-1").published_id
        finish_lesson(enrolment.id, "A-1", actor=trainee, version_id=shown, at=NOON)
        assert found(queries.mark_of(enrolment, "A-1")).version_id == shown != newest

    def test_a_version_of_another_lesson_counts_for_nothing(
        self, enrolment: Enrolment, trainee: Person
    ) -> None:
        foreign = factories.lesson("Z-1").published_id
        finish_lesson(enrolment.id, "A-1", actor=trainee, version_id=foreign, at=NOON)
        mark = found(queries.mark_of(enrolment, "A-1"))
        assert mark.version_id == queries.published_lesson("A-1").published_id != foreign

    def test_refuses_a_lesson_of_a_locked_stage(
        self, enrolment: Enrolment, trainee: Person, told: list[Any]
    ) -> None:
        with pytest.raises(LessonLockedError):
            finish_lesson(enrolment.id, "B-1", actor=trainee, at=NOON)
        assert told == []

    def test_for_a_stranger_the_run_does_not_exist(self, enrolment: Enrolment) -> None:
        with pytest.raises(NotFoundError):
            finish_lesson(enrolment.id, "A-1", actor=factories.person(), at=NOON)

    def test_the_last_lesson_completes_a_stage_that_has_no_exam(
        self, trainee: Person, told: list[Any]
    ) -> None:
        run = factories.enrolment(trainee, factories.programme(exams=False))
        finish_all(run, "A-1", "A-2", "B-1")
        assert kinds(told) == [
            "Enrolled",
            "LessonFinished",
            "LessonFinished",
            "StageCompleted",
            "LessonFinished",
            "StageCompleted",
            "ProgrammeCompleted",
        ]

    def test_simultaneous_ones_are_told_once(self, live_app: Flask, told: list[Any]) -> None:
        with live_app.app_context():
            person = factories.person()
            run_id = factories.enrolment(person, factories.programme()).id
            person_id = person.id

        def finish() -> None:
            actor = db.session.get_one(Person, person_id)
            finish_lesson(run_id, "A-1", actor=actor, at=NOON)

        at_once(live_app, finish)
        assert kinds(told).count("LessonFinished") == 1
        with live_app.app_context():
            assert db.session.scalar(select(func.count()).select_from(LessonRead)) == 1

    def test_the_last_two_lessons_at_once_complete_the_stage_once(
        self, live_app: Flask, told: list[Any]
    ) -> None:
        with live_app.app_context():
            person = factories.person()
            run_id = factories.enrolment(person, factories.programme(exams=False)).id
            person_id = person.id
        codes = iter(["A-1", "A-2"] * 4)

        def finish() -> None:
            actor = db.session.get_one(Person, person_id)
            finish_lesson(run_id, next(codes), actor=actor, at=NOON)

        at_once(live_app, finish)
        assert kinds(told).count("StageCompleted") == 1


class TestNoteStagePassed:
    def test_opens_the_next_stage(
        self, enrolment: Enrolment, trainee: Person, told: list[Any]
    ) -> None:
        finish_all(enrolment, "A-1", "A-2")
        pass_stage(enrolment, "stage-1")
        assert open_lesson(lesson_page(trainee, "B-1"), at=LATER)
        assert told[-1].stage.code == "stage-1"
        assert told[-1].at == LATER
        assert queries.stage_score(enrolment, "stage-1") == Fraction(9, 10)
        assert queries.stage_score(enrolment, "stage-2") is None

    def test_counts_once(self, enrolment: Enrolment, session: Session, told: list[Any]) -> None:
        finish_all(enrolment, "A-1", "A-2")
        pass_stage(enrolment, "stage-1")
        note_stage_passed(
            enrolment.id, "stage-1", score=Fraction(1), attempt_id=2, at=LATER + timedelta(days=1)
        )
        assert kinds(told).count("StageCompleted") == 1
        kept = session.scalars(select(StagePass)).one()
        assert (kept.score, kept.attempt_id, kept.passed_at) == (Fraction(9, 10), 1, LATER)

    def test_the_last_stage_completes_the_programme_once(
        self, enrolment: Enrolment, told: list[Any]
    ) -> None:
        finish_all(enrolment, "A-1", "A-2")
        pass_stage(enrolment, "stage-1")
        finish_all(enrolment, "B-1")
        pass_stage(enrolment, "stage-2")
        pass_stage(enrolment, "stage-2")
        assert kinds(told)[-2:] == ["StageCompleted", "ProgrammeCompleted"]
        assert kinds(told).count("ProgrammeCompleted") == 1

    def test_before_its_lessons_are_read_the_stage_is_not_complete(
        self, enrolment: Enrolment, told: list[Any]
    ) -> None:
        pass_stage(enrolment, "stage-1")
        finish_all(enrolment, "A-1")
        assert "StageCompleted" not in kinds(told)
        finish_all(enrolment, "A-2")
        assert kinds(told)[-1] == "StageCompleted"

    @pytest.mark.parametrize("stage", ["stage-9", ""])
    def test_an_unknown_stage_does_not_exist(self, enrolment: Enrolment, stage: str) -> None:
        with pytest.raises(NotFoundError):
            pass_stage(enrolment, stage)

    @pytest.mark.usefixtures("session")
    def test_an_unknown_run_does_not_exist(self) -> None:
        with pytest.raises(NotFoundError):
            note_stage_passed(0, "stage-1", score=Fraction(1), attempt_id=1, at=NOON)


def at_once(app: Flask, work: Any, times: int = 8) -> list[Any]:
    """Do the same in so many threads at the same moment."""
    together = Barrier(times)

    def one(_: int) -> Any:
        with app.app_context():
            db.session.scalar(select(func.count()).select_from(Person))  # a read, then a write
            together.wait()
            return work()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
