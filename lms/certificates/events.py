"""What other features may want to know about certificates."""

from dataclasses import dataclass
from datetime import datetime

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.courses.models import Enrolment


@dataclass(frozen=True, slots=True)
class CertificatesChanging:
    """A person's certificates are about to change, in this transaction.

    Whoever locks something for each person locks it now. A passed exam locks the person's record
    and then the kind of certificate; in the other order, two transactions would wait for each other.
    """

    person_id: int


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


@dataclass(frozen=True, slots=True)
class CertificateReissued:
    """A certificate took the place of one with a mistake; what it proves is the same."""

    certificate: Certificate
    earlier: Certificate
    actor: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class RenewalOpened:
    """From now on a certificate may be renewed. Published once for each certificate."""

    certificate: Certificate
    enrolment: Enrolment | None
    """The run by which it is renewed; None: none could be opened."""
    at: datetime
