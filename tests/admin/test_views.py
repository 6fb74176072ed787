import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people, queries, units
from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.courses.models import Enrolment
from tests import factories
from tests.browser import forget_person, sign_in
from tests.statements import counted

LI = {"name": "Li Xuemei", "login": "Li@example.com", "email": "", "unit_id": "", "locale": "zh"}


@pytest.fixture
def signed_in(client: FlaskClient, admin: Person) -> FlaskClient:
    sign_in(client, admin)
    return client


def added(session: Session) -> Person:
    return session.scalars(select(Person).order_by(Person.id.desc()).limit(1)).one()


class TestAddingAPerson:
    def test_invites_them_and_shows_the_link_to_pass_on(
        self, signed_in: FlaskClient, session: Session
    ) -> None:
        page = signed_in.post(
            "/admin/people/new", data=LI | {"roles": ["trainee", "hr"]}, follow_redirects=True
        )
        person = added(session)
        assert page.request.path == f"/admin/people/{person.id}"
        assert person.login == "li@example.com"
        assert person.roles == {Role.TRAINEE, Role.HR}
        link = re.search(r'value="http://[^"]*(/link/[\w-]+)"', page.text)
        assert link is not None
        forget_person()
        assert person.login in signed_in.get(link[1]).text

    def test_enrols_a_trainee_by_a_date(self, signed_in: FlaskClient, session: Session) -> None:
        programme = factories.programme()
        sent = LI | {"roles": ["trainee"], "programme_id": programme.id, "due_on": "2027-03-01"}
        signed_in.post("/admin/people/new", data=sent)
        enrolment = session.scalars(select(Enrolment)).one()
        assert enrolment.person_id == added(session).id
        assert (enrolment.programme_id, enrolment.due_on) == (programme.id, date(2027, 3, 1))

    def test_enrols_nobody_who_is_no_trainee(
        self, signed_in: FlaskClient, session: Session
    ) -> None:
        sent = LI | {"roles": ["hr"], "programme_id": factories.programme().id}
        signed_in.post("/admin/people/new", data=sent)
        assert session.scalars(select(Enrolment)).all() == []

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"name": "  "}, "This is needed."),
            ({"name": "x" * 81}, "80 characters at most."),
            ({"email": "no address"}, "A mail address looks like"),
            ({"unit_id": "999999"}, "Not a valid choice"),
            ({"roles": ["owner"]}, "is not a valid choice"),
            ({"due_on": "soon"}, "Not a valid date"),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_keeps_the_rest(
        self, signed_in: FlaskClient, session: Session, changed: dict[str, str], said: str
    ) -> None:
        page = signed_in.post("/admin/people/new", data=LI | {"staff_no": "S77"} | changed)
        assert page.status_code == 422
        assert said in page.text
        assert "S77" in page.text
        assert session.scalars(select(AuditEntry)).all() == []

    def test_a_taken_name_is_said_at_its_field(
        self, signed_in: FlaskClient, trainee: Person
    ) -> None:
        page = signed_in.post("/admin/people/new", data=LI | {"login": trainee.login})
        assert page.status_code == 422
        assert f"{trainee.login} is already in use by someone else." in page.text
        assert 'id="login-error"' in page.text

    def test_what_a_form_does_not_have_cannot_be_written(
        self, signed_in: FlaskClient, session: Session
    ) -> None:
        signed_in.post(
            "/admin/people/new",
            data=LI | {"password_hash": "x", "is_demo": "1", "deactivated_at": "2020-01-01"},
        )
        person = added(session)
        assert (person.password_hash, person.is_demo, person.deactivated_at) == (None, False, None)

    def test_an_unknown_programme_adds_nobody(
        self, signed_in: FlaskClient, admin: Person, session: Session
    ) -> None:
        page = signed_in.post(
            "/admin/people/new", data=LI | {"roles": ["trainee"], "programme_id": "999"}
        )
        assert page.status_code == 422
        assert added(session) is admin


class TestThePeoplePage:
    def test_finds_by_name_number_login_and_unit(self, signed_in: FlaskClient) -> None:
        unit = factories.unit(name="East 100%")
        inside = factories.person(name="Ouyang Xiaotong", unit=unit)
        factories.person(name="Someone else")
        for words in ("xiao ouyang", inside.staff_no, inside.login, "100%"):
            page = signed_in.get("/admin/people", query_string={"q": words})
            assert "Ouyang Xiaotong" in page.text
            assert "Someone else" not in page.text

    @pytest.mark.parametrize("words", ["%", "_", "\x00", "'; --", "x" * 5000])
    def test_is_not_upset_by_strange_words(self, signed_in: FlaskClient, words: str) -> None:
        page = signed_in.get("/admin/people", query_string={"q": words})
        assert page.status_code == 200
        assert ("No person matches." in page.text) is (words != "\x00")

    def test_shows_who_was_deactivated_when_asked(
        self, signed_in: FlaskClient, admin: Person, trainee: Person
    ) -> None:
        people.deactivate(trainee, actor=admin)
        assert "Li Wei" not in signed_in.get("/admin/people").text
        assert "Li Wei" in signed_in.get("/admin/people?state=deactivated").text
        assert "Li Wei" in signed_in.get("/admin/people?state=all").text

    def test_goes_page_by_page(self, signed_in: FlaskClient) -> None:
        for number in range(51):
            factories.person(name=f"Walker {number:02}")
        first = signed_in.get("/admin/people?q=walker")
        assert "51 people" in first.text
        assert "Walker 50" not in first.text
        assert "Walker 50" in signed_in.get("/admin/people?q=walker&page=2").text
        assert signed_in.get("/admin/people?page=-1").status_code == 200
        assert signed_in.get(f"/admin/people?page={10**30}").status_code == 200

    def test_takes_as_many_statements_for_many_as_for_few(self, signed_in: FlaskClient) -> None:
        numbers = []
        for _ in range(2):
            factories.person(roles={Role.TRAINER, Role.HR}, unit=factories.unit())
            db.session.expire_all()
            forget_person()
            with counted() as statements:
                signed_in.get("/admin/people")
            numbers.append(len(statements))
            for _ in range(10):
                factories.person(unit=factories.unit())
        assert numbers[0] == numbers[1] <= 6

    def test_says_so_when_nobody_is_found(self, signed_in: FlaskClient) -> None:
        assert "No person matches." in signed_in.get("/admin/people?q=nobody").text


class TestThePersonPage:
    def test_changes_what_is_known(self, signed_in: FlaskClient, trainee: Person) -> None:
        unit = factories.unit()
        signed_in.post(f"/admin/people/{trainee.id}", data=LI | {"unit_id": unit.id})
        assert (trainee.name, trainee.email, trainee.unit) == ("Li Xuemei", None, unit)

    def test_grants_a_role_for_a_unit_and_ends_it(
        self, signed_in: FlaskClient, trainee: Person
    ) -> None:
        unit = factories.unit()
        path = f"/admin/people/{trainee.id}/roles"
        signed_in.post(path, data={"role": "manager", "scope_id": unit.id})
        (grant,) = (each for each in trainee.grants if each.role is Role.MANAGER)
        assert grant.unit == unit
        signed_in.post(f"{path}/{grant.id}/end")
        assert trainee.roles == {Role.TRAINEE}

    def test_a_role_without_scopes_is_refused_at_the_field(
        self, signed_in: FlaskClient, trainee: Person
    ) -> None:
        path = f"/admin/people/{trainee.id}/roles"
        page = signed_in.post(path, data={"role": "admin", "scope_id": factories.unit().id})
        assert page.status_code == 422
        assert "always counts for the whole organisation" in page.text

    def test_who_changes_their_own_roles_stays_signed_in_anew(
        self, signed_in: FlaskClient, admin: Person
    ) -> None:
        (before,) = queries.sign_ins_of(admin)
        reply = signed_in.post(
            f"/admin/people/{admin.id}/roles", data={"role": "hr", "scope_id": ""}
        )
        assert reply.location == f"/admin/people/{admin.id}"
        (after,) = queries.sign_ins_of(admin)
        assert after.id != before.id
        forget_person()
        assert signed_in.get("/admin/people").status_code == 200

    def test_who_gives_up_being_administrator_is_one_no_more(
        self, signed_in: FlaskClient, admin: Person
    ) -> None:
        factories.person(roles={Role.ADMIN})
        grant_id = admin.grants[0].id
        assert signed_in.post(f"/admin/people/{admin.id}/roles/{grant_id}/end").location == "/"
        forget_person()
        assert signed_in.get("/admin/people").status_code == 403

    def test_the_last_administrator_stays(self, signed_in: FlaskClient, admin: Person) -> None:
        grant_id = admin.grants[0].id
        page = signed_in.post(f"/admin/people/{admin.id}/roles/{grant_id}/end")
        assert page.status_code == 409
        forget_person()
        page = signed_in.post(f"/admin/people/{admin.id}/deactivate")
        assert page.status_code == 409
        assert "This is the last administrator." in page.text
        assert admin.is_active

    def test_deactivating_asks_first(
        self, signed_in: FlaskClient, trainee: Person, session: Session
    ) -> None:
        path = f"/admin/people/{trainee.id}/deactivate"
        assert "Deactivate Li Wei?" in signed_in.get(path).text
        assert session.scalars(select(AuditEntry)).all() == []
        page = signed_in.post(path, follow_redirects=True)
        assert "Reactivate" in page.text
        assert not trainee.is_active
        page = signed_in.post(f"/admin/people/{trainee.id}/reactivate", follow_redirects=True)
        assert "Li Wei was reactivated." in page.text

    @pytest.mark.parametrize("kind", ["invite", "reset"])
    def test_a_new_link_replaces_the_one_before(
        self, signed_in: FlaskClient, trainee: Person, kind: str
    ) -> None:
        links = [
            re.findall(
                r"/link/[\w-]+",
                signed_in.post(f"/admin/people/{trainee.id}/{kind}", follow_redirects=True).text,
            )
            for _ in range(2)
        ]
        assert [len(each) for each in links] == [1, 1]
        assert links[0] != links[1]

    def test_enrols_once_per_run(
        self, signed_in: FlaskClient, trainee: Person, session: Session
    ) -> None:
        sent = {"programme_id": factories.programme().id, "due_on": ""}
        path = f"/admin/people/{trainee.id}/enrol"
        assert "was enrolled" in signed_in.post(path, data=sent, follow_redirects=True).text
        again = signed_in.post(path, data=sent)
        assert again.status_code == 422
        assert "is still taking this programme" in again.text
        assert len(session.scalars(select(Enrolment)).all()) == 1

    def test_enrolling_in_nothing_is_refused_at_the_field(
        self, signed_in: FlaskClient, trainee: Person
    ) -> None:
        page = signed_in.post(f"/admin/people/{trainee.id}/enrol", data={"programme_id": ""})
        assert page.status_code == 422
        assert "This is needed." in page.text


class TestUnits:
    def test_are_added_renamed_moved_and_closed(
        self, signed_in: FlaskClient, admin: Person
    ) -> None:
        root = units.add_unit("Lanting", actor=admin)
        signed_in.post("/admin/units", data={"name": "Support", "parent_id": root.id})
        (unit,) = (each for each in queries.units() if each.name == "Support")
        assert unit.path == f"/{root.id}/{unit.id}/"
        signed_in.post(f"/admin/units/{unit.id}", data={"name": "Service", "parent_id": ""})
        assert (unit.name, unit.path) == ("Service", f"/{unit.id}/")
        assert "Service" in signed_in.get("/admin/units").text
        signed_in.post(f"/admin/units/{unit.id}/close")
        assert queries.units() == [root]

    def test_a_circle_is_refused_at_the_field(self, signed_in: FlaskClient, admin: Person) -> None:
        root = units.add_unit("Lanting", actor=admin)
        below = units.add_unit("Support", parent=root, actor=admin)
        page = signed_in.post(
            f"/admin/units/{root.id}", data={"name": "Renamed", "parent_id": below.id}
        )
        assert page.status_code == 422
        assert "A unit cannot stand below itself." in page.text
        assert root.name == "Lanting"

    def test_one_in_use_is_not_closed(self, signed_in: FlaskClient, admin: Person) -> None:
        root = units.add_unit("Lanting", actor=admin)
        factories.person(unit=root)
        page = signed_in.get(f"/admin/units/{root.id}")
        assert "Move the people and units in it elsewhere first." in page.text
        assert signed_in.post(f"/admin/units/{root.id}/close").status_code == 409
