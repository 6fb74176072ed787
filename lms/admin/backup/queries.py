"""What the health page shows of backups."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.admin.backup.errors import sentence
from lms.admin.backup.models import BackupRun
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db

OLD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class State:
    """How it stands with backups."""

    verified: BackupRun | None
    """The last one that was restored and found to be whole."""
    problems: list[str]
    """What was wrong with the last try, in the language at hand; empty if it went well."""
    is_old: bool
    """Whether more happened on the site than one would like to lose."""


def state(*, at: datetime | None = None) -> State:
    """Look at the tries that were made."""
    verified = last = db.session.scalar(_LATEST)
    if last is not None and last.verified_at is None:
        verified = db.session.scalar(_LATEST.where(BackupRun.verified_at.is_not(None)))
    problems = [sentence((reason, context)) for reason, context in last.problems] if last else []
    since = last_copied_at()
    is_old = since is not None and (at or clock.now()) - since > OLD
    return State(verified, problems, is_old)


def last_copied_at() -> datetime | None:
    """Return as of when the last verified backup is; without one, when the site began."""
    return db.session.scalar(_VERIFIED) or db.session.scalar(_BEGUN)


_LATEST = select(BackupRun).order_by(BackupRun.id.desc()).limit(1)
_VERIFIED = select(func.max(BackupRun.started_at)).where(BackupRun.verified_at.is_not(None))
_BEGUN = select(func.min(AuditEntry.at)).where(AuditEntry.action == "content.imported")
