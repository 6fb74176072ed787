"""What is told when a certificate cannot be printed. It is valid all the same."""

from flask_babel import lazy_gettext as _

from lms.accounts import queries as accounts
from lms.certificates.models import Certificate
from lms.core import site
from lms.core.db import db
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
    words = {
        "serial": certificate.serial,
        "error": event.error[:_MOST],
        "address": f"{site.settings().base_url}/admin/health",
    }
    for person in accounts.administrators_to_tell():
        notifications.tell(
            person,
            key=f"certificates.failed:{event.job_id}:{event.at:%Y%m%d%H%M%S%f}:{person.id}",
            subject=_("A certificate could not be printed: %(serial)s", **words),
            body=_(
                "The PDF of certificate %(serial)s could not be made: the renderer failed twice.\n\n"
                "The certificate is valid, and everyone can check it; only its file is missing.\n\n"
                "The renderer said: %(error)s (“lease lost” means that it died, or hung and was "
                "ended.)\n\n"
                "Look at the disk and the memory of the host and at what is missing there for PDFs, "
                "then let the job run again: %(address)s",
                **words,
            ),
            at=event.at,
        )
