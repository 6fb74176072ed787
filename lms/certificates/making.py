"""A kind of certificate begins, is retired, and comes back into use."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.certificates import defining, kinds, policies, versions
from lms.certificates.errors import (
    CodeTakenError,
    KindNotRetiredError,
    KindRetiredError,
    NoDraftError,
    PrefixTakenError,
    ReasonMissingError,
)
from lms.certificates.models import CertificateDefinition
from lms.certificates.rules import earning as rules
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError


@transaction()
def start(
    settings: dict[str, Any], *, actor: Person, at: datetime | None = None
) -> CertificateDefinition:
    """Make a kind of certificate: a draft, by which nothing is awarded until it is published.

    Args:
        settings: what it is to say, checked: see docs/content-format.md.
        actor: an administrator or someone from HR.
        at: the instant.

    Raises:
        NotAllowedError: the actor keeps no certificates, or only those of a unit.
        CodeTakenError: there is one of that code, perhaps since a moment ago.
        PrefixTakenError, PrefixReservedError: the serials of others begin with the same.
        ScoreNeverEarnedError, ScoreNeverRenewedError: nobody could ever have the score.
    """
    if not policies.may_define(actor):
        raise NotAllowedError
    code = settings["code"]
    if code in rules.RESERVED_CODES or kinds.kind_with(code) is not None:
        raise CodeTakenError(code=code)
    defining.refuse_prefix(settings["prefix"], None)
    defining.refuse_scores(settings)
    row = CertificateDefinition(
        code=code, prefix=settings["prefix"], settings=settings, draft=settings, digest=""
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # somebody else, since we looked
        if kinds.kind_with(code) is not None:
            raise CodeTakenError(code=code) from None
        raise PrefixTakenError(prefix=row.prefix) from None
    _note("made", row, actor, at or clock.now())
    return row


@transaction()
def retire(
    code: str, *, reason: str, actor: Person, at: datetime | None = None
) -> CertificateDefinition:
    """Award no more certificates of a kind; those that were awarded stay what they are.

    No renewal of one opens any more, and no refresher renews one.

    Args:
        code: the kind.
        reason: for the audit log.
        actor: an administrator or someone from HR.
        at: the instant.

    Raises:
        NotAllowedError: the actor keeps no certificates, or only those of a unit.
        NotFoundError: there is no such kind.
        NoDraftError: it was never published; its draft can be discarded.
        KindRetiredError: it is retired already.
        ReasonMissingError: it is empty.
    """
    at = at or clock.now()
    row = defining.locked(code, actor)
    if versions.current(row) is None:
        raise NoDraftError
    if row.retired_at is not None:
        raise KindRetiredError
    if not reason.strip():
        raise ReasonMissingError
    row.retired_at = at
    _note("retired", row, actor, at, reason=reason.strip())
    return row


@transaction()
def restore(code: str, *, actor: Person, at: datetime | None = None) -> CertificateDefinition:
    """Take a retired kind back into use. What was earned meanwhile is not made up for by itself.

    Raises:
        NotAllowedError, NotFoundError: as `retire`.
        KindNotRetiredError: it is in use.
    """
    row = defining.locked(code, actor)
    if row.retired_at is None:
        raise KindNotRetiredError
    row.retired_at = None
    _note("restored", row, actor, at or clock.now())
    return row


def _note(
    what: str, row: CertificateDefinition, actor: Person, at: datetime, **details: object
) -> None:
    audit.note(f"certificates.kind-{what}", kind="certificate-kind", object_id=row.code,
               actor_id=actor.id, at=at, prefix=row.prefix, **details)  # fmt: skip
