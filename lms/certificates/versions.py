"""The versions of a kind of certificate: which one holds now, and how the next one is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates.models import CertificateDefinition, CertificateDefinitionVersion
from lms.certificates.template_models import CertificateTemplate, TemplateVersion
from lms.core.db import db
from lms.core.errors import found
from lms.core.text import digest


@dataclass(frozen=True, slots=True)
class Published:
    """One version, as a list shows it."""

    number: int
    settings: Mapping[str, Any]
    published_at: datetime
    published_by: str | None
    """The name; None: an import of content files."""
    note: str
    template: str | None
    """What people call the template that it is printed with; None: the formal design."""
    template_number: int | None
    """Which version of it."""


def current(definition: CertificateDefinition) -> CertificateDefinitionVersion | None:
    """Return the version by which certificates are awarded now."""
    mine = select(CertificateDefinitionVersion).filter_by(definition_id=definition.id)
    latest = mine.order_by(CertificateDefinitionVersion.number.desc()).limit(1)
    return db.session.scalar(latest)


def history(definition: CertificateDefinition) -> Sequence[Published]:
    """Return all versions, latest first."""
    version = CertificateDefinitionVersion
    columns = (version.number, version.settings, version.published_at, Person.name, version.note)
    query = select(*columns, CertificateTemplate.title, TemplateVersion.number)
    query = query.outerjoin(Person, Person.id == version.published_by_id)
    query = query.outerjoin(TemplateVersion, TemplateVersion.id == version.template_version_id)
    query = query.outerjoin(
        CertificateTemplate, CertificateTemplate.id == TemplateVersion.template_id
    )
    query = query.where(version.definition_id == definition.id)
    return [Published(*row) for row in db.session.execute(query.order_by(version.number.desc()))]


def publish(
    definition: CertificateDefinition,
    settings: dict[str, Any],
    *,
    at: datetime,
    author_id: int | None = None,
    note: str = "",
) -> CertificateDefinitionVersion:
    """Make the next version, within the caller's transaction; what says the same makes none.

    It is printed with what the one before it was printed with.
    """
    said = digest(settings)
    latest = current(definition)
    definition.draft = None
    definition.prefix, definition.settings = settings["prefix"], settings
    if latest is not None and latest.digest == said:
        return latest
    version = CertificateDefinitionVersion(
        definition_id=definition.id,
        number=latest.number + 1 if latest else 1,
        settings=settings,
        digest=said,
        published_at=at,
        published_by_id=author_id,
        note=note,
        template_version_id=latest.template_version_id if latest else None,
    )
    db.session.add(version)
    db.session.flush()
    return version


def print_with(
    definition: CertificateDefinition,
    template_version_id: int | None,
    *,
    at: datetime,
    author_id: int,
) -> None:
    """Make the next version, which says the same and is printed with another template.

    Within the caller's transaction, which holds the kind; a draft stays. None: the formal design.
    """
    latest = found(current(definition))
    if latest.template_version_id == template_version_id:
        return
    db.session.add(
        CertificateDefinitionVersion(
            definition_id=definition.id,
            number=latest.number + 1,
            settings=latest.settings,
            digest=latest.digest,
            published_at=at,
            published_by_id=author_id,
            note="",
            template_version_id=template_version_id,
        )
    )
    db.session.flush()
