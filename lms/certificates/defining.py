"""Changing what a kind of certificate says: a draft first, then its next version."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.certificates import awarding, queries, versions
from lms.certificates.errors import NoDraftError, PrefixTakenError
from lms.certificates.models import CertificateDefinition, CertificateDefinitionVersion
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found


@transaction()
def save_draft(code: str, settings: dict[str, Any], *, actor: Person) -> None:
    """Keep what somebody works on; certificates go by the version that is published.

    Args:
        code: the kind of certificate.
        settings: what it is to say, checked: see docs/content-format.md.
        actor: an administrator or someone from HR.

    Raises:
        NotAllowedError: the actor keeps no certificates, or only those of a unit.
        NotFoundError: there is no such kind.
        PrefixTakenError: another kind's serials begin with the same.
    """
    definition = _locked(code, actor)
    _refuse_taken(definition, settings["prefix"])
    definition.draft = settings if settings != definition.settings else None


@transaction()
def discard_draft(code: str, *, actor: Person) -> None:
    """Throw a draft away; what is published stays.

    Raises:
        NotAllowedError, NotFoundError: as `save_draft`.
    """
    _locked(code, actor).draft = None


@transaction()
def publish_draft(
    code: str, *, note: str, actor: Person, at: datetime | None = None
) -> CertificateDefinitionVersion:
    """Make the draft the next version: certificates go by it from this moment.

    What was awarded before keeps its own version, its dates and its paper.

    Args:
        code: the kind of certificate.
        note: what changes, for the list of versions.
        actor: an administrator or someone from HR.
        at: the instant.

    Raises:
        NotAllowedError, NotFoundError, PrefixTakenError: as `save_draft`.
        NoDraftError: there is none, or somebody was faster.
    """
    at = at or clock.now()
    definition = _locked(code, actor)
    if (draft := definition.draft) is None:
        raise NoDraftError
    _refuse_taken(definition, draft["prefix"])
    before = definition.settings
    version = versions.publish(definition, draft, at=at, author_id=actor.id, note=note)
    audit.note(
        "certificates.published",
        kind="certificate-kind",
        object_id=definition.code,
        actor_id=actor.id,
        at=at,
        version=version.number,
        note=note,
        changed=sorted(name for name in {*before, *draft} if before.get(name) != draft.get(name)),
    )
    return version


def may_define(actor: Person) -> bool:
    """Whether somebody keeps certificates for the whole organisation: the kinds are everybody's."""
    has_role = bool(actor.roles & queries.READERS)
    return has_role and accounts.units_in_scope(actor, roles=queries.READERS) is None


def _locked(code: str, actor: Person) -> CertificateDefinition:
    if not may_define(actor):
        raise NotAllowedError
    definition = found(queries.definition_with(code))
    awarding.hold_kind(definition.id)
    db.session.refresh(definition)  # somebody may have changed it while this waited
    return definition


def _refuse_taken(definition: CertificateDefinition, prefix: str) -> None:
    other = CertificateDefinition.id != definition.id
    taken = exists().where(CertificateDefinition.prefix == prefix, other)
    drafts = select(CertificateDefinition.draft).where(
        other, CertificateDefinition.draft.is_not(None)
    )
    planned = {draft["prefix"] for draft in db.session.scalars(drafts) if draft}
    if prefix in planned or db.session.scalar(select(taken)):
        raise PrefixTakenError(prefix=prefix)
