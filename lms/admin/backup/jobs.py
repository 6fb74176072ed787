"""Backups that nobody has to think of: one each night, and one when an administrator asks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.admin.backup import creating, queries, rules, services
from lms.core import clock, queue, site
from lms.core.chores import every
from lms.core.queue import Effect, handler


@handler("admin.backup")
def backup(actor_id: int | None = None) -> Effect:
    """Make a backup; the effect notes what came of it, good or bad."""
    report = creating.create(note=queue.note_progress)

    def keep() -> Mapping[str, Any]:
        services.note_run(report, actor_id=actor_id)
        return {"page": "/admin/health#backup"}

    return keep


@every(timedelta(minutes=5))
def plan() -> None:
    """Ask for the nightly backup when its hour has come; one that was slept through is made up for.

    A night is tried once: what kept it from succeeding is on the health page.
    """
    settings, now = site.settings(), clock.now()
    if settings.backup_at < 0:
        return
    due = rules.occurrence(now, settings.backup_at, ZoneInfo(settings.time_zone))
    last = queries.last_copied_at()
    if last is not None and last < due:
        queue.enqueue("admin.backup", key=f"admin.backup:{due:%Y-%m-%d}", run_at=now)
