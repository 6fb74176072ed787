"""A renderer that dies, and one that hangs: tried once more, then a person is told."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import document
from lms.config import PROJECT
from lms.core import queue
from lms.core.db import db
from lms.core.queue import Job, JobState
from lms.notifications.models import Message
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON

HANGS = """
import sys, time
from datetime import timedelta
from pathlib import Path
from lms.certificates import document
from lms.config import Settings
from lms.core import clock, queue
from lms.core.db import Base, db
from lms.factory import create_app
folder, step = Path(sys.argv[1]), sys.argv[2]
app = create_app(Settings(data_dir=folder, secret_key="x" * 32, database_url=f"sqlite:///{folder}/lms.sqlite"))
with app.app_context():
    if step == "first":
        Base.metadata.create_all(db.engine)
        from lms.accounts.rules import Role
        from tests import factories
        factories.person(roles={Role.ADMIN}, unit=None)
        factories.certificate(factories.person())
    document.SECONDS = 1
    document.render = lambda *_: time.sleep(3600)
    # Each lease has ended by the next step.
    ahead = {"first": 0, "second": 10, "third": 20}[step]
    queue.run_one(at=clock.now() + timedelta(minutes=ahead))
    from lms.core.queue import Job
    from lms.notifications.models import Message
    from sqlalchemy import select
    from lms.certificates.models import Certificate
    job = db.session.scalars(select(Job).filter_by(name="certificates.render")).one()
    mail = db.session.scalars(select(Message)).one()
    row = db.session.scalars(select(Certificate)).one()
    page = app.test_client().get(f"/v/{row.serial}?t={row.token}", headers={"Accept-Language": "en"}).text
    print(job.state, job.token, mail.person_id == 1, row.serial in mail.subject, "is genuine" in page)
"""


def test_one_that_dies_twice_is_told_to_the_administrators_and_shown_in_health(
    client: FlaskClient, admin: Person, trainee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> bytes:
        raise MemoryError

    certificate = factories.certificate(trainee)
    monkeypatch.setattr(document, "render", die)
    assert queue.run_one(at=NOON)
    assert db.session.scalars(select(Message)).all() == []
    assert queue.run_one(at=NOON + timedelta(minutes=1))
    job = db.session.scalars(select(Job).filter_by(name="certificates.render")).one()
    assert job.state is JobState.DEAD

    told = db.session.scalars(select(Message)).one()
    assert told.person_id == admin.id
    assert certificate.serial in told.subject
    assert "The certificate is valid" in told.body
    assert "MemoryError" in told.body

    sign_in(client, admin)
    assert "The PDF of 1 certificate could not be made" in client.get("/admin/health").text
    monkeypatch.undo()


def test_other_jobs_that_fail_are_not_told_in_this_way(
    admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert admin.roles

    def die(**_: object) -> queue.Effect:
        raise MemoryError

    monkeypatch.setitem(queue._handlers, "notifications.send", die)  # noqa: SLF001
    queue.enqueue("notifications.send", key="x", run_at=NOON, message_id=0)
    for minutes in range(0, 600, 60):
        queue.run_one(at=NOON + timedelta(minutes=minutes))
    assert db.session.scalars(select(Job)).one().state is JobState.DEAD
    assert db.session.scalars(select(Message)).all() == []


def test_one_that_hangs_is_ended_tried_once_more_and_told(tmp_path: Path) -> None:
    def run(step: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603  our own interpreter and script
            [sys.executable, "-c", HANGS, str(tmp_path), step],
            cwd=PROJECT,
            check=False,
            capture_output=True,
            text=True,
        )

    for step in ("first", "second"):
        ended = run(step)
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert "Timeout" in ended.stderr  # where it hung
    third = run("third")
    assert third.stdout.split() == ["dead", "2", "True", "True", "True"], third.stderr
