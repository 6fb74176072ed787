"""What the figures say, and no more. Pure: codes and numbers, the sentences are in `words`.

A difference between two rates is claimed only when their 95 % intervals have no value in common.
That is stricter than a test of two rates at 5 %, and it should be: the two that are compared were
picked because they lie furthest apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.exams.rules.statistics import wilson
from lms.reports.rules import FEWEST, SMALL

Row = Mapping[str, Any]
Finding = dict[str, Any]


def read(figures: Mapping[str, Any], halves: Sequence[tuple[int, int]]) -> dict[str, Finding]:
    """Return topic -> finding, in the order in which a report tells them.

    Args:
        figures: as `frames.compute` stores them, what must be hidden already taken out.
        halves: first-time passes and first sittings in the earlier and the later half.
    """
    total = figures["total"]
    found = {
        "first": _first(total),
        "stages": _rates(figures["stages"], "stages"),
        "trend": _trend(halves),
        "retakes": _retakes(total),
        "modules": _modules(figures["modules"]),
        "units": _rates(figures["units"], "units"),
        "participation": _participation(total),
        "scores": _scores(total),
        "study": _study(total),
        "certificates": _certificates(total),
    }
    return {topic: finding for topic, finding in found.items() if finding}


def _first(total: Row) -> Finding:
    if total["first_rate"] is None:
        code = "first-hidden" if total["first"] else "first-none"
        return {"code": code, "tone": "", "n": total["first"]}
    tone = "warn" if total["first"] < SMALL else ""
    return {"code": "first", "tone": tone, **_rate(total)}


def _rates(rows: Sequence[Row], topic: str) -> Finding | None:
    """Compare the lowest with the highest rate of `rows`."""
    known = [(place, row) for place, row in enumerate(rows) if row["first_rate"] is not None]
    if not known:
        return None
    lowest = min(known, key=lambda each: each[1]["first_rate"])
    highest = max(known, key=lambda each: each[1]["first_rate"])
    told = {"at": lowest[0], **_rate(lowest[1])}
    if len(known) == 1:
        return {"code": f"{topic}-one", "tone": "", **told}
    other = {f"other_{name}": value for name, value in _rate(highest[1]).items()}
    told |= {"other_at": highest[0], **other}
    if lowest[1]["first_rate"] == highest[1]["first_rate"]:
        return {"code": f"{topic}-equal", "tone": "", **told}
    if lowest[1]["first_high"] < highest[1]["first_low"]:
        return {"code": f"{topic}-differ", "tone": "warn", **told}
    return {"code": f"{topic}-lowest", "tone": "", **told}


def _rate(row: Row) -> dict[str, Any]:
    return {
        "passed": row["first_passed"],
        "n": row["first"],
        "rate": row["first_rate"],
        "low": row["first_low"],
        "high": row["first_high"],
    }


def _trend(halves: Sequence[tuple[int, int]]) -> Finding | None:
    if len(halves) != 2 or min(n for _, n in halves) < FEWEST:  # noqa: PLR2004
        return None
    (before, before_n), (after, after_n) = halves
    early, late = wilson(before, before_n), wilson(after, after_n)
    assert early is not None
    assert late is not None
    told = {
        "before": before,
        "before_n": before_n,
        "before_rate": percent(before, before_n),
        "after": after,
        "after_n": after_n,
        "after_rate": percent(after, after_n),
    }
    if early[1] < late[0]:
        return {"code": "trend-rose", "tone": "ok", **told}
    if late[1] < early[0]:
        return {"code": "trend-fell", "tone": "warn", **told}
    return {"code": "trend-same", "tone": "", **told}


def _retakes(total: Row) -> Finding | None:
    if total["failed_first"] is None:
        return None
    code = "retakes" if total["failed_first"] else "retakes-none"
    told = {name: total[name] for name in ("failed_first", "sat_again", "recovered")}
    return {"code": code, "tone": "", **told}


def _modules(rows: Sequence[Row]) -> Finding | None:
    known = [(place, row) for place, row in enumerate(rows) if row["right_percent"] is not None]
    if len(known) < 2:  # noqa: PLR2004  nothing to compare with
        return None
    place, row = min(known, key=lambda each: each[1]["right_percent"])
    return {
        "code": "modules-weakest",
        "tone": "",
        "at": place,
        "right_percent": row["right_percent"],
        "answers": row["answers"],
        "papers": row["papers"],
    }


def _participation(total: Row) -> Finding:
    names = ("enrolled", "completed", "in_time", "late", "overdue", "left")
    code = "participation-overdue" if total["overdue"] else "participation"
    tone = "warn" if total["overdue"] else ""
    return {"code": code, "tone": tone, **{name: total[name] for name in names}}


def _scores(total: Row) -> Finding | None:
    if total["first_mean"] is None:
        return None
    names = ("first_mean", "first_median", "first_q1", "first_q3", "first")
    return {"code": "scores", "tone": "", **{name: total[name] for name in names}}


def _study(total: Row) -> Finding | None:
    if not total["readers"] or total["hours_mean"] is None:
        return None
    names = ("hours", "readers", "hours_mean")
    return {"code": "study", "tone": "", **{name: total[name] for name in names}}


def _certificates(total: Row) -> Finding | None:
    if not total["awarded"] and not total["valid"]:
        return None
    return {"code": "certificates", "tone": "", **{n: total[n] for n in ("awarded", "valid")}}


def percent(part: int, whole: int) -> float:
    """Return a share in percent, rounded to two decimals."""
    return round(100 * part / whole, 2)
