"""How a new certificate comes about: its number, its cycle, its dates, and what it prints."""

import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, func, select, update

from lms.certificates import issuer, rules, snapshot, template_queries, versions
from lms.certificates.events import CertificatesChanging
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateDefinitionVersion,
    CertificateEvent,
    CertificateEventKind,
    StatusList,
)
from lms.certificates.privacy import Privacy
from lms.certificates.rules.terms import Life, Terms, first_end, life, next_end
from lms.core import events, site
from lms.core.db import db
from lms.courses.models import Enrolment
from lms.courses.rules import Stage
from lms.web.i18n import today

TOKEN_BYTES = 16
"""128 random bits: nobody finds a verification page by trying."""


def earned(
    definition: CertificateDefinition,
    enrolment: Enrolment,
    stage: Stage | None,
    at: datetime,
    *,
    renews: Certificate | None = None,
) -> Certificate:
    """Return a certificate that a run has earned, by the terms that are published now.

    Args:
        definition: the kind; its row stays locked until the transaction ends.
        enrolment: the run.
        stage: the stage that it is for; None for the whole programme.
        at: the instant.
        renews: the one whose refresher the run was: what the paper is for is said as it says it.
    """
    issued_on = today(at)
    certificate = _numbered(definition, enrolment.person_id, at)
    certificate.enrolment_id = enrolment.id
    version = versions.current(definition)
    certificate.version_id = version.id if version else None
    previous = standing(definition.id, enrolment.person_id)
    if previous is not None:
        certificate.privacy = previous.privacy  # what the holder chose is not undone by a renewal
    certificate.valid_until = _last_day(definition, version, previous, issued_on)
    certificate.snapshot = snapshot.compose(certificate, enrolment, stage)
    if renews is not None:
        certificate.snapshot |= snapshot.purpose(renews.snapshot)
    return certificate


def corrected(earlier: Certificate, at: datetime) -> Certificate:
    """Return a certificate that takes the place of a wrong one: same proof, same last valid day.

    Its definition's row stays locked until the transaction ends.
    """
    certificate = _numbered(earlier.definition, earlier.person_id, at)
    certificate.enrolment_id = earlier.enrolment_id
    certificate.version_id = earlier.version_id
    certificate.reissue_of_id = earlier.id
    certificate.privacy = earlier.privacy
    certificate.valid_until = earlier.valid_until
    certificate.snapshot = snapshot.corrected(earlier.snapshot, certificate, earlier.person)
    return certificate


def falls_short(enrolment: Enrolment, stage: Stage | None, needed: int | None) -> bool:
    """Whether a run passed, but with a lower score than the kind of certificate asks for."""
    return needed is not None and not reaches(snapshot.score_of(enrolment, stage), needed)


def reaches(percent: str, needed: int) -> bool:
    """Whether a score, as it is printed, is the one that a kind asks for; "" is none."""
    return bool(percent) and Decimal(percent) >= needed


def issues_beside(certificate: Certificate) -> Sequence[Certificate]:
    """Return the other issues of the same proof that were not revoked, corrected or correcting."""
    same = select(Certificate).filter_by(
        definition_id=certificate.definition_id, enrolment_id=certificate.enrolment_id
    )
    return db.session.scalars(same.where(Certificate.id != certificate.id, ~_revoked())).all()


def standing(definition_id: int, person_id: int) -> Certificate | None:
    """Return the latest certificate of a kind that a person holds and that was not revoked."""
    mine = select(Certificate).filter_by(definition_id=definition_id, person_id=person_id)
    latest = mine.where(~_revoked()).order_by(Certificate.cycle.desc()).limit(1)
    return db.session.scalar(latest)


def life_of(certificate: Certificate) -> Life | None:
    """Return the days that matter of a certificate, by its own terms; None: it does not expire."""
    if certificate.valid_until is None:
        return None
    pinned = certificate.version or certificate.definition
    first = today(certificate.awarded_at)
    return life(Terms.read(pinned.settings), first, certificate.valid_until)


def hold(definition_id: int, person_id: int) -> None:
    """Let whoever else awards or corrects this kind of certificate wait; the person's record first."""
    events.publish(CertificatesChanging(person_id))
    hold_kind(definition_id)


def hold_kind(definition_id: int) -> None:
    """Let whoever else awards, corrects or changes this kind of certificate wait."""
    hold_kinds([definition_id])


def hold_kinds(definition_ids: Collection[int]) -> None:
    """Let whoever else awards, corrects or changes these kinds wait; they are then as they are now.

    Whoever needs several takes all of them here, before the first number and the first place in a
    status list: by id, so that nobody waits for a kind in another order than somebody else.
    """
    rows = select(CertificateDefinition).where(CertificateDefinition.id.in_(definition_ids))
    rows = rows.order_by(CertificateDefinition.id).with_for_update(key_share=True)
    db.session.scalars(rows.execution_options(populate_existing=True)).all()


def _revoked() -> ColumnElement[bool]:
    return exists().where(
        CertificateEvent.certificate_id == Certificate.id,
        CertificateEvent.kind == CertificateEventKind.REVOKED,
    )


def _last_day(
    definition: CertificateDefinition,
    version: CertificateDefinitionVersion | None,
    previous: Certificate | None,
    issued_on: date,
) -> date | None:
    terms = Terms.read((version or definition).settings)
    lived = life_of(previous) if previous is not None else None
    return first_end(terms, issued_on) if lived is None else next_end(terms, lived, issued_on)


def _numbered(definition: CertificateDefinition, person_id: int, at: datetime) -> Certificate:
    """Return a certificate with its serial, cycle and places, and nothing else."""
    number = _next_number(definition)  # from here on the row is locked, so the cycle is free
    serial = rules.serial(definition.prefix, today(at).year, number)
    latest = select(func.max(Certificate.cycle))
    cycle = db.session.scalar(latest.filter_by(definition_id=definition.id, person_id=person_id))
    certificate = Certificate(
        definition_id=definition.id,
        person_id=person_id,
        cycle=(cycle or 0) + 1,
        serial=serial,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        privacy=Privacy(site.settings().certificate_privacy),
        awarded_at=at,
        template_version_id=template_queries.in_use(definition.id),
    )
    certificate.definition = definition
    with db.session.no_autoflush:  # it is not whole yet
        certificate.status_list_id, certificate.status_index = _status_place()
    return certificate


def _next_number(definition: CertificateDefinition) -> int:
    """Count one up in one statement: the row stays locked, so no number is used twice."""
    step = update(CertificateDefinition).where(CertificateDefinition.id == definition.id)
    step = step.values(issued=CertificateDefinition.issued + 1)
    return db.session.scalars(step.returning(CertificateDefinition.issued)).one()


def _status_place() -> tuple[int, int]:
    """Take a free place in the issuer's open status list: its row stays locked meanwhile."""
    owner = issuer.did()
    open_ = select(func.max(StatusList.id)).where(
        StatusList.issuer == owner, StatusList.taken < rules.LIST_FULL
    )
    if (list_id := db.session.scalar(open_)) is None:
        db.session.add(row := StatusList(issuer=owner))
        db.session.flush()
        list_id = row.id
    step = update(StatusList).where(StatusList.id == list_id)
    db.session.execute(step.values(taken=StatusList.taken + 1))
    mine = select(Certificate.id).filter_by(status_list_id=list_id)
    while True:
        index = secrets.randbelow(rules.LIST_BITS)
        if db.session.scalar(mine.filter_by(status_index=index)) is None:
            return list_id, index
