"""What other features may want to know about certificates."""

from dataclasses import dataclass
from datetime import datetime

from lms.accounts.models import Person
from lms.certificates.models import Certificate


@dataclass(frozen=True, slots=True)
class CertificateAwarded:
    """A certificate was issued; it is valid from this moment."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate was revoked, with a reason."""

    certificate: Certificate
    reason: str
    actor: Person
    at: datetime
