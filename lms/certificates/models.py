"""Tables of certificates."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, deferred, mapped_column, relationship

from lms.accounts.models import Person
from lms.certificates.privacy import Privacy
from lms.core import append_only
from lms.core.db import Base, pk


class CertificateDefinition(Base):
    """A kind of certificate: what it is called, and for how long it holds.

    What it says lies in its versions; a draft is edited freely until it becomes the next one.
    """

    __tablename__ = "certificate_definition"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    """Begins its serials; capital letters and digits."""
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What its latest version says, beside it for lists; what a certificate prints is its snapshot."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of its file at the last import: only when that changes does the file win over the page.

    Empty for a kind that was made on a page: no file wins over it.
    """
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The next version, while somebody works on it; empty if nobody does.

    Before the first version is published, `settings` and `prefix` say what the draft says.
    """
    retired_at: Mapped[datetime | None]
    """Since when none is awarded any more; those that were awarded stay what they are."""
    issued: Mapped[int] = mapped_column(default=0)
    """The number in the latest serial."""


class CertificateDefinitionVersion(Base):
    """What a kind of certificate said. Immutable: a certificate names the one it was awarded by."""

    __tablename__ = "certificate_definition_version"
    __table_args__ = (UniqueConstraint("definition_id", "number"),)

    id: Mapped[pk]
    definition_id: Mapped[int] = mapped_column(ForeignKey("certificate_definition.id"))
    number: Mapped[int]
    """1, 2, 3 … for each kind."""
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As in the kind's file: see docs/content-format.md; its terms: `rules.terms.Terms`."""
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Empty: an import of content files."""
    note: Mapped[str] = mapped_column(String(400))
    """What changed, in the words of whoever published it."""
    template_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("certificate_look_version.id"), index=True
    )
    """What its certificates are printed with; empty: the formal design as delivered."""


append_only.protect(CertificateDefinitionVersion.__table__)


def is_in_force() -> ColumnElement[bool]:
    """Whether a `CertificateDefinitionVersion` is the latest of its kind."""
    other = aliased(CertificateDefinitionVersion)
    latest = select(func.max(other.number)).where(
        other.definition_id == CertificateDefinitionVersion.definition_id
    )
    return (
        CertificateDefinitionVersion.number
        == latest.correlate(CertificateDefinitionVersion).scalar_subquery()
    )


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
        UniqueConstraint("reissue_of_id"),
        CheckConstraint("cycle >= 1", name="cycle_from_one"),
        Index(None, "valid_until"),
        Index(
            "uq_certificate_earned",
            "definition_id",
            "enrolment_id",
            unique=True,
            sqlite_where=text("reissue_of_id IS NULL"),
            postgresql_where=text("reissue_of_id IS NULL"),
        ),
    )

    id: Mapped[pk]
    definition_id: Mapped[int] = mapped_column(ForeignKey("certificate_definition.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_definition_version.id"))
    """By which terms it was awarded; empty: by a release that knew of no versions."""
    cycle: Mapped[int]
    """1, 2, 3 … per kind and person: a renewal or a re-issue adds a row and takes over."""
    reissue_of_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    """The one that it corrects; empty: it was earned, by its run, once."""
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
    template_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("certificate_look_version.id")
    )
    """What it is printed with; empty for the formal design as it is delivered."""
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    """Set when the PDF has been made; the certificate is valid before."""
    status_list_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_status_list.id"))
    """Where programs look whether its credential was revoked; empty: from before credentials."""
    status_index: Mapped[int | None]
    """Its place there, at random: neighbours in a list have nothing to do with each other."""

    definition: Mapped[CertificateDefinition] = relationship(lazy="joined", innerjoin=True)
    version: Mapped[CertificateDefinitionVersion | None] = relationship()
    person: Mapped[Person] = relationship()


class CertificateRenewal(Base):
    """That the renewal of a certificate was opened: once for each, however often it is asked."""

    __tablename__ = "certificate_renewal"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    opened_at: Mapped[datetime]
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    """The run by which it is renewed; empty: none could be opened, and HR has to see to it."""


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


append_only.protect(CertificatePdf.__table__)


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


append_only.protect(CertificateEvent.__table__)
