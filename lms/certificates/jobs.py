"""Deferred work on certificates."""

from dataclasses import dataclass
from datetime import datetime

from lms.certificates import credential, document, issuer, queries
from lms.certificates.models import Certificate, CertificatePdf
from lms.certificates.queries import Printable
from lms.core import clock, keys, pdf, pdf_signing, storage, watchdog
from lms.core.db import db
from lms.core.keys import Kind
from lms.core.queue import Effect, handler

CREDENTIAL = "credential.json"
DESCRIPTION = "Open Badges 3.0 AchievementCredential of this certificate"
SECONDS = 90
"""A renderer that takes longer hangs."""
REASON = "签发证书 · Certificate issued"


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one certificate, signed."""

    content: bytes
    credential: str | None
    signed_by: str


@handler("certificates.render", attempts=2)
def render(certificate_id: int) -> Effect:
    """Sign the credential and the PDF with it inside; the effect keeps them and the hash."""
    printable = queries.printable(certificate_id)
    db.session.rollback()  # the read is over: rendering takes a while and should hold nothing
    with watchdog.ends_within(SECONDS):
        made = make(printable, at=clock.now())
    return lambda: keep(certificate_id, made)


def make(printable: Printable, *, at: datetime) -> Made:
    """Return the files of a certificate, made from what it was awarded with.

    Raises:
        PdfError: it cannot be printed, or is not signed as it should be.
        KeysLockedError: see `lms.core.keys.secret_of`.
    """
    proof = _credential(printable, at)
    attached = [pdf.Attachment(CREDENTIAL, proof.encode(), DESCRIPTION, at)] if proof else []
    key = keys.current(Kind.SIGNER)
    bare = document.render(printable.snapshot, attached)
    content = pdf_signing.certify(bare, key, reason=REASON)
    if pdf_signing.examine(content, [key]).verdict != "valid":
        raise pdf.PdfError("the signature does not hold")
    return Made(content, proof, key.public)


def keep(certificate_id: int, made: Made) -> None:
    """Keep the files, unless others were kept before: what was handed out stays as it was."""
    certificate = db.session.get_one(Certificate, certificate_id)
    if certificate.pdf_sha256 is not None:
        return
    certificate.pdf_sha256 = storage.sha256(made.content)
    db.session.add(
        CertificatePdf(
            certificate_id=certificate_id,
            content=made.content,
            credential=made.credential,
            signed_by=made.signed_by,
            made_at=clock.now(),
        )
    )


def _credential(printable: Printable, at: datetime) -> str | None:
    owner, list_id, index = printable.issuer, printable.status_list_id, printable.status_index
    if owner is None or list_id is None or index is None:
        return None
    if (key := issuer.key_of(owner)) is None:
        raise keys.KeysLockedError(owner)
    facts = credential.Facts(
        code=printable.code,
        awarded_at=printable.awarded_at,
        valid_until=printable.valid_until,
        issuer=owner,
        list_id=list_id,
        index=index,
    )
    return credential.signed(credential.compose(printable.snapshot, facts), key, at=at)
