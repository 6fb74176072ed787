"""What pages, jobs and services look up about templates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import look
from lms.certificates.look import Look
from lms.certificates.models import (
    CertificateDefinition,
    CertificateDefinitionVersion,
    is_in_force,
)
from lms.certificates.template_models import (
    CertificateTemplate,
    TemplateFile,
    TemplateVersion,
)
from lms.core.db import db
from lms.core.errors import found
from lms.core.queue import Job


@dataclass(frozen=True, slots=True)
class Listed:
    """A template as the list shows it."""

    id: int
    code: str
    title: str
    design: str
    draft: int | None
    """Number of the draft, where there is one."""
    published: int | None
    """Number of the latest published version."""
    published_at: datetime | None
    used_for: list[CertificateDefinition] = field(default_factory=list)


def listed() -> Sequence[Listed]:
    """Return every template, by title."""
    used = used_for()
    versions: dict[int, list[TemplateVersion]] = {}
    for each in db.session.scalars(select(TemplateVersion).order_by(TemplateVersion.number)):
        versions.setdefault(each.template_id, []).append(each)
    rows = db.session.scalars(select(CertificateTemplate).order_by(CertificateTemplate.title))
    return [_listed(row, versions[row.id], used.get(row.id, [])) for row in rows]


def used_for() -> dict[int, list[CertificateDefinition]]:
    """Return template -> the kinds of certificates that are printed with it now."""
    version = CertificateDefinitionVersion
    query = select(TemplateVersion.template_id, CertificateDefinition)
    query = query.join(version, version.template_version_id == TemplateVersion.id)
    query = query.join(CertificateDefinition, CertificateDefinition.id == version.definition_id)
    used: dict[int, list[CertificateDefinition]] = {}
    rows = db.session.execute(query.where(is_in_force()).order_by(CertificateDefinition.id))
    for template_id, definition in rows:
        used.setdefault(template_id, []).append(definition)
    return used


def _listed(
    row: CertificateTemplate,
    versions: Sequence[TemplateVersion],
    used: list[CertificateDefinition],
) -> Listed:
    latest = versions[-1]
    published = [each for each in versions if each.published_at is not None]
    return Listed(
        id=row.id,
        code=row.code,
        title=row.title,
        design=latest.settings["design"],
        draft=latest.number if latest.published_at is None else None,
        published=published[-1].number if published else None,
        published_at=published[-1].published_at if published else None,
        used_for=used,
    )


def template(template_id: int) -> CertificateTemplate:
    """Return a template, or raise `NotFoundError`."""
    return found(db.session.get(CertificateTemplate, template_id))


def latest(template_id: int) -> TemplateVersion:
    """Return a template's latest version, draft or not, or raise `NotFoundError`."""
    query = select(TemplateVersion).filter_by(template_id=template_id)
    return found(db.session.scalars(query.order_by(TemplateVersion.number.desc())).first())


def history(template_id: int) -> Sequence[tuple[TemplateVersion, str]]:
    """Return the published versions, latest first, each with the name of who published it."""
    query = (
        select(TemplateVersion, Person.name)
        .join(Person, Person.id == TemplateVersion.published_by_id)
        .where(TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.number.desc())
    )
    return [(version, name) for version, name in db.session.execute(query)]


def with_code(code: str) -> CertificateTemplate | None:
    """Return the template that commands call so."""
    return db.session.scalar(select(CertificateTemplate).filter_by(code=code))


def codes() -> Sequence[str]:
    """Return what commands call the templates."""
    return db.session.scalars(select(CertificateTemplate.code)).all()


def in_use(definition_id: int) -> int | None:
    """Return the version that a kind of certificate is printed with now; None for the formal one."""
    query = select(CertificateDefinitionVersion.template_version_id)
    query = query.where(CertificateDefinitionVersion.definition_id == definition_id, is_in_force())
    return db.session.scalar(query)


def words_of(version_id: int | None) -> Look:
    """Return what a version prints with, without its pictures: for pages that say it in words."""
    if version_id is None:
        return Look()
    query = select(TemplateVersion.settings).filter_by(id=version_id)
    return look.read(db.session.scalars(query).one())


def look_of(version_id: int | None) -> Look:
    """Return what a version prints with; None is the formal design as it is delivered."""
    if version_id is None:
        return Look()
    version = db.session.get_one(TemplateVersion, version_id)
    query = select(TemplateFile.name, TemplateFile.content).where(
        TemplateFile.template_id == version.template_id,
        TemplateFile.name.in_(look.image_names(version.settings)),
    )
    images = {row.name: row.content for row in db.session.execute(query)}
    return look.read(version.settings, images)


def file_of(template_id: int, name: str) -> bytes:
    """Return one of a template's pictures, or raise `NotFoundError`."""
    query = select(TemplateFile.content).filter_by(template_id=template_id, name=name)
    return found(db.session.scalar(query))


def preview_key(version: TemplateVersion, actor: Person) -> str:
    """Return the key of the job that draws a version for somebody."""
    return f"certificates.template-preview:{version.id}:{version.revision}:{actor.id}"


def publish_key(version: TemplateVersion) -> str:
    """Return the key of the job that looks a draft through, as it was last saved."""
    return f"certificates.template-publish:{version.id}:{version.revision}"


def job_with(key: str) -> Job | None:
    """Return the job of that key, where somebody asked for it."""
    return db.session.scalar(select(Job).filter_by(key=key))
