"""The versions of a kind of certificate: which one holds now, and how the next one is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.certificates.models import CertificateDefinition, CertificateDefinitionVersion
from lms.core.db import db
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


def current(definition: CertificateDefinition) -> CertificateDefinitionVersion | None:
    """Return the version by which certificates are awarded now."""
    mine = select(CertificateDefinitionVersion).filter_by(definition_id=definition.id)
    latest = mine.order_by(CertificateDefinitionVersion.number.desc()).limit(1)
    return db.session.scalar(latest)


def history(definition: CertificateDefinition) -> Sequence[Published]:
    """Return all versions, latest first."""
    version = CertificateDefinitionVersion
    columns = (version.number, version.settings, version.published_at, Person.name, version.note)
    query = select(*columns).outerjoin(Person, Person.id == version.published_by_id)
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
    """Make the next version, within the caller's transaction; what says the same makes none."""
    said = digest(settings)
    latest = current(definition)
    definition.draft = None
    definition.prefix, definition.settings = settings["prefix"], settings
    if latest is not None and latest.digest == said:
        return latest
    numbers = select(func.max(CertificateDefinitionVersion.number))
    last = db.session.scalar(numbers.filter_by(definition_id=definition.id)) or 0
    version = CertificateDefinitionVersion(
        definition_id=definition.id,
        number=last + 1,
        settings=settings,
        digest=said,
        published_at=at,
        published_by_id=author_id,
        note=note,
    )
    db.session.add(version)
    db.session.flush()
    return version
