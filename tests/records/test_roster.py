"""Who stands where: what the database computes agrees with the rules, and stays cheap."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from lms.accounts.models import Person, RoleGrant
from lms.accounts.rules import Role
from lms.certificates import services as certificates
from lms.certificates.models import RevocationReason
from lms.core.db import db, transaction
from lms.courses import queries as courses, rules, services as learning
from lms.courses.models import Enrolment, Programme
from lms.records import roster
from lms.records.lines import NOT_ENROLLED, Asked, Line, Sort, View
from lms.web.i18n import today
from tests import factories
from tests.factories import NOON

TODAY = date(2026, 3, 2)


def lines(asked: Asked, *, first: int = 0, most: int | None = 50, day: date = TODAY) -> list[Line]:
    known = roster.versions()
    query = roster.lines(true(), asked, known, today=day, first=first, most=most)
    return [roster.read_line(row, known) for row in db.session.execute(query)]


def names(asked: Asked) -> list[str]:
    return [each.name for each in lines(asked)]


def finish(run: Enrolment, person: Person, *codes: str) -> None:
    for code in codes:
        learning.finish_lesson(run.id, code, actor=person, at=NOON)


def passed(run: Enrolment, stage: str) -> None:
    learning.note_stage_passed(run.id, stage, score=Fraction(9, 10), attempt_id=1, at=NOON)


@pytest.fixture
def programme(session: Session) -> Programme:
    return factories.programme()


class TestStatus:
    @pytest.mark.parametrize("days", [None, -400, -1, 0, 1, 13, 14, 15, 400])
    @pytest.mark.parametrize("is_completed", [True, False])
    def test_in_sql_is_that_of_the_rules(
        self, programme: Programme, days: int | None, *, is_completed: bool
    ) -> None:
        due_on = None if days is None else TODAY + timedelta(days=days)
        run = factories.enrolment(factories.person(), programme, due_on=due_on)
        if is_completed:
            with transaction():
                run.completed_at = NOON
        (line,) = lines(Asked(programme_id=programme.id))
        expected = rules.enrolment_status(is_completed=is_completed, due_on=due_on, today=TODAY)
        assert line.status == expected

    def test_without_a_run_it_says_so(self, programme: Programme) -> None:
        factories.person()
        (line,) = lines(Asked(programme_id=programme.id))
        assert (line.status, line.version, line.percent, line.stage) == (
            NOT_ENROLLED,
            None,
            0,
            None,
        )

    def test_today_is_that_of_the_organisation(self, programme: Programme) -> None:
        """In Shanghai it is tomorrow from 16:00 UTC on."""
        factories.enrolment(factories.person(), programme, due_on=TODAY)
        (line,) = lines(Asked(), day=today(NOON + timedelta(hours=5)))
        assert line.status == rules.EnrolmentStatus.OVERDUE


class TestProgress:
    @pytest.mark.parametrize(
        "steps",
        [
            [],
            ["A-1"],
            ["A-1", "A-2"],
            ["A-1", "A-2", "stage-1"],
            ["A-1", "A-2", "stage-1", "B-1"],
            ["A-1", "A-2", "stage-1", "B-1", "stage-2"],
        ],
    )
    def test_in_sql_is_that_of_the_rules(self, programme: Programme, steps: list[str]) -> None:
        person = factories.person()
        run = factories.enrolment(person, programme)
        for step in steps:
            if step.startswith("stage"):
                passed(run, step)
            else:
                finish(run, person, step)
        expected = courses.progress_of(run)
        (line,) = lines(Asked(programme_id=programme.id))
        assert line.percent == expected.percent
        assert line.read == sum(len(each.read) for each in expected.stages)
        assert line.version
        assert line.version.lessons == 3
        current = None if expected.is_completed else expected.current.stage.number
        assert (line.stage and line.stage[0]) == current

    def test_the_latest_run_of_a_programme_counts(self, programme: Programme) -> None:
        person = factories.person()
        first = factories.enrolment(person, programme)
        finish(first, person, "A-1", "A-2")
        passed(first, "stage-1")
        finish(first, person, "B-1")
        passed(first, "stage-2")
        second = factories.enrolment(person, programme, at=NOON + timedelta(days=1))
        (line,) = lines(Asked(programme_id=programme.id))
        assert (line.enrolment_id, line.cycle, line.percent) == (second.id, 2, 0)

    def test_a_run_of_another_programme_is_not_one_of_this(self, programme: Programme) -> None:
        other = factories.programme()
        factories.enrolment(factories.person(), other)
        (line,) = lines(Asked(programme_id=programme.id))
        assert line.status == NOT_ENROLLED
        (line,) = lines(Asked())
        assert line.version
        assert line.version.programme_id == other.id

    def test_of_all_programmes_the_latest_run_of_each(self, programme: Programme) -> None:
        person = factories.person()
        for each in (programme, factories.programme()):
            factories.enrolment(person, each)
        assert len(lines(Asked())) == 2

    def test_the_last_activity_is_what_they_did_last(self, programme: Programme) -> None:
        person = factories.person()
        run = factories.enrolment(person, programme)
        (line,) = lines(Asked())
        assert line.last_activity_at is None
        learning.open_lesson(courses.lesson_page(person, "A-1"), at=NOON + timedelta(hours=1))
        (line,) = lines(Asked())
        assert line.last_activity_at == NOON + timedelta(hours=1)
        learning.finish_lesson(run.id, "A-1", actor=person, at=NOON + timedelta(hours=2))
        (line,) = lines(Asked())
        assert line.last_activity_at == NOON + timedelta(hours=2)

    @pytest.mark.usefixtures("session")
    def test_certificates_count_while_they_are_valid(self) -> None:
        person, hr = factories.person(), factories.person(roles={Role.HR})
        factories.certificate(person, months=12)
        gone = factories.certificate(person, months=None)
        (line, _other) = lines(Asked(programme_id=None))
        assert (line.certificates, line.next_expiry) == (2, date(2027, 3, 1))
        certificates.revoke(
            gone.id, reason=RevocationReason.OTHER, note="", actor=hr, at=NOON + timedelta(days=1)
        )
        (line, _other) = lines(Asked())
        assert line.certificates == 1
        (line, _other) = lines(Asked(), day=date(2028, 1, 1))
        assert (line.certificates, line.next_expiry) == (0, None)


class TestFilters:
    def test_the_views_share_out_everyone_who_is_here(self, programme: Programme) -> None:
        for days in (-1, 3, 30):
            due_on = TODAY + timedelta(days=days)
            factories.enrolment(factories.person(), programme, due_on=due_on)
        factories.person()
        leaver = factories.person(name="Gone")
        factories.enrolment(leaver, programme)
        with transaction():
            leaver.deactivated_at = NOON
        counts = roster.tally(true(), Asked(programme_id=programme.id), today=TODAY)
        assert counts == {
            View.ALL: 4,
            View.IN_PROGRESS: 1,
            View.DUE_SOON: 1,
            View.OVERDUE: 1,
            View.COMPLETED: 0,
            View.NOT_ENROLLED: 1,
            View.LEAVERS: 1,
        }
        for view, count in counts.items():
            asked = Asked(programme_id=programme.id, view=view)
            assert len(lines(asked)) == count, view
            query = roster.counted(true(), asked, today=TODAY)
            assert db.session.scalars(query).one() == count
        assert len(lines(Asked(programme_id=programme.id, view=None))) == 5

    def test_who_takes_no_programmes_is_not_missing_from_one(self, programme: Programme) -> None:
        factories.person(roles={Role.TRAINER})
        former = factories.person()
        with transaction():
            grant = db.session.scalars(select(RoleGrant).filter_by(person_id=former.id)).one()
            grant.ended_at = NOON
        assert lines(Asked(programme_id=programme.id)) == []

    def test_a_unit_with_all_below_it(self, programme: Programme) -> None:
        east = factories.unit(name="East")
        below = factories.unit(name="Shanghai", parent=east)
        for name, unit in [("A", east), ("B", below), ("C", factories.unit()), ("D", None)]:
            factories.enrolment(factories.person(name=name, unit=unit), programme)
        assert names(Asked(unit_id=east.id)) == ["A", "B"]
        assert names(Asked(unit_id=below.id)) == ["B"]

    @pytest.mark.usefixtures("programme")
    def test_words_in_name_number_and_unit(self) -> None:
        person = factories.person(name="欧阳晓彤", unit=factories.unit(name="华东_1"))
        factories.person(name="100% sure")
        assert names(Asked(text="晓彤 华东_")) == ["欧阳晓彤"]
        assert names(Asked(text=person.staff_no or "")) == ["欧阳晓彤"]
        assert names(Asked(text="%")) == ["100% sure"]
        assert names(Asked(text="晓彤 nobody")) == []

    def test_a_stage(self, programme: Programme) -> None:
        people = [factories.person(name=each) for each in "abc"]
        runs = [factories.enrolment(person, programme) for person in people]
        for run, person in zip(runs[1:], people[1:], strict=True):
            finish(run, person, "A-1", "A-2")
            passed(run, "stage-1")
        finish(runs[2], people[2], "B-1")
        passed(runs[2], "stage-2")
        factories.person(name="d")
        assert names(Asked(programme_id=programme.id, stage=1)) == ["a"]
        assert names(Asked(programme_id=programme.id, stage=2)) == ["b"]
        assert names(Asked(programme_id=programme.id, view=View.COMPLETED)) == ["c"]

    @pytest.mark.usefixtures("programme")
    def test_people_one_by_one(self) -> None:
        people = [factories.person(name=each) for each in "abc"]
        assert names(Asked(people=(people[0].id, people[2].id))) == ["a", "c"]


class TestOrder:
    @pytest.fixture
    def three(self, programme: Programme) -> Programme:
        """B is ahead of A; C takes nothing."""
        east, west = factories.unit(name="1 East"), factories.unit(name="2 West")
        a = factories.person(name="A", unit=west)
        b = factories.person(name="B", unit=east)
        factories.person(name="C")
        factories.enrolment(a, programme, due_on=TODAY + timedelta(days=5))
        run = factories.enrolment(b, programme, due_on=TODAY + timedelta(days=30))
        finish(run, b, "A-1", "A-2")
        passed(run, "stage-1")
        return programme

    @pytest.mark.parametrize(
        ("sort", "up", "down"),
        [
            (Sort.NAME, "ABC", "CBA"),
            (Sort.STAFF_NO, "ABC", "CBA"),
            (Sort.UNIT, "BAC", "ABC"),
            (Sort.STAGE, "ABC", "BAC"),
            (Sort.PROGRESS, "ABC", "BAC"),
            (Sort.DUE, "ABC", "BAC"),
            (Sort.STATUS, "BAC", "CAB"),
            (Sort.ACTIVITY, "BAC", "BAC"),
            (Sort.CERTIFICATES, "ABC", "ABC"),
        ],
    )
    def test_by_each_column_with_nothing_last(
        self, three: Programme, sort: Sort, up: str, down: str
    ) -> None:
        asked = Asked(programme_id=three.id, sort=sort)
        assert "".join(names(asked)) == up
        asked = Asked(programme_id=three.id, sort=sort, down=True)
        assert "".join(names(asked)) == down

    @pytest.mark.usefixtures("programme")
    def test_pages_follow_each_other_without_gap(self) -> None:
        for number in range(7):
            factories.person(name=f"{number}")
        pages = [
            [each.name for each in lines(Asked(), first=first, most=3)] for first in (0, 3, 6, 9)
        ]
        assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"], []]


def test_what_is_asked_survives_as_json() -> None:
    asked = Asked(programme_id=1, view=None, text="x", unit_id=2, stage=3, people=(4, 5))
    assert Asked.read(asked.as_json()) == asked
    assert Asked.read(Asked(view=View.OVERDUE, sort=Sort.DUE, down=True).as_json()).down
