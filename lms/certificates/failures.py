"""What is told when a certificate cannot be printed. It is valid all the same."""

from datetime import datetime

from flask_babel import LazyString, lazy_gettext as _

from lms.accounts import queries as accounts
from lms.certificates.document import NoGlyphError
from lms.certificates.models import Certificate
from lms.core import keys, site
from lms.core.db import db
from lms.core.keys import Kind
from lms.core.queue import JobGivenUp
from lms.notifications import services as notifications

RENDER = "certificates.render"
_MOST = 300
"""Characters of what a renderer said: enough to search for."""


def on_job_given_up(event: JobGivenUp) -> None:
    """Tell the administrators that a PDF was not made, after its second try."""
    if event.name != RENDER:
        return
    certificate = db.session.get(Certificate, event.payload.get("certificate_id", 0))
    if certificate is None:
        return
    if event.error.startswith(keys.SignerExpiredError.__name__):
        # Everything that is earned until there is another waits for the same: one mail a day.
        signer = keys.current(Kind.SIGNER).name
        _tell(f"certificates.signer-expired:{signer}:{event.at:%Y%m%d}", *_of_signer(), event.at)
        return
    about = f"certificates.failed:{event.job_id}:{event.at:%Y%m%d%H%M%S%f}"
    words = {
        "serial": certificate.serial,
        "error": event.error[:_MOST],
        "address": f"{site.settings().base_url}/admin/health",
    }
    body = (
        _of_characters(words)
        if event.error.startswith(NoGlyphError.__name__)
        else _of_renderer(words)
    )
    subject = _("A certificate could not be printed: %(serial)s", **words)
    _tell(about, subject, body, event.at)


def _tell(about: str, subject: LazyString, body: LazyString, at: datetime) -> None:
    for person in accounts.administrators_to_tell():
        notifications.tell(person, key=f"{about}:{person.id}", subject=subject, body=body, at=at)


def _of_signer() -> tuple[LazyString, LazyString]:
    address = f"{site.settings().base_url}/certificates/keys"
    return _("PDFs of certificates wait for another signer"), _(
        "The certificate that signs PDFs has expired, so no PDF of a certificate is made.\n\n"
        "The certificates are valid, and everyone can check them; only their files are missing.\n\n"
        "Upload another one, or sign with a key of our own (flask certificates keys rotate "
        "--replace-bought). The files that wait are made then, by themselves: %(address)s",
        address=address,
    )


def _of_characters(words: dict[str, str]) -> LazyString:
    return _(
        "The PDF of certificate %(serial)s could not be made: no font of the certificates has "
        "something that would stand on it.\n\n"
        "The certificate is valid, and everyone can check it; only its file is missing.\n\n"
        "It is this: %(error)s\n\n"
        "Where it is the name, have it written with other characters on the person's page, then "
        "correct the certificate and issue it anew.",
        **words,
    )


def _of_renderer(words: dict[str, str]) -> LazyString:
    return _(
        "The PDF of certificate %(serial)s could not be made: the renderer failed twice.\n\n"
        "The certificate is valid, and everyone can check it; only its file is missing.\n\n"
        "The renderer said: %(error)s (“lease lost” means that it died, or hung and was "
        "ended.)\n\n"
        "Look at the disk and the memory of the host and at what is missing there for PDFs, "
        "then let the job run again: %(address)s",
        **words,
    )
