"""Who did what: one append-only line per privileged act, written in the act's own transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import append_only, clock
from lms.core.db import Base, db, pk, text80, transaction


class AuditEntry(Base):
    """One privileged act. Never changed, never deleted."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "at"), Index(None, "object_kind", "object_id"))

    id: Mapped[pk]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    """The person; empty for the system. No foreign key: the log outlives everything."""
    action: Mapped[text80]
    """Dotted and stable, such as ``accounts.invited``; translated at display."""
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What changed: names, before and after. Never a secret."""


append_only.protect(AuditEntry.__table__)


@transaction()
def note(
    action: str,
    *,
    kind: str,
    object_id: object,
    actor_id: int | None,
    at: datetime | None = None,
    **detail: object,
) -> None:
    """Add a line to the audit log, in the caller's transaction.

    Args:
        action: dotted and stable, such as ``accounts.invited``.
        kind: what was acted on, such as ``person``.
        object_id: which one.
        actor_id: who acted; None for the system.
        at: when; now, unless a test says otherwise.
        **detail: JSON values that say what changed.
    """
    db.session.add(
        AuditEntry(
            at=at or clock.now(),
            actor_id=actor_id,
            action=action,
            object_kind=kind,
            object_id=str(object_id),
            detail=detail,
        )
    )
