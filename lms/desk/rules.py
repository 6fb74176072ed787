"""When someone needs their manager's attention. Pure: no database, no clock, no request."""

import enum
from dataclasses import dataclass
from datetime import date

BEHIND_DAYS = 7
"""From how many days behind an even pace on a run counts as behind."""
IDLE_DAYS = 14
"""From how many days without any activity on it is said."""


class Need(enum.StrEnum):
    """How one run stands, the most urgent first."""

    OVERDUE = "overdue"
    BEHIND = "behind"
    DUE_SOON = "due-soon"
    IDLE = "idle"
    NOT_ENROLLED = "not-enrolled"
    ON_TIME = "on-time"
    COMPLETED = "completed"


class Show(enum.StrEnum):
    """Which of the team are listed."""

    ALL = "all"
    LATE = "late"
    ON_TIME = "on-time"
    EXPIRING = "expiring"


LATE = frozenset({Need.OVERDUE, Need.BEHIND})


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run goes, on a day."""

    days_left: int | None
    """Until it is due; negative when that is over, None without a due date."""
    days_behind: int
    """Behind an even pace from its first day to its last; 0 if it keeps up."""
    time_percent: int
    """How much of its time is gone, from 0 to 100; 0 without a due date."""
    days_idle: int
    """Since the last activity, or since it began."""
    has_begun: bool


def pace(
    *, opened_on: date, due_on: date | None, percent: int, active_on: date | None, today: date
) -> Pace:
    """Return how a run goes that is not completed.

    Args:
        opened_on: its first day.
        due_on: its last day, if there is one.
        percent: how much of it is done, from 0 to 100.
        active_on: the day of the last activity; None: there was none yet.
        today: the day.
    """
    gone, idle = (today - opened_on).days, (today - (active_on or opened_on)).days
    if due_on is None:
        return Pace(None, 0, 0, max(0, idle), active_on is not None)
    length = max(1, (due_on - opened_on).days)
    return Pace(
        days_left=(due_on - today).days,
        days_behind=max(0, (100 * gone - length * percent) // 100),
        time_percent=min(100, max(0, 100 * gone // length)),
        days_idle=max(0, idle),
        has_begun=active_on is not None,
    )


def need(run: Pace, *, is_due_soon: bool) -> Need:
    """Return what a run that is not completed needs most."""
    if run.days_left is not None and run.days_left < 0:
        return Need.OVERDUE
    if run.days_behind >= BEHIND_DAYS:
        return Need.BEHIND
    if is_due_soon:
        return Need.DUE_SOON
    return Need.IDLE if run.days_idle >= IDLE_DAYS else Need.ON_TIME
