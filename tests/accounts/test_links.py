import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import first_start, links, people, queries, services
from lms.accounts.errors import LinkGoneError, TooManyTriesError, WeakPasswordError
from lms.accounts.models import AccessLink, OrgUnit, Person
from lms.accounts.rules import THROTTLE_LIMIT, VALIDITY, Details, Purpose, Role
from lms.core import queue
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.notifications.models import Message
from tests import factories
from tests.browser import forget_person, sign_in
from tests.factories import NOON, PASSWORD

HERE = "192.0.2.1"
NEW = {"password": "a bird on the roof", "again": "a bird on the roof"}


def token(address: str) -> str:
    return address.rpartition("/")[2]


def path(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


@pytest.fixture
def invitation(trainee: Person, admin: Person) -> str:
    return people.invite(trainee, actor=admin)


class TestUsingALink:
    def test_sets_the_password_and_signs_in(
        self, client: FlaskClient, trainee: Person, invitation: str
    ) -> None:
        page = client.get(path(invitation))
        assert trainee.login in page.text
        reply = client.post(path(invitation), data=NEW)
        assert reply.location == "/"
        assert services.check_password(trainee.login, NEW["password"], address=HERE) is trainee
        assert len(queries.sign_ins_of(trainee)) == 1

    def test_works_once(self, client: FlaskClient, invitation: str) -> None:
        client.post(path(invitation), data=NEW)
        forget_person()
        for page in (client.get(path(invitation)), client.post(path(invitation), data=NEW)):
            assert page.status_code == 410
            assert "used already or has expired" in page.text

    def test_looking_at_it_does_not_use_it(self, client: FlaskClient, invitation: str) -> None:
        for _ in range(2):
            assert client.get(path(invitation)).status_code == 200

    def test_a_weak_password_is_refused_at_the_field_and_the_link_stays(
        self, client: FlaskClient, invitation: str
    ) -> None:
        page = client.post(path(invitation), data={"password": "1234567", "again": "1234567"})
        assert page.status_code == 422
        assert "8 characters at least" in page.text
        assert client.post(path(invitation), data=NEW).location == "/"

    def test_two_different_passwords_are_refused(
        self, client: FlaskClient, invitation: str
    ) -> None:
        page = client.post(path(invitation), data=NEW | {"again": "something else"})
        assert "The two passwords differ." in page.text

    @pytest.mark.parametrize("purpose", [Purpose.INVITE, Purpose.RESET])
    def test_expires(self, trainee: Person, purpose: Purpose) -> None:
        made = token(links.make(purpose, trainee, at=NOON))
        last = NOON + VALIDITY[purpose]
        before = last - timedelta(seconds=1)
        assert services.link_or_gone(made, address=HERE, at=before) is trainee
        with pytest.raises(LinkGoneError):
            services.link_or_gone(made, address=HERE, at=last)

    def test_a_new_one_ends_the_one_before(self, trainee: Person, admin: Person) -> None:
        first = people.invite(trainee, actor=admin)
        people.make_reset_link(trainee, actor=admin)
        with pytest.raises(LinkGoneError):
            services.link_or_gone(token(first), address=HERE)

    def test_who_was_deactivated_cannot_use_theirs(
        self, trainee: Person, admin: Person, invitation: str
    ) -> None:
        people.deactivate(trainee, actor=admin)
        people.reactivate(trainee, actor=admin)
        with pytest.raises(LinkGoneError):
            services.link_or_gone(token(invitation), address=HERE)

    def test_whoever_was_signed_in_is_signed_out(self, trainee: Person, admin: Person) -> None:
        stolen = services.sign_in(trainee, device="thief", address="203.0.113.9")
        reset = people.make_reset_link(trainee, actor=admin)
        services.use_link(token(reset), NEW["password"], address=HERE)
        assert stolen.ended_at is not None

    def test_someone_else_s_sign_in_in_the_same_browser_ends(
        self, client: FlaskClient, admin: Person, invitation: str
    ) -> None:
        row = sign_in(client, admin)
        client.post(path(invitation), data=NEW)
        assert row.ended_at is not None

    @pytest.mark.usefixtures("session")
    def test_a_link_for_the_first_start_is_none_for_people(self) -> None:
        setup = links.make(Purpose.SETUP, at=NOON)
        with pytest.raises(LinkGoneError):
            services.link_or_gone(token(setup), address=HERE, at=NOON)

    @pytest.mark.usefixtures("session")
    def test_guessing_is_stopped(self) -> None:
        for _ in range(THROTTLE_LIMIT):
            with pytest.raises(LinkGoneError):
                services.link_or_gone("guess", address=HERE)
        with pytest.raises(TooManyTriesError):
            services.link_or_gone("guess", address=HERE)

    def test_the_table_holds_only_hashes(self, invitation: str, session: Session) -> None:
        row = session.scalars(select(AccessLink)).one()
        assert row.token_hash == queries.token_hash(token(invitation))

    def test_neither_log_nor_audit_holds_token_or_password(
        self,
        client: FlaskClient,
        invitation: str,
        session: Session,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        client.get(path(invitation))
        client.post(path(invitation), data=NEW)
        audited = str([entry.detail for entry in session.scalars(select(AuditEntry))])
        for secret in (token(invitation), NEW["password"]):
            assert secret not in caplog.text
            assert secret not in audited

    def test_two_at_once_set_one_password(self, live_app: Flask) -> None:
        with live_app.app_context():
            made = token(people.invite(factories.person(), actor=None))
        together = Barrier(4)

        def use(number: int) -> bool:
            with live_app.app_context():
                together.wait()
                try:
                    services.use_link(made, f"a bird on the roof {number}", address=HERE)
                except LinkGoneError:
                    return False
                return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(use, range(4))) == 1


class TestForgot:
    def test_the_answer_is_the_same_for_whoever_is_asked(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        known = client.post("/forgot", data={"login": trainee.login})
        unknown = client.post("/forgot", data={"login": "nobody@example.com"})
        assert (known.status_code, known.text) == (unknown.status_code, unknown.text)

    def test_a_job_mails_the_link(self, trainee: Person, session: Session) -> None:
        services.ask_reset(trainee.email or "", address=HERE)
        while queue.run_one():
            pass
        message = session.scalars(select(Message)).one()
        assert message.person_id == trainee.id
        made = re.search(r"/link/([\w-]+)", message.body)
        assert made is not None
        assert services.link_or_gone(made[1], address=HERE) is trainee

    @pytest.mark.parametrize("case", ["unknown", "deactivated", "without an address"])
    def test_for_nobody_it_does_nothing(
        self, case: str, trainee: Person, admin: Person, session: Session
    ) -> None:
        if case == "deactivated":
            people.deactivate(trainee, actor=admin)
        if case == "without an address":
            trainee.email = None
            session.commit()
        services.ask_reset("x" if case == "unknown" else trainee.login, address=HERE)
        while queue.run_one():
            pass
        assert session.scalars(select(Message)).all() == []

    def test_it_is_throttled(self, client: FlaskClient) -> None:
        for _ in range(THROTTLE_LIMIT):
            assert client.post("/forgot", data={"login": "x"}).status_code == 200
        assert client.post("/forgot", data={"login": "x"}).status_code == 429

    def test_nothing_typed_is_refused_at_the_field(self, client: FlaskClient) -> None:
        page = client.post("/forgot", data={"login": ""})
        assert page.status_code == 422
        assert "This is needed." in page.text


class TestFirstStart:
    FORM = NEW | {
        "organisation": "Lanting Software",
        "name": "Zhao Min",
        "login": "Zhao@Example.com",
        "locale": "en",
    }

    @pytest.fixture
    def setup_link(self, session: Session) -> str:  # noqa: ARG002
        link = services.first_start_link()
        assert link is not None
        return link

    def test_makes_the_first_administrator_and_the_organisation(
        self, client: FlaskClient, setup_link: str, session: Session
    ) -> None:
        assert client.get(path(setup_link)).status_code == 200
        assert client.post(path(setup_link), data=self.FORM).location == "/"
        person = session.scalars(select(Person)).one()
        unit = session.scalars(select(OrgUnit)).one()
        assert (person.login, person.unit) == ("zhao@example.com", unit)
        assert person.roles == {Role.ADMIN}
        assert (unit.name, unit.path) == ("Lanting Software", f"/{unit.id}/")
        assert client.get("/admin/people").status_code == 200

    def test_is_over_once_there_is_an_administrator(
        self, client: FlaskClient, setup_link: str, admin: Person, session: Session
    ) -> None:
        assert services.first_start_link() is None
        assert client.get(path(setup_link)).status_code == 410
        assert client.post(path(setup_link), data=self.FORM).status_code == 410
        assert session.scalars(select(Person)).all() == [admin]

    @pytest.mark.usefixtures("session")
    def test_the_link_works_for_half_an_hour(self) -> None:
        link = services.first_start_link(at=NOON)
        assert link is not None
        details = Details(name="Zhao Min", login="zhao")
        with pytest.raises(LinkGoneError):
            first_start.set_up(token(link), details, PASSWORD, organisation="Lanting", address=HERE,
                          at=NOON + timedelta(minutes=30))  # fmt: skip

    def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
        self, client: FlaskClient, setup_link: str
    ) -> None:
        weak = {"password": "Zhao Min ", "again": "Zhao Min ", "name": "Zhao Min"}
        page = client.post(path(setup_link), data=self.FORM | weak)
        assert page.status_code == 422
        assert "Lanting Software" in page.text
        assert "your own name" in page.text
        page = client.post(path(setup_link), data=self.FORM | {"organisation": " "})
        assert "This is needed." in page.text
        assert client.post(path(setup_link), data=self.FORM).location == "/"

    def test_the_demo_s_people_do_not_count(self, client: FlaskClient, setup_link: str) -> None:
        people.add_person(
            Details(name="Demo", login="zhao@example.com"),
            actor=None,
            roles=[Role.TRAINEE],
            is_demo=True,
        )
        page = client.post(path(setup_link), data=self.FORM)
        assert page.status_code == 422
        assert "zhao@example.com is already in use" in page.text
        assert client.post(path(setup_link), data=self.FORM | {"login": "z2"}).location == "/"

    def test_a_weak_password_is_refused_whoever_calls(self, setup_link: str) -> None:
        details = Details(name="Zhao Min", login="zhao")
        with pytest.raises(WeakPasswordError):
            first_start.set_up(token(setup_link), details, "short", organisation="x", address=HERE)

    def test_two_at_once_make_one_administrator(self, live_app: Flask) -> None:
        with live_app.app_context():
            link = services.first_start_link()
            assert link is not None
        together = Barrier(4)

        def set_up(number: int) -> bool:
            with live_app.app_context():
                together.wait()
                details = Details(name="Zhao Min", login=f"zhao{number}")
                try:
                    first_start.set_up(
                        token(link), details, PASSWORD, organisation="x", address=HERE
                    )
                except LinkGoneError:
                    return False
                return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(set_up, range(4))) == 1
        with live_app.app_context():
            assert len(db.session.scalars(select(Person)).all()) == 1
