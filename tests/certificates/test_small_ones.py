"""Corrections keep titles, lists name people once, earlier roots stay at hand."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import choosing, defining, reissuing, services
from lms.certificates.errors import NobodyNamedError, TooManyPeopleError
from lms.certificates.models import Certificate
from lms.core import keys
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.keys import Kind
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON


def test_a_correction_keeps_the_title_that_was_printed(trainee: Person, admin: Person) -> None:
    row = factories.certificate(trainee)
    printed = {name: row.snapshot[name] for name in ("title_zh", "title_en")}
    later = {**row.definition.settings, "title": {"zh": "新名称", "en": "A new name"}}
    defining.save_draft(row.definition.code, later, actor=admin)
    defining.publish_draft(row.definition.code, note="", actor=admin, at=NOON)
    assert row.definition.settings["title"]["en"] == "A new name"
    new = reissuing.reissue(row.id, reason="misspelt", actor=admin, at=NOON + timedelta(days=9))
    assert {name: new.snapshot[name] for name in printed} == printed
    assert new.version_id == row.version_id


class TestLists:
    @pytest.fixture
    def run(self, trainee: Person) -> None:
        factories.certificate_definition(prefix="LT1")
        factories.enrolment(trainee, factories.programme())

    @pytest.mark.usefixtures("run")
    def test_two_lines_for_one_person_are_one_certificate(
        self, client: FlaskClient, trainee: Person, admin: Person
    ) -> None:
        assert trainee.staff_no
        assert trainee.login
        sign_in(client, admin)
        people = f"{trainee.staff_no}\n{trainee.login}\n {trainee.staff_no} "
        data = {"kind": "stage-1", "people": people, "reason": "On paper"}
        assert client.post("/certificates/issue", data=data).status_code == 302
        assert len(db.session.scalars(select(Certificate)).all()) == 1
        noted = select(AuditEntry).filter_by(action="certificates.issued")
        assert len(db.session.scalars(noted).all()) == 1

    @pytest.mark.usefixtures("run")
    def test_a_command_prints_its_serial_once(
        self, runner: FlaskCliRunner, trainee: Person
    ) -> None:
        people = [str(trainee.staff_no), str(trainee.login)]
        args = ["certificates", "issue", "stage-1", *people, "--reason", "On paper"]
        outcome = runner.invoke(args=args)
        assert outcome.exit_code == 0, outcome.output
        (row,) = db.session.scalars(select(Certificate)).all()
        assert outcome.output.split() == [row.serial]

    @pytest.mark.usefixtures("run")
    def test_one_that_is_too_long_says_how_long_it_may_be(
        self, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = [f"nobody-{number}" for number in range(choosing.MOST + 1)]
        with pytest.raises(TooManyPeopleError):
            services.issue("stage-1", people, reason="x", actor=None)
        monkeypatch.setattr(choosing, "MOST", 2)
        args = ["certificates", "issue", "stage-1", "a", "b", "c", "--reason", "x"]
        outcome = runner.invoke(args=args)
        assert outcome.exit_code == 1
        assert "these are 3 people, and at most 2 get one" in outcome.output

    @pytest.mark.usefixtures("run")
    def test_an_empty_one_says_so(self) -> None:
        with pytest.raises(NobodyNamedError, match="name one person at least"):
            services.issue("stage-1", ["  ", ""], reason="x", actor=None)


@pytest.mark.usefixtures("session", "own_keys")
class TestRoots:
    def test_the_earlier_ones_can_be_fetched(self, client: FlaskClient) -> None:
        keys.ensure()
        first = keys.current(Kind.ROOT)
        keys.rotate(*Kind)
        second = keys.current(Kind.ROOT)
        page = client.get("/issuer").text
        for key in (first, second):
            address = f"/issuer/root-{key.number}.pem"
            assert f'href="{address}"' in page
            reply = client.get(address)
            assert reply.text == key.chain[0]
            assert f"stairway-root-{key.number}.pem" in reply.headers["Content-Disposition"]
        assert client.get("/issuer/root.pem").text == second.chain[0]
        assert client.get("/issuer/root-3.pem").status_code == 404

    def test_the_first_is_made_when_somebody_asks(self, client: FlaskClient) -> None:
        assert "BEGIN CERTIFICATE" in client.get("/issuer/root.pem").text


class TestOut:
    @pytest.mark.usefixtures("session")
    def test_a_folder_that_is_not_there(self, runner: FlaskCliRunner, tmp_path: Path) -> None:
        out = tmp_path / "missing" / "out.pdf"
        args = ["certificates", "preview", "--name", "Anna", "--out", str(out)]
        outcome = runner.invoke(args=args)
        assert outcome.exit_code == 1
        assert "cannot be written: No such file or directory" in outcome.output
        assert "Traceback" not in outcome.output
