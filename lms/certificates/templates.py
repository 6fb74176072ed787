"""What can be done with templates. Each function is one transaction.

What certificates are printed with holds for the whole organisation: whoever keeps those of a unit
looks at templates, and changes none.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import (
    look as looks,
    policies,
    proofing,
    queries,
    template_queries,
    versions,
)
from lms.certificates.look import Look, Source
from lms.certificates.models import CertificateDefinition
from lms.certificates.template_errors import (
    DraftChangedError,
    NotADraftError,
    NotPublishedError,
)
from lms.certificates.template_models import (
    CertificateTemplate,
    TemplateFile,
    TemplateVersion,
)
from lms.core import audit, clock, queue, uploads
from lms.core.chores import every
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found
from lms.core.queue import Job

PREVIEWS = "template-previews"
"""The folder of preview pictures."""
_PLAIN = re.compile("[^a-z0-9]+")


@transaction()
def start(
    design: str,
    title: str,
    *,
    markup: Source | None = None,
    actor: Person,
    at: datetime | None = None,
) -> CertificateTemplate:
    """Make a template as a copy of a ready design; its first version is a draft.

    Args:
        design: the one that is copied; of `markup`, what it is printed on.
        title: what people call it.
        markup: HTML and CSS of one's own instead; see `markup_templates`.
        actor: see `policies.may_define`.
        at: now.

    Raises:
        NotAllowedError: the actor makes no templates.
    """
    _allow(actor)
    at = at or clock.now()
    row = CertificateTemplate(code=_free_code(title, design), title=title)
    db.session.add(row)
    db.session.flush()
    settings = looks.written(Look(design=design, markup=markup))
    db.session.add(
        TemplateVersion(
            template_id=row.id, number=1, settings=settings, changed_at=at, changed_by_id=actor.id
        )
    )
    kind = "markup" if markup else "choices"
    _note("certificates.template-made", row, actor, at, design=design, made_of=kind)
    return row


def _free_code(title: str, design: str) -> str:
    """Return a code that follows from the title, where it has letters, and is not taken."""
    base = _PLAIN.sub("-", title.lower()).strip("-")[:30]
    if not any(each.isalpha() for each in base):
        base = f"{design}-{base}".strip("-")
    taken = {*template_queries.codes(), *looks.DESIGNS}
    codes = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(each for each in codes if each not in taken)


@transaction()
def save(
    template_id: int,
    look: Look,
    *,
    title: str,
    revision: int,
    actor: Person,
    at: datetime | None = None,
) -> TemplateVersion:
    """Save a draft.

    Args:
        template_id: whose draft.
        look: what it shall print with, and the pictures in it that are not kept yet: see
            `images.taken`.
        title: what people call the template.
        revision: of the draft that the actor has seen.
        actor: see `policies.may_define`.
        at: now.

    Raises:
        NotAllowedError: the actor changes no templates.
        NotADraftError: the latest version is published.
        DraftChangedError: somebody else saved it meanwhile.
        TemplateRefusedError: see `proofing.check_settings`.
    """
    _allow(actor)
    at = at or clock.now()
    row, draft = template_queries.template(template_id), _draft(template_id)
    if draft.revision != revision:
        raise DraftChangedError
    proofing.check_settings(look)
    kept = set(db.session.scalars(select(TemplateFile.name).filter_by(template_id=template_id)))
    for name in look.images.keys() - kept:
        content = look.images[name]
        db.session.add(TemplateFile(template_id=template_id, name=name, content=content))
    row.title = title
    # The design is what it was copied from: a text that fits one page need not fit another.
    draft.settings = looks.written(replace(look, design=draft.settings["design"]))
    draft.revision += 1
    draft.changed_at, draft.changed_by_id = at, actor.id
    return draft


@transaction()
def renew(template_id: int, *, actor: Person, at: datetime | None = None) -> TemplateVersion:
    """Start a new draft from the published version; where there is one, return it."""
    _allow(actor)
    latest = template_queries.latest(template_id)
    if latest.published_at is None:
        return latest
    draft = TemplateVersion(
        template_id=template_id,
        number=latest.number + 1,
        settings=latest.settings,
        changed_at=at or clock.now(),
        changed_by_id=actor.id,
    )
    db.session.add(draft)
    return draft


@transaction()
def ask_preview(template_id: int, *, actor: Person, at: datetime | None = None) -> Job:
    """Have the latest version drawn with the worst names, for the actor to look at.

    That changes nothing: whoever keeps the certificates of a unit may, too.
    """
    if not actor.roles & queries.READERS:
        raise NotAllowedError
    at = at or clock.now()
    version = template_queries.latest(template_id)
    key = template_queries.preview_key(version, actor)
    job = queue.enqueue(
        "certificates.template-preview", key=key, run_at=at, owner_id=actor.id,
        version_id=version.id,
    )  # fmt: skip
    queue.try_again(key, at=at)
    return job


@transaction()
def ask_to_publish(template_id: int, *, actor: Person, at: datetime | None = None) -> Job:
    """Have a draft looked through by a job, which publishes it if nothing speaks against it.

    Raises:
        NotAllowedError: the actor publishes no templates.
        NotADraftError: it is published already.
    """
    _allow(actor)
    at = at or clock.now()
    draft = _draft(template_id)
    key = template_queries.publish_key(draft)
    job = queue.enqueue(
        "certificates.template-publish", key=key, run_at=at, owner_id=actor.id,
        version_id=draft.id, revision=draft.revision, actor_id=actor.id,
    )  # fmt: skip
    queue.try_again(key, at=at)
    return job


@transaction()
def publish(
    version_id: int, *, revision: int, actor: Person, at: datetime | None = None
) -> TemplateVersion:
    """Publish a draft that was looked through. From now on it is never changed.

    Raises:
        NotAllowedError: the actor publishes no templates.
        NotADraftError: it is published already.
        DraftChangedError: it is not the one that was looked through.
    """
    _allow(actor)
    at = at or clock.now()
    version = db.session.get_one(TemplateVersion, version_id)
    if version.published_at is not None:
        raise NotADraftError
    if version.revision != revision:
        raise DraftChangedError
    version.published_at, version.published_by_id = at, actor.id
    row = template_queries.template(version.template_id)
    for definition in _held(row.id):
        versions.print_with(definition, version.id, at=at, author_id=actor.id)
    _note("certificates.template-published", row, actor, at, version=version.number)
    return version


@transaction()
def use(
    template_id: int, codes: Collection[str], *, actor: Person, at: datetime | None = None
) -> None:
    """Print these kinds of certificates with a template from now on, and no others.

    Each is a version of its kind. What was awarded before stays as it was. A kind is printed with
    one template only, in the version that was published last.

    Raises:
        NotAllowedError: the actor decides no such thing.
        NotPublishedError: no version of it is published.
    """
    _allow(actor)
    at = at or clock.now()
    row = template_queries.template(template_id)
    latest = _published(template_id)
    if codes and latest is None:
        raise NotPublishedError
    wanted = {found(queries.definition_with(code)).id for code in codes}
    for definition in _held(row.id, also=wanted):
        own = latest if definition.id in wanted else None
        versions.print_with(definition, own, at=at, author_id=actor.id)
    _note("certificates.template-used", row, actor, at, kinds=sorted(codes))


def choices() -> list[CertificateDefinition]:
    """Return the kinds of certificates that a template can be used for."""
    return list(queries.definitions())


@every(timedelta(hours=6))
def sweep_previews() -> None:
    """Remove the pictures of previews that are older than a day."""
    uploads.sweep(PREVIEWS, (), at=clock.now())


def _published(template_id: int) -> int | None:
    """Return the version that was published last."""
    query = select(TemplateVersion.id).filter_by(template_id=template_id)
    query = query.where(TemplateVersion.published_at.is_not(None))
    return db.session.scalar(query.order_by(TemplateVersion.number.desc()).limit(1))


def _held(template_id: int, *, also: Collection[int] = ()) -> Sequence[CertificateDefinition]:
    """Return the kinds that are printed with a template, and others, held until the end.

    In the order in which awards hold them, so that nobody waits in a circle.
    """
    now = {each.id for each in template_queries.used_for().get(template_id, ())}
    query = select(CertificateDefinition).where(CertificateDefinition.id.in_({*now, *also}))
    return db.session.scalars(query.order_by(CertificateDefinition.id).with_for_update()).all()


def _draft(template_id: int) -> TemplateVersion:
    draft = template_queries.latest(template_id)
    if draft.published_at is not None:
        raise NotADraftError
    return draft


def _allow(actor: Person) -> None:
    if not policies.may_define(actor):
        raise NotAllowedError


def _note(
    action: str, row: CertificateTemplate, actor: Person, at: datetime, **details: object
) -> None:
    kind = "certificate-template"
    audit.note(action, kind=kind, object_id=row.id, actor_id=actor.id, at=at, code=row.code, **details)  # fmt: skip
