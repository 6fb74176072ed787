"""Small recurring work, such as handing in exams whose time is up.

A chore runs about once a period in every process that runs jobs, so it has to be idempotent and
quick; whatever is long enqueues a job. Nothing is stored: after a restart each runs at once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Chore:
    """One function and how often it is to run."""

    run: Callable[[], object]
    period: timedelta
    next_at: datetime | None = None


_chores: dict[str, Chore] = {}


def every(period: timedelta) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function to be called about once a `period`."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        _chores[f"{function.__module__}.{function.__qualname__}"] = Chore(function, period)
        return function

    return register


def run_due(at: datetime) -> int:
    """Run what is due; a chore that fails is logged and tried again next time. Return how many."""
    due = [each for each in _chores.values() if each.next_at is None or each.next_at <= at]
    for chore in due:
        chore.next_at = at + chore.period
        try:
            chore.run()
        except Exception:  # one bad chore must not stop the others
            log.exception("chore %s failed", chore.run)
    return len(due)
