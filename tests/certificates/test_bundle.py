"""The zip of a list: who cannot be printed takes nothing from the others."""

from collections.abc import Sequence
from datetime import timedelta
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.certificates import queries, services
from lms.certificates.models import Certificate
from lms.core import clock, deliverables, pdf, queue
from lms.core.db import db
from lms.core.queue import Job, JobState
from tests import factories
from tests.browser import sign_in


@pytest.fixture(autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


def issue(admin: Person, names: Sequence[str]) -> tuple[Sequence[Certificate], Job]:
    factories.certificate_definition(prefix="LT1")
    people = [factories.person(name=name) for name in names]
    version = factories.programme()
    for each in people:
        factories.enrolment(each, version)
    lines = [str(each.staff_no) for each in people]
    issued, job = services.issue("stage-1", lines, reason="On paper", actor=admin)
    assert job is not None
    for hours in (1, 3):
        at = clock.now() + timedelta(hours=hours)
        while queue.run_one(at=at):
            pass
    db.session.expire_all()
    return issued, job


def unpacked(admin: Person) -> dict[str, bytes]:
    (made,) = deliverables.of(admin.id)
    with ZipFile(made.path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_one_name_that_cannot_be_printed(client: FlaskClient, admin: Person) -> None:
    issued, job = issue(admin, ["Anna Bee", "עדי", "张思远"])
    assert (job.state, job.last_error) == (JobState.DONE, None)
    assert job.result is not None
    assert job.result["left_out"] == 1
    files = unpacked(admin)
    said = files.pop("missing.txt").decode()
    assert sorted(files.values()) == sorted(
        content for each in issued if (content := queries.pdf_of(each.id))
    )
    assert len(files) == 2
    lost = next(each for each in issued if each.snapshot["name"] == "עדי")
    assert f"{lost.serial}  עדי" in said
    assert "could not be made" in said
    assert "未能生成" in said
    assert all(each.serial not in said for each in issued if each is not lost)
    sign_in(client, admin)
    page = client.get(f"/work/{job.id}").text
    assert "1 PDF could not be made and is not in it" in page
    assert "2 rows" in page


def test_where_nothing_can_be_printed_the_file_says_so(admin: Person) -> None:
    _issued, job = issue(admin, ["עדי"])
    assert job.state is JobState.DONE
    assert list(unpacked(admin)) == ["missing.txt"]


def test_where_all_can_be_printed_nothing_is_said(client: FlaskClient, admin: Person) -> None:
    _issued, job = issue(admin, ["Anna Bee"])
    assert "missing.txt" not in unpacked(admin)
    sign_in(client, admin)
    assert "could not be made" not in client.get(f"/work/{job.id}").text


def test_a_renderer_that_dies_is_no_name_that_cannot_be_printed(
    admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("lms.certificates.document.render", die)
    _issued, job = issue(admin, ["Anna Bee"])
    assert job.state is JobState.DEAD
