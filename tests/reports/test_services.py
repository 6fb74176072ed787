"""Reports are made by jobs, stay as they were, and are written as files from what is stored."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import clock, deliverables, queue
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError, NotFoundError
from lms.core.queue import Job, JobState
from lms.courses.models import Programme
from lms.reports import cover, document, services
from lms.reports.errors import (
    PeriodTurnedError,
    RecommendationsChangedError,
    UnknownUnitError,
)
from lms.reports.models import ReportRun
from lms.reports.rules import Spec
from tests import factories
from tests.reports.history import course, enrolled, sits


@pytest.fixture
def programme(session: Session) -> Programme:
    row = course()
    for right in (5, 5, 5, 4, 4, 3, 2):
        sits(enrolled(row), right)
    return row


@pytest.fixture
def hr(programme: Programme) -> Person:
    return factories.person(name="Zhao Min", roles={Role.HR})


def work() -> None:
    """Run all jobs that are due."""
    while queue.run_one():
        pass


def made(actor: Person, spec: Spec | None = None) -> ReportRun:
    """Have a report made and return it."""
    job = services.request_report(spec or Spec("p", language="en"), actor=actor)
    work()
    db.session.refresh(job)
    assert job.result, job.last_error
    run_id = int(job.result["page"].removeprefix("/reports/"))
    return db.session.scalars(
        select(ReportRun).filter_by(id=run_id).options(undefer(ReportRun.figures))
    ).one()


class TestMaking:
    def test_a_job_computes_it_and_leads_to_its_page(self, hr: Person) -> None:
        run = made(hr)
        assert run.figures["total"]["first"] == 7
        assert run.title["en"].startswith("P · up to ")
        assert cover.of_run(run, hr.name).is_unchanged
        assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "reports.made"

    def test_it_stays_as_it_was_whatever_happens_after(
        self, hr: Person, programme: Programme
    ) -> None:
        run = made(hr)
        before, digest = dict(run.figures), run.digest
        sits(enrolled(programme), 1)
        other = made(hr)
        db.session.refresh(run)
        assert (dict(run.figures), run.digest) == (before, digest)
        assert other.figures["total"]["first"] == 8

    def test_a_second_try_of_the_job_gives_the_same(self, hr: Person, programme: Programme) -> None:
        asked_at = clock.now()
        job = services.request_report(Spec("p"), actor=hr, at=asked_at)
        claimed = queue.claim(at=asked_at)
        assert claimed
        queue.put_back(claimed, RuntimeError("killed"), at=asked_at)
        sits(enrolled(programme), 1, at=asked_at + timedelta(minutes=20))
        while queue.run_one(at=asked_at + timedelta(hours=1)):
            pass
        db.session.refresh(job)
        assert job.state is JobState.DONE
        run = db.session.scalars(select(ReportRun).options(undefer(ReportRun.figures))).one()
        assert run.figures["total"]["first"] == 7

    def test_two_clicks_are_one_job_and_a_third_one_later_is_another(self, hr: Person) -> None:
        one, two = (services.request_report(Spec("p"), actor=hr) for _ in range(2))
        assert one.id == two.id
        work()
        assert services.request_report(Spec("p"), actor=hr).id != one.id

    def test_what_does_not_fit_together_makes_no_job(self, hr: Person) -> None:
        with pytest.raises(PeriodTurnedError):
            services.request_report(
                Spec("p", since=date(2026, 3, 2), until=date(2026, 3, 1)), actor=hr
            )
        manager = factories.person(roles={Role.MANAGER}, scope=factories.unit())
        with pytest.raises(UnknownUnitError):
            services.request_report(Spec("p", unit=factories.unit().code), actor=manager)
        jobs = select(func.count(Job.id)).filter_by(name="reports.effectiveness")
        assert db.session.scalar(jobs) == 0

    def test_a_period_without_data_is_a_report_that_says_so(self, hr: Person) -> None:
        assert made(hr, Spec("p", until=date(2020, 1, 1))).figures["is_empty"]


class TestRecommendations:
    def test_hr_writes_them_and_the_figures_stay(self, hr: Person) -> None:
        run = made(hr)
        digest = run.digest
        services.save_recommendations(run.id, "More drills.", seen=0, actor=hr)
        db.session.refresh(run)
        assert (run.recommendations, run.recommendations_no) == ("More drills.", 1)
        assert run.digest == digest
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry
        assert entry.action == "reports.advised"
        assert entry.detail["changes"] == {"recommendations": ["", "More drills."]}

    @pytest.mark.parametrize("role", [Role.TRAINER, Role.MANAGER])
    def test_others_only_read(self, hr: Person, role: Role) -> None:
        run = made(hr)
        with pytest.raises(NotAllowedError):
            services.save_recommendations(
                run.id, "Mine.", seen=0, actor=factories.person(roles={role})
            )

    def test_of_two_who_write_at_once_the_second_is_told(self, hr: Person) -> None:
        run = made(hr)
        services.save_recommendations(run.id, "One", seen=0, actor=hr)
        with pytest.raises(RecommendationsChangedError):
            services.save_recommendations(run.id, "Two", seen=0, actor=hr)
        db.session.refresh(run)
        assert run.recommendations == "One"

    def test_outside_the_scope_there_is_no_report(self, hr: Person) -> None:
        run = made(hr)
        stranger = factories.person(roles={Role.HR}, scope=factories.unit())
        with pytest.raises(NotFoundError):
            services.save_recommendations(run.id, "X", seen=0, actor=stranger)
        with pytest.raises(NotFoundError):
            services.request_export(run.id, form="csv", language="en", actor=stranger)


class TestExport:
    @pytest.mark.parametrize(
        ("form", "begins"),
        [("csv", b"\xef\xbb\xbf"), ("json", b"{"), ("xlsx", b"PK"), ("pdf", b"%PDF")],
    )
    def test_the_file_waits_for_whoever_asked(self, hr: Person, form: str, begins: bytes) -> None:
        run = made(hr)
        job = services.request_export(run.id, form=form, language="zh", actor=hr)
        work()
        db.session.refresh(job)
        assert job.state is JobState.DONE, job.last_error
        (file,) = deliverables.of(hr.id)
        assert file.name.endswith(f".{form}")
        assert file.path.read_bytes().startswith(begins)
        assert (file.rows is None) == (form == "pdf")

    def test_a_renderer_that_dies_is_tried_again_and_the_report_stays(
        self, hr: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = made(hr)

        def die(_report: Any) -> bytes:
            raise MemoryError

        job = services.request_export(run.id, form="pdf", language="en", actor=hr)
        at = clock.now()
        with monkeypatch.context() as broken:
            broken.setattr(document, "render", die)
            for _ in range(queue.MAX_ATTEMPTS):
                at += timedelta(hours=1)
                assert queue.run_one(at=at)
        db.session.refresh(job)
        assert (job.state, job.token) == (JobState.DEAD, queue.MAX_ATTEMPTS)
        assert deliverables.of(hr.id) == []
        assert db.session.get_one(ReportRun, run.id).digest == run.digest
        again = services.request_export(run.id, form="pdf", language="en", actor=hr)
        assert again.id != job.id
