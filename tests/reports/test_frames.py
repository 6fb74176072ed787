"""The figures of a report, counted by hand from a history made through the services."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import mean, median, quantiles, stdev

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people
from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import services as certificates
from lms.certificates.models import Certificate, RevocationReason
from lms.core import text
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.courses.models import Programme
from lms.reports.errors import (
    PeriodTurnedError,
    UnknownProgrammeError,
    UnknownStageError,
    UnknownUnitError,
)
from lms.reports.rules import Spec
from tests import factories
from tests.factories import NOON
from tests.reports.history import LATER, course, enrolled, figures, finishes, sits

DAY = timedelta(days=1)


@pytest.fixture
def programme(session: Session) -> Programme:
    return course()


class TestStanding:
    def test_everyone_enrolled_is_in_one_state(self, programme: Programme) -> None:
        due = date(2026, 3, 10)
        in_time, late, overdue = (enrolled(programme, due_on=due) for _ in range(3))
        free, under_way, gone = enrolled(programme), enrolled(programme), enrolled(programme)
        for run, at in ((in_time, NOON + DAY), (late, NOON + 20 * DAY), (free, NOON + 90 * DAY)):
            sits(run, 5)
            finishes(run, at=at)
        people.deactivate(gone.person, actor=None, at=NOON + 3 * DAY)
        assert overdue.id
        assert under_way.id
        total = figures()["total"]
        assert total["enrolled"] == total["opened"] == 6
        assert (total["completed"], total["in_time"], total["late"]) == (3, 1, 1)
        assert (total["overdue"], total["left"], total["under_way"]) == (1, 1, 1)

    def test_the_due_date_itself_is_in_time(self, programme: Programme) -> None:
        run = enrolled(programme, due_on=date(2026, 3, 10))
        sits(run, 5)
        finishes(run, at=datetime(2026, 3, 10, 15, 59, tzinfo=UTC))  # 23:59 in Shanghai
        assert figures()["total"]["in_time"] == 1

    def test_and_on_it_nobody_is_overdue(self, programme: Programme) -> None:
        enrolled(programme, due_on=date(2026, 3, 10))
        assert figures(Spec("p", until=date(2026, 3, 10)))["total"]["overdue"] == 0
        assert figures(Spec("p", until=date(2026, 3, 11)))["total"]["overdue"] == 1

    def test_who_was_done_or_gone_before_the_period_is_not_in_it(
        self, programme: Programme
    ) -> None:
        done, gone, still = (enrolled(programme) for _ in range(3))
        sits(done, 5)
        finishes(done, at=NOON)
        people.deactivate(gone.person, actor=None, at=NOON)
        total = figures(Spec("p", since=date(2026, 3, 20)))["total"]
        assert still.id
        assert (total["enrolled"], total["opened"], total["completed"]) == (1, 0, 0)


class TestPeriod:
    @pytest.mark.parametrize(
        ("at", "count"),
        [
            (datetime(2026, 3, 4, 15, 59, tzinfo=UTC), 0),  # 23:59 on the 4th in Shanghai
            (datetime(2026, 3, 4, 16, 0, tzinfo=UTC), 1),
            (datetime(2026, 3, 6, 15, 59, tzinfo=UTC), 1),
            (datetime(2026, 3, 6, 16, 0, tzinfo=UTC), 0),
        ],
    )
    def test_both_its_days_are_whole_days_of_the_organisation(
        self, programme: Programme, at: datetime, count: int
    ) -> None:
        sits(enrolled(programme), 5, at=at)
        spec = Spec("p", since=date(2026, 3, 5), until=date(2026, 3, 6))
        assert figures(spec)["total"]["sittings"] == count

    def test_what_happens_after_the_report_is_made_is_not_in_it(self, programme: Programme) -> None:
        run = enrolled(programme)
        before = figures(at=NOON + DAY)
        sits(run, 5, at=NOON + 2 * DAY)
        assert figures(at=NOON + DAY) == before
        assert text.digest(figures(at=NOON + DAY)) == text.digest(before)

    def test_a_period_without_anything_says_so(self, programme: Programme) -> None:
        enrolled(programme)
        report = figures(Spec("p", until=date(2026, 1, 1)))
        assert report["is_empty"]
        assert report["total"]["first_rate"] is None

    def test_a_long_one_is_told_by_month(self, programme: Programme) -> None:
        for days in (0, 1, 40, 80):
            sits(enrolled(programme), 5, at=NOON + days * DAY)
        report = figures(Spec("p", until=(NOON + 80 * DAY).date()))
        assert report["grain"] == "month"
        assert [each["start"] for each in report["periods"]] == [
            "2026-03-01", "2026-04-01", "2026-05-01",
        ]  # fmt: skip
        assert [each["first"] for each in report["periods"]] == [2, 1, 1]

    def test_a_first_day_long_ago_makes_no_empty_months(self, programme: Programme) -> None:
        enrolled(programme)
        report = figures(Spec("p", since=date(1900, 1, 1)), at=NOON + DAY)
        assert [each["start"] for each in report["periods"]] == ["2026-03-02"]


class TestExams:
    def test_scores_are_what_statistics_says_of_them(self, programme: Programme) -> None:
        rights = [5, 3, 4, 2, 5, 3]
        for right in rights:
            sits(enrolled(programme), right)
        scores = [20.0 * each for each in rights]
        (stage,) = [each for each in figures()["stages"] if each["has_exam"]]
        assert (stage["first"], stage["first_passed"], stage["sat"]) == (6, 3, 6)
        assert stage["first_rate"] == 50
        assert (stage["first_low"], stage["first_high"]) == (18.76, 81.24)
        assert stage["first_mean"] == pytest.approx(mean(scores), abs=0.01)
        assert stage["first_median"] == median(scores)
        assert stage["first_sd"] == pytest.approx(stdev(scores), abs=0.01)
        low, _middle, high = quantiles(scores, n=4, method="inclusive")
        assert (stage["first_q1"], stage["first_q3"]) == (low, high)

    def test_the_best_of_each_person_stands_beside_the_first(self, programme: Programme) -> None:
        for _ in range(5):
            run = enrolled(programme)
            sits(run, 2)
            sits(run, 3, at=NOON + DAY)
            sits(run, 4, at=NOON + 2 * DAY)
        total = figures()["total"]
        assert (total["first_mean"], total["best_mean"]) == (40, 80)
        assert (total["sittings"], total["first"], total["attempts_each"]) == (15, 5, 3)
        assert (total["failed_first"], total["sat_again"], total["recovered"]) == (5, 5, 5)

    def test_thirds_are_not_lost(self, programme: Programme) -> None:
        attempts = [sits(enrolled(programme), 5) for _ in range(6)]
        with transaction():
            for attempt in attempts:
                attempt.score = Fraction(1, 3)
        assert figures()["total"]["first_mean"] == 33.33

    def test_a_blank_counts_as_wrong_in_its_module(self, programme: Programme) -> None:
        for _ in range(5):
            sits(enrolled(programme), 4)  # the fifth question has no response at all
        (module, other) = figures()["modules"]
        assert (module["answers"], module["papers"], module["right_percent"]) == (25, 5, 80)
        assert other["right_percent"] is None

    def test_one_stage_only(self, programme: Programme) -> None:
        run = enrolled(programme)
        sits(run, 5)
        finishes(run, at=NOON)
        report = figures(Spec("p", stage="two"))
        assert report["total"]["sittings"] == 0
        assert report["total"]["readers"] == 1
        assert [each["code"] for each in report["stages"]] == ["two"]


class TestUnits:
    def test_those_below_are_in_and_those_beside_are_not(self, programme: Programme) -> None:
        east, west = factories.unit(name="East"), factories.unit(name="West")
        team = factories.unit(name="Team", parent=east)
        for unit in (east, team, west):
            enrolled(programme, unit=unit)
        assert figures(Spec("p", unit=east.code))["total"]["enrolled"] == 2

    def test_people_stay_where_they_were_when_they_were_enrolled(
        self, programme: Programme
    ) -> None:
        east, west = factories.unit(), factories.unit()
        run = enrolled(programme, unit=east)
        with transaction():
            run.person.unit_id = west.id
        assert figures(Spec("p", unit=east.code))["total"]["enrolled"] == 1

    def test_few_people_are_hidden_and_so_is_what_would_give_them_away(
        self, programme: Programme
    ) -> None:
        large, middle, small = (factories.unit(name=each) for each in ("L", "M", "S"))
        for unit, count in ((large, 8), (middle, 6), (small, 3)):
            for _ in range(count):
                sits(enrolled(programme, unit=unit), 5)
        units = {each["name"]: each for each in figures()["units"]}
        assert units["L"]["first_rate"] == 100
        for name in ("M", "S"):
            row = units[name]
            assert row["enrolled"]
            assert set(row["hidden"]) == {"standing", "exams", "study", "awards"}
            told = ("completed", "first_passed", "first_rate", "first_mean", "hours", "awarded")
            assert [row[each] for each in told] == [None] * 6

    def test_results_of_few_are_hidden_in_the_total_too(self, programme: Programme) -> None:
        for _ in range(4):
            sits(enrolled(programme), 2)
        report = figures()
        assert report["total"]["first"] == 4
        assert report["total"]["first_passed"] is None
        assert report["findings"]["first"]["code"] == "first-hidden"

    @pytest.mark.usefixtures("programme")
    def test_a_unit_outside_the_scope_does_not_exist(self) -> None:
        east, west = factories.unit(), factories.unit()
        actor = factories.person(roles={Role.MANAGER}, scope=east)
        assert figures(Spec("p", unit=east.code), actor=actor)["is_empty"]
        for code in (west.code, "nowhere", None):
            with pytest.raises(UnknownUnitError):
                figures(Spec("p", unit=code), actor=actor)


class TestCertificates:
    @pytest.fixture
    def awarded(self, programme: Programme) -> Person:
        factories.certificate_definition("c1", months=1)
        version = found(programme.published)
        first, *others = version.structure["stages"]
        stages = [{**first, "certificate": "c1"}, *others]
        with transaction():
            version.structure = {**version.structure, "stages": stages}
            version.digest = "with a certificate"  # what is kept in memory goes by it
        runs = [enrolled(programme) for _ in range(2)]
        for run in runs:
            sits(run, 5)
        return runs[0].person

    @pytest.mark.usefixtures("awarded")
    def test_awarded_in_the_period_and_valid_on_its_last_day(self) -> None:
        assert figures(Spec("p", until=date(2026, 4, 1)))["total"]["valid"] == 2
        total = figures(Spec("p", since=date(2026, 3, 20), until=date(2026, 4, 2)))["total"]
        assert (total["awarded"], total["valid"]) == (0, 0)

    def test_a_revoked_one_is_not_valid_from_then_on(self, awarded: Person) -> None:
        row = db.session.scalars(select(Certificate).filter_by(person_id=awarded.id)).one()
        hr = factories.person(roles={Role.HR})
        certificates.revoke(
            row.id, reason=RevocationReason.OTHER, note="", actor=hr, at=NOON + 5 * DAY
        )
        assert figures(Spec("p", until=date(2026, 3, 6)))["total"]["valid"] == 2
        assert figures(Spec("p", until=date(2026, 3, 7)))["total"]["valid"] == 1


class TestRefused:
    @pytest.mark.usefixtures("programme")
    def test_unknown_names_and_a_turned_period(self) -> None:
        with pytest.raises(UnknownProgrammeError):
            figures(Spec("none"))
        with pytest.raises(UnknownStageError):
            figures(Spec("p", stage="nine"))
        with pytest.raises(PeriodTurnedError):
            figures(Spec("p", since=date(2026, 3, 2), until=date(2026, 3, 1)))

    def test_one_day_is_a_period(self, programme: Programme) -> None:
        enrolled(programme)
        day = date(2026, 3, 2)
        assert figures(Spec("p", since=day, until=day), at=LATER)["total"]["opened"] == 1
