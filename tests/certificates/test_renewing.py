"""Renewals open by themselves, once; a finished refresher renews; a mistake is corrected."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import awarding, queries, reissuing, renewing, services
from lms.certificates.errors import NotInForceError, ReasonMissingError
from lms.certificates.events import RenewalOpened
from lms.certificates.models import Certificate, CertificateRenewal, RevocationReason
from lms.certificates.rules import State
from lms.core import events, queue
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, NotFoundError
from lms.core.queue import Job
from lms.courses import services as courses
from lms.courses.models import Enrolment, EnrolmentSource, Programme
from lms.records.models import RecordEntry
from tests import factories
from tests.factories import NOON

WINDOW_OPENS = datetime(2027, 12, 2, 4, 0, tzinfo=UTC)
"""NOON's certificate ends on 1 March 2028; 90 days before."""


@pytest.fixture
def refresher(session: Session) -> Programme:
    return factories.programme({"R": ["R-1"]})


@pytest.fixture
def certificate(trainee: Person, refresher: Programme) -> Certificate:
    """For a first stage; renewed by the refresher, 90 days before to 30 days after its end."""
    run = factories.enrolment(trainee, factories.programme())
    factories.certificate_definition(
        "kept", renewal_days=90, grace_days=30, anchor="expiry", refresher=refresher.code
    )
    return services.award("kept", run, stage=None, at=NOON)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[RenewalOpened]:
    """What is published about renewals, while the others hear of it as well."""
    heard: list[RenewalOpened] = []
    publish = events.publish

    def hear(event: object) -> None:
        publish(event)
        if isinstance(event, RenewalOpened):
            heard.append(event)

    monkeypatch.setattr(events, "publish", hear)
    return heard


def finish(run: Enrolment, at: datetime, score: Fraction = Fraction(9, 10)) -> None:
    """Go through a refresher."""
    courses.finish_lesson(run.id, "R-1", actor=run.person, at=at)
    courses.note_stage_passed(run.id, "stage-1", score=score, attempt_id=1, at=at)


def kept() -> list[Certificate]:
    return list(db.session.scalars(select(Certificate).order_by(Certificate.cycle)))


def renewals() -> int:
    return db.session.scalars(select(func.count()).select_from(CertificateRenewal)).one()


def state_of(certificate: Certificate, day: date, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setattr(queries, "today", lambda: day)
    shown = queries.certificate_with(certificate.serial)
    assert shown is not None
    return shown.state


class TestOpening:
    def test_not_a_day_too_early(self, certificate: Certificate) -> None:
        at = WINDOW_OPENS - timedelta(days=1)
        assert renewing.due(at) == []
        assert not renewing.open_renewal(certificate.id, at=at)
        assert renewals() == 0

    def test_it_begins_the_refresher_s_next_run_and_tells(
        self, certificate: Certificate, refresher: Programme, told: list[RenewalOpened]
    ) -> None:
        assert renewing.due(WINDOW_OPENS) == [certificate.id]
        assert renewing.open_renewal(certificate.id, at=WINDOW_OPENS)
        run = db.session.scalars(select(Enrolment).filter_by(programme_id=refresher.id)).one()
        assert (run.source, run.due_on) == (EnrolmentSource.RENEWAL, certificate.valid_until)
        assert told == [RenewalOpened(certificate, run, WINDOW_OPENS)]
        assert db.session.get_one(CertificateRenewal, certificate.id).enrolment_id == run.id
        noted = select(RecordEntry).filter_by(verb="renewal-opened")
        assert db.session.scalars(noted).one().detail["serial"] == certificate.serial

    def test_however_often_it_is_asked_it_opens_once(
        self, certificate: Certificate, told: list[RenewalOpened]
    ) -> None:
        for days in range(3):
            renewing.open_renewal(certificate.id, at=WINDOW_OPENS + timedelta(days=days))
            assert renewing.due(WINDOW_OPENS + timedelta(days=days)) == []
        assert len(told) == renewals() == 1
        assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 2

    @pytest.mark.usefixtures("certificate")
    def test_the_daily_job_opens_all_that_is_due(
        self, monkeypatch: pytest.MonkeyPatch, told: list[RenewalOpened]
    ) -> None:
        monkeypatch.setattr("lms.core.clock.now", lambda: WINDOW_OPENS)
        renewing.ask_for_renewals()
        renewing.ask_for_renewals()
        jobs = select(Job).filter_by(name="certificates.renewals")
        job = db.session.scalars(jobs).one()
        with transaction():
            for other in db.session.scalars(select(Job).where(Job.id != job.id)):
                other.run_at = WINDOW_OPENS + timedelta(days=9)
        assert queue.run_one(at=WINDOW_OPENS)
        assert (job.result, len(told)) == ({"opened": 1}, 1)

    def test_late_within_the_grace_it_is_due_by_its_end(self, certificate: Certificate) -> None:
        at = datetime(2028, 3, 10, tzinfo=UTC)
        assert renewing.open_renewal(certificate.id, at=at)
        run = db.session.get_one(CertificateRenewal, certificate.id).enrolment_id
        assert db.session.get_one(Enrolment, run).due_on == date(2028, 3, 31)

    @pytest.mark.parametrize("at", [datetime(2028, 4, 2, tzinfo=UTC)])
    def test_after_the_grace_it_is_too_late(self, certificate: Certificate, at: datetime) -> None:
        assert renewing.due(at) == []
        assert not renewing.open_renewal(certificate.id, at=at)

    def test_an_open_run_of_the_refresher_is_the_one(
        self, certificate: Certificate, refresher: Programme
    ) -> None:
        run = factories.enrolment(certificate.person, refresher, at=NOON)
        assert renewing.open_renewal(certificate.id, at=WINDOW_OPENS)
        assert db.session.get_one(CertificateRenewal, certificate.id).enrolment_id == run.id

    def test_what_is_revoked_superseded_or_of_a_leaver_is_left_alone(
        self, certificate: Certificate, admin: Person
    ) -> None:
        with transaction():
            certificate.person.deactivated_at = NOON
        assert renewing.due(WINDOW_OPENS) == []
        with transaction():
            certificate.person.deactivated_at = None
        services.revoke(
            certificate.id, reason=RevocationReason.OTHER, note="x", actor=admin, at=NOON
        )
        assert renewing.due(WINDOW_OPENS) == []
        assert not renewing.open_renewal(certificate.id, at=WINDOW_OPENS)

    def test_without_a_refresher_nobody_is_sent_through_the_whole_programme(
        self, trainee: Person, told: list[RenewalOpened]
    ) -> None:
        row = factories.certificate(trainee)
        at = datetime(2028, 2, 20, tzinfo=UTC)
        assert renewing.open_renewal(row.id, at=at)
        assert told == [RenewalOpened(row, None, at)]
        assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 1

    def test_a_certificate_that_does_not_expire_is_never_due(self, trainee: Person) -> None:
        factories.certificate(trainee, months=None)
        assert renewing.due(datetime(2100, 1, 1, tzinfo=UTC)) == []


class TestRenewal:
    def test_the_refresher_renews_and_supersedes(
        self, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        renewing.open_renewal(certificate.id, at=WINDOW_OPENS)
        run = db.session.scalars(select(Enrolment).order_by(Enrolment.id.desc()).limit(1)).one()
        finish(run, at := datetime(2028, 1, 15, 4, 0, tzinfo=UTC))
        first, second = kept()
        assert (first, first.cycle, second.cycle) == (certificate, 1, 2)
        assert (second.enrolment_id, second.awarded_at) == (run.id, at)
        assert second.valid_until == date(2030, 3, 1)  # early within the window: nothing is lost
        assert second.snapshot["stages"] == first.snapshot["stages"]
        assert second.snapshot["programme_en"] == first.snapshot["programme_en"]
        assert (second.snapshot["score"], second.snapshot["issued_on"]) == ("90.00", "2028-01-15")
        assert state_of(first, date(2028, 1, 15), monkeypatch) is State.SUPERSEDED
        assert state_of(second, date(2028, 1, 15), monkeypatch) is State.VALID

    def test_after_the_grace_the_refresher_is_not_enough(
        self, certificate: Certificate, refresher: Programme
    ) -> None:
        run = factories.enrolment(certificate.person, refresher)
        finish(run, datetime(2028, 4, 2, tzinfo=UTC))
        assert kept() == [certificate]

    def test_who_holds_none_gets_none_by_the_refresher(
        self, certificate: Certificate, refresher: Programme
    ) -> None:
        finish(factories.enrolment(factories.person(), refresher), NOON)
        assert kept() == [certificate]

    def test_a_score_that_is_too_low_for_the_kind_awards_nothing_and_says_so(
        self, trainee: Person
    ) -> None:
        factories.certificate_definition("stage-1", score=85)
        run = factories.enrolment(trainee, factories.programme())
        for code in ("A-1", "A-2"):
            courses.finish_lesson(run.id, code, actor=trainee, at=NOON)
        courses.note_stage_passed(run.id, "stage-1", score=Fraction(84, 100), attempt_id=1, at=NOON)
        assert kept() == []
        noted = select(AuditEntry).filter_by(action="certificates.below-score")
        assert db.session.scalars(noted).one().detail["needed"] == 85

    def test_a_revoked_renewal_gives_the_earlier_one_its_place_back(
        self, certificate: Certificate, admin: Person, refresher: Programme,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        finish(factories.enrolment(certificate.person, refresher), WINDOW_OPENS)
        services.revoke(kept()[1].id, reason=RevocationReason.IRREGULARITY, actor=admin)
        assert state_of(certificate, date(2028, 1, 1), monkeypatch) is State.EXPIRING

    def test_the_pinned_version_keeps_its_window_whatever_is_published_later(
        self, certificate: Certificate
    ) -> None:
        lived = awarding.life_of(certificate)
        assert lived is not None
        assert (lived.opens, lived.grace_ends) == (date(2027, 12, 2), date(2028, 3, 31))


class TestReissue:
    def test_it_takes_the_place_and_keeps_what_it_proves(
        self, certificate: Certificate, admin: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with transaction():
            certificate.person.name = "Li Wei-Chen"
        at = NOON + timedelta(days=30)
        new = reissuing.reissue(certificate.id, reason=" name misspelt ", actor=admin, at=at)
        assert (new.cycle, new.reissue_of_id) == (2, certificate.id)
        assert (new.valid_until, new.version_id) == (
            certificate.valid_until,
            certificate.version_id,
        )
        assert (certificate.snapshot["name"], new.snapshot["name"]) == ("Li Wei", "Li Wei-Chen")
        assert new.snapshot["serial"] == new.serial != certificate.serial
        assert new.token in new.snapshot["verify_url"]
        assert state_of(certificate, date(2026, 5, 1), monkeypatch) is State.SUPERSEDED
        noted = db.session.scalars(
            select(AuditEntry).filter_by(action="certificates.reissued")
        ).one()
        assert noted.detail == {
            "serial": new.serial,
            "earlier": certificate.serial,
            "reason": "name misspelt",
        }
        assert db.session.scalars(
            select(RecordEntry).filter_by(verb="certificate-reissued")
        ).one().detail["earlier"] == certificate.serial  # fmt: skip
        assert db.session.scalar(select(Job).filter_by(key=queries.job_key(new.id))) is not None

    def test_the_run_is_not_awarded_twice_afterwards(
        self, certificate: Certificate, admin: Person
    ) -> None:
        reissuing.reissue(certificate.id, reason="x", actor=admin, at=NOON)
        run = db.session.get_one(Enrolment, certificate.enrolment_id)
        assert services.award("kept", run, stage=None, at=NOON) is certificate
        assert len(kept()) == 2

    def test_the_proof_is_revoked_under_every_name_it_was_issued_with(
        self, certificate: Certificate, admin: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        new = reissuing.reissue(certificate.id, reason="x", actor=admin, at=NOON)
        services.revoke(new.id, reason=RevocationReason.IRREGULARITY, actor=admin, at=NOON)
        for each in (certificate, new):
            assert state_of(each, date(2026, 5, 1), monkeypatch) is State.REVOKED
        revoked = select(RecordEntry).filter_by(verb="certificate-revoked")
        entries = db.session.scalars(revoked.order_by(RecordEntry.number)).all()
        assert [each.detail["serial"] for each in entries] == [new.serial, certificate.serial]

    def test_only_what_is_in_force(self, certificate: Certificate, admin: Person) -> None:
        new = reissuing.reissue(certificate.id, reason="x", actor=admin, at=NOON)
        with pytest.raises(NotInForceError):
            reissuing.reissue(certificate.id, reason="x", actor=admin, at=NOON)
        services.revoke(new.id, reason=RevocationReason.OTHER, actor=admin, at=NOON)
        with pytest.raises(NotInForceError):
            reissuing.reissue(new.id, reason="x", actor=admin, at=NOON)

    def test_who_may_and_why(self, certificate: Certificate, admin: Person) -> None:
        with pytest.raises(ReasonMissingError):
            reissuing.reissue(certificate.id, reason="  ", actor=admin, at=NOON)
        with pytest.raises(NotAllowedError):
            reissuing.reissue(certificate.id, reason="x", actor=certificate.person, at=NOON)
        elsewhere = factories.person(roles={Role.HR}, scope=factories.unit(name="Elsewhere"))
        with pytest.raises(NotFoundError):
            reissuing.reissue(certificate.id, reason="x", actor=elsewhere, at=NOON)
