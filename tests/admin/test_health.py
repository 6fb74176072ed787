import dataclasses
import html
import os
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.accounts import people
from lms.accounts.models import Person
from lms.admin import health
from lms.core import clock, queue
from lms.core.db import db
from lms.core.queue import Job, JobState
from lms.notifications.models import Message
from tests.browser import sign_in
from tests.factories import NOON
from tests.statements import counted


def change_settings(app: Flask, monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    changed = dataclasses.replace(app.config["SETTINGS"], **values)
    monkeypatch.setitem(app.config, "SETTINGS", changed)


def test_the_process_answers_without_asking_the_database(client: FlaskClient) -> None:
    with counted() as statements:
        reply = client.get("/healthz")
    assert (reply.status_code, reply.get_json()) == (200, {"status": "ok"})
    assert statements == []


class TestReady:
    def test_when_everything_is_there(self, client: FlaskClient) -> None:
        reply = client.get("/readyz")
        assert (reply.status_code, reply.get_json()) == (200, {"status": "ok"})

    @pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="the server is not ours to stop")
    def test_not_when_the_database_is_away(self, empty_app: Flask, tmp_path: Path) -> None:
        (tmp_path / "lms.sqlite").mkdir()
        reply = empty_app.test_client().get("/readyz")
        assert (reply.status_code, reply.get_json()["problems"]) == (503, ["database"])

    def test_not_when_the_database_is_older_than_the_release(
        self, client: FlaskClient, session: Session
    ) -> None:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES ('from-another-time')"))
        session.commit()
        assert client.get("/readyz").get_json()["problems"] == ["migrations"]

    def test_not_when_the_disk_is_nearly_full(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usage = shutil.disk_usage("/")._replace(total=100, free=2)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
        assert client.get("/readyz").get_json()["problems"] == ["disk space"]

    def test_not_when_nothing_can_be_written(
        self, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change_settings(app, monkeypatch, data_dir=Path("/proc"))
        assert "data directory" in client.get("/readyz").get_json()["problems"]


class TestThePage:
    @pytest.fixture
    def signed_in(self, client: FlaskClient, admin: Person) -> FlaskClient:
        sign_in(client, admin)
        return client

    def test_names_versions_and_settings_but_no_secret(
        self, app: Flask, signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change_settings(
            app,
            monkeypatch,
            secret_key="a" * 40,
            database_url="postgresql+psycopg://lms:hidden1@db/lms",
            mail_server="smtps://lms:hidden2@mail",
        )
        page = signed_in.get("/admin/health").text
        for shown in ("LMS_SECRET_KEY", "LMS_DATA_DIR", "postgresql+psycopg://lms:", "Flask"):
            assert shown in page
        for hidden in ("a" * 40, "hidden1", "hidden2"):
            assert hidden not in page

    def test_warns_when_there_is_no_tls(
        self, app: Flask, signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "without TLS" in signed_in.get("/admin/health").text
        change_settings(app, monkeypatch, public_url="https://lms.example")
        assert "without TLS" not in signed_in.get("/admin/health").text

    def test_warns_of_a_library_that_can_damage_the_database(
        self, signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if db.engine.dialect.name != "sqlite":
            pytest.skip("about SQLite")
        monkeypatch.setattr(health, "SAFE_SQLITE", (99, 0, 0))
        assert "can damage a database" in signed_in.get("/admin/health").text

    @pytest.mark.parametrize("seconds", [7200, -7200])
    def test_says_that_the_clock_was_set_and_what_to_do(
        self, signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch, seconds: int
    ) -> None:
        assert "clock was set" not in signed_in.get("/admin/health").text
        monkeypatch.setattr(clock, "drift", lambda: float(seconds))
        page = html.unescape(signed_in.get("/admin/health").text)
        found = re.search(
            r"clock was set by ([+-]\d+) seconds .* The machine says \d.* (\d\d:\d\d:\d\d); "
            r"the site goes on with \d.* (\d\d:\d\d:\d\d), .* restart Stairway",
            page,
        )
        assert found is not None
        assert int(found[1]) == seconds
        hours = (int(found[2][:2]) - int(found[3][:2])) % 24
        assert hours == seconds // 3600 % 24
        assert found[2][2:] == found[3][2:]

    def test_says_it_in_chinese_too(
        self, signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock, "drift", lambda: -60.4)
        signed_in.set_cookie("lang", "zh")
        assert "服务器时钟被调整了-60秒" in signed_in.get("/admin/health").text

    def test_names_what_is_missing_for_certificates(
        self, signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lms.core.pdf.check", lambda: ["libpango-1.0-0"])
        assert "this host lacks libpango-1.0-0" in signed_in.get("/admin/health").text

    def test_shows_jobs_that_were_given_up_and_links_to_pass_on(
        self, signed_in: FlaskClient, admin: Person, trainee: Person, session: Session
    ) -> None:
        link = people.invite(trainee, actor=admin)
        job = queue.enqueue("certificates.render", key="k", run_at=NOON)
        job.state, job.last_error = JobState.DEAD, "OSError('no printer')"
        session.commit()
        page = signed_in.get("/admin/health").text
        assert "no printer" in page
        assert link in page


class TestTryingAgain:
    @pytest.fixture
    def signed_in(self, client: FlaskClient, admin: Person) -> FlaskClient:
        sign_in(client, admin)
        return client

    def test_a_job_that_was_given_up_runs_from_its_first_try(
        self, signed_in: FlaskClient, session: Session
    ) -> None:
        job = queue.enqueue("certificates.render", key="k", run_at=NOON)
        job.state, job.last_error, job.token = JobState.DEAD, "OSError('no printer')", 5
        session.commit()
        address = f"/admin/health/jobs/{job.id}/retry"
        assert address in signed_in.get("/admin/health").text
        assert signed_in.post(address).status_code in {302, 303}
        session.expire_all()
        again = session.get_one(Job, job.id)
        assert (again.state, again.token, again.last_error) == (JobState.WAITING, 0, None)
        assert signed_in.post(address).status_code == 404  # it waits already
        assert "Job tried again" in signed_in.get("/admin/audit").text

    def test_mails_that_were_not_sent_are_sent_again(
        self,
        app: Flask,
        signed_in: FlaskClient,
        admin: Person,
        trainee: Person,
        session: Session,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        change_settings(app, monkeypatch, mail_server="smtp://mail.example")
        people.invite(trainee, actor=admin)
        message = session.scalars(select(Message)).one()
        job = session.scalars(select(Job).filter_by(name="notifications.send")).one()
        message.last_error, job.state, job.token = "refused", JobState.DEAD, 5
        session.commit()
        assert "Send the mails again" in signed_in.get("/admin/health").text
        signed_in.post("/admin/health/mails/retry")
        assert "1 mail is tried again." in signed_in.get("/admin/health").text
        assert job.state is JobState.WAITING

    def test_is_for_administrators(self, client: FlaskClient, trainee: Person) -> None:
        sign_in(client, trainee)
        assert client.post("/admin/health/mails/retry").status_code == 403


def test_the_size_of_the_database_is_known(session: Session) -> None:
    assert health.database_bytes() > 0
