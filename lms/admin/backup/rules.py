"""When a backup is due, what it is called, and which old ones stay. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

NAME = re.compile(r"stairway-(\d{8}T\d{6}Z)\.tar")
STAMP = "%Y%m%dT%H%M%SZ"
UNVERIFIED = ".unverified"
"""Stands behind the name of a backup that could not be tried out."""
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Keep:
    """How many of the latest months, weeks and days keep a backup each."""

    months: int
    weeks: int
    days: int

    @classmethod
    def read(cls, text: str) -> "Keep":
        """Read ``12,5,7``.

        Raises:
            ValueError: three whole numbers are wanted, and one day at least.
        """
        numbers = [int(part) for part in text.split(",")]
        if len(numbers) != 3 or min(numbers) < 0 or numbers[2] < 1:  # noqa: PLR2004
            raise ValueError(text)
        return cls(*numbers)


def name_of(at: datetime) -> str:
    """Return the file name of a backup that was begun at an instant."""
    return f"stairway-{at.astimezone(UTC).strftime(STAMP)}.tar"


def made_at(name: str) -> datetime | None:
    """Return when a backup of this name was begun; None for a name that is none of ours."""
    if not (match := NAME.fullmatch(name)):
        return None
    return datetime.strptime(match[1], STAMP).replace(tzinfo=UTC)


def superfluous(names: Iterable[str], keep: Keep, zone: tzinfo) -> set[str]:
    """Return which backups may go: all but the last one of each period that keeps one.

    Args:
        names: file names; those that are none of ours are left alone.
        keep: how many periods of each kind, counted over those that have a backup.
        zone: where days, weeks and months begin.
    """
    known = {name: at.astimezone(zone) for name in names if (at := made_at(name))}
    latest = sorted(known, key=lambda name: known[name], reverse=True)
    stays: set[str] = set()
    for count, period in (
        (keep.months, "%Y-%m"),
        (keep.weeks, "%G-%V"),
        (keep.days, "%Y-%m-%d"),
    ):
        stays |= _last_of_each(latest, known, period, count)
    return set(known) - stays


def _last_of_each(
    latest: list[str], known: Mapping[str, datetime], period: str, count: int
) -> set[str]:
    last: dict[str, str] = {}
    for name in latest:
        last.setdefault(known[name].strftime(period), name)
    return set(list(last.values())[:count])


def occurrence(at: datetime, hour: int, zone: tzinfo) -> datetime:
    """Return the latest instant, not after `at`, at which a nightly backup was to be made."""
    local = at.astimezone(zone)
    today = datetime.combine(local.date(), time(hour), zone)
    return today if today <= local else today - timedelta(days=1)


def margin(total_bytes: int) -> int:
    """Return how much of a disk backups leave free: a tenth, or 1 GiB where that is less."""
    return min(total_bytes // 10, GIB)
