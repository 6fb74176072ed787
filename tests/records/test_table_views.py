"""HR's list: what it shows to whom, what can be asked of it, and what it costs."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import deliverables, queue
from lms.core.db import db, transaction
from lms.core.queue import Job
from lms.courses import queries as courses, services as learning
from lms.courses.models import Programme
from lms.web.i18n import today
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON
from tests.statements import counted

MOST_STATEMENTS = 6


@pytest.fixture
def hr(session: Session) -> Person:
    return factories.person(name="周敏", roles={Role.HR})


@pytest.fixture
def programme(session: Session) -> Programme:
    return factories.programme()


@pytest.fixture
def signed_in(client: FlaskClient, hr: Person) -> FlaskClient:
    sign_in(client, hr)
    return client


def learner(programme: Programme, name: str, *, days: int | None = None) -> Person:
    person = factories.person(name=name, unit=factories.unit(name=f"Unit of {name}"))
    due_on = None if days is None else today() + timedelta(days=days)
    factories.enrolment(person, programme, due_on=due_on)
    return person


class TestTable:
    def test_says_where_everyone_stands(self, signed_in: FlaskClient, programme: Programme) -> None:
        person = learner(programme, "Li Wei", days=-3)
        run = courses.enrolments_of(person)[0]
        learning.finish_lesson(run.id, "A-1", actor=person, at=NOON)
        factories.person(name="Idle One")
        page = signed_in.get("/records").text
        for said in ("Li Wei", "Unit of Li Wei", "1 · Stage 1", "20%", "1 of 3 lessons", "Overdue"):
            assert said in page
        assert f"/people/{person.id}/record" in page
        assert "Idle One" in page
        assert page.count("Not enrolled") == 2  # the view, and one line

    @pytest.mark.parametrize(
        ("view", "name"),
        [("overdue", "Late"), ("due-soon", "Soon"), ("in-progress", "Fine"), ("leavers", "Gone")],
    )
    def test_views_have_counts_and_lines(
        self, signed_in: FlaskClient, programme: Programme, view: str, name: str
    ) -> None:
        for each, days in [("Late", -1), ("Soon", 14), ("Fine", 15)]:
            learner(programme, each, days=days)
        gone = learner(programme, "Gone")
        with transaction():
            gone.deactivated_at = NOON
        page = signed_in.get(f"/records?view={view}").text
        shown = {each for each in ("Late", "Soon", "Fine", "Gone") if f">{each}</a>" in page}
        assert shown == {name}
        assert "<b>1</b> line" in page

    def test_a_filter_is_shown_as_a_chip_that_takes_it_away(
        self, signed_in: FlaskClient, programme: Programme
    ) -> None:
        person = learner(programme, "Li Wei")
        learner(programme, "Wang Fang")
        page = signed_in.get(f"/records?q=Li&unit={person.unit_id}&stage=1&view=in-progress").text
        assert ">Wang Fang</a>" not in page
        assert 'aria-label="Remove the filter: Search"' in page
        assert f'href="/records?view=in-progress&amp;unit={person.unit_id}&amp;stage=1"' in page
        page = signed_in.get("/records?q=nobody").text
        assert "No person fits these filters" in page

    def test_a_link_sorts_and_the_same_link_turns_it_round(
        self, signed_in: FlaskClient, programme: Programme
    ) -> None:
        for name in "AB":
            learner(programme, name)
        page = signed_in.get("/records?sort=name&dir=down").text
        assert page.index(">B</a>") < page.index(">A</a>")
        assert 'aria-sort="descending"' in page
        assert 'href="/records?sort=due"' in page
        assert "sort=due&amp;dir=down" in signed_in.get("/records?sort=due").text

    @pytest.mark.parametrize(
        "query",
        ["sort=hash", "dir=x", "view=x", "stage=99", "stage=x", "programme=x", "unit=x", "page=99",
         "page=-1", "page=x", "unit=", "q=%00", "q=" + "x" * 500, "sort=name;drop"],
    )  # fmt: skip
    def test_what_cannot_be_asked_is_left_out(
        self, signed_in: FlaskClient, programme: Programme, query: str
    ) -> None:
        learner(programme, "Li Wei")
        assert signed_in.get(f"/records?{query}").status_code == 200

    def test_another_programme_and_all_of_them(
        self, signed_in: FlaskClient, programme: Programme
    ) -> None:
        other = factories.programme()
        factories.enrolment(learner(programme, "Li Wei"), other)
        page = signed_in.get(f"/records?programme={other.code}").text
        assert "<b>1</b> line" in page
        page = signed_in.get("/records?programme=all").text
        assert "<b>2</b> lines" in page

    @pytest.mark.usefixtures("hr")
    def test_without_a_programme_it_says_what_will_appear(self, signed_in: FlaskClient) -> None:
        page = signed_in.get("/records")
        assert page.status_code == 200
        assert "People appear here" in page.text

    @pytest.mark.usefixtures("programme")
    def test_a_long_list_has_pages(self, signed_in: FlaskClient) -> None:
        for number in range(53):
            factories.person(name=f"Person {number:02}")
        page = signed_in.get("/records").text
        assert page.count("data-one") == 50
        assert "1 to 50 of 53" in page
        page = signed_in.get("/records?page=2").text
        assert page.count("data-one") == 3
        assert "Person 52" in page


class TestScope:
    def test_a_manager_sees_the_own_units_and_reports_and_assigns_nothing(
        self, client: FlaskClient, programme: Programme
    ) -> None:
        mine, other = learner(programme, "Mine"), learner(programme, "Other")
        report = learner(programme, "Report")
        manager = factories.person(name="Boss", roles={Role.MANAGER}, scope=mine.unit)
        with transaction():
            report.manager_id = manager.id
        sign_in(client, manager)
        page = client.get("/records").text
        assert {name for name in ("Mine", "Other", "Report") if f">{name}</a>" in page} == {
            "Mine",
            "Report",
        }
        assert "Unit of Other" not in page
        assert "Assign a programme" not in page
        assert client.get(f"/people/{report.id}/record").status_code == 200
        assert client.get(f"/people/{other.id}/record").status_code == 404

    def test_a_unit_outside_the_scope_does_not_exist(
        self, client: FlaskClient, programme: Programme
    ) -> None:
        mine, other = learner(programme, "Mine"), learner(programme, "Other")
        sign_in(client, factories.person(roles={Role.HR}, scope=mine.unit))
        assert client.get(f"/records?unit={mine.unit_id}").status_code == 200
        for unit_id in (other.unit_id, 10**6):
            assert client.get(f"/records?unit={unit_id}").status_code == 404

    @pytest.mark.parametrize("role", [Role.TRAINEE, Role.TRAINER])
    @pytest.mark.usefixtures("session")
    def test_others_may_not_look(self, client: FlaskClient, role: Role) -> None:
        sign_in(client, factories.person(roles={role}))
        assert client.get("/records").status_code == 403
        assert client.post("/records/export").status_code == 403


class TestExport:
    def test_leads_to_the_work_and_then_to_the_file(
        self, signed_in: FlaskClient, hr: Person, programme: Programme
    ) -> None:
        learner(programme, "Late", days=-1)
        learner(programme, "Fine", days=50)
        given = {"format": "csv", "view": "overdue"}
        page = signed_in.post("/records/export", data=given, follow_redirects=True)
        assert page.request.path.startswith("/work/")
        while queue.run_one():
            pass
        file = signed_in.get(f"/downloads/{deliverables.of(hr.id)[0].id}")
        assert "Late" in file.text
        assert "Fine" not in file.text
        assert file.headers["Cache-Control"] == "no-store"

    def test_of_those_who_were_ticked(
        self, signed_in: FlaskClient, hr: Person, programme: Programme
    ) -> None:
        people = [learner(programme, name) for name in "ABC"]
        ids = [people[0].id, people[2].id, people[2].id]
        signed_in.post("/records/export", data={"format": "csv", "person": ids, "view": "overdue"})
        while queue.run_one():
            pass
        assert deliverables.of(hr.id)[0].rows == 2

    @pytest.mark.usefixtures("programme")
    def test_of_nobody_says_so_on_the_page(self, signed_in: FlaskClient) -> None:
        page = signed_in.post("/records/export", data={"format": "xlsx", "q": "nobody"})
        assert page.status_code == 422
        assert "There is nobody to export" in page.text
        assert 'value="nobody"' in page.text
        assert db.session.scalars(select(Job)).all() == []

    def test_of_a_foreign_person_is_a_404(self, client: FlaskClient, programme: Programme) -> None:
        mine, other = learner(programme, "Mine"), learner(programme, "Other")
        sign_in(client, factories.person(roles={Role.HR}, scope=mine.unit))
        given = {"format": "xlsx", "person": [mine.id, other.id]}
        assert client.post("/records/export", data=given).status_code == 404


class TestCost:
    @pytest.fixture
    def many(self, programme: Programme) -> list[Person]:
        people = [factories.person(name=f"P{number:03}") for number in range(60)]
        for person in people[::2]:
            factories.enrolment(person, programme)
        return people

    def test_six_statements_at_most_and_no_more_for_more_people(
        self, signed_in: FlaskClient, programme: Programme, many: list[Person]
    ) -> None:
        sent: list[list[str]] = []
        for _ in range(2):
            signed_in.get("/records")  # notes that the sign-in is in use
            with counted() as statements:
                assert signed_in.get("/records?q=P&sort=progress").status_code == 200
            sent.append(statements)
            for number in range(140):
                person = factories.person(name=f"P{number + 60}")
                if number % 2:
                    factories.enrolment(person, programme)
        assert len(many) + 140 == 200
        assert len(sent[0]) == len(sent[1]) <= MOST_STATEMENTS, sent[1]
