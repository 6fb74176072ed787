"""The PDF of a certificate: made once, kept as bytes."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import document, jobs, queries
from lms.certificates.models import Certificate, CertificatePdf
from lms.config import PROJECT
from lms.core import keys, pdf, queue, storage
from lms.core.db import db, transaction
from lms.core.queue import Job, JobState
from tests import factories
from tests.browser import sign_in
from tests.conftest import new_app
from tests.factories import NOON


@pytest.fixture
def certificate(trainee: Person) -> Certificate:
    return factories.certificate(trainee)


def test_the_queue_makes_it_from_the_snapshot_and_keeps_it_with_its_hash(
    certificate: Certificate,
) -> None:
    pytest.importorskip("weasyprint")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")
    assert queue.run_one(at=NOON)
    content = queries.pdf_of(certificate.id)
    assert content is not None
    assert content.startswith(b"%PDF-")
    assert certificate.pdf_sha256 == storage.sha256(content)


def test_what_was_made_is_never_made_again(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (jobs.Made(each, None, "f" * 64) for each in (b"first", b"second"))
    monkeypatch.setattr(jobs, "make", lambda *_, **__: first)
    with transaction():
        jobs.render(certificate.id)()
    monkeypatch.setattr(jobs, "make", lambda *_, **__: second)
    with transaction():
        jobs.render(certificate.id)()
    assert queries.pdf_of(certificate.id) == b"first"
    assert len(db.session.scalars(select(CertificatePdf)).all()) == 1


def test_a_renderer_that_dies_is_tried_once_more_and_the_certificate_is_valid_meanwhile(
    client: FlaskClient, certificate: Certificate, trainee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(document, "render", die)
    assert queue.run_one(at=NOON)
    job = db.session.scalars(select(Job).filter_by(name="certificates.render")).one()
    assert (job.state, job.last_error) == (JobState.WAITING, "MemoryError()")
    sign_in(client, trainee)
    page = client.get(f"/certificates/{certificate.id}.pdf")
    assert page.status_code == 202
    assert "is being made" in page.text
    public = client.get(f"/v/{certificate.serial}?t={certificate.token}")
    assert "This certificate is genuine" in public.text

    assert queue.run_one(at=NOON + timedelta(minutes=1))
    db.session.refresh(job)
    assert job.state is JobState.DEAD
    page = client.get(f"/certificates/{certificate.id}.pdf")
    assert "could not be made" in page.text
    client.post(f"/certificates/{certificate.id}/pdf")
    assert "is being made" in client.get(f"/certificates/{certificate.id}.pdf").text


ALONE = """
import sys
from pathlib import Path
from lms.config import Settings
from lms.core.db import Base, db
from lms.factory import create_app
folder = Path(sys.argv[1])
app = create_app(Settings(data_dir=folder, secret_key="x" * 32, database_url="sqlite:///" + sys.argv[2]))
with app.app_context():
    Base.metadata.create_all(db.engine)
    from tests import factories
    row = factories.certificate(factories.person())
    client = app.test_client()
    for path in ("", ".json"):
        assert client.get(f"/v/{row.serial}{path}?t={row.token}").status_code == 200
    assert client.get("/verify").status_code == client.get("/issuer").status_code == 200
heavy = {"cryptography", "pyhanko", "asn1crypto", "pyld", "weasyprint", "pikepdf", "PIL", "zxingcpp"}
print(sorted(heavy & sys.modules.keys()))
"""


def test_the_web_process_never_loads_what_only_jobs_need(tmp_path: Path) -> None:
    with new_app(tmp_path, "sqlite://") as app, app.app_context():
        keys.ensure()  # as the first start does, in a process of its own
    done = subprocess.run(  # noqa: S603  our own interpreter and script
        [sys.executable, "-c", ALONE, str(tmp_path), str(tmp_path / "lms.sqlite")],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr
