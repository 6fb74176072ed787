"""Awarding and revoking certificates."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import queries, rules, services
from lms.certificates.errors import AlreadyRevokedError
from lms.certificates.models import Certificate, CertificateDefinition, RevocationReason
from lms.certificates.rules import State
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, NotFoundError
from lms.core.queue import Job, JobState
from lms.courses import services as courses
from lms.courses.models import Enrolment
from tests import factories
from tests.factories import NOON

REASON = RevocationReason.IRREGULARITY


@pytest.fixture
def definition(session: Session) -> CertificateDefinition:
    return factories.certificate_definition(prefix="LT1")


@pytest.fixture
def enrolment(trainee: Person) -> Enrolment:
    return factories.enrolment(trainee, factories.programme())


def complete(enrolment: Enrolment, stage: str, *lessons: str, score: Fraction) -> None:
    """Read the lessons of a stage and pass its exam."""
    for code in lessons:
        courses.finish_lesson(enrolment.id, code, actor=enrolment.person, at=NOON)
    courses.note_stage_passed(enrolment.id, stage, score=score, attempt_id=1, at=NOON)


def certificates() -> list[Certificate]:
    return list(db.session.scalars(select(Certificate).order_by(Certificate.id)))


class TestAward:
    @pytest.mark.usefixtures("definition")
    def test_a_completed_stage_awards_its_certificate_and_queues_its_pdf(
        self, enrolment: Enrolment
    ) -> None:
        complete(enrolment, "stage-1", "A-1", "A-2", score=Fraction(5, 6))
        (row,) = certificates()
        assert rules.is_serial(row.serial)
        assert row.serial.startswith("LT1-2026-000001-")
        assert (row.awarded_at, row.valid_until) == (NOON, date(2028, 3, 1))
        assert (row.person_id, row.cycle, row.pdf_sha256) == (enrolment.person_id, 1, None)
        job = db.session.scalars(select(Job).filter_by(key=queries.job_key(row.id))).one()
        assert (job.name, job.payload) == ("certificates.render", {"certificate_id": row.id})

    @pytest.mark.usefixtures("definition")
    def test_the_snapshot_keeps_what_is_printed_whatever_changes_later(
        self, enrolment: Enrolment, trainee: Person
    ) -> None:
        complete(enrolment, "stage-1", "A-1", "A-2", score=Fraction(5, 6))
        with transaction():
            trainee.name = "Someone Else"
        printed = certificates()[0].snapshot
        assert (printed["name"], printed["hours"], printed["score"]) == ("Li Wei", "0.3", "83.33")
        assert (printed["issued_on"], printed["valid_until"]) == ("2026-03-02", "2028-03-01")
        assert (printed["title_en"], printed["stage_en"]) == ("Certificate stage-1", "Stage 1")
        assert [each["state"] for each in printed["stages"]] == ["now", ""]
        assert printed["verify_url"].endswith(f"/v/{printed['serial']}?t={certificates()[0].token}")
        assert printed["verify_url_short"].startswith("127.0.0.1:8000/v/LT1-2026")
        assert printed["specimen"] is False

    def test_the_programme_s_certificate_shows_the_mean_of_all_stages(
        self, enrolment: Enrolment
    ) -> None:
        factories.certificate_definition(enrolment.programme.code, months=None)
        complete(enrolment, "stage-1", "A-1", "A-2", score=Fraction(1))
        complete(enrolment, "stage-2", "B-1", score=Fraction(4, 5))
        (row,) = certificates()
        assert (row.snapshot["stage_en"], row.snapshot["score"]) == ("", "90.00")
        assert (row.snapshot["hours"], row.snapshot["valid_until"]) == ("0.5", "")
        assert {each["state"] for each in row.snapshot["stages"]} == {"done"}

    def test_a_certificate_that_was_never_imported_does_not_undo_the_exam(
        self, enrolment: Enrolment, caplog: pytest.LogCaptureFixture
    ) -> None:
        complete(enrolment, "stage-1", "A-1", "A-2", score=Fraction(1))
        assert certificates() == []
        assert "no certificate 'stage-1'" in caplog.text

    @pytest.mark.usefixtures("definition")
    def test_the_year_of_the_serial_is_the_organisation_s(self, enrolment: Enrolment) -> None:
        at = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)  # 4 o'clock of 1 January in Shanghai
        row = services.award("stage-1", enrolment, stage=None, at=at)
        assert row.serial.startswith("LT1-2027-")
        assert row.snapshot["issued_on"] == "2027-01-01"

    @pytest.mark.usefixtures("definition")
    def test_of_the_demonstration_only_specimens_are_made(
        self, enrolment: Enrolment, trainee: Person
    ) -> None:
        with transaction():
            trainee.is_demo = True
        assert services.award("stage-1", enrolment, stage=None, at=NOON).snapshot["specimen"]

    def test_twice_is_once(self, definition: CertificateDefinition, enrolment: Enrolment) -> None:
        first = services.award("stage-1", enrolment, stage=None, at=NOON)
        assert services.award("stage-1", enrolment, stage=None, at=NOON) is first
        assert definition.issued == 1

    def test_there_is_no_kind_of_that_name(self, enrolment: Enrolment) -> None:
        with pytest.raises(NotFoundError):
            services.award("nothing", enrolment, stage=None, at=NOON)


class TestState:
    """What a certificate is worth follows from its dates; nothing of it is stored."""

    @pytest.mark.parametrize(
        ("days", "state"),
        [(-365, State.EXPIRED), (0, State.EXPIRING), (10, State.EXPIRING), (100, State.VALID)],
    )
    def test_depends_on_the_day(
        self, trainee: Person, monkeypatch: pytest.MonkeyPatch, days: int, state: State
    ) -> None:
        row = factories.certificate(trainee)
        assert row.valid_until is not None
        today = row.valid_until - timedelta(days=days)
        monkeypatch.setattr(queries, "today", lambda: today)
        assert queries.certificate_for(trainee, row.id).state is state


class TestRevoke:
    def test_revoked_is_revoked_and_stays_on_record(self, trainee: Person, admin: Person) -> None:
        row = factories.certificate(trainee)
        services.revoke(row.id, reason=REASON, note="seen on camera", actor=admin, at=NOON)
        shown = queries.certificate_for(trainee, row.id)
        assert (shown.state, shown.reason, shown.revoked_at) == (State.REVOKED, REASON, NOON)
        noted = db.session.scalars(
            select(AuditEntry).filter_by(action="certificates.revoked")
        ).one()
        assert (noted.actor_id, noted.detail["note"]) == (admin.id, "seen on camera")

    def test_once_and_for_good(self, trainee: Person, admin: Person) -> None:
        row = factories.certificate(trainee)
        services.revoke(row.id, reason=REASON, actor=admin, at=NOON)
        with pytest.raises(AlreadyRevokedError):
            services.revoke(row.id, reason=REASON, actor=admin, at=NOON)

    def test_nobody_revokes_their_own_by_holding_it(self, trainee: Person) -> None:
        row = factories.certificate(trainee)
        with pytest.raises(NotAllowedError):
            services.revoke(row.id, reason=REASON, actor=trainee, at=NOON)

    @pytest.mark.usefixtures("session")
    def test_hr_revokes_within_its_scope(self) -> None:
        east, west = factories.unit(), factories.unit()
        hr = factories.person(roles={Role.HR}, scope=east)
        inside = factories.certificate(factories.person(unit=east))
        outside = factories.certificate(factories.person(unit=west))
        services.revoke(inside.id, reason=REASON, actor=hr, at=NOON)
        with pytest.raises(NotFoundError):
            services.revoke(outside.id, reason=REASON, actor=hr, at=NOON)


def test_a_pdf_that_was_given_up_can_be_asked_for_again(trainee: Person) -> None:
    row = factories.certificate(trainee)
    services.ask_again(row.id, actor=trainee, at=NOON)
    jobs = select(Job).filter_by(name="certificates.render").order_by(Job.id)
    assert len(db.session.scalars(jobs).all()) == 1  # it is still being made
    with transaction():
        db.session.scalars(jobs).one().state = JobState.DEAD
    assert queries.dead_job(row.id) is not None
    services.ask_again(row.id, actor=trainee, at=NOON)
    assert [job.state for job in db.session.scalars(jobs)] == [JobState.DEAD, JobState.WAITING]
    assert queries.dead_job(row.id) is None
