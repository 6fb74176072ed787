from datetime import date, datetime, time

import pytest
from hypothesis import given, strategies as st

from lms.accounts.importing.dates import EARLIEST, LATEST, SERIAL_ZERO, BadDateError, date_of
from lms.core.spreadsheets import Cell

FIRST_OF_DECEMBER = date(2026, 12, 1)
NINE = datetime(2026, 12, 1, 9, 0)  # noqa: DTZ001  a cell knows no zone
days = st.dates(EARLIEST, LATEST)


@pytest.mark.parametrize(
    "cell",
    ["2026-12-01", "2026-12-1", "2026/12/1", "2026.12.1", "2026年12月1日", "2026 年 12 月 1 日",
     "２０２６－１２－０１", "20261201", 20261201, 20261201.0, "1.12.2026", "01.12.2026",
     "2026-12-01 00:00:00", "2026-12-01T00:00", FIRST_OF_DECEMBER, NINE,
     46357, 46357.0, "46357"],
)  # fmt: skip
def test_all_these_are_the_first_of_december(cell: Cell) -> None:
    assert date_of(cell) == FIRST_OF_DECEMBER


def test_a_day_number_counts_as_in_excel() -> None:
    assert date_of(46000) == date(2025, 12, 9)


def test_an_empty_cell_is_no_date() -> None:
    assert date_of(None) is None


@pytest.mark.parametrize("cell", ["1/12/2026", "12-1-2026", "01/02/2026", "26-12-01", "1.12.26"])
def test_what_can_be_read_in_two_ways_is_refused(cell: str) -> None:
    with pytest.raises(BadDateError) as error:
        date_of(cell)
    assert error.value.code == "ambiguous-date"


@pytest.mark.parametrize(
    ("cell", "day"),
    [("13/12/2026", date(2026, 12, 13)), ("12/13/2026", date(2026, 12, 13)),
     ("5/5/2026", date(2026, 5, 5))],
)  # fmt: skip
def test_what_can_be_read_in_one_way_only_is_read(cell: str, day: date) -> None:
    assert date_of(cell) == day


@pytest.mark.parametrize(
    ("cell", "code"),
    [("2026-02-30", "no-such-day"), ("31.11.2026", "no-such-day"), ("20261301", "no-such-day"),
     ("1999-12-31", "far-date"), ("2101-01-01", "far-date"), (date(1900, 1, 1), "far-date"),
     ("soon", "bad-date"), ("2026-12", "bad-date"), ("2026-12/01", "bad-date"), (12, "bad-date"),
     (46000.5, "bad-date"), (True, "bad-date"), (time(9, 0), "bad-date"), ("9" * 30, "bad-date"),
     ("2026-12-01 10:30", "bad-date"), (1e300, "bad-date")],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_the_reason(cell: Cell, code: str) -> None:
    with pytest.raises(BadDateError) as error:
        date_of(cell)
    assert error.value.code == code


@given(days)
def test_every_day_is_read_in_every_spelling(day: date) -> None:
    serial = (day - SERIAL_ZERO).days
    plain = (f"{day.year}-{day.month}-{day.day}", f"{day:%Y%m%d}", f"{day.day}.{day.month}.{day.year}",
             f"{day.year}年{day.month}月{day.day}日", serial, float(serial), str(serial), day)  # fmt: skip
    assert {date_of(each) for each in plain} == {day}


@given(st.text(max_size=20) | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_nothing_else_is_raised_whatever_stands_there(cell: Cell) -> None:
    try:
        found = date_of(cell)
    except BadDateError:
        return
    assert found is None or EARLIEST <= found <= LATEST
