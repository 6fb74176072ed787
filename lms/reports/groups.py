"""The figures of one group: of a stage, a unit, a month, or all of them.

Works on data frames without knowing whose they are: pandas is imported by `frames` alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan
from typing import Any

from lms.exams.rules.statistics import wilson
from lms.reports import findings, rules

Frame = Any
"""A pandas.DataFrame: the package has no types, and must not be imported for one."""
Figures = dict[str, Any]

EXAMS = (
    *("passed", "first_passed", "first_rate", "first_low", "first_high", "attempts_each"),
    *(f"{which}_{name}" for which in ("first", "best") for name in ("mean", "median", "sd", "q1", "q3")),
    *("failed_first", "sat_again", "recovered"),
)  # fmt: skip
STUDY = ("lessons", "hours", "hours_mean")
STANDING = ("opened", "completed", "in_time", "late", "overdue", "left", "under_way")
AWARDS = ("awarded", "valid")
PARTS = {
    "standing": STANDING,
    "exams": EXAMS,
    "study": STUDY,
    "awards": AWARDS,
    "answers": ("right_percent",),
}
"""Part of a row -> its figures, which are hidden together."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one group: of a stage, a unit, a month, or all of them."""

    runs: Frame
    sittings: Frame
    readings: Frame
    passes: Frame
    certificates: Frame

    def of_units(self, members: Iterable[int] | None) -> "Part":
        """Return what belongs to some units; None for people without one."""
        return Part(*(each[_is_in(each["unit"], members)] for each in self._all()))

    def _all(self) -> tuple[Frame, ...]:
        return self.runs, self.sittings, self.readings, self.passes, self.certificates


def _is_in(units: Frame, members: Iterable[int] | None) -> Frame:
    return units.isna() if members is None else units.isin(list(members))


def of(part: Part) -> Figures:
    """Return all figures of a group."""
    return {
        **standing(part.runs),
        **exams(part.sittings),
        "passed": len(part.passes),
        **study(part.readings),
        **{name: int(part.certificates[name].sum()) for name in AWARDS},
    }


def standing(runs: Frame) -> Figures:
    """Return how many runs there are, and how they stand at the end of the period."""
    counts = {name: int(runs[name].sum()) for name in STANDING}
    return {"enrolled": len(runs), "people": int(runs["person"].nunique()), **counts}


def exams(sittings: Frame) -> Figures:
    """Return what came of the sittings of the period; "first" is the first one of a run."""
    first = sittings[sittings["number"] == 1]
    groups = sittings.groupby(["run", "stage"])
    best = groups["score"].max()
    failed = first[~first["passed"]].set_index(["run", "stage"])
    later = groups["passed"].any().reindex(failed.index, fill_value=False)
    again = groups.size().reindex(failed.index, fill_value=1) > 1
    return {
        "sittings": len(sittings),
        "sat": int(first["person"].nunique()),
        "attempts_each": _rounded(len(sittings) / len(best) if len(best) else None),
        "first": len(first),
        **_first_rate(int(first["passed"].sum()), len(first)),
        **_spread("first", first["score"]),
        **_spread("best", best),
        "best": len(best),
        "failed_first": len(failed),
        "failed_people": int(failed["person"].nunique()),
        "sat_again": int(again.sum()),
        "recovered": int(later.sum()),
    }


def _first_rate(passed: int, tried: int) -> Figures:
    bounds = wilson(passed, tried)
    low, high = bounds or (None, None)
    return {
        "first_passed": passed,
        "first_rate": findings.percent(passed, tried) if tried else None,
        "first_low": None if low is None else round(100 * low, 2),
        "first_high": None if high is None else round(100 * high, 2),
    }


def _spread(which: str, scores: Frame) -> Figures:
    """Return mean, median, sample standard deviation and quartiles (linear between neighbours)."""
    values = {
        "mean": scores.mean(),
        "median": scores.median(),
        "sd": scores.std(),
        "q1": scores.quantile(0.25),
        "q3": scores.quantile(0.75),
    }
    return {f"{which}_{name}": _rounded(value) for name, value in values.items()}


def _rounded(value: float | None) -> float | None:
    """Return a number for JSON: what cannot be computed is None, not NaN."""
    return None if value is None or isnan(value) else round(float(value), 2)


def study(readings: Frame) -> Figures:
    """Return the lessons that were finished; the hours are the lessons' planned minutes."""
    readers, hours = int(readings["person"].nunique()), float(readings["minutes"].sum()) / 60
    return {
        "lessons": len(readings),
        "readers": readers,
        "hours": round(hours, 2),
        "hours_mean": round(hours / readers, 2) if readers else None,
    }


def hide(found: list[Figures], part: str, *, by: str) -> None:
    """Take out the figures of a part where too few people stand behind them."""
    for place in rules.hidden([each[by] for each in found]):
        row = found[place]
        row |= {name: None for name in PARTS[part] if name in row}
        row["hidden"] = [*row.get("hidden", ()), part]
