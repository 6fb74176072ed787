"""Long work shows how far it is, and its result belongs to whoever asked for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import clock, deliverables, queue
from lms.core.db import transaction
from lms.core.disk import NoRoomForFilesError
from lms.core.queue import Effect, Job, JobState, handler, note_progress
from tests import factories
from tests.browser import sign_in

CONTENT = "姓名,成绩\n".encode()


@pytest.fixture
def job(trainee: Person) -> Job:
    """A job that makes a file of two rows, and says so on the way."""

    @handler("test.export")
    def export(person_id: int) -> Effect:
        for done in range(3):
            note_progress(done, 2)
        stored = deliverables.write(CONTENT)

        def keep() -> Mapping[str, Any]:
            row = deliverables.add(
                stored, owner_id=person_id, name="培训记录.csv", mime="text/csv", rows=2
            )
            return {"deliverable": row.id}

        return keep

    return queue.enqueue("test.export", key="e1", owner_id=trainee.id, person_id=trainee.id)


def test_the_page_shows_the_way_from_waiting_to_the_file(
    client: FlaskClient, trainee: Person, job: Job
) -> None:
    sign_in(client, trainee)
    page = client.get(f"/work/{job.id}")
    assert page.status_code == 202
    assert "Waiting for its turn" in page.text
    assert queue.run_one()
    assert (job.steps_done, job.steps_total, job.state) == (2, 2, JobState.DONE)
    page = client.get(f"/work/{job.id}")
    assert page.status_code == 200
    assert "2 rows" in page.text
    file = client.get(f"/downloads/{(job.result or {})['deliverable']}")
    assert file.data == CONTENT
    assert "UTF-8''%E5%9F%B9" in file.headers["Content-Disposition"]
    assert "培训记录.csv" in client.get("/downloads").text


def test_nobody_else_sees_the_work_or_its_file(client: FlaskClient, job: Job) -> None:
    assert queue.run_one()
    sign_in(client, factories.person())
    assert client.get(f"/work/{job.id}").status_code == 404
    assert client.get(f"/downloads/{(job.result or {})['deliverable']}").status_code == 404


def test_a_file_expires_and_is_swept_away(
    client: FlaskClient, trainee: Person, job: Job, session: Session
) -> None:
    assert queue.run_one()
    row = deliverables.of(trainee.id)[0]
    path = row.path
    row.expires_at = clock.now() - timedelta(seconds=1)
    session.commit()
    sign_in(client, trainee)
    assert client.get(f"/downloads/{row.id}").status_code == 404
    deliverables.sweep()
    assert path.exists()  # a file that no row speaks of is kept for a day
    assert deliverables.of(trainee.id) == []
    assert job.state is JobState.DONE


def test_work_that_failed_says_so(client: FlaskClient, trainee: Person, job: Job) -> None:
    with transaction():
        job.state = JobState.DEAD
    sign_in(client, trainee)
    assert "This could not be finished" in client.get(f"/work/{job.id}").text


def test_who_lost_the_lease_is_told_to_stop(trainee: Person) -> None:
    told = []

    @handler("test.slow")
    def slow() -> Effect:
        queue.claim(at=clock.now() + queue.LEASE + timedelta(seconds=1))  # by another worker
        with pytest.raises(queue.LeaseLostError):
            note_progress(1, 2)
        told.append(1)
        return lambda: None

    job = queue.enqueue("test.slow", key="s1", owner_id=trainee.id)
    assert queue.run_one()
    assert told == [1]
    assert job.state is JobState.CLAIMED


@pytest.mark.parametrize(("language", "words"), [("zh", "磁盘空间即将用尽"), ("en", "almost full")])
def test_work_that_a_rule_refuses_says_why_at_once_and_in_ones_language(
    client: FlaskClient, trainee: Person, language: str, words: str
) -> None:
    @handler("test.refused")
    def refused() -> Effect:
        raise NoRoomForFilesError

    job = queue.enqueue("test.refused", key="r1", owner_id=trainee.id)
    assert queue.run_one()
    assert (job.state, job.last_error) == (JobState.DEAD, "no-room-for-files")
    sign_in(client, trainee)
    client.get(f"/language/{language}")
    assert words in client.get(f"/work/{job.id}").text
