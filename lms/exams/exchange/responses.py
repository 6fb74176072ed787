"""Answers of many people as a table: one row per person, one column per question."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.exams.exchange import files, spoken
from lms.exams.exchange.report import FileProblemError, Report
from lms.exams.rules.figures import Figures, Item, ItemFigures

PEOPLE = frozenset(
    [
        "id",
        "person",
        "people",
        "name",
        "user",
        "login",
        "student",
        "subj",
        "subject",
        "attempt",
        "quizattempt",
        "email",
        "no",
        "姓名",
        "工号",
        "学号",
        "编号",
        "序号",
        "人员",
        "考号",
    ]
)
"""Columns that say who it is."""
TOTALS = frozenset(["total", "sum", "summarks", "sumgrades", "score", "总分", "得分", "成绩"])
COUNTS = frozenset(["freq", "frequency", "count", "人数", "频数"])
"""Columns that say how many people answered like this."""
MOST_ROWS, MOST_PEOPLE = 200_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Responses:
    """The questions, and the columns that are none."""

    items: list[Item]
    left_out: list[str]


def read(content: bytes, key: Mapping[str, str] | None) -> Responses:
    """Read a table of answers.

    Args:
        content: a CSV with the names of the questions in its first row.
        key: question -> the option that is right; None where the cells are marks.

    Raises:
        FileProblemError: it is no such table.
    """
    text = files.decoded(content, Report("csv"))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise FileProblemError("broken-table") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2 or len(rows) > MOST_ROWS:  # noqa: PLR2004  names, and one person
        raise FileProblemError("no-rows" if len(rows) < 2 else "too-many-rows")  # noqa: PLR2004
    names = [each.strip() for each in rows[0]]
    if len(set(names)) != len(names):
        raise FileProblemError("same-columns")
    people = _repeated(names, rows[1:])
    columns = {
        name: [row[place].strip() if place < len(row) else "" for row in people]
        for place, name in enumerate(names)
    }
    return _marked(columns) if key is None else _keyed(columns, key)


def _repeated(names: Sequence[str], rows: list[list[str]]) -> list[list[str]]:
    """Return one row per person, where a column says how many there are of each."""
    place = next((at for at, name in enumerate(names) if name.casefold() in COUNTS), None)
    if place is None:
        return rows
    counts = [row[place].strip() if place < len(row) else "" for row in rows]
    if not all(each.isdecimal() for each in counts) or sum(map(int, counts)) > MOST_PEOPLE:
        raise FileProblemError("bad-counts")
    return [row for row, count in zip(rows, counts, strict=True) for _time in range(int(count))]


def _keyed(columns: Mapping[str, list[str]], key: Mapping[str, str]) -> Responses:
    if missing := [name for name in key if name not in columns]:
        raise FileProblemError("no-column", name=missing[0][:60])
    items = []
    for name, right in key.items():
        chosen = [_same(each) for each in columns[name]]
        wanted = _same(right)
        marks = [1.0 if each == wanted else 0.0 for each in chosen]
        items.append(Item(name, marks, chosen=chosen, key=wanted))
    return Responses(items, [name for name in columns if name not in key])


def _same(option: str) -> str:
    """Return an option as it is compared: ``ａ`` and ``A`` are one."""
    return spoken.folded(option).upper()


def _marked(columns: Mapping[str, list[str]]) -> Responses:
    items, left_out = [], []
    for name, cells in columns.items():
        if spoken.folded(name) in PEOPLE | TOTALS | COUNTS:
            left_out.append(name)
            continue
        try:
            marks = [float(Fraction(each)) if each else None for each in cells]
        except (ValueError, ZeroDivisionError, OverflowError):
            raise FileProblemError("not-marks", name=name[:60]) from None
        most = max((each for each in marks if each is not None), default=0.0)
        items.append(Item(name, marks, most=most if most > 1 else 1.0))
    if not items:
        raise FileProblemError("no-column", name="")
    return Responses(items, left_out)


def as_json(figures: Figures, left_out: Sequence[str]) -> dict[str, Any]:
    """Return figures as JSON values; what is not to be relied upon is named under ``doubts``."""
    low, high = figures.alpha_interval or (None, None)
    return {
        "n": figures.people,
        "k": len(figures.items),
        "mean": figures.mean,
        "median": figures.median,
        "sd": figures.sd,
        "skewness": figures.skewness,
        "kurtosis": figures.kurtosis,
        "alpha": figures.alpha,
        "alpha_low": low,
        "alpha_high": high,
        "sem": figures.sem,
        "doubts": {name: doubt.value for name, doubt in figures.doubts.items()},
        "left_out": list(left_out),
        "items": [_item(each) for each in figures.items],
    }


def _item(item: ItemFigures) -> dict[str, Any]:
    low, high = item.interval or (None, None)
    return {
        "item": item.name,
        "n": item.count,
        "facility": item.facility,
        "facility_low": low,
        "facility_high": high,
        "sd": item.sd,
        "item_rest_correlation": item.item_rest,
        "discrimination_index": _percent(item.item_rest),
        "discriminative_efficiency": _percent(item.efficiency),
        "upper_lower_index": item.upper_lower,
        "effective_weight": _percent(item.weight),
        "options": [
            {"option": each.option, "n": each.count, "share": each.share, "key": each.is_key,
             "mean_rest": each.mean_rest, "correlation": each.correlation}
            for each in item.options
        ],
        "flags": [each.value for each in item.signs],
        "doubt": item.doubt.value if item.doubt else None,
    }  # fmt: skip


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
