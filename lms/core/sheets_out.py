"""Tables as files for other programs: XLSX and CSV. The only writer of either.

Text that a spreadsheet would take for a formula is made harmless; numbers, dates and instants are
written as what they are. Rows are taken one by one and never held.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Cell = str | int | float | Decimal | date | datetime | None
"""What a cell may hold; an instant is aware."""

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes spreadsheets calculate; some of them take the full-width forms as well."""
FORMULA_SPACE = ("\t", "\r", "\n")
MOST_CHARACTERS = 32_767
"""In a cell of XLSX."""
MOST_ROWS = 1_000_000
"""On one sheet, with some room for headings; what is more goes on on the next."""
LONGEST_NAME = 31
"""Of a sheet, as Excel has it."""
ON_PAPER = {"landscape": True, "paper_size": 9, "fit_to_pages": (1, 0), "repeat_rows": 0}
"""A4, as wide as the page and as many pages as it takes, with the headings on each."""
DATE, INSTANT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet."""

    heading: str
    """No two columns of a sheet have the same."""
    width: float = 14
    """In characters."""
    number_format: str = ""
    """As spreadsheets spell it, such as `DATE`; empty for text and plain numbers."""
    choices: Sequence[str] = ()
    """What may be filled in, as a list to choose from; empty for anything. 255 characters in all."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, its columns and its rows, in the columns' order."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    count: int
    """How many rows there are."""


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with ``'`` before, where needed."""
    is_formula = text.lstrip().startswith(FORMULA) or text.startswith(FORMULA_SPACE)
    return f"'{text}" if is_formula else text


def xlsx_cell(value: Cell, zone: ZoneInfo) -> str | float | date | None:
    """Return a value as a cell of XLSX; an instant as a clock on the wall in `zone` shows it."""
    match value:
        case str():
            return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", harmless(value))[:MOST_CHARACTERS]
        case datetime():
            return _on_the_wall(value, zone)
        case Decimal():
            return float(value)
        case _:
            return value


def csv_cell(value: Cell, zone: ZoneInfo) -> str:
    """Return a value as a cell of CSV, dates as ISO 8601; an instant as for XLSX."""
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case datetime():
            return _on_the_wall(value, zone).isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def write_xlsx(path: Path, sheets: Iterable[Sheet], *, zone: ZoneInfo) -> None:
    """Write a workbook, the sheets' rows one sheet after the other.

    Args:
        path: of the new file.
        sheets: each with another name.
        zone: for instants.
    """
    # Loaded here, for web processes never write one: 8 MB that they would carry for nothing.
    from rustpy_xlsxwriter import write_worksheets  # noqa: PLC0415

    parts = [part for sheet in sheets for part in _parts(sheet)]
    write_worksheets(
        [(part.name, _records(part, zone)) for part in parts],
        path,
        bold_headers=True,
        freeze_panes={"general": {"row": 1, "col": 1}},
        datetime_format=INSTANT,
        column_widths={
            part.name: {each.heading: each.width for each in part.columns} for part in parts
        },
        column_formats={part.name: _formats(part.columns) for part in parts},
        data_validations={part.name: _choices(part.columns) for part in parts},
        page_setup=dict.fromkeys((part.name for part in parts), ON_PAPER),
    )


def write_csv(path: Path, sheet: Sheet, *, zone: ZoneInfo) -> None:
    """Write one table, with the mark by which Excel knows UTF-8."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(csv_cell(each.heading, zone) for each in sheet.columns)
        writer.writerows((csv_cell(each, zone) for each in row) for row in sheet.rows)


def _on_the_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant without its zone, which the heading names: a cell cannot hold one."""
    if at.tzinfo is None:
        raise ValueError("naive datetime; use lms.core.clock.now()")
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0)


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    """Divide a table into as many sheets as it needs; they share one iterator of rows."""
    rows = iter(sheet.rows)
    name = _NOT_IN_NAMES.sub(" ", sheet.name)[: LONGEST_NAME - 3].strip()
    left, number = sheet.count, 1
    while left > MOST_ROWS:
        yield Sheet(_numbered(name, number), sheet.columns, islice(rows, MOST_ROWS), MOST_ROWS)
        left, number = left - MOST_ROWS, number + 1
    yield Sheet(_numbered(name, number), sheet.columns, rows, left)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def _records(sheet: Sheet, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    headings = [each.heading for each in sheet.columns]
    nothing = [] if sheet.count else [[None] * len(headings)]  # or there would be no headings
    for row in chain(sheet.rows, nothing):
        yield dict(zip(headings, (xlsx_cell(each, zone) for each in row), strict=True))


def _formats(columns: Iterable[Column]) -> dict[str, Any]:
    from rustpy_xlsxwriter import Format  # noqa: PLC0415  as above

    return {
        each.heading: Format().set_num_format(each.number_format)
        for each in columns
        if each.number_format
    }


def _choices(columns: Iterable[Column]) -> dict[str, dict[str, Any]]:
    return {
        each.heading: {"type": "list", "values": list(each.choices)}
        for each in columns
        if each.choices
    }
