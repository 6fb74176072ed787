"""Issuing a certificate anew, because what it prints was wrong or the holder's name changed."""

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import awarding, policies, queries, services
from lms.certificates.errors import NotInForceError, ReasonMissingError
from lms.certificates.events import CertificateReissued
from lms.certificates.models import Certificate
from lms.core import audit, clock, events
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError


@transaction()
def reissue(
    certificate_id: int, *, reason: str, actor: Person, at: datetime | None = None
) -> Certificate:
    """Issue a certificate that takes the place of another, with the holder's name as it is now.

    What it proves and its last valid day stay; the earlier one stays on record, superseded.

    Args:
        certificate_id: of a person in the actor's scope, neither revoked nor superseded.
        reason: what was wrong or has changed; the audit log keeps it.
        actor: an administrator or someone from HR.
        at: the instant; now, unless an import says otherwise.

    Raises:
        NotAllowedError: the actor issues no certificates.
        NotFoundError: it is not in the actor's scope, or does not exist.
        ReasonMissingError: it is empty.
        NotInForceError: it was revoked or superseded, perhaps a moment ago.
    """
    if not actor.roles & queries.READERS:
        raise NotAllowedError
    at = at or clock.now()
    shown = queries.certificate_for(actor, certificate_id)
    if not reason.strip():
        raise ReasonMissingError
    earlier = db.session.get_one(Certificate, shown.id)
    awarding.hold(earlier.definition_id, earlier.person_id)
    still = select(Certificate.id).where(Certificate.id == shown.id, queries.stands())
    if not policies.may_reissue(shown.state) or db.session.scalar(still) is None:
        raise NotInForceError
    certificate = awarding.corrected(earlier, at)
    db.session.add(certificate)
    db.session.flush()
    services.enqueue_files(certificate.id, at)
    audit.note(
        "certificates.reissued",
        kind="certificate",
        object_id=certificate.id,
        actor_id=actor.id,
        at=at,
        serial=certificate.serial,
        earlier=shown.serial,
        reason=reason.strip(),
    )
    events.publish(CertificateReissued(certificate, earlier, actor, at))
    return certificate
