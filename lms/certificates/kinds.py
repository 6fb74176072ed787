"""What pages show of the kinds of certificates."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _, ngettext
from sqlalchemy import exists, func, select

from lms.certificates import queries
from lms.certificates.earning import outlines
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateDefinitionVersion,
    CertificateRenewal,
    is_in_force,
)
from lms.certificates.rules.terms import Terms
from lms.certificates.template_models import CertificateTemplate, TemplateVersion
from lms.core.db import db
from lms.core.text import Bilingual
from lms.web.i18n import local


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of certificate in the list."""

    code: str
    title: Bilingual
    prefix: str
    terms: Terms
    version: int
    """0: it was never published."""
    has_draft: bool
    is_retired: bool
    in_force: int
    """How many are neither revoked nor superseded, whatever their dates."""


def overview() -> Sequence[Kind]:
    """Return all kinds, those that were never published too, by code."""
    latest = select(func.max(CertificateDefinitionVersion.number)).where(
        CertificateDefinitionVersion.definition_id == CertificateDefinition.id
    )
    standing = (
        select(func.count(Certificate.id))
        .where(Certificate.definition_id == CertificateDefinition.id, queries.stands())
        .correlate(CertificateDefinition)
    )
    query = select(
        CertificateDefinition,
        func.coalesce(latest.scalar_subquery(), 0),
        standing.scalar_subquery(),
    )
    rows = db.session.execute(query.order_by(CertificateDefinition.code))
    return [
        Kind(
            code=row.code,
            title=row.settings["title"],
            prefix=row.prefix,
            terms=Terms.read(row.settings),
            version=number,
            has_draft=row.draft is not None,
            is_retired=row.retired_at is not None,
            in_force=count,
        )
        for row, number, count in rows
    ]


def kind_with(code: str) -> CertificateDefinition | None:
    """Return the kind with this code, also if it is no more than a draft yet."""
    return db.session.scalar(select(CertificateDefinition).filter_by(code=code))


@dataclass(frozen=True, slots=True)
class InUse:
    """How many certificates retiring a kind is about."""

    standing: int
    """Neither revoked nor superseded, whatever their dates."""
    renewing: int
    """Those of them whose renewal is open."""


def in_use(definition_id: int) -> InUse:
    """Return how many certificates of a kind stand, and of how many the renewal is open."""
    query = select(func.count(Certificate.id), func.count(CertificateRenewal.certificate_id))
    query = query.select_from(Certificate).outerjoin(
        CertificateRenewal, CertificateRenewal.certificate_id == Certificate.id
    )
    row = db.session.execute(
        query.where(Certificate.definition_id == definition_id, queries.stands())
    ).one()
    return InUse(*row)


def printed_with(definition_id: int) -> CertificateTemplate | None:
    """Return the template that a kind is printed with; None: the formal design as delivered."""
    version = CertificateDefinitionVersion
    query = select(CertificateTemplate)
    query = query.join(TemplateVersion, TemplateVersion.template_id == CertificateTemplate.id)
    query = query.join(version, version.template_version_id == TemplateVersion.id)
    return db.session.scalar(query.where(version.definition_id == definition_id, is_in_force()))


def is_prefix_taken(prefix: str, definition_id: int | None) -> bool:
    """Whether the serials of another kind begin so, did once, or will by what is its draft.

    Args:
        prefix: capital letters and digits.
        definition_id: the kind that wants it; None for one that is not there yet.
    """
    other = CertificateDefinition.id.is_distinct_from(definition_id)
    drafts = select(CertificateDefinition.draft).where(
        other, CertificateDefinition.draft.is_not(None)
    )
    if prefix in {draft["prefix"] for draft in db.session.scalars(drafts) if draft}:
        return True
    now = exists().where(CertificateDefinition.prefix == prefix, other)
    return bool(db.session.scalar(select(now))) or is_prefix_given_out(prefix, definition_id)


def is_prefix_given_out(prefix: str, definition_id: int | None) -> bool:
    """Whether a serial of another kind begins so, whatever that one's begin with now."""
    given = exists().where(
        Certificate.serial.startswith(f"{prefix}-"),
        Certificate.definition_id.is_distinct_from(definition_id),
    )
    return bool(db.session.scalar(select(given)))


def refreshers() -> dict[str, str]:
    """Return what can renew a certificate: code -> title and length; the empty code is none."""
    found = {"": _("none: HR assigns what renews it")}
    for outline in outlines():
        count = len(list(outline.lessons()))
        said = ngettext("%(title)s (%(num)d lesson)", "%(title)s (%(num)d lessons)", count,
                        title=local(outline.title))  # fmt: skip
        found[outline.code] = said
    return found
