"""A manager sees who keeps up, who does not, and why."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy.orm import Session

from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core import clock
from lms.core.db import transaction
from lms.courses import services as learning
from lms.courses.models import Enrolment, Programme
from lms.desk import rules
from lms.desk.rules import Need, Show
from lms.desk.team import Team, team_of
from lms.web.i18n import today
from tests import factories
from tests.browser import sign_in
from tests.statements import counted

DAY = date(2026, 3, 2)


@pytest.fixture
def east(session: Session) -> OrgUnit:
    return factories.unit(name="East")


@pytest.fixture
def manager(east: OrgUnit) -> Person:
    return factories.person(name="Boss", roles={Role.MANAGER}, unit=east, scope=east)


@pytest.fixture
def programme(session: Session) -> Programme:
    return factories.programme()


def run(person: Person, programme: Programme, *, begun: int, due: int | None) -> Enrolment:
    """A run that began so many days ago and is due in so many."""
    due_on = None if due is None else today() + timedelta(days=due)
    at = clock.now() - timedelta(days=begun)
    return factories.enrolment(person, programme, due_on=due_on, at=at)


def needs(team: Team) -> list[tuple[str, Need]]:
    return [(each.line.name, each.need) for each in team.members]


class TestPace:
    @pytest.mark.parametrize(
        ("gone", "percent", "behind"),
        [(50, 50, 0), (50, 40, 10), (50, 60, 0), (0, 0, 0), (99, 0, 99)],
    )
    def test_an_even_pace_is_the_measure(self, gone: int, percent: int, behind: int) -> None:
        opened_on, due_on = DAY - timedelta(days=gone), DAY + timedelta(days=100 - gone)
        pace = rules.pace(
            opened_on=opened_on, due_on=due_on, percent=percent, active_on=None, today=DAY
        )
        assert (pace.days_behind, pace.time_percent, pace.days_left) == (behind, gone, 100 - gone)

    @given(
        opened=st.integers(-400, 400),
        due=st.none() | st.integers(-400, 400),
        percent=st.integers(0, 100),
        active=st.none() | st.integers(-400, 400),
    )
    def test_whatever_the_dates_are_it_has_an_answer(
        self, opened: int, due: int | None, percent: int, active: int | None
    ) -> None:
        pace = rules.pace(
            opened_on=DAY + timedelta(days=opened),
            due_on=None if due is None else DAY + timedelta(days=due),
            percent=percent,
            active_on=None if active is None else DAY + timedelta(days=active),
            today=DAY,
        )
        assert pace.days_behind >= 0
        assert pace.days_idle >= 0
        assert 0 <= pace.time_percent <= 100
        need = rules.need(pace, is_due_soon=False)
        assert (need is Need.OVERDUE) == (due is not None and due < 0)


class TestTeam:
    def test_the_most_urgent_come_first_each_with_the_reason(
        self, manager: Person, east: OrgUnit, programme: Programme
    ) -> None:
        people = {
            name: factories.person(name=name, unit=east)
            for name in ("Fine", "Late", "Behind", "Soon", "Idle", "Done", "Nothing")
        }
        run(people["Fine"], programme, begun=2, due=98)
        run(people["Late"], programme, begun=90, due=-6)
        run(people["Behind"], programme, begun=50, due=50)
        soon = run(people["Soon"], programme, begun=20, due=5)
        for code in ("A-1", "A-2"):
            learning.finish_lesson(soon.id, code, actor=people["Soon"])
        learning.note_stage_passed(
            soon.id, "stage-1", score=Fraction(1), attempt_id=1, at=clock.now()
        )
        learning.finish_lesson(soon.id, "B-1", actor=people["Soon"])
        run(people["Idle"], programme, begun=20, due=None)
        done = run(people["Done"], programme, begun=20, due=5)
        with transaction():
            done.completed_at = clock.now()
        team = team_of(manager)
        assert needs(team) == [
            ("Late", Need.OVERDUE),
            ("Behind", Need.BEHIND),
            ("Soon", Need.DUE_SOON),
            ("Idle", Need.IDLE),
            ("Nothing", Need.NOT_ENROLLED),
            ("Fine", Need.ON_TIME),
            ("Done", Need.COMPLETED),
        ]
        reasons = {each.line.name: " ".join(each.reasons) for each in team.members}
        assert "Overdue by 6 days: 0 of 3 lessons read." in reasons["Late"]
        assert "50 days behind: 0% done, 50% of the time gone." in reasons["Behind"]
        assert reasons["Soon"] == "Due in 5 days: 80% done."
        assert "Has not begun, 20 days after the assignment." in reasons["Idle"]
        assert reasons["Nothing"] == "Takes no programme."
        assert team.counts() == {Show.ALL: 7, Show.LATE: 2, Show.ON_TIME: 4, Show.EXPIRING: 0}

    def test_are_those_in_the_units_and_those_who_report(
        self, manager: Person, east: OrgUnit, programme: Programme
    ) -> None:
        factories.person(name="Below", unit=factories.unit(parent=east))
        report = factories.person(name="Report", unit=factories.unit())
        factories.person(name="Foreign", unit=factories.unit())
        gone = factories.person(name="Gone", unit=east)
        with transaction():
            report.manager_id = manager.id
            gone.deactivated_at = clock.now()
        run(manager, programme, begun=1, due=None)  # managers learn as well, but not in their team
        assert sorted(name for name, _need in needs(team_of(manager))) == ["Below", "Report"]

    def test_certificates_that_run_out_are_named_unless_renewed(
        self, manager: Person, east: OrgUnit
    ) -> None:
        person = factories.person(name="Li Wei", unit=east)
        for months, days in ((24, 700), (24, 0), (None, 0)):
            factories.certificate(person, months=months, at=clock.now() - timedelta(days=days))
        team = team_of(manager)
        (said,) = team.expiring[person.id]
        assert said.startswith("The certificate “Certificate stage-1-")
        assert team.counts()[Show.EXPIRING] == 1
        assert {each.line.name for each in team.shown(Show.EXPIRING)} == {"Li Wei"}


class TestPage:
    def test_has_tiles_views_and_links(
        self, client: FlaskClient, manager: Person, east: OrgUnit, programme: Programme
    ) -> None:
        late = factories.person(name="Late", unit=east)
        run(late, programme, begun=90, due=-6)
        factories.person(name="Nothing", unit=east)
        sign_in(client, manager)
        page = client.get("/home", follow_redirects=True)
        assert page.request.path == "/team"
        assert f"/people/{late.id}/record" in page.text
        assert "Overdue by 6 days" in page.text
        assert "Nothing" not in client.get("/team?show=late").text
        assert client.get("/team?show=x&page=99").status_code == 200
        assert "nobody in this view" in client.get("/team?show=on-time").text

    def test_an_empty_team_says_what_will_appear(
        self, client: FlaskClient, manager: Person
    ) -> None:
        sign_in(client, manager)
        assert "Your team appears here" in client.get("/team").text

    @pytest.mark.parametrize("role", [Role.TRAINEE, Role.HR, Role.ADMIN])
    @pytest.mark.usefixtures("session")
    def test_is_for_managers(self, client: FlaskClient, role: Role) -> None:
        sign_in(client, factories.person(roles={role}))
        assert client.get("/team").status_code == 403

    def test_takes_five_statements_at_most(
        self, client: FlaskClient, manager: Person, east: OrgUnit, programme: Programme
    ) -> None:
        for _ in range(20):
            run(factories.person(unit=east), programme, begun=9, due=9)
        sign_in(client, manager)
        client.get("/team")
        with counted() as statements:
            client.get("/team")
        assert len(statements) <= 5, statements
