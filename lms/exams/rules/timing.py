"""When an attempt ends, and when the next one may begin."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

NO_EXTRA = timedelta(0)
UNTIMED = timedelta(days=7)
"""After which an attempt without a time limit is handed in all the same: nothing stays open for ever."""


def deadline(
    started_at: datetime,
    limit_minutes: int,
    *,
    factor: Fraction | None = Fraction(1),
    extra: timedelta = NO_EXTRA,
    closes_at: datetime | None = None,
) -> datetime:
    """Return the instant at which an attempt ends.

    Args:
        started_at: when it began, by the server's clock.
        limit_minutes: the exam's limit, at least 1.
        factor: what an accommodation makes of the limit, such as 5/4; whole seconds, rounded up.
            None for an attempt without a limit: it ends by `UNTIMED`.
        extra: granted while it runs; moves the closing time too, so that it never shortens.
        closes_at: when the exam closes for this person, if it does.
    """
    allowed = UNTIMED
    if factor is not None:
        allowed = timedelta(seconds=ceil(limit_minutes * 60 * factor))
    end = started_at + allowed + extra
    return end if closes_at is None else min(end, closes_at + extra)


def minutes(limit_minutes: int, factor: Fraction | None) -> int:
    """Return the limit that a person has, in whole minutes as pages say it, rounded down."""
    return limit_minutes if factor is None else int(limit_minutes * factor)


def is_over(deadline_at: datetime, *, at: datetime, grace: timedelta) -> bool:
    """Whether answers are no longer taken. Grace covers the network and is never shown."""
    return at > deadline_at + grace


def needs_talk(
    failed_at: Sequence[datetime], talked_at: Sequence[datetime], talk_after: int
) -> bool:
    """Whether a talk has to be recorded before the next attempt.

    Args:
        failed_at: when the failed attempts were handed in, oldest first.
        talked_at: when talks were recorded.
        talk_after: from which failure on; 0 for none. Each failure from there on needs its own.
    """
    if not talk_after or len(failed_at) < talk_after:
        return False
    return all(each < failed_at[-1] for each in talked_at)


def retake_opens_at(failed_at: Sequence[datetime], cooldown_days: Sequence[int]) -> datetime | None:
    """Return when the next attempt may begin; None if it may at once.

    Args:
        failed_at: when the failed attempts were handed in, oldest first.
        cooldown_days: days to wait after the first failure, the second …; the last one holds for
            all further ones.
    """
    if not failed_at or not cooldown_days:
        return None
    days = cooldown_days[min(len(failed_at), len(cooldown_days)) - 1]
    return failed_at[-1] + timedelta(days=days) if days else None
