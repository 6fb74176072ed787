"""Backups that nobody has to think of, and what an administrator sees of them."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.admin.backup import creating, jobs, services
from lms.admin.backup.creating import Report
from lms.admin.backup.errors import Finding
from lms.core import audit, clock, queue, worker
from lms.core.db import db
from lms.core.queue import Job, JobState
from tests.admin.backup import sites
from tests.browser import sign_in
from tests.factories import NOON

HOUR = timedelta(hours=1)
THREE = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
"""Three in the morning of the next day in Shanghai."""


def at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> list[str]:
    """Run the chore at an instant; return the keys of the jobs that there are then."""
    monkeypatch.setattr(clock, "now", lambda: instant)
    jobs.plan()
    return list(db.session.scalars(select(Job.key).filter_by(name="admin.backup")))


def begun(instant: datetime) -> None:
    audit.note("content.imported", kind="content", object_id="all", actor_id=None, at=instant)


def good(instant: datetime) -> Report:
    summary = {"people": 3, "attempts": 2, "certificates": 1}
    return Report(instant, instant, Path("/b/stairway.tar"), 10**6, "0" * 64, [], summary)


@pytest.mark.usefixtures("session")
class TestTheNight:
    def test_comes_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begun(NOON)
        assert at(monkeypatch, NOON) == []
        assert at(monkeypatch, THREE - HOUR) == []
        assert at(monkeypatch, THREE) == ["admin.backup:2026-03-03"]
        assert at(monkeypatch, THREE + HOUR) == ["admin.backup:2026-03-03"]
        services.note_run(good(THREE + HOUR), actor_id=None)
        assert len(at(monkeypatch, THREE + 23 * HOUR)) == 1
        assert len(at(monkeypatch, THREE + 24 * HOUR)) == 2

    def test_that_was_slept_through_is_made_up_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begun(NOON)
        assert at(monkeypatch, THREE + 31 * HOUR) == ["admin.backup:2026-03-04"]

    def test_is_quiet_on_a_new_site(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert at(monkeypatch, THREE) == []
        begun(THREE + HOUR)
        assert at(monkeypatch, THREE + 2 * HOUR) == []

    def test_can_be_switched_off(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        begun(NOON)
        off = dataclasses.replace(app.config["SETTINGS"], backup_at=-1)
        monkeypatch.setitem(app.config, "SETTINGS", off)
        assert at(monkeypatch, THREE) == []


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Flask]:
    with sites.new_site(tmp_path / "site") as app:
        sites.fill()
        yield app


def test_the_job_makes_a_backup_and_leads_to_the_health_page(filled: Flask) -> None:
    job_id = queue.enqueue("admin.backup", key="admin.backup:now").id
    worker.work(Event(), until_empty=True)
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.result) == (JobState.DONE, {"page": "/admin/health#backup"})
    assert job.steps_total == creating.STEPS
    assert len(list(creating.folder().glob("*.tar"))) == 1


class TestTheHealthPage:
    @pytest.fixture
    def signed_in(self, client: FlaskClient, admin: Person) -> FlaskClient:
        sign_in(client, admin)
        return client

    def test_says_that_there_is_none_and_warns_after_two_days(self, signed_in: FlaskClient) -> None:
        assert "None was made yet" in signed_in.get("/admin/health").text
        begun(clock.now() - timedelta(days=1))
        assert "more than two days" not in signed_in.get("/admin/health").text
        begun(clock.now() - timedelta(days=3))
        assert "more than two days" in signed_in.get("/admin/health").text

    def test_shows_the_last_one_that_was_restored(self, signed_in: FlaskClient) -> None:
        services.note_run(good(clock.now()), actor_id=None)
        page = signed_in.get("/admin/health").text
        assert "/b/stairway.tar" in page
        assert "2 attempts" in page
        assert "more than two days" not in page
        signed_in.set_cookie("lang", "zh")
        assert "/b/stairway.tar" in signed_in.get("/admin/health").text

    def test_a_failure_does_not_hide_the_one_before(self, signed_in: FlaskClient) -> None:
        now = clock.now()
        services.note_run(good(now - timedelta(days=3)), actor_id=None)
        finding: Finding = ("chain", {"person": 7})
        failed = dataclasses.replace(good(now), findings=[finding])
        services.note_run(failed, actor_id=None)
        page = signed_in.get("/admin/health").text
        assert "The training record of person 7" in page
        assert "more than two days" in page
        assert "/b/stairway.tar" in page

    def test_has_a_button_that_makes_one(self, signed_in: FlaskClient, admin: Person) -> None:
        reply = signed_in.post("/admin/backups")
        (job,) = db.session.scalars(select(Job).filter_by(name="admin.backup"))
        assert reply.location == f"/work/{job.id}"
        assert job.owner_id == admin.id
        assert "Backup" in signed_in.get(reply.location).text
