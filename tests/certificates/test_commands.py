"""The commands for certificates and the keys that they are signed with."""

import json

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import queries
from lms.certificates.models import Certificate
from lms.core import keys, pdf
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.keys import Kind
from tests import factories
from tests.certificates.tools import with_files


@pytest.fixture(autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


@pytest.fixture
def certificate(trainee: Person) -> Certificate:
    """With its files."""
    return with_files(trainee)


class TestCommands:
    def test_list_and_export(
        self, runner: FlaskCliRunner, certificate: Certificate, tmp_path: object
    ) -> None:
        said = json.loads(runner.invoke(args=["certificates", "list", "--json"]).output)
        assert [each["serial"] for each in said] == [certificate.serial]
        out = f"{tmp_path}/out.pdf"
        outcome = runner.invoke(
            args=["certificates", "export", certificate.serial.lower(), "--out", out]
        )
        assert outcome.exit_code == 0, outcome.output
        with open(out, "rb") as file:  # noqa: PTH123
            assert file.read() == queries.pdf_of(certificate.id)
        wrong = runner.invoke(args=["certificates", "export", "LT1-2026-1", "--out", out])
        assert "its last character does not fit" in wrong.output

    def test_issue(self, runner: FlaskCliRunner, trainee: Person) -> None:
        factories.certificate_definition(prefix="LT1")
        factories.enrolment(trainee, factories.programme())
        args = ["certificates", "issue", "stage-1", str(trainee.staff_no), "--reason", "On paper"]
        outcome = runner.invoke(args=args)
        assert outcome.output.startswith("LT1-")
        again = runner.invoke(args=args)
        assert again.exit_code == 1
        assert "already-held" in again.output

    @pytest.mark.usefixtures("session")
    def test_preview_is_a_specimen(self, runner: FlaskCliRunner, tmp_path: object) -> None:
        out = f"{tmp_path}/out.pdf"
        args = ["certificates", "preview", "--name", "𠮷田䶮", "--latin", "Yoshida", "--out", out]
        outcome = runner.invoke(args=args)
        assert outcome.exit_code == 0, outcome.output
        with open(out, "rb") as file:  # noqa: PTH123
            assert file.read(5) == b"%PDF-"

    @pytest.mark.usefixtures("session")
    def test_keys(self, runner: FlaskCliRunner) -> None:
        before = json.loads(runner.invoke(args=["certificates", "keys", "list", "--json"]).output)
        assert before["problems"] == []
        outcome = runner.invoke(args=["certificates", "keys", "rotate"])
        assert outcome.exit_code == 0, outcome.output
        after = json.loads(runner.invoke(args=["certificates", "keys", "list", "--json"]).output)
        assert len(after["keys"]) == len(before["keys"]) + 2
        assert keys.current(Kind.CREDENTIAL).public in outcome.output
        audit = select(AuditEntry).filter_by(action="certificates.keys-rotated")
        assert db.session.scalars(audit).one().actor_id is None

    def test_what_an_earlier_key_signed_stays_genuine(
        self, runner: FlaskCliRunner, certificate: Certificate, tmp_path: object
    ) -> None:
        runner.invoke(args=["certificates", "keys", "rotate", "--root"])
        out = f"{tmp_path}/out.pdf"
        runner.invoke(args=["certificates", "export", certificate.serial, "--out", out])
        said = json.loads(runner.invoke(args=["certificates", "verify", out, "--json"]).output)
        assert said["problems"] == []
