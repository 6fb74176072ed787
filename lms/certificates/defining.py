"""Changing what a kind of certificate says: a draft first, then its next version."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.certificates import awarding, earning, kinds, policies, versions
from lms.certificates.errors import (
    NoDraftError,
    NothingEarnsItError,
    PrefixReservedError,
    PrefixTakenError,
    ScoreNeverEarnedError,
    ScoreNeverRenewedError,
)
from lms.certificates.models import CertificateDefinition, CertificateDefinitionVersion
from lms.certificates.rules import earning as rules
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found


@transaction()
def save_draft(code: str, settings: dict[str, Any], *, actor: Person) -> None:
    """Keep what somebody works on; certificates go by the version that is published.

    Args:
        code: the kind of certificate.
        settings: what it is to say, checked: see docs/content-format.md.
        actor: see `policies.may_define`.

    Raises:
        NotAllowedError: the actor keeps no certificates, or only those of a unit.
        NotFoundError: there is no such kind.
        PrefixTakenError, PrefixReservedError: the serials of others begin with the same.
        ScoreNeverEarnedError, ScoreNeverRenewedError: see `refuse_scores`.
    """
    definition = locked(code, actor)
    refuse_prefix(settings["prefix"], definition.id)
    refuse_scores(settings)
    if versions.current(definition) is not None:
        definition.draft = settings if settings != definition.settings else None
        return
    definition.draft = definition.settings = settings  # there is nothing else that it says
    definition.prefix = settings["prefix"]
    with _prefix_is_free(definition.prefix):
        db.session.flush()


@transaction()
def discard_draft(code: str, *, actor: Person) -> None:
    """Throw a draft away; what is published stays. A kind that never was is gone with its draft.

    Raises:
        NotAllowedError, NotFoundError: as `save_draft`.
    """
    definition = locked(code, actor)
    if versions.current(definition) is not None:
        definition.draft = None
        return
    db.session.delete(definition)
    audit.note("certificates.kind-discarded", kind="certificate-kind", object_id=code,
               actor_id=actor.id, at=clock.now())  # fmt: skip


@transaction()
def publish_draft(
    code: str, *, note: str, actor: Person, at: datetime | None = None
) -> CertificateDefinitionVersion:
    """Make the draft the next version: certificates go by it from this moment.

    What was awarded before keeps its own version, its dates and its paper.

    Args:
        code: the kind of certificate.
        note: what changes, for the list of versions.
        actor: see `policies.may_define`.
        at: the instant.

    Raises:
        NotAllowedError, NotFoundError, PrefixTakenError: as `save_draft`.
        NoDraftError: there is none, or somebody was faster.
        NothingEarnsItError: it is the first version, and nobody could ever earn one.
        ScoreNeverEarnedError, ScoreNeverRenewedError: see `refuse_scores`.
    """
    at = at or clock.now()
    definition = locked(code, actor)
    if (draft := definition.draft) is None:
        raise NoDraftError
    refuse_prefix(draft["prefix"], definition.id)
    refuse_scores(draft)
    is_first = versions.current(definition) is None
    if is_first and not rules.read(draft) and not earning.named_by(code):
        raise NothingEarnsItError
    before = {} if is_first else definition.settings
    with _prefix_is_free(draft["prefix"]):
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


def locked(code: str, actor: Person) -> CertificateDefinition:
    """Return a kind, published or not, for somebody who may change it; nobody else does meanwhile."""
    if not policies.may_define(actor):
        raise NotAllowedError
    definition = found(kinds.kind_with(code))
    awarding.hold_kind(definition.id)  # and read again: somebody may have changed it
    return found(kinds.kind_with(code))


def refuse_prefix(prefix: str, definition_id: int | None) -> None:
    """Refuse what the serials of another kind begin with: now, in its draft, or in days gone by.

    Raises:
        PrefixTakenError, PrefixReservedError: see there.
    """
    if prefix in rules.RESERVED_PREFIXES:
        raise PrefixReservedError(prefix=prefix)
    if kinds.is_prefix_taken(prefix, definition_id):
        raise PrefixTakenError(prefix=prefix)


def refuse_scores(settings: dict[str, Any]) -> None:
    """Refuse to ask for a score where nobody could ever have one.

    Raises:
        ScoreNeverEarnedError: nothing that earns it has an exam.
        ScoreNeverRenewedError: its refresher has none.
    """
    scoreless = rules.scoreless(settings, earning.outlines())
    if "earned" in scoreless:
        raise ScoreNeverEarnedError
    if "refresher" in scoreless:
        raise ScoreNeverRenewedError


@contextmanager
def _prefix_is_free(prefix: str) -> Iterator[None]:
    """Say so if somebody else took the prefix since we looked; the transaction ends with it."""
    try:
        yield
    except IntegrityError:
        raise PrefixTakenError(prefix=prefix) from None
