"""HR's pages: the list in own scope, adding, importing, assigning."""

import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import units
from lms.accounts.importing import bringing
from lms.accounts.importing.columns import Field
from lms.accounts.models import AccessLink, OrgUnit, PeopleImport, Person
from lms.accounts.rules import Role
from lms.core import queue, spreadsheets
from lms.courses.models import Enrolment
from tests import factories
from tests.accounts.people_file import csv, xlsx
from tests.browser import sign_in
from tests.statements import counted

NEW = {"name": "Li", "login": "li", "email": "", "locale": "zh", "roles": ["trainee"]}


@pytest.fixture
def support(session: Session) -> OrgUnit:
    return units.add_unit("Support", code="SUP", actor=None)


@pytest.fixture
def hr(client: FlaskClient, session: Session) -> Person:
    person = factories.person(name="Hu", roles={Role.HR})
    sign_in(client, person)
    return person


def scoped(client: FlaskClient, unit: OrgUnit) -> Person:
    person = factories.person(name="Hu", roles={Role.HR}, scope=unit, unit=unit)
    sign_in(client, person)
    return person


def upload(client: FlaskClient, content: bytes, name: str = "people.csv", **more: Any) -> Any:
    data = {"file": (io.BytesIO(content), name), **more}
    return client.post("/admin/people/import", data=data)


def checked(client: FlaskClient, *rows: Sequence[Any], **more: Any) -> str:
    """Upload rows; return the address of the page that says what they would do."""
    reply = upload(client, csv(rows), **more)
    assert queue.run_one()
    found = re.search(r'href="(/admin/people/import/\d+)"', client.get(reply.location).text)
    assert found is not None
    return found[1]


class TestPeople:
    def test_hr_sees_and_finds_the_people_in_their_scope(
        self, client: FlaskClient, support: OrgUnit
    ) -> None:
        scoped(client, support)
        factories.person(name="Inside", unit=support)
        factories.person(name="Outside")
        page = client.get("/admin/people")
        assert "Inside" in page.text
        assert "Outside" not in page.text
        assert "No person matches." in client.get("/admin/people?q=Outside").text

    def test_a_person_outside_is_not_there(self, client: FlaskClient, support: OrgUnit) -> None:
        scoped(client, support)
        outside = factories.person()
        assert client.get(f"/admin/people/{outside.id}").status_code == 404
        assert client.post(f"/admin/people/{outside.id}/reactivate").status_code == 404

    @pytest.mark.usefixtures("hr")
    def test_the_list_takes_few_statements(self, client: FlaskClient) -> None:
        for _ in range(30):
            factories.person()
        client.get("/admin/people")
        with counted() as sent:
            client.get("/admin/people")
        assert len(sent) <= 6

    @pytest.mark.usefixtures("hr")
    def test_hr_adds_a_trainee(self, client: FlaskClient, session: Session) -> None:
        client.post("/admin/people/new", data=NEW | {"unit_id": ""})
        person = session.scalars(select(Person).filter_by(login="li")).one()
        assert person.roles == {Role.TRAINEE}

    @pytest.mark.usefixtures("hr")
    @pytest.mark.parametrize("role", ["admin", "hr", "manager", "trainer"])
    def test_hr_gives_no_other_role(self, client: FlaskClient, session: Session, role: str) -> None:
        page = client.post("/admin/people/new", data=NEW | {"unit_id": "", "roles": [role]})
        assert page.status_code == 422
        assert session.scalars(select(Person).filter_by(login="li")).all() == []
        person = factories.person()
        grant = client.post(f"/admin/people/{person.id}/roles", data={"role": role, "scope_id": ""})
        assert grant.status_code == 403

    def test_hr_of_a_unit_adds_nobody_elsewhere(
        self, client: FlaskClient, support: OrgUnit, session: Session
    ) -> None:
        scoped(client, support)
        other = factories.unit(name="Sales")
        for unit_id in (str(other.id), ""):
            page = client.post("/admin/people/new", data=NEW | {"unit_id": unit_id})
            assert page.status_code == 422
        client.post("/admin/people/new", data=NEW | {"unit_id": str(support.id)})
        assert session.scalars(select(Person).filter_by(login="li")).one().unit_id == support.id

    @pytest.mark.usefixtures("hr")
    def test_hr_gets_no_way_in_as_an_administrator(
        self, client: FlaskClient, admin: Person
    ) -> None:
        for act in ("reset", "invite", "deactivate", "reactivate"):
            assert client.post(f"/admin/people/{admin.id}/{act}").status_code == 403
        form = {"name": admin.name, "login": admin.login, "locale": "en", "unit_id": ""}
        page = client.post(f"/admin/people/{admin.id}", data=form | {"email": "me@example.com"})
        assert page.status_code == 422
        assert "Only an administrator" in page.text
        assert "/reset" not in client.get(f"/admin/people/{admin.id}").text

    @pytest.mark.usefixtures("hr")
    def test_hr_finds_their_pages_in_the_menu(self, client: FlaskClient) -> None:
        page = client.get("/home", follow_redirects=True)
        assert page.request.path == "/admin/people"
        menu = page.text.split("</nav>")[0]
        for address in ("/admin/people", "/admin/people/import", "/admin/assign", "/records"):
            assert f'href="{address}"' in menu
        assert "/admin/audit" not in menu


class TestImport:
    @pytest.mark.usefixtures("hr")
    @pytest.mark.parametrize("code", ["en", "zh"])
    def test_from_upload_to_the_end(self, client: FlaskClient, session: Session, code: str) -> None:
        client.set_cookie("lang", code)
        known = factories.person(name="Old name")
        address = checked(
            client, ["1", "Li", "li@example.com"], [known.staff_no, "New name"], ["2", "", "x@y.z"]
        )
        page = client.get(f"{address}?show=all")
        assert "<del>Old name</del> → <ins>New name</ins>" in page.text
        assert ("B · Name" if code == "en" else "B · ") in page.text
        reply = client.post(f"{address}/apply")
        assert reply.location.startswith("/work/")
        assert queue.run_one()
        end = client.get(address)
        assert end.status_code == 200
        assert session.scalars(select(Person).filter_by(staff_no="1")).one().name == "Li"
        assert session.scalars(select(Person).filter_by(staff_no="2")).all() == []
        assert client.get("/admin/people/import").text.count(address) == 1

    @pytest.mark.usefixtures("hr")
    def test_wrong_rows_are_shown_first_and_page_by_page(self, client: FlaskClient) -> None:
        rows = [[str(number), "" if number % 2 else "Li"] for number in range(120)]
        address = checked(client, *rows)
        page = client.get(address)
        assert page.text.count("This is empty. Fill it in.") == 50
        assert "This is empty" not in client.get(f"{address}?show=new").text
        assert client.get(f"{address}?show=error&page=2").text.count("This is empty.") == 10

    @pytest.mark.usefixtures("hr")
    def test_the_page_takes_few_statements(self, client: FlaskClient) -> None:
        address = checked(client, *[[str(number), "Li"] for number in range(60)])
        client.get(address)
        with counted() as sent:
            client.get(address)
        assert len(sent) <= 6

    @pytest.mark.usefixtures("hr")
    def test_dropping_it(self, client: FlaskClient, session: Session) -> None:
        address = checked(client, ["1", "Li"])
        page = client.post(f"{address}/cancel", follow_redirects=True)
        assert "The file was dropped" in page.text
        assert client.post(f"{address}/apply").status_code == 409
        assert session.scalars(select(Person).filter_by(staff_no="1")).all() == []

    @pytest.mark.usefixtures("hr")
    def test_a_page_asked_for_too_early_leads_to_the_progress(
        self, client: FlaskClient, session: Session
    ) -> None:
        reply = upload(client, csv([["1", "Li"]]))
        assert "/work/" in reply.location
        number = session.scalars(select(PeopleImport.id)).one()
        assert client.get(f"/admin/people/import/{number}").location == reply.location

    @pytest.mark.usefixtures("hr")
    def test_new_people_are_invited_later_if_not_at_once(
        self, client: FlaskClient, session: Session
    ) -> None:
        address = checked(client, ["1", "Li", "li@example.com"])
        assert client.post(f"{address}/invite").status_code == 409
        client.post(f"{address}/apply")
        queue.run_one()
        assert "no invitations yet" in client.get(address).text
        assert "/work/" in client.post(f"{address}/invite").location
        queue.run_one()
        assert len(session.scalars(select(AccessLink)).all()) == 1
        assert "no invitations yet" not in client.get(address).text

    @pytest.mark.usefixtures("hr", "support")
    def test_new_people_are_shown_with_all_that_would_be_written(self, client: FlaskClient) -> None:
        page = client.get(checked(client, ["1", "Li", "li@example.com", "sup"]))
        for said in ("Support", "li@example.com"):
            assert f"<ins>{said}</ins>" in page.text

    @pytest.mark.usefixtures("hr")
    @pytest.mark.parametrize(
        ("content", "name", "said"),
        [
            (b"", "people.csv", "The file is empty."),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx", "people.xls", "Excel 2003"),
            (b"a,b", "people.xlsx", "the content is something else"),
            (b"x" * 2001, "people.csv", "The file is larger than"),
            (b"a", "people.pdf", "Only .xlsx and .csv"),
        ],
    )
    def test_what_can_be_seen_at_once_is_said_at_once(
        self,
        client: FlaskClient,
        content: bytes,
        name: str,
        said: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(spreadsheets, "MOST_BYTES", 2000)
        page = upload(client, content, name)
        assert page.status_code == 422
        assert said in page.text

    @pytest.mark.usefixtures("hr")
    def test_without_a_file_the_form_says_so(self, client: FlaskClient) -> None:
        page = client.post("/admin/people/import", data={})
        assert page.status_code == 422
        assert "Choose a file first." in page.text

    @pytest.mark.usefixtures("hr")
    def test_a_file_that_cannot_be_read_is_said_by_the_job(self, client: FlaskClient) -> None:
        reply = upload(client, b"a,b\n1,2\n")
        queue.run_one()
        address = re.search(r'"(/admin/people/import/\d+)"', client.get(reply.location).text)
        assert address is not None
        assert "no row with column names" in client.get(address[1]).text

    @pytest.mark.usefixtures("hr")
    def test_foreign_files_are_not_there(self, client: FlaskClient) -> None:
        address = checked(client, ["1", "Li"])
        sign_in(client, factories.person(roles={Role.HR}))
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/apply").status_code == 404
        assert client.post(f"{address}/cancel").status_code == 404

    @pytest.mark.usefixtures("hr")
    @pytest.mark.parametrize("code", ["en", "zh"])
    def test_the_template_can_be_read_again_in_both_languages(
        self, client: FlaskClient, code: str
    ) -> None:
        client.set_cookie("lang", code)
        reply = client.get("/admin/people/import/template.xlsx")
        assert reply.headers["Content-Disposition"].startswith("attachment")
        sheet = spreadsheets.read(reply.data, "template.xlsx")
        filled = xlsx([["1", "Li"]], header=[str(each) for each in sheet.rows[0][1]])
        found = bringing.check(filled, "a.xlsx", actor=None)
        assert list(found.columns.places) == list(Field)
        assert len(sheet.others) == 1


class TestAssign:
    @pytest.mark.usefixtures("hr")
    def test_a_unit_and_people_at_once(
        self, client: FlaskClient, support: OrgUnit, session: Session
    ) -> None:
        programme = factories.programme()
        inside = factories.person(name="In", unit=support)
        named = factories.person(name="Named")
        running = factories.person(name="Running", unit=support)
        factories.enrolment(running, programme)
        reply = client.post(
            "/admin/assign",
            data={
                "programme_id": programme.id, "due_on": "2027-03-01", "unit_id": support.id,
                "people": f"{named.staff_no}\n {named.email} \n",
            },
        )  # fmt: skip
        queue.run_one()
        link = re.search(r'"(/admin/assign/\w+)"', client.get(reply.location).text)
        assert link is not None
        page = client.get(link[1])
        assert "2 people were enrolled" in page.text
        assert "Running" in page.text
        runs = session.scalars(select(Enrolment.person_id)).all()
        assert sorted(runs) == sorted([inside.id, named.id, running.id])

    @pytest.mark.usefixtures("hr")
    def test_ticks_on_the_list_lead_to_a_filled_form(self, client: FlaskClient) -> None:
        programme = factories.programme()
        one, two = factories.person(name="A"), factories.person(name="B")
        page = client.get(
            f"/admin/assign?person={one.id}&person={two.id}&programme={programme.code}"
        )
        assert f"{one.staff_no}\r\n{two.staff_no}" in page.text.replace("\n", "\r\n")
        assert f'<option selected value="{programme.id}"' in page.text

    @pytest.mark.usefixtures("hr")
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"people": "nobody\n"}, "Nobody whom you see is called: nobody."),
            ({"people": ""}, "There is nobody to assign it to."),
            ({"due_on": "soon"}, "Not a valid date"),
            ({"programme_id": ""}, "Not a valid choice"),
            ({"unit_id": "99999"}, "Not a valid choice"),
        ],
    )
    def test_says_at_the_field_what_is_wrong(
        self, client: FlaskClient, changed: dict[str, str], said: str
    ) -> None:
        programme = factories.programme()
        page = client.post(
            "/admin/assign",
            data={"programme_id": programme.id, "people": "x", "unit_id": ""} | changed,
        )
        assert page.status_code == 422
        assert said in page.text or "This is needed." in page.text

    @pytest.mark.usefixtures("hr")
    def test_foreign_results_are_not_there(self, client: FlaskClient) -> None:
        assert client.get("/admin/assign/guess").status_code == 404
