"""Rows compared with what is known: units, managers, whose people they are, programmes."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lms.accounts import people, units
from lms.accounts.importing.bringing import Check
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core.errors import NotAllowedError
from tests import factories
from tests.accounts.people_file import check, problems, verdicts

pytestmark = pytest.mark.usefixtures("session")

LINES = ("Staff number", "Name", "Manager")


@pytest.fixture
def support(session: Session, admin: Person) -> OrgUnit:
    return units.add_unit("Support", code="SUP", actor=admin)


class TestUnits:
    def test_are_found_by_code_path_and_name(self, support: OrgUnit, admin: Person) -> None:
        north = units.add_unit("North", parent=support, code="SUP-N", actor=admin)
        for text in (
            "sup-n",
            "SUP-N",
            "North",
            "Support/North",
            "support ＞ north",
            "Support\\North",
        ):
            checked = check(["1", "Li", "", text])
            assert checked.planned[0].unit_id == north.id, text

    def test_the_top_of_a_path_may_be_left_out(self, support: OrgUnit, admin: Person) -> None:
        company = units.add_unit("Company", actor=admin)
        units.move_unit(support, company, actor=admin)
        north = units.add_unit("North", parent=support, actor=admin)
        for text in ("Company / Support / North", "Support/North"):
            assert check(["1", "Li", "", text]).planned[0].unit_id == north.id, text

    @pytest.mark.usefixtures("support")
    def test_unknown_ones_name_the_nearest(self) -> None:
        checked = check(["1", "Li", "", "Supporx"], ["2", "Wang", "", "xyz"])
        assert problems(checked) == [
            (2, "unit", "unknown-unit-near"),
            (3, "unit", "unknown-unit"),
        ]
        assert checked.planned[0].problems[0].values["nearest"] == "Support (SUP)"

    def test_a_name_that_two_have_is_not_enough(self, support: OrgUnit, admin: Person) -> None:
        for parent in (support, units.add_unit("Sales", actor=admin)):
            units.add_unit("North", parent=parent, actor=admin)
        checked = check(["1", "Li", "", "North"], ["2", "Wang", "", "Sales / North"])
        assert problems(checked) == [(2, "unit", "many-units")]

    def test_closed_ones_are_gone(self, support: OrgUnit, admin: Person) -> None:
        units.close_unit(support, actor=admin)
        assert problems(check(["1", "Li", "", "SUP"])) == [(2, "unit", "unknown-unit")]


class TestManagers:
    def test_may_be_known_or_stand_in_the_file(self) -> None:
        boss = factories.person()
        checked = check(["1", "A", "2"], ["2", "B", boss.staff_no], header=LINES)
        assert verdicts(checked) == ["new", "new"]

    def test_unknown_own_and_gone(self) -> None:
        gone = factories.person()
        people.deactivate(gone, actor=None)
        checked = check(["1", "A", "x"], ["2", "B", "2"], ["3", "C", gone.staff_no], header=LINES)
        assert problems(checked) == [
            (2, "manager", "unknown-manager"),
            (3, "manager", "own-manager"),
            (4, "manager", "manager-left"),
        ]

    def test_a_circle_in_the_file(self) -> None:
        rows = [["1", "A", "2"], ["2", "B", "3"], ["3", "C", "1"], ["4", "D", "1"]]
        checked = check(*rows, header=LINES)
        assert problems(checked) == [
            (2, "manager", "manager-circle"),
            (3, "manager", "manager-circle"),
            (4, "manager", "manager-circle"),
            (5, "manager", "manager-wrong"),
        ]
        assert checked.planned[0].problems[0].values == {"chain": "1 → 2 → 3 → 1"}

    def test_a_circle_that_closes_through_people_who_are_known(self, session: Session) -> None:
        top, middle = factories.person(name="Top"), factories.person(name="Middle")
        middle.manager_id = top.id
        session.flush()
        checked = check([top.staff_no, "Top", middle.staff_no], header=LINES)
        assert problems(checked) == [(2, "manager", "manager-circle")]
        swapped = check(
            [top.staff_no, "Top", middle.staff_no], [middle.staff_no, "Middle", ""], header=LINES
        )
        assert problems(swapped) == [(2, "manager", "manager-circle")]

    def test_whoever_reports_to_a_wrong_row_waits_down_the_line(self) -> None:
        rows = [["1", "A", "2"], ["2", "B", "3"], ["3", "", ""]]
        assert problems(check(*rows, header=LINES)) == [
            (2, "manager", "manager-wrong"),
            (3, "manager", "manager-wrong"),
            (4, "name", "missing"),
        ]

    def test_a_long_line_takes_no_long_time(self) -> None:
        rows = [[str(number), "A", str(number + 1)] for number in range(3000)]
        checked = check(*rows, ["3000", "", ""], header=LINES)
        assert checked.counts["error"] == 3001


class TestScope:
    @pytest.fixture
    def hr(self, support: OrgUnit) -> Person:
        return factories.person(name="Hu", roles={Role.HR}, scope=support)

    @pytest.mark.usefixtures("support")
    def test_hr_of_a_unit_adds_people_there_and_nowhere_else(
        self, hr: Person, admin: Person
    ) -> None:
        units.add_unit("Sales", code="SAL", actor=admin)
        checked = check(["1", "A", "", "SUP"], ["2", "B", "", "SAL"], ["3", "C", "", ""], actor=hr)
        assert problems(checked) == [(3, "unit", "unknown-unit"), (4, "unit", "unit-needed")]

    def test_hr_of_a_unit_changes_nobody_elsewhere(self, hr: Person) -> None:
        other = factories.person(name="Other")
        checked = check([other.staff_no, "Stolen", "", ""], actor=hr)
        assert problems(checked) == [(2, "", "not-yours")]

    def test_hr_does_not_redirect_the_mail_of_an_administrator(self, admin: Person) -> None:
        hr = factories.person(roles={Role.HR})
        row = [admin.staff_no, "Zhao Min", "mine@example.com", ""]
        assert problems(check(row, actor=hr)) == [(2, "email", "sign-in-protected")]
        assert verdicts(check(row, actor=admin)) == ["changed"]

    def test_others_check_nothing(self, trainee: Person) -> None:
        with pytest.raises(NotAllowedError):
            check(["1", "A"], actor=trainee)


class TestProgrammes:
    HEADER = ("Staff number", "Name", "Programme", "Due date")

    def check(self, *rows: Sequence[Any]) -> Check:
        return check(*rows, header=self.HEADER)

    def test_who_takes_it_already_is_left_in_peace(self) -> None:
        row = factories.programme()
        taking, idle = factories.person(name="A"), factories.person(name="B")
        factories.enrolment(taking, row)
        checked = self.check(
            [taking.staff_no, "A", row.code.upper(), ""],
            [idle.staff_no, "B", row.code, "2026/12/1"],
        )
        assert verdicts(checked) == ["same", "changed"]
        assert checked.planned[1].changes == [("programme", "", f"{row.code} (2026-12-01)")]

    def test_what_can_be_wrong_with_it(self) -> None:
        row = factories.programme()
        unready = factories.programme(published=False)
        taking = factories.person(name="T")
        factories.enrolment(taking, row)
        trainer = factories.person(name="R", roles={Role.TRAINER})
        checked = self.check(
            ["1", "A", row.code[:-1] + "x", ""],
            ["2", "B", unready.code, ""],
            ["3", "C", "", "2026-12-01"],
            ["4", "D", row.code, "1/12/2026"],
            [taking.staff_no, "T", row.code, "2026-12-01"],
            [trainer.staff_no, "R", row.code, ""],
        )
        assert problems(checked) == [
            (2, "programme", "unknown-programme"),
            (3, "programme", "unknown-programme"),
            (4, "due_on", "due-alone"),
            (5, "due_on", "ambiguous-date"),
            (6, "due_on", "due-fixed"),
            (7, "programme", "no-trainee"),
        ]
