"""The one door to tables that people bring: XLSX and CSV, with limits.

What a file is decides its content, not its name; the two have to agree. Of a workbook the first
visible sheet is read, as values: of a formula, the result that was saved with it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, ClassVar

from flask_babel import LazyString, lazy_gettext as _

from lms.core import archives, sheet_source
from lms.core.archives import ArchiveRefusedError, FileRefusedError

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
"""With something in them."""
MOST_COLUMNS = 60
MOST_CELLS = (MOST_ROWS + 1) * MOST_COLUMNS
EXACT = 10**15
"""Whole numbers from here on were rounded by the program that stored them."""

Cell = str | int | float | bool | date | datetime | time | timedelta | None
"""Empty cells and blank texts are None."""
Span = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 1."""


class SheetRefusedError(FileRefusedError):
    """A file is no table that can be read."""

    sentences: ClassVar[Mapping[str, LazyString]] = {
        **ArchiveRefusedError.sentences,
        "empty-file": _("The file is empty. Fill in the template and upload it."),
        "too-large": _(
            "The file is larger than %(megabytes)d MB. Split it into several files, or remove "
            "pictures and other sheets."
        ),
        "old-excel": _(
            "This is a file of Excel 2003 or older (.xls). Open it in Excel or WPS, save it as "
            "“Excel Workbook (.xlsx)” and upload that."
        ),
        "not-its-name": _(
            "The name ends in %(suffix)s, but the content is something else. Save the table as "
            ".xlsx or as CSV UTF-8 and upload that."
        ),
        "unknown-kind": _("Only .xlsx and .csv can be read. Save the table as one of them."),
        "locked": _(
            "The file is protected by a password. Save a copy without a password and upload that."
        ),
        "not-a-workbook": _(
            "The file cannot be read as a workbook. Open it in Excel or WPS, save it as “Excel "
            "Workbook (.xlsx)” and upload that."
        ),
        "no-visible-sheet": _("All sheets are hidden. Show the one with the table and save."),
        "too-many-rows": _(
            "The table has more than %(most)d rows with something in them. Split it into several "
            "files."
        ),
        "too-far-down": _(
            "Something stands far below the table, in row %(row)s. Delete the rows below the "
            "table and save."
        ),
        "too-many-columns": _(
            "The table has more than %(most)d columns. Delete those that are not needed, also "
            "to the right of the table, and save."
        ),
        "unknown-encoding": _(
            "The text is neither UTF-8 nor GB18030. Save the table as “CSV UTF-8” or as .xlsx."
        ),
        "broken-csv": _(
            "The text cannot be read from line %(line)d on: most likely a quotation mark is "
            "not closed. Correct it there, or save the table as .xlsx."
        ),
    }


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was brought: its rows that are not empty, by the number that people see."""

    rows: list[tuple[int, list[Cell]]]
    """Row number from 1, and its cells from column A on; cells behind the last filled one are left
    out."""
    name: str = ""
    """Of the sheet; empty for CSV."""
    encoding: str = ""
    """Of a CSV."""
    hidden: tuple[str, ...] = ()
    """Hidden sheets, which were not read."""
    others: tuple[str, ...] = ()
    """Further visible sheets, which were not read."""
    merged: tuple[Span, ...] = ()
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Row and column from 1 -> ``formula-error`` or ``formula-empty``: no value to be had there."""


def kind_of(content: bytes, name: str) -> str:
    """Return ``xlsx`` or ``csv``: cheap enough for a form, before the file is kept.

    Args:
        content: the whole file, or more than `MOST_BYTES` of it.
        name: as its bringer calls it.

    Raises:
        SheetRefusedError: it is neither, or its name says something else.
    """
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if not content.strip():
        raise SheetRefusedError("empty-file")
    if len(content) > MOST_BYTES:
        raise SheetRefusedError("too-large", megabytes=MOST_BYTES // 1024 // 1024)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # before 2007, or with a password
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        raise SheetRefusedError("locked" if is_locked else "old-excel")
    if suffix == "xls":
        raise SheetRefusedError("old-excel")
    if suffix not in {"xlsx", "csv"}:
        raise SheetRefusedError("unknown-kind")
    looks = "xlsx" if content.startswith(archives.MAGIC) else "csv"
    if looks != suffix or (looks == "csv" and _is_binary(content)):
        raise SheetRefusedError("not-its-name", suffix=f".{suffix}")
    return suffix


def read(content: bytes, name: str) -> Sheet:
    """Read a table.

    Args:
        content: the whole file.
        name: as its bringer calls it.

    Raises:
        SheetRefusedError: it cannot be read, or is larger than the limits; it says what to do.
    """
    if kind_of(content, name) == "csv":
        return _read_csv(content)
    try:
        entries = archives.unpacked(content, wanted=lambda each: each.endswith((".xml", ".rels")))
    except ArchiveRefusedError as error:
        raise SheetRefusedError(error.reason, **error.context) from None
    return _read_workbook(entries)


def column_letters(number: int) -> str:
    """Return what a sheet calls its column `number`, from 1: A, B, … Z, AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _is_binary(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, which is full of zeros
        return False
    return (
        content.startswith(b"%PDF")
        or re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]", content) is not None
    )


def _read_csv(content: bytes) -> Sheet:
    text, encoding = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t", "，"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return Sheet(_limited(_records(reader)), encoding=encoding)


def _records(reader: Any) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the records, numbered as Excel will number them; a record may go over several lines."""
    line = 0
    for number in count(1):
        try:
            record = next(reader, None)
        except csv.Error:
            raise SheetRefusedError("broken-csv", line=line + 1) from None
        if record is None:
            return
        line = reader.line_num
        yield number, [each.strip() or None for each in record]


def _decoded(content: bytes) -> tuple[str, str]:
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = [encoding for mark, encoding in marks.items() if content.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise SheetRefusedError("unknown-encoding")


def _limited(rows: Iterable[tuple[int, list[Cell]]]) -> list[tuple[int, list[Cell]]]:
    """Return the rows that are not empty, without their empty ends."""
    kept: list[tuple[int, list[Cell]]] = []
    for number, cells in rows:
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise SheetRefusedError("too-many-columns", most=MOST_COLUMNS)
        kept.append((number, cells))
        if len(kept) > MOST_ROWS + 1:  # one is the header
            raise SheetRefusedError("too-many-rows", most=MOST_ROWS)
    return kept


def _read_workbook(entries: Mapping[str, bytes]) -> Sheet:
    """Read the first visible sheet of an unpacked workbook."""
    from python_calamine import (  # noqa: PLC0415  wanted by jobs and commands only
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    if "xl/workbook.xml" not in entries or any(b"<!ENTITY" in each for each in entries.values()):
        raise SheetRefusedError("not-a-workbook")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(archives.packed(entries))) as book:
            tables = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            visible = [each.name for each in tables if each.visible == SheetVisibleEnum.Visible]
            if not visible:
                raise SheetRefusedError("no-visible-sheet")
            source = sheet_source.source_of(entries, book.sheet_names.index(visible[0]))
            _refuse_far(source)
            sheet = book.get_sheet_by_name(visible[0])
            return Sheet(
                _limited(_cells(sheet.iter_rows(), sheet.start)),
                name=visible[0],
                hidden=tuple(each.name for each in tables if each.name not in visible),
                others=tuple(visible[1:]),
                merged=tuple(
                    (top + 1, left + 1, bottom + 1, right + 1)
                    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
                ),
                faults=sheet_source.faults(source),
            )
    except PasswordError:
        raise SheetRefusedError("locked") from None
    except CalamineError:
        raise SheetRefusedError("not-a-workbook") from None


def _refuse_far(source: bytes) -> None:
    """Refuse cells that lie so far apart that laying them out would fill the memory."""
    far = sheet_source.far_out(source)
    if far is not None:
        row, _column = far
        if row > sheet_source.FARTHEST_ROW:
            raise SheetRefusedError("too-far-down", row=row)
        raise SheetRefusedError("too-many-columns", most=MOST_COLUMNS)
    if sheet_source.cells(source) > MOST_CELLS:
        raise SheetRefusedError("too-many-rows", most=MOST_ROWS)


def _cells(
    rows: Iterable[Iterable[Cell]], start: tuple[int, int] | None
) -> Iterator[tuple[int, list[Cell]]]:
    before: list[Cell] = [None] * (start[1] if start else 0)
    for number, row in enumerate(rows, start=1):
        yield number, before + [_value(each) for each in row]


def _value(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return int(cell)
    return cell
