"""What happened to a certificate, and its PDF, is evidence: neither is changed nor deleted."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.admin.demo import clearing
from lms.certificates import reissuing, services
from lms.certificates.models import (
    Certificate,
    CertificateEvent,
    CertificatePdf,
    RevocationReason,
)
from lms.core.db import db, transaction
from lms.records.models import RecordEntry
from lms.records.rules import Verb
from tests import factories
from tests.factories import NOON


@pytest.fixture
def revoked(trainee: Person, admin: Person) -> Certificate:
    """With a file."""
    row = factories.certificate(trainee)
    with transaction() as session:
        session.add(CertificatePdf(certificate_id=row.id, content=b"%PDF-", made_at=NOON))
    services.revoke(row.id, reason=RevocationReason.OTHER, note="note", actor=admin, at=NOON)
    return row


@pytest.mark.usefixtures("revoked")
class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            update(CertificateEvent).values(note="another"),
            delete(CertificateEvent),
            update(CertificatePdf).values(content=b"another"),
            delete(CertificatePdf),
        ],
    )
    def test_neither_changed_nor_deleted(self, session: Session, statement: object) -> None:
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(statement)  # type: ignore[call-overload]
        assert session.scalars(select(CertificateEvent)).one().note == "note"
        assert session.scalars(select(CertificatePdf)).one().content == b"%PDF-"

    @pytest.mark.parametrize("table", ["certificate_event", "certificate_pdf"])
    def test_nor_emptied(self, session: Session, table: str) -> None:
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite knows no TRUNCATE")
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(f"TRUNCATE {table}"))


def test_only_the_demo_goes_whole(revoked: Certificate, trainee: Person, session: Session) -> None:
    with transaction():
        trainee.is_demo = True
    assert revoked.id
    assert clearing.clear() == 1
    session.expunge_all()
    assert session.scalars(select(CertificateEvent)).all() == []
    assert session.scalars(select(CertificatePdf)).all() == []
    assert session.scalars(select(Certificate.id)).all() == []
    other = factories.certificate(factories.person())
    with transaction():
        session.add(CertificatePdf(certificate_id=other.id, content=b"%PDF-", made_at=NOON))
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(delete(CertificatePdf))  # the triggers are on again


def test_the_record_has_every_issue_that_was_revoked(trainee: Person, admin: Person) -> None:
    first = factories.certificate(trainee)
    second = reissuing.reissue(first.id, reason="misspelt", actor=admin, at=NOON)
    services.revoke(second.id, reason=RevocationReason.IRREGULARITY, note="", actor=admin, at=NOON)
    entries = db.session.scalars(
        select(RecordEntry).filter_by(verb=Verb.CERTIFICATE_REVOKED).order_by(RecordEntry.number)
    ).all()
    assert [each.detail["serial"] for each in entries] == [second.serial, first.serial]
    assert {(each.person_id, each.actor_id, each.detail["reason"]) for each in entries} == {
        (trainee.id, admin.id, "irregularity")
    }
