"""Files with people, for tests: rows as HR would type them."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

HEADER = ("Staff number", "Name", "Mail address", "Unit")
Rows = Sequence[Sequence[Any]]


def csv(rows: Rows, header: Sequence[str] = HEADER) -> bytes:
    """A CSV in UTF-8."""
    lines = [header, *rows]
    return "\n".join(",".join(map(str, each)) for each in lines).encode()


def xlsx(rows: Rows, header: Sequence[str] = HEADER) -> bytes:
    """A workbook with one sheet."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)
    return target.getvalue()
