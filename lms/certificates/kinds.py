"""What pages show of the kinds of certificates."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select

from lms.certificates import queries
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateDefinitionVersion,
)
from lms.certificates.rules.terms import Terms
from lms.core.db import db
from lms.core.text import Bilingual
from lms.courses.models import Programme, ProgrammeVersion
from lms.courses.rules import Outline
from lms.web.i18n import local


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of certificate in the list."""

    code: str
    title: Bilingual
    prefix: str
    terms: Terms
    version: int
    has_draft: bool
    in_force: int
    """How many are neither revoked nor superseded, whatever their dates."""


@dataclass(frozen=True, slots=True)
class Source:
    """What awards a kind of certificate: a stage, or a whole programme."""

    programme: Bilingual
    stage: Bilingual | None


def overview() -> Sequence[Kind]:
    """Return all kinds, by code."""
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
            in_force=count,
        )
        for row, number, count in rows
    ]


def refreshers() -> dict[str, str]:
    """Return what can renew a certificate: code -> title; the empty code is none."""
    published = Programme.published_id == ProgrammeVersion.id
    query = select(Programme.code, ProgrammeVersion.structure).join(ProgrammeVersion, published)
    rows = db.session.execute(query.order_by(Programme.code))
    titles = {code: local(structure["title"]) for code, structure in rows}
    return {"": _("none: HR assigns what renews it"), **titles}


def earned_by(code: str) -> Sequence[Source]:
    """Return which stages and programmes award a kind of certificate, as they are published."""
    published = Programme.published_id == ProgrammeVersion.id
    query = select(ProgrammeVersion.structure).join(Programme, published).order_by(Programme.code)
    found: list[Source] = []
    for structure in db.session.scalars(query):
        outline = Outline.read(structure)
        found += [
            Source(outline.title, stage.title)
            for stage in outline.stages
            if stage.certificate == code
        ]
        if outline.certificate == code:
            found.append(Source(outline.title, None))
    return found
