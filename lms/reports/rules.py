"""What a report asks for, its periods, and what it must not tell. Pure: no database, no clock."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

FEWEST = 5
"""Figures from fewer people are hidden: they would say something about single ones."""
SMALL = 20
"""Figures from fewer sittings are marked as uncertain."""
WEEKS = timedelta(weeks=10)
"""A shorter period is shown by week, any other by month."""


class Grain(enum.StrEnum):
    """The steps in which a report shows time."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a report is to be about."""

    programme: str
    """Code, like the two below."""
    stage: str | None = None
    unit: str | None = None
    """With all units below it; None for the whole organisation."""
    since: date | None = None
    """First day, in the organisation's time zone; None for the beginning."""
    until: date | None = None
    """Last day, inclusive; None for the day on which the report is made."""
    language: str = "zh"
    """Of the files made of it, unless another is asked for."""

    def as_json(self) -> dict[str, str | None]:
        """Return what is stored of it."""
        return {
            "programme": self.programme,
            "stage": self.stage,
            "unit": self.unit,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "language": self.language,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Spec":
        """Return what `as_json` gave."""
        days = {
            name: date.fromisoformat(stored[name]) if stored[name] else None
            for name in ("since", "until")
        }
        return cls(**{**stored, **days})


def grain(first: date, last: date) -> Grain:
    """Return in which steps to show the days from `first` to `last`, inclusive."""
    return Grain.WEEK if last - first + timedelta(days=1) < WEEKS else Grain.MONTH


def step_of(day: date, step: Grain) -> date:
    """Return the first day of the week (a Monday) or month that a day lies in."""
    if step is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def steps(first: date, last: date, step: Grain) -> list[date]:
    """Return the first day of each week or month from `first` to `last`, none left out."""
    found, day = [], step_of(first, step)
    while day <= last:
        found.append(day)
        day = step_of(day + timedelta(days=7 if step is Grain.WEEK else 31), step)
    return found


def hidden(counts: Sequence[int]) -> set[int]:
    """Return the positions whose figures must be hidden.

    Those with fewer than `FEWEST` people, but not the empty ones, which tell nothing. If all that
    is hidden belongs to fewer than that many people, the total less the shown ones would give it
    away; so the smallest of the shown is hidden as well.
    """
    few = {place for place, count in enumerate(counts) if 0 < count < FEWEST}
    shown = [place for place, count in enumerate(counts) if count >= FEWEST]
    if few and shown and sum(counts[place] for place in few) < FEWEST:
        few.add(min(shown, key=lambda place: counts[place]))
    return few


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as far as grouping needs to know it."""

    id: int
    path: str
    """``/1/4/9/``: ids from the root down to this one."""
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """A row of the table by unit."""

    unit: Unit | None
    """None for people without a unit."""
    members: frozenset[int]
    is_direct: bool = False
    """Only who stands in the unit itself: those below have their own rows."""


def unit_groups(units: Iterable[Unit], base: Unit | None) -> list[UnitGroup]:
    """Return the rows of the table by unit: the first level below that has more than one unit.

    Args:
        units: all there are, parents before their children.
        base: the unit that the report is about; None for the whole organisation.

    Returns:
        A row per unit of that level, with all below it, and one for each unit above it, for those
        who stand in it directly.
    """
    known = list(units)
    above: list[Unit] = [base] if base else []
    while len(level := _children(above[-1] if above else None, known)) == 1:
        above += level
    direct = [UnitGroup(each, frozenset({each.id}), is_direct=True) for each in above]
    if not level and direct:  # the last one has nothing below it: it is a row like any other
        direct[-1] = _with_all_below(above[-1], known)
    return [*(_with_all_below(each, known) for each in level), *direct]


def _children(unit: Unit | None, units: Iterable[Unit]) -> list[Unit]:
    path = unit.path if unit else "/"
    depth = path.count("/") + 1
    return [each for each in units if each.path.startswith(path) and each.path.count("/") == depth]


def _with_all_below(unit: Unit, units: Iterable[Unit]) -> UnitGroup:
    return UnitGroup(unit, frozenset(each.id for each in units if each.path.startswith(unit.path)))


def step_end(start: date, step: Grain) -> date:
    """Return the first day after the week or month that begins with `start`."""
    return step_of(start + timedelta(days=7 if step is Grain.WEEK else 31), step)


def halves(counts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the sums of an earlier and a later part with about as many trials each.

    Args:
        counts: successes and trials per step of time, in order.

    Returns:
        Two pairs; none if the trials lie in one step.
    """
    trials = sum(n for _, n in counts)
    best, cut = trials, 0
    for place in range(1, len(counts)):
        before = sum(n for _, n in counts[:place])
        if 0 < before < trials and abs(trials - 2 * before) < best:
            best, cut = abs(trials - 2 * before), place
    if not cut:
        return []
    parts = (counts[:cut], counts[cut:])
    return [(sum(k for k, _ in part), sum(n for _, n in part)) for part in parts]
