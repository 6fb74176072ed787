"""Tables of certificates."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from lms.accounts.models import Person
from lms.certificates.privacy import Privacy
from lms.core.db import Base, pk


class CertificateDefinition(Base):
    """A kind of certificate: what it is called, and for how long it holds."""

    __tablename__ = "certificate_definition"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    """Begins its serials; capital letters and digits."""
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The definition's file, checked. What a certificate prints is its own snapshot, not this."""
    digest: Mapped[str] = mapped_column(String(64))
    issued: Mapped[int] = mapped_column(default=0)
    """The number in the latest serial."""


class StatusList(Base):
    """One public list of bits, which says of 131,072 credentials whether they were revoked.

    What was signed is kept, and shown only while it knows of every revocation.
    """

    __tablename__ = "certificate_status_list"

    id: Mapped[pk]
    """Its number in addresses."""
    issuer: Mapped[str] = mapped_column(String(200), index=True)
    """The DID in whose name it and its credentials are signed."""
    taken: Mapped[int] = mapped_column(default=0)
    """How many places were given away; beyond `rules.LIST_FULL` there is a new list."""
    content: Mapped[str | None] = deferred(mapped_column(Text))
    """The signed credential, as JSON."""
    revoked: Mapped[int | None]
    """How many revocations `content` knows of."""
    made_at: Mapped[datetime | None]


class Certificate(Base):
    """Proof of a passed stage or programme. Valid from the moment of its row; never deleted."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("definition_id", "person_id", "cycle"),
        UniqueConstraint("status_list_id", "status_index"),
        CheckConstraint("cycle >= 1", name="cycle_from_one"),
        Index(None, "valid_until"),
    )

    id: Mapped[pk]
    definition_id: Mapped[int] = mapped_column(ForeignKey("certificate_definition.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    cycle: Mapped[int]
    """The run of the programme that earned it: a renewal adds a row."""
    serial: Mapped[str] = mapped_column(String(24), unique=True)
    """What a third party types in to verify the paper."""
    token: Mapped[str] = mapped_column(String(32))
    """128 random bits in the QR code: with it, the verification page shows everything printed.

    The holder may have it replaced; the paper keeps the first one, which then shows little.
    """
    privacy: Mapped[Privacy | None]
    """Who sees it on the public pages; empty: from before there was a choice, so by code."""
    awarded_at: Mapped[datetime]
    valid_until: Mapped[date | None]
    """Last valid day in the organisation's time zone; empty if it does not expire."""
    snapshot: Mapped[dict[str, Any]] = deferred(mapped_column(JSON))
    """Every printed value, as of the award: see `document.render`."""
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    """Set when the PDF has been made; the certificate is valid before."""
    status_list_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_status_list.id"))
    """Where programs look whether its credential was revoked; empty: from before credentials."""
    status_index: Mapped[int | None]
    """Its place there, at random: neighbours in a list have nothing to do with each other."""

    definition: Mapped[CertificateDefinition] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship()


class CertificatePdf(Base):
    """The PDF of one certificate: made once, kept as bytes, never made again from live data."""

    __tablename__ = "certificate_pdf"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    credential: Mapped[str | None] = mapped_column(Text)
    """The signed Open Badges credential that is attached to it, byte for byte."""
    signed_by: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the certificate whose key signed it; empty: from before signatures."""


class CertificateEventKind(enum.StrEnum):
    """What happened to a certificate after it was awarded."""

    REVOKED = "revoked"


class RevocationReason(enum.StrEnum):
    """On which ground a certificate was revoked; this is public, the details are not."""

    ISSUED_IN_ERROR = "issued-in-error"
    IRREGULARITY = "irregularity"
    """In the exam, or in what was proved to get there."""
    REPLACED = "replaced"
    """Another certificate takes its place, for instance with the name spelt right."""
    OTHER = "other"


class CertificateEvent(Base):
    """A fact about a certificate; its state on a date follows from these and its dates."""

    __tablename__ = "certificate_event"
    __table_args__ = (
        Index(
            "uq_certificate_event_revoked",
            "certificate_id",
            unique=True,
            sqlite_where=text("kind = 'revoked'"),
            postgresql_where=text("kind = 'revoked'"),
        ),
    )

    id: Mapped[pk]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    kind: Mapped[CertificateEventKind]
    reason: Mapped[RevocationReason]
    note: Mapped[str] = mapped_column(String(400))
    """What the actor knows about it; never shown in public."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
