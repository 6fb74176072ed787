from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts_queries, services as accounts
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.admin.demo import cast, clearing, loading
from lms.certificates.models import Certificate
from lms.config import PROJECT
from lms.core import content
from lms.core.audit import AuditEntry
from lms.core.db import Base, transaction
from lms.core.errors import LmsError
from lms.courses.models import Enrolment, Programme
from lms.exams.models import Attempt
from lms.records import queries as records
from tests.factories import NOON

KEPT = {"audit_entry", "certificate_status_list"}
"""The audit log outlives everything."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller cast: most tests do not ask how many there are."""
    monkeypatch.setattr(cast, "TRAINEES", 4)


@pytest.fixture
def demo(session: Session, few: None) -> Iterator[Sequence[Person]]:
    """The demo organisation, in the real curriculum."""
    content.bring_in(content.Tree(PROJECT / "content"), at=NOON - timedelta(days=160))
    loading.load(at=NOON)
    yield loading.demo_people()
    loading.file().unlink(missing_ok=True)


def rows(session: Session) -> dict[str, int]:
    """Return how many rows each table has."""
    counts = {}
    for table in Base.metadata.sorted_tables:
        counts[table.name] = session.scalars(select(func.count()).select_from(table)).one()
    return counts


def test_there_is_an_account_for_each_role_and_it_opens_the_door(
    demo: Sequence[Person], client: FlaskClient
) -> None:
    file = loading.file()
    assert file.stat().st_mode & 0o777 == 0o600
    pairs = [line.split(" / ") for line in loading.accounts_text().splitlines()]
    roles: set[Role] = set()
    for login, password in pairs:
        roles |= accounts.check_password(login, password, address="127.0.0.1").roles
    assert roles == set(Role)
    login, password = pairs[-1]
    page = client.post(
        "/sign-in", data={"login": login, "password": password}, follow_redirects=True
    )
    assert page.request.path == "/home"


def test_the_history_has_all_that_happens_in_three_months(session: Session) -> None:
    content.bring_in(content.Tree(PROJECT / "content"), at=NOON - timedelta(days=160))
    loading.load(at=NOON)
    demo = loading.demo_people()
    loading.file().unlink()
    assert len(demo) == len(cast.STAFF) + 1 + cast.TRAINEES
    assert all(person.is_demo for person in demo)
    assert sum(person.deactivated_at is not None for person in demo) == 2
    runs = session.scalars(select(Enrolment)).all()
    assert any(run.completed_at for run in runs)
    assert any(run.due_on and run.due_on < NOON.date() and not run.completed_at for run in runs)
    attempts = session.scalars(select(Attempt)).all()
    outcomes = {attempt.passed for attempt in attempts}
    # None: a text that waits for the trainer, if someone has just handed one in
    assert {True, False} <= outcomes <= {True, False, None}
    assert any(attempt.number > 1 for attempt in attempts)
    assert all(each.submitted_at and each.submitted_at < NOON for each in attempts)
    assert session.scalars(select(func.count()).select_from(Certificate)).one() > 20
    assert [problems for _person, _count, problems in records.verified() if problems] == []


def test_it_is_the_same_story_each_time(demo: Sequence[Person]) -> None:
    assert list(cast.trainees()) == list(cast.trainees())


def test_there_is_one_demo_at_a_time(demo: Sequence[Person], runner: FlaskCliRunner) -> None:
    outcome = runner.invoke(args=["demo", "load"])
    assert outcome.exit_code == 1
    assert "flask demo clear" in outcome.output


def test_the_demo_s_administrator_does_not_stand_in_the_way_of_the_first_start(
    demo: Sequence[Person],
) -> None:
    assert accounts_queries.administrators() == 0
    assert accounts.first_start_link(NOON) is not None


@pytest.mark.usefixtures("few")
def test_clearing_removes_all_of_it(session: Session, runner: FlaskCliRunner) -> None:
    content.bring_in(content.Tree(PROJECT / "content"), at=NOON - timedelta(days=160))
    before = rows(session)
    loading.load(at=NOON)
    outcome = runner.invoke(args=["demo", "clear"])
    assert outcome.exit_code == 0, outcome.output
    assert not loading.file().exists()
    after = rows(session)
    assert {name for name in after if after[name] != before[name]} == KEPT
    assert runner.invoke(args=["demo", "clear"]).output == "0 people of the demo removed\n"


def test_evidence_is_protected_again_afterwards(demo: Sequence[Person], session: Session) -> None:
    clearing.clear(at=NOON)
    note = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert note.action == "demo.cleared"


def test_someone_to_whom_real_evidence_refers_is_locked_out_and_stays(
    demo: Sequence[Person], session: Session
) -> None:
    boss = next(person for person in demo if person.login == "demo-admin")
    unit = session.scalars(select(OrgUnit).filter_by(code="DEMO-L1")).one()
    programme = session.scalars(select(Programme).filter_by(code=loading.PROGRAMME)).one()
    with transaction():
        real = Person(name="Real", login="real", locale="en", unit=unit, created_at=NOON)
        session.add(real)
        session.flush()
        from_boss = Enrolment(
            person_id=real.id,
            programme_id=programme.id,
            version_id=programme.published_id,
            cycle=1,
            source="assigned",
            assigned_by_id=boss.id,
            opened_at=NOON,
        )
        session.add(from_boss)
    clearing.clear(at=NOON)
    session.expire_all()
    assert [person.login for person in loading.demo_people()] == ["demo-admin"]
    assert boss.deactivated_at is not None
    assert real.unit is not None


def test_without_the_programme_there_is_no_demo(session: Session) -> None:
    with pytest.raises(LmsError):
        loading.load(at=NOON)
    assert session.scalars(select(func.count()).select_from(Person)).one() == 0


def test_its_file_is_where_everything_lies(demo: Sequence[Person]) -> None:
    assert isinstance(loading.file(), Path)
    assert loading.file().name == "demo-accounts.txt"
