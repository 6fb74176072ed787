"""Rows into figures. The only user of pandas, which only jobs and commands should pay for."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from lms.reports import findings, groups, queries, rows, rules, tallies
from lms.reports.groups import STANDING, Figures, Frame, Part
from lms.reports.queries import Selection
from lms.reports.rules import UnitGroup
from lms.reports.tallies import Progress, Tally
from lms.web import i18n

SHAPE = 1
"""Number of the form in which figures are stored; a page knows which ones it can read."""

RUNS = ("run", "person", "unit", "opened_at", "due_on", "completed_at", "left_at", "is_demo")
SITTINGS = ("attempt", "run", "person", "unit", "stage", "number", "at", "score", "passed")
READINGS = ("run", "person", "unit", "lesson", "at", "minutes")
PASSES = ("run", "person", "unit", "stage", "at")
CERTIFICATES = ("person", "unit", "definition", "at", "valid_until", "revoked_at")


def compute(chosen: Selection, *, note: Progress = lambda _done, _total: None) -> Figures:
    """Compute a report.

    Args:
        chosen: what it is about.
        note: told how far it is; it may end the transaction that the rows are read in.

    Returns:
        Numbers and the codes of findings, without words, fit for JSON. What must not be told is
        None, and ``hidden`` names the parts (``standing``, ``exams``, ``study``, ``awards``).
        Rates, scores and intervals are in percent, rounded to two decimals.
    """
    whole = _read(chosen)
    first = whole.sittings[whole.sittings["number"] == 1]
    answered = tallies.of(first["attempt"].tolist(), note=note)
    periods = _periods(chosen, whole)
    figures: Figures = {
        "shape": SHAPE,
        "programme": {"code": chosen.outline.code, "title": dict(chosen.outline.title)},
        "stage": _named(chosen.stage) if chosen.stage else None,
        "unit": {"code": chosen.unit.code, "name": chosen.unit.name} if chosen.unit else None,
        "since": chosen.spec.since.isoformat() if chosen.spec.since else None,
        "until": chosen.last_day.isoformat(),
        "is_demo": bool(whole.runs["is_demo"].any()),
        "is_empty": all(each.empty for each in (whole.runs, whole.sittings, whole.readings)),
        "total": _total(whole),
        "stages": _stages(chosen, whole),
        "modules": _modules(chosen, whole, answered),
        "units": _units(chosen, whole),
        "grain": periods["grain"],
        "periods": periods["rows"],
    }
    figures["findings"] = findings.read(figures, periods["halves"])
    return figures


# ---- reading


def _read(chosen: Selection) -> Part:
    runs = _table(rows.enrolments(chosen), RUNS)
    sittings = _with_day(_table(rows.sittings(chosen), SITTINGS))
    texts = sittings["score"].unique().tolist()
    sittings["score"] = sittings["score"].map({each: float(100 * Fraction(each)) for each in texts})
    sittings["passed"] = sittings["passed"].astype(bool)
    return Part(
        runs=_with_standing(chosen, runs),
        sittings=sittings,
        readings=_with_day(_table(rows.readings(chosen), READINGS)),
        passes=_with_day(_table(rows.passes(chosen), PASSES)),
        certificates=_with_validity(chosen, _table(rows.certificates(chosen), CERTIFICATES)),
    )


def _table(found: Iterable[Any], columns: tuple[str, ...]) -> Frame:
    import pandas as pd

    return pd.DataFrame.from_records([tuple(row) for row in found], columns=list(columns))


def _instants(column: Frame) -> Frame:
    import pandas as pd

    return pd.to_datetime(column, utc=True)


def _days(column: Frame) -> Frame:
    """Return instants as days in the organisation's time zone, comparable with dates."""
    return _instants(column).dt.tz_convert(str(i18n.zone())).dt.tz_localize(None).dt.normalize()


def _dates(column: Frame) -> Frame:
    import pandas as pd

    return pd.to_datetime(column)


def _with_day(table: Frame) -> Frame:
    return table.assign(day=_days(table["at"]))


def _with_standing(chosen: Selection, runs: Frame) -> Frame:
    """Add where each run stood at the end of the period: one of the kinds is true."""
    completed_at, left_at = _instants(runs["completed_at"]), _instants(runs["left_at"])
    completed = completed_at < chosen.end
    left = ~completed & (left_at < chosen.end)
    due, finished = _dates(runs["due_on"]), _days(runs["completed_at"])
    overdue = ~completed & ~left & (due < _dates([chosen.last_day])[0])
    opened_at = _instants(runs["opened_at"])
    return runs.assign(
        opened_day=_days(runs["opened_at"]),
        completed_day=finished.where(completed),
        opened=opened_at >= chosen.start if chosen.start else opened_at.notna(),
        completed=completed,
        in_time=completed & (finished <= due),
        late=completed & (finished > due),
        left=left,
        overdue=overdue,
        under_way=~completed & ~left & ~overdue,
        is_demo=runs["is_demo"].astype(bool),
    )


def _with_validity(chosen: Selection, found: Frame) -> Frame:
    at, until = _instants(found["at"]), _dates(found["valid_until"])
    revoked = _instants(found["revoked_at"]) < chosen.end
    lasts = until.isna() | (until >= _dates([chosen.last_day])[0])
    awarded = at >= chosen.start if chosen.start else at.notna()
    return found.assign(day=_days(found["at"]), valid=lasts & ~revoked, awarded=awarded)


# ---- groups


def _total(whole: Part) -> Figures:
    total = groups.of(whole)
    groups.hide([total], "exams", by="sat")
    groups.hide([total], "study", by="readers")
    if 0 < total.pop("failed_people") < rules.FEWEST:
        total |= dict.fromkeys(("failed_first", "sat_again", "recovered"))
    return total


def _stages(chosen: Selection, whole: Part) -> list[Figures]:
    found = []
    for stage in chosen.stages:
        codes = [stage.certificate] if stage.certificate else []
        part = Part(
            runs=whole.runs,
            sittings=whole.sittings[whole.sittings["stage"] == stage.code],
            readings=whole.readings[whole.readings["lesson"].isin(list(stage.lessons))],
            passes=whole.passes[whole.passes["stage"] == stage.code],
            certificates=whole.certificates[whole.certificates["definition"].isin(codes)],
        )
        standing = ("enrolled", "people", "failed_people", *STANDING)
        figures = {name: value for name, value in groups.of(part).items() if name not in standing}
        found.append({**_named(stage), "has_exam": bool(stage.exam), **figures})
    groups.hide(found, "exams", by="sat")
    groups.hide(found, "study", by="readers")
    return found


def _named(stage: Any) -> dict[str, Any]:
    return {"code": stage.code, "number": stage.number, "title": dict(stage.title)}


def _modules(chosen: Selection, whole: Part, answered: Mapping[str, Tally]) -> list[Figures]:
    found = []
    for stage in chosen.stages:
        for module in stage.modules:
            read = whole.readings[whole.readings["lesson"].isin(list(module.lessons))]
            found.append(
                {
                    "stage": stage.number,
                    "code": module.code,
                    "title": dict(module.title),
                    **groups.study(read),
                    **_answers(answered.get(module.code) or Tally()),
                }
            )
    groups.hide(found, "answers", by="answerers")
    groups.hide(found, "study", by="readers")
    return found


def _answers(tally: Tally) -> Figures:
    return {
        "papers": tally.papers,
        "answerers": len(tally.people),
        "answers": tally.answers,
        "right_percent": tally.right_percent if tally.answers else None,
    }


def _units(chosen: Selection, whole: Part) -> list[Figures]:
    divided = rules.unit_groups(queries.all_units(), chosen.unit)
    if chosen.unit is None:
        divided.append(UnitGroup(None, frozenset()))
    found = []
    for group in divided:
        part = whole.of_units(group.members if group.unit else None)
        figures = groups.of(part)
        if figures["enrolled"] or figures["sittings"] or figures["lessons"]:
            name = group.unit.name if group.unit else ""
            code = group.unit.code if group.unit else ""
            found.append({"code": code, "name": name, "is_direct": group.is_direct, **figures})
    for figures in found:
        figures.pop("failed_people")
    groups.hide(found, "standing", by="people")
    groups.hide(found, "awards", by="people")
    groups.hide(found, "exams", by="sat")
    groups.hide(found, "study", by="readers")
    return found


def _periods(chosen: Selection, whole: Part) -> dict[str, Any]:
    first, last = _first_day(chosen, whole), chosen.last_day
    grain = rules.grain(first, last)
    starts = rules.steps(first, last, grain)
    found = [_period(whole, start, rules.step_end(start, grain)) for start in starts]
    counts = [(each["first_passed"], each["first"]) for each in found]
    groups.hide(found, "exams", by="sat")
    groups.hide(found, "study", by="readers")
    return {"grain": grain.value, "rows": found, "halves": rules.halves(counts)}


def _period(whole: Part, start: date, end: date) -> Figures:
    def within(table: Frame, column: str = "day") -> Frame:
        after, before = _dates([start, end])
        return table[(table[column] >= after) & (table[column] < before)]

    exams = groups.exams(within(whole.sittings))
    exams.pop("failed_people")
    return {
        "start": start.isoformat(),
        "opened": len(within(whole.runs[whole.runs["opened"]], "opened_day")),
        "completed": len(within(whole.runs, "completed_day")),
        **exams,
        "passed": len(within(whole.passes)),
        **groups.study(within(whole.readings)),
        "awarded": len(within(whole.certificates)),
    }


def _first_day(chosen: Selection, whole: Part) -> date:
    """Return the day that the account of time begins with: the first on which anything happened."""
    columns = (
        whole.runs["opened_day"],
        *(each["day"] for each in (whole.sittings, whole.readings, whole.passes)),
    )
    days = [each.min().date() for each in columns if not each.empty]
    first = min(days, default=chosen.last_day)
    return max(first, chosen.spec.since) if chosen.spec.since else first
