"""Dates in the spellings that people and spreadsheets use. Pure.

A spelling that can mean two days is refused: a due date that is wrong by months is worse than one
that has to be typed again.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta

from lms.core.spreadsheets import Cell

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of Excel's count, for days after February 1900."""
SERIALS = range((EARLIEST - SERIAL_ZERO).days, (LATEST - SERIAL_ZERO).days + 1)

YEAR_FIRST = re.compile(
    r"(\d{4})\s*([-/.年])\s*(\d{1,2})\s*([-/.月])\s*(\d{1,2})\s*日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
SHORT_YEAR = re.compile(r"\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
PAIRS = {"--", "//", "..", "年月"}
"""What may stand between the numbers of a date."""


class BadDateError(ValueError):
    """A cell holds no date, or not just one; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def date_of(cell: Cell) -> date | None:
    """Return the day that a cell names; None if it is empty.

    Read are real date cells, Excel's day numbers such as 46000, and texts such as 2026-12-01,
    2026/12/1, 2026.12.1, 2026年12月1日, 20261201 and, with dots only, 1.12.2026.

    Raises:
        BadDateError: ``ambiguous-date``, ``no-such-day``, ``far-date`` or ``bad-date``.
    """
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return _near(cell.date())
    if isinstance(cell, date):
        return _near(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise BadDateError("bad-date")
    if isinstance(cell, float) and not cell.is_integer():
        raise BadDateError("bad-date")
    text = str(int(cell)) if isinstance(cell, float) else str(cell)
    return _near(_spelt(unicodedata.normalize("NFKC", text).strip()))


def _spelt(text: str) -> date:
    if text.isascii() and text.isdigit():
        if len(text) == 8:  # noqa: PLR2004  YYYYMMDD
            return _day(text[:4], text[4:6], text[6:])
        if len(text) <= 5 and int(text) in SERIALS:  # noqa: PLR2004
            return SERIAL_ZERO + timedelta(days=int(text))
        raise BadDateError("bad-date")
    if (match := YEAR_FIRST.fullmatch(text)) and match[2] + match[4] in PAIRS:
        return _day(match[1], match[3], match[5])
    if match := YEAR_LAST.fullmatch(text):
        return _year_last(match[1], match[3], match[4], dotted=match[2] == ".")
    if SHORT_YEAR.fullmatch(text):
        raise BadDateError("ambiguous-date")
    raise BadDateError("bad-date")


def _year_last(first: str, second: str, year: str, *, dotted: bool) -> date:
    """Read a date with the year at its end: where dots stand, the day comes first everywhere."""
    if dotted or first == second:
        return _day(year, second, first)
    months = [each for each in (first, second) if 1 <= int(each) <= 12]  # noqa: PLR2004
    if len(months) > 1 and int(first) != int(second):
        raise BadDateError("ambiguous-date")
    is_day_first = int(first) > 12  # noqa: PLR2004
    return _day(year, second, first) if is_day_first else _day(year, first, second)


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise BadDateError("no-such-day") from None


def _near(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise BadDateError("far-date")
    return day
