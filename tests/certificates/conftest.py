"""A certificate that was earned, with its files."""

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import queries, templates
from lms.certificates.models import Certificate
from lms.certificates.template_models import CertificateTemplate
from lms.core import clock, keys, pdf, queue
from lms.core.db import db
from lms.courses import services as courses
from tests import factories


@pytest.fixture
def own_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of signing keys for one test: other tests share one, and a bought key would stay."""
    monkeypatch.setattr(keys, "folder", lambda: tmp_path / "keys")


@pytest.fixture
def certificate(session: Session) -> Certificate:
    """Earned through the services: lessons read, exam passed, files made by the queue."""
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")
    holder = factories.person(name="张思远", latin_name="Zhang Siyuan")
    factories.certificate_definition(prefix="LT1")
    run = factories.enrolment(holder, factories.programme())
    at = clock.now()
    for code in ("A-1", "A-2"):
        courses.finish_lesson(run.id, code, actor=holder, at=at)
    courses.note_stage_passed(run.id, "stage-1", score=Fraction(5, 6), attempt_id=1, at=at)
    for _ in range(2):  # its files, then the status list
        assert queue.run_one(at=clock.now() + timedelta(seconds=1))
    return db.session.scalars(select(Certificate)).one()


@pytest.fixture
def file(certificate: Certificate, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(queries.pdf_of(certificate.id) or b"")
    return path


@pytest.fixture
def credential(certificate: Certificate) -> str:
    files = queries.files_of(certificate.id)
    assert files is not None
    assert files.credential is not None
    return files.credential


@pytest.fixture
def hr(session: Session) -> Person:
    return factories.with_password(factories.person(roles={Role.HR}, unit=None))


@pytest.fixture
def template(hr: Person) -> CertificateTemplate:
    return templates.start("modern", "Blue 2026", actor=hr)
