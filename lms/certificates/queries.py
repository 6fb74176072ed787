"""What pages, jobs and services look up about certificates.

Each query takes the actor and puts what they may see into WHERE: what is not there and what is
not theirs are one and the same 404. The public question by serial takes none: see `verified`.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import rules
from lms.certificates.errors import StatusListBehindError
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateDefinitionVersion,
    CertificateEvent,
    CertificateEventKind,
    CertificatePdf,
    RevocationReason,
    StatusList,
)
from lms.certificates.privacy import Privacy
from lms.certificates.rules import State
from lms.certificates.rules.terms import Life, Terms, life
from lms.core.db import db
from lms.core.errors import found
from lms.core.queue import Job, JobState
from lms.courses.models import Enrolment
from lms.web.i18n import today

READERS = frozenset({Role.HR, Role.ADMIN})
"""Who sees, and may revoke, the certificates of the people in their scope."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate as a page shows it on a given day."""

    id: int
    person_id: int
    serial: str
    token: str
    privacy: Privacy
    awarded_at: datetime
    valid_until: date | None
    pdf_sha256: str | None
    status_list_id: int | None
    status_index: int | None
    template_version_id: int | None
    snapshot: dict[str, Any]
    revoked_at: datetime | None
    reason: RevocationReason | None
    superseded_by: str | None
    """The serial of a later one of the same kind, where there is one that was not revoked."""
    life: Life | None
    """When its renewal opens and until when it is possible; None: it does not expire."""
    state: State
    """Computed from facts and the date, never stored."""

    @property
    def title(self) -> dict[str, str]:
        """What it is called, in both languages, as it is printed."""
        return {"zh": self.snapshot["title_zh"], "en": self.snapshot["title_en"]}

    @property
    def is_in_grace(self) -> bool:
        """Whether it has expired, and the short path is still enough to renew it."""
        has_expired = self.state is State.EXPIRED and self.life is not None
        return has_expired and self.life is not None and today() <= self.life.grace_ends

    @property
    def is_specimen(self) -> bool:
        """Whether it belongs to the demonstration, and proves nothing."""
        return bool(self.snapshot["specimen"])


def definition_with(code: str) -> CertificateDefinition | None:
    """Return the kind of certificate with this code; one that was never published is none yet."""
    return db.session.scalar(
        select(CertificateDefinition).where(is_published()).filter_by(code=code)
    )


def is_published() -> ColumnElement[bool]:
    """Whether `CertificateDefinition` has a version: until then it is no more than a draft."""
    version = CertificateDefinitionVersion
    return exists().where(version.definition_id == CertificateDefinition.id)


def held(definition: CertificateDefinition, enrolment: Enrolment) -> Certificate | None:
    """Return the certificate that was awarded for this run already, as it was first issued."""
    same = select(Certificate).filter_by(definition_id=definition.id, enrolment_id=enrolment.id)
    return db.session.scalar(same.where(Certificate.reissue_of_id.is_(None)))


def certificates_of(person: Person) -> Sequence[Shown]:
    """Return a person's certificates, latest first. The caller has asked whether it may."""
    own = _shown().where(Certificate.person_id == person.id)
    rows = db.session.execute(own.order_by(Certificate.awarded_at.desc(), Certificate.id.desc()))
    return [_read(row) for row in rows]


def all_certificates(*which: ColumnElement[bool]) -> Sequence[Shown]:
    """Return every certificate that meets some conditions, latest first: the caller may ask."""
    rows = _shown().where(*which).order_by(Certificate.id.desc())
    return [_read(row) for row in db.session.execute(rows)]


def certificate_for(actor: Person, certificate_id: int) -> Shown:
    """Return a certificate that the actor may see: their own, or one in their scope."""
    seen = accounts.visible_to(actor, roles=READERS)
    query = _shown().join(Person, Person.id == Certificate.person_id)
    return _read(
        found(db.session.execute(query.where(Certificate.id == certificate_id, seen)).first())
    )


def own_certificate(actor: Person, certificate_id: int) -> Shown:
    """Return a certificate of the actor's own: only its holder decides who sees it."""
    own = _shown().where(Certificate.id == certificate_id, Certificate.person_id == actor.id)
    return _read(found(db.session.execute(own).first()))


def certificate_with(serial: str) -> Shown | None:
    """Return a certificate by what is printed on it, for anyone who asks."""
    row = db.session.execute(_shown().where(Certificate.serial == serial)).first()
    return None if row is None else _read(row)


def holder_of(certificate: Shown) -> Person:
    """Return the holder, as they are called now."""
    return db.session.get_one(Person, certificate.person_id)


def is_token(certificate: Shown, token: str) -> bool:
    """Whether `token` is the one in the QR code, compared in constant time."""
    return hmac.compare_digest(certificate.token.encode(), token.encode())


@cache
def _shown() -> Select[*tuple[Any, ...]]:
    """Columns of a certificate and, where there is one, of its revocation: one statement."""
    revoked = and_(
        CertificateEvent.certificate_id == Certificate.id,
        CertificateEvent.kind == CertificateEventKind.REVOKED,
    )
    columns = (
        *(Certificate.id, Certificate.person_id, Certificate.serial, Certificate.token),
        *(Certificate.privacy, Certificate.awarded_at, Certificate.valid_until),
        *(Certificate.pdf_sha256, Certificate.status_list_id, Certificate.status_index),
        *(
            Certificate.template_version_id,
            Certificate.snapshot,
            CertificateEvent.at.label("revoked_at"),
            CertificateEvent.reason,
        ),
        _later().label("superseded_by"),
        CertificateDefinitionVersion.settings.label("terms"),
    )
    return select(*columns).outerjoin(CertificateEvent, revoked).outerjoin(Certificate.version)


def _read(row: Row[*tuple[Any, ...]]) -> Shown:
    values = row._asdict()
    terms = Terms.read(values.pop("terms") or {})
    issued_on = date.fromisoformat(row.snapshot["issued_on"])
    lived = life(terms, issued_on, row.valid_until) if row.valid_until else None
    state = rules.state(
        revoked=row.revoked_at is not None,
        superseded=row.superseded_by is not None,
        last_day=row.valid_until,
        today=today(),
        opens=lived.opens if lived else None,
    )
    values["privacy"] = row.privacy or Privacy.CODE
    return Shown(**values, life=lived, state=state)


@cache
def stands() -> ColumnElement[bool]:
    """Whether `Certificate` is worth something, but for its dates: neither revoked nor superseded."""
    revoked = exists().where(
        CertificateEvent.certificate_id == Certificate.id,
        CertificateEvent.kind == CertificateEventKind.REVOKED,
    )
    return and_(~revoked, _later().is_(None))


@cache
def _later() -> ScalarSelect[str]:
    """The serial of the latest certificate that took the place of the one in hand."""
    later = aliased(Certificate)
    fact = aliased(CertificateEvent)
    revoked = exists().where(
        fact.certificate_id == later.id, fact.kind == CertificateEventKind.REVOKED
    )
    same = and_(
        later.definition_id == Certificate.definition_id,
        later.person_id == Certificate.person_id,
        later.cycle > Certificate.cycle,
    )
    query = select(later.serial).where(same, ~revoked).order_by(later.cycle.desc()).limit(1)
    return query.correlate(Certificate).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Printable:
    """What a certificate's files are made of."""

    snapshot: dict[str, Any]
    code: str
    """Of the kind of certificate."""
    awarded_at: datetime
    valid_until: date | None
    issuer: str | None
    """The DID that signs; None: from before credentials."""
    status_list_id: int | None
    status_index: int | None
    template_version_id: int | None


def printable(certificate_id: int) -> Printable:
    """Return what a certificate's files are made of."""
    columns = (
        *(Certificate.snapshot, CertificateDefinition.code, Certificate.awarded_at),
        *(Certificate.valid_until, StatusList.issuer),
        *(Certificate.status_list_id, Certificate.status_index, Certificate.template_version_id),
    )
    query = select(*columns).join(CertificateDefinition).outerjoin(StatusList)
    row = db.session.execute(query.where(Certificate.id == certificate_id)).one()
    return Printable(**row._asdict())


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a certificate, as they were made."""

    content: bytes
    made_at: datetime
    credential: str | None
    signed_by: str | None


def files_of(certificate_id: int) -> Files | None:
    """Return them; None while they are being made. The caller has asked whether it may."""
    columns = (
        *(CertificatePdf.content, CertificatePdf.made_at),
        *(CertificatePdf.credential, CertificatePdf.signed_by),
    )
    row = db.session.execute(select(*columns).filter_by(certificate_id=certificate_id)).first()
    return None if row is None else Files(**row._asdict())


def issuers() -> Sequence[str]:
    """Return every DID in whose name credentials were signed."""
    return db.session.scalars(select(StatusList.issuer).distinct()).all()


def revoked_places(list_id: int) -> Sequence[int]:
    """Return the places in a status list of those that were revoked."""
    query = select(Certificate.status_index).join(CertificateEvent)
    query = query.where(
        Certificate.status_list_id == list_id,
        CertificateEvent.kind == CertificateEventKind.REVOKED,
    )
    return [each for each in db.session.scalars(query) if each is not None]


def status_list(list_id: int, *, at: datetime) -> str:
    """Return a signed status list.

    Raises:
        NotFoundError: there is none of that number.
        StatusListBehindError: what was signed does not know of the latest revocation, or is old.
    """
    count = (
        select(func.count(CertificateEvent.id))
        .join(Certificate)
        .where(
            Certificate.status_list_id == list_id,
            CertificateEvent.kind == CertificateEventKind.REVOKED,
        )
    )
    columns = (StatusList.content, StatusList.revoked, StatusList.made_at)
    query = select(*columns, count.scalar_subquery().label("count"))
    row = found(db.session.execute(query.where(StatusList.id == list_id)).first())
    if row.content is None or row.revoked != row.count or at - row.made_at >= rules.LIST_KEPT:
        raise StatusListBehindError
    return str(row.content)


def definitions() -> Sequence[CertificateDefinition]:
    """Return every kind of certificate that is published, by code; retired ones too."""
    query = select(CertificateDefinition).where(is_published())
    return db.session.scalars(query.order_by(CertificateDefinition.code)).all()


def pdf_of(certificate_id: int) -> bytes | None:
    """Return the PDF; None while it is being made. The caller has asked `certificate_for`."""
    query = select(CertificatePdf.content).filter_by(certificate_id=certificate_id)
    return db.session.scalar(query)


def dead_job(certificate_id: int) -> int | None:
    """Return the job that the queue has given up on, if the latest one for this PDF is dead."""
    key = job_key(certificate_id)
    mine = or_(Job.key == key, Job.key.startswith(f"{key}:", autoescape=True))
    latest = select(Job.id, Job.state).where(mine).order_by(Job.id.desc()).limit(1)
    row = db.session.execute(latest).first()
    return row.id if row is not None and row.state is JobState.DEAD else None


def waiting_for_a_person() -> Sequence[int]:
    """Return the certificates without a PDF whose renderer failed for good."""
    dead = select(Job.payload).filter_by(name="certificates.render", state=JobState.DEAD)
    asked = {each.get("certificate_id") for each in db.session.scalars(dead)} - {None}
    if not asked:
        return []
    bare = select(Certificate.id).where(Certificate.id.in_(asked), Certificate.pdf_sha256.is_(None))
    return db.session.scalars(bare).all()


def job_key(certificate_id: int) -> str:
    """Return the key of the job that makes a certificate's PDF."""
    return f"certificates.render:{certificate_id}"
