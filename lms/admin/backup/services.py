"""What is noted about backups."""

from datetime import datetime

from sqlalchemy import inspect

from lms.accounts.models import Person
from lms.admin.backup.creating import Report
from lms.admin.backup.models import BackupRun
from lms.core import audit, clock, queue
from lms.core.db import db, transaction
from lms.core.queue import Job


@transaction()
def note_run(report: Report, *, actor_id: int | None) -> None:
    """Note what came of a try to make a backup, and who asked for it.

    Before the migration that makes the table there is nowhere to note it; the file is there.
    """
    if not inspect(db.session.connection()).has_table(BackupRun.__tablename__):
        return
    db.session.add(
        BackupRun(
            started_at=report.started_at,
            finished_at=report.finished_at,
            file=str(report.file) if report.file else None,
            size_bytes=report.size_bytes,
            sha256=report.sha256,
            verified_at=report.finished_at if report.is_verified else None,
            problems=[list(each) for each in report.findings],
            summary=report.summary,
        )
    )
    audit.note(
        "backup.created" if report.is_verified else "backup.failed",
        kind="backup",
        object_id=report.file.name[:64] if report.file else "–",
        actor_id=actor_id,
        at=report.finished_at,
        reasons=sorted({reason for reason, _context in report.findings}),
    )


@transaction()
def ask(*, actor: Person, at: datetime | None = None) -> Job:
    """Have a backup made now, by a job; two clicks within a minute are one."""
    at = at or clock.now()
    key = f"admin.backup:{actor.id}:{at:%Y-%m-%dT%H:%M}"
    return queue.enqueue("admin.backup", key=key, run_at=at, owner_id=actor.id, actor_id=actor.id)
