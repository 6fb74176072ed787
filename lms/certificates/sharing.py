"""What holders decide about their own certificates: who sees them, and by which link.

Nothing that was issued changes: neither the snapshot nor the PDF. Each function is one
transaction and is noted in the audit log; the tokens themselves never are.
"""

import secrets
from datetime import datetime

from lms.accounts.models import Person
from lms.certificates import queries
from lms.certificates.models import Certificate
from lms.certificates.privacy import Privacy
from lms.certificates.services import TOKEN_BYTES
from lms.core import audit, clock
from lms.core.db import db, transaction


@transaction()
def set_privacy(
    certificate_id: int, privacy: Privacy, *, actor: Person, at: datetime | None = None
) -> None:
    """Show a certificate to everyone, to whoever has its code, or to nobody, from this moment.

    Raises:
        NotFoundError: it is not the actor's own, or does not exist.
    """
    shown = queries.own_certificate(actor, certificate_id)
    if shown.privacy is privacy:
        return
    db.session.get_one(Certificate, shown.id).privacy = privacy
    audit.note(
        "certificates.privacy-changed",
        kind="certificate",
        object_id=shown.id,
        actor_id=actor.id,
        at=at or clock.now(),
        serial=shown.serial,
        before=shown.privacy.value,
        after=privacy.value,
    )


@transaction()
def renew_link(certificate_id: int, *, actor: Person, at: datetime | None = None) -> None:
    """Give a certificate a new code. Links and QR codes with the earlier one show little from now.

    That is so for the PDF too: it is never made anew, so its QR code keeps the first code.

    Raises:
        NotFoundError: it is not the actor's own, or does not exist.
    """
    shown = queries.own_certificate(actor, certificate_id)
    db.session.get_one(Certificate, shown.id).token = secrets.token_urlsafe(TOKEN_BYTES)
    audit.note(
        "certificates.link-renewed",
        kind="certificate",
        object_id=shown.id,
        actor_id=actor.id,
        at=at or clock.now(),
        serial=shown.serial,
    )
