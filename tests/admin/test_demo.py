from datetime import timedelta
from pathlib import Path

import pytest
from flask import current_app
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import services as accounts
from lms.accounts.models import Person
from lms.admin import demo
from lms.certificates import queries as certificates
from lms.config import PROJECT
from lms.core import content
from lms.courses import queries as courses
from lms.courses.rules import StageStatus
from lms.exams.models import Attempt
from lms.records import queries as records
from tests.factories import NOON


@pytest.fixture
def trainee(session: Session) -> Person:
    """The demo trainee, in the real curriculum."""
    content.bring_in(content.Tree(PROJECT / "content"), at=NOON - timedelta(days=60))
    demo.load(at=NOON)
    return demo.demo_people()[0]


@pytest.fixture
def accounts_file(session: Session) -> Path:
    return Path(current_app.instance_path) / demo.FILE


def test_the_demo_trainee_is_three_weeks_into_the_programme(
    trainee: Person, session: Session
) -> None:
    enrolment = courses.current_enrolment(trainee)
    assert enrolment is not None
    assert enrolment.opened_at == NOON - demo.BEGAN
    first, second, third, _fourth = courses.progress_of(enrolment).stages
    assert (first.status, first.is_passed) == (StageStatus.DONE, True)
    assert second.status is StageStatus.NOW
    assert second.read
    assert third.status is StageStatus.LOCKED
    attempts = session.scalars(select(Attempt).order_by(Attempt.number)).all()
    assert [each.passed for each in attempts] == [False, True]
    assert len(certificates.certificates_of(trainee)) == 1


def test_it_is_marked_and_its_record_holds(trainee: Person) -> None:
    assert trainee.is_demo
    assert "演示" in trainee.name
    assert "demo" in trainee.latin_name
    assert [problems for _person, _count, problems in records.verified() if problems] == []


def test_its_password_is_kept_for_the_owner_only_and_opens_the_door(
    trainee: Person, accounts_file: Path, client: FlaskClient
) -> None:
    assert accounts_file.stat().st_mode & 0o777 == 0o600
    login, password = demo.accounts_text().strip().split(" / ")
    page = client.post(
        "/sign-in", data={"login": login, "password": password}, follow_redirects=True
    )
    assert page.status_code == 200
    assert page.request.path != "/sign-in"
    assert accounts.check_password(login, password, address="127.0.0.1").id == trainee.id


def test_there_is_one_demo_at_a_time(trainee: Person, runner: FlaskCliRunner) -> None:
    outcome = runner.invoke(args=["demo", "load"])
    assert outcome.exit_code == 1
    assert demo.LOGIN in outcome.output


def test_clearing_locks_out_and_revokes_and_keeps_the_record(
    trainee: Person, admin: Person, accounts_file: Path, runner: FlaskCliRunner
) -> None:
    outcome = runner.invoke(args=["demo", "clear"])
    assert outcome.output == "1 people of the demo locked out\n"
    assert not trainee.is_active
    (certificate,) = certificates.certificates_of(trainee)
    assert certificate.revoked_at is not None
    assert not accounts_file.exists()
    assert demo.accounts_text() == ""
    assert [problems for _person, _count, problems in records.verified() if problems] == []


def test_clearing_is_done_in_an_administrator_s_name(
    trainee: Person, runner: FlaskCliRunner
) -> None:
    outcome = runner.invoke(args=["demo", "clear"])
    assert outcome.exit_code == 1
    assert "setup-link" in outcome.output
