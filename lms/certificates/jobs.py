"""Deferred work on certificates."""

from sqlalchemy import select

from lms.certificates import document
from lms.certificates.models import Certificate, CertificatePdf
from lms.core import clock, storage
from lms.core.db import db
from lms.core.queue import Effect, handler


@handler("certificates.render")
def render(certificate_id: int) -> Effect:
    """Render the PDF from the snapshot; the effect keeps its bytes and its hash."""
    printed = select(Certificate.snapshot).filter_by(id=certificate_id)
    snapshot = db.session.scalars(printed).one()
    db.session.rollback()  # the read is over: rendering takes a while and should hold nothing
    content = document.render(snapshot)

    def keep() -> None:
        certificate = db.session.get_one(Certificate, certificate_id)
        if certificate.pdf_sha256 is not None:
            return  # made by an earlier job: what was handed out stays as it was
        certificate.pdf_sha256 = storage.sha256(content)
        db.session.add(
            CertificatePdf(certificate_id=certificate_id, content=content, made_at=clock.now())
        )

    return keep
