"""From the cells of a row to clean values, or to what is wrong with them. Pure."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from lms.accounts.errors import PeopleFileError
from lms.accounts.importing.columns import IDENTITY, Columns, Field, columns_of
from lms.accounts.importing.dates import BadDateError, date_of
from lms.accounts.rules import one_line
from lms.core.spreadsheets import EXACT, Cell, Sheet, Span, column_letters

MOST = {
    Field.STAFF_NO: 40, Field.NAME: 80, Field.LATIN_NAME: 80, Field.EMAIL: 254, Field.LOGIN: 80,
    Field.MANAGER: 40, Field.UNIT: 400, Field.LOCALE: 20, Field.PROGRAMME: 40,
}  # fmt: skip
"""Characters that the table holds."""
MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
LOCALES = {
    "zh": "zh", "中文": "zh", "简体中文": "zh", "汉语": "zh", "chinese": "zh", "zh-cn": "zh",
    "en": "en", "英文": "en", "英语": "en", "english": "en",
}  # fmt: skip
NAMES = frozenset({Field.NAME, Field.LATIN_NAME})
"""Kept as they are written; in the others, full-width letters and digits become plain ones."""


class Problem(NamedTuple):
    """What is wrong in one cell, in a form that any language can be made of."""

    field: str
    """A `Field`; empty for the row as a whole."""
    code: str
    """Stable; `words.PROBLEMS` has the sentence."""
    values: Mapping[str, Any]


@dataclass(slots=True)
class Candidate:
    """One row: what it says, and what is wrong with it."""

    number: int
    values: dict[Field, str] = field(default_factory=dict)
    """Without empty cells; mail address and sign-in name in small letters, the language as code."""
    login: str = ""
    """The sign-in name: its own, else the mail address, else the staff number."""
    due_on: date | None = None
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, where: Field | str, code: str, **values: object) -> None:
        """Note something that is wrong."""
        self.problems.append(Problem(str(where), code, values))

    def replace_by(self, where: Field, code: str, **values: object) -> None:
        """Note something about a cell that makes everything else about it pointless."""
        self.values.pop(where, None)
        self.problems = [each for each in self.problems if each.field != where]
        self.wrong(where, code, **values)

    def get(self, name: Field) -> str:
        """Return a value; empty if the row has none."""
        return self.values.get(name, "")


def read(sheet: Sheet) -> tuple[Columns, list[Candidate]]:
    """Read the people of a sheet.

    Raises:
        PeopleFileError: it is no table of people, or has nobody in it.
    """
    columns = columns_of(sheet)
    below = [row for row in sheet.rows if row[0] > columns.row]
    if not below:
        raise PeopleFileError("no-rows")
    merged = _merged(sheet, columns)
    candidates = [_candidate(number, cells, columns) for number, cells in below]
    _note_faults(candidates, sheet, columns)
    _note_merged(candidates, merged, columns)
    return columns, candidates


def _candidate(number: int, cells: Sequence[Cell], columns: Columns) -> Candidate:
    row = Candidate(number)
    width = len(cells)
    for name, place in columns.places.items():
        cell = cells[place] if place < width else None
        if cell is None:
            continue
        if name is Field.DUE_ON:
            _read_date(row, cell)
        elif text := _text(row, name, cell):
            row.values[name] = text
    _check(row)
    return row


def _text(row: Candidate, name: Field, cell: Cell) -> str:
    """Return a cell as text of one line; empty if it is wrong, which is then noted."""
    if isinstance(cell, str):
        text = cell if cell.isprintable() and "  " not in cell else one_line(cell)
        if not text.isascii() and name not in NAMES:
            text = unicodedata.normalize("NFKC", text)
    elif isinstance(cell, int | float):
        if abs(cell) >= EXACT:
            row.wrong(name, "rounded-number")
            return ""
        text = str(cell)
    else:
        row.wrong(name, "became-a-date")
        return ""
    if text.startswith("="):
        row.wrong(name, "formula-text")
        return ""
    if len(text) > MOST[name]:
        row.wrong(name, "too-long", most=MOST[name], length=len(text))
        return ""
    return text


def _read_date(row: Candidate, cell: Cell) -> None:
    try:
        row.due_on = date_of(cell)
    except BadDateError as error:
        row.wrong(Field.DUE_ON, error.code, value=str(cell)[:40])


def _check(row: Candidate) -> None:
    """Check what a row says by itself, without looking at others."""
    values = row.values
    wrong = {each.field for each in row.problems}
    if Field.NAME not in values and Field.NAME not in wrong:
        row.wrong(Field.NAME, "missing")
    if not any(each in values or each in wrong for each in IDENTITY):
        row.wrong("", "no-identity")
    if Field.EMAIL in values:
        if not MAIL.fullmatch(values[Field.EMAIL]):
            row.wrong(Field.EMAIL, "bad-mail", value=values[Field.EMAIL][:80])
        values[Field.EMAIL] = values[Field.EMAIL].lower()
    if Field.LOGIN in values:
        values[Field.LOGIN] = values[Field.LOGIN].lower()
    row.login = (row.get(Field.LOGIN) or row.get(Field.EMAIL) or row.get(Field.STAFF_NO)).lower()
    if Field.LOCALE in values:
        given = values[Field.LOCALE]
        values[Field.LOCALE] = LOCALES.get(given.casefold(), "")
        if not values[Field.LOCALE]:
            row.wrong(Field.LOCALE, "unknown-language", value=given)
    if row.due_on and Field.PROGRAMME not in values and Field.PROGRAMME not in wrong:
        row.wrong(Field.DUE_ON, "due-alone")


def _note_faults(candidates: Sequence[Candidate], sheet: Sheet, columns: Columns) -> None:
    """Note formulas without a value: read as empty cells, they would pass for no answer."""
    if not sheet.faults:
        return
    names = {place + 1: name for name, place in columns.places.items()}
    rows = {each.number: each for each in candidates}
    for (number, column), code in sheet.faults.items():
        if number in rows and column in names:
            rows[number].replace_by(names[column], code)


def _merged(sheet: Sheet, columns: Columns) -> list[tuple[Field, Span]]:
    """Return the merged cells that hide values of people, by the first column that is read."""
    found = []
    for span in sheet.merged:
        top, left, bottom, right = span
        inside = (name for name, place in columns.places.items() if left <= place + 1 <= right)
        name = next(inside, None)
        if top <= columns.row <= bottom and right > left and name is not None:
            raise PeopleFileError("merged-header", range=_range(span))
        if bottom > columns.row and name is not None:
            found.append((name, span))
    return found


def _note_merged(
    candidates: Sequence[Candidate], merged: Sequence[tuple[Field, Span]], columns: Columns
) -> None:
    numbers = [each.number for each in candidates]
    left = len(candidates) * len(columns.places)
    for name, span in merged:
        first = bisect_left(numbers, max(span[0], columns.row + 1))
        inside = candidates[first : bisect_right(numbers, span[2])]
        left -= len(inside)
        if left < 0:  # they lie over each other, as no program writes them
            raise PeopleFileError("not-a-workbook")
        for row in inside:
            row.replace_by(name, "merged", range=_range(span))


def _range(span: Span) -> str:
    top, left, bottom, right = span
    return f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
