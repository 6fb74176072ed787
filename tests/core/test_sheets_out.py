"""Tables for other programs: nothing in them calculates, and values stay what they are."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from python_calamine import CalamineWorkbook

from lms.core import sheets_out
from lms.core.sheets_out import (
    DATE,
    INSTANT,
    Cell,
    Column,
    Sheet,
    csv_cell,
    harmless,
    write_csv,
    write_xlsx,
    xlsx_cell,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 2, 20, 30, 15, tzinfo=UTC)
COLUMNS = [Column("Text", 20), Column("Number"), Column("Day", 12, DATE), Column("At", 18, INSTANT)]


def read(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\t x",
    ],
)
def test_what_would_be_a_formula_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert csv_cell(text, SHANGHAI).startswith("'")


@pytest.mark.parametrize("text", ["", "a=1", "3-1", "张三", "'=1", "S-001", "a@b.example"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    for cell in (csv_cell(text, SHANGHAI), xlsx_cell(text, SHANGHAI)):
        assert isinstance(cell, str)
        assert not cell.lstrip().startswith(sheets_out.FORMULA)


def test_numbers_and_dates_are_what_they_are() -> None:
    assert xlsx_cell(-5, SHANGHAI) == -5
    assert xlsx_cell(Decimal("82.50"), SHANGHAI) == 82.5
    assert xlsx_cell(date(2026, 3, 2), SHANGHAI) == date(2026, 3, 2)
    assert xlsx_cell(AT, SHANGHAI) == datetime(2026, 3, 3, 4, 30, 15)  # noqa: DTZ001  a wall clock
    assert csv_cell(-5, SHANGHAI) == "-5"
    assert csv_cell(None, SHANGHAI) == ""
    assert csv_cell(date(2026, 3, 2), SHANGHAI) == "2026-03-02"
    assert csv_cell(AT, SHANGHAI) == "2026-03-03 04:30"


def test_an_instant_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="naive"):
        xlsx_cell(AT.replace(tzinfo=None), SHANGHAI)


def test_a_workbook_holds_what_was_written(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["=1+1", None, None, None],
        ["bell \x07 and surrogate \ud800", 2, date(2026, 3, 2), AT],
        ["x" * 40_000, Decimal("1.5"), None, None],
    ]
    path = tmp_path / "book.xlsx"
    about = Sheet("About", [Column("What"), Column("It is")], [["Rows", "3"]], 1)
    write_xlsx(path, [about, Sheet("List [1/2]", COLUMNS, rows, 3)], zone=SHANGHAI)
    book = read(path)
    assert book["About"] == [["What", "It is"], ["Rows", "3"]]
    headings, first, second, third = book["List  1 2"]
    assert headings == ["Text", "Number", "Day", "At"]
    assert first == ["'=1+1", "", "", ""]
    assert second[:3] == ["bell \ufffd and surrogate \ufffd", 2, date(2026, 3, 2)]
    assert abs(second[3] - datetime(2026, 3, 3, 4, 30, 15)) < timedelta(seconds=1)  # noqa: DTZ001
    assert (len(third[0]), third[1]) == (sheets_out.MOST_CHARACTERS, 1.5)


def test_what_is_too_long_for_a_sheet_goes_on_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets_out, "MOST_ROWS", 3)
    path = tmp_path / "book.xlsx"
    rows = ([f"{number}"] for number in range(7))
    write_xlsx(path, [Sheet("Rows", [Column("No.")], rows, 7)], zone=SHANGHAI)
    assert {name: len(rows) - 1 for name, rows in read(path).items()} == {
        "Rows": 3,
        "Rows 2": 3,
        "Rows 3": 1,
    }


def test_an_empty_table_has_its_headings(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "book.xlsx", [Sheet("None", COLUMNS, [], 0)], zone=SHANGHAI)
    assert read(tmp_path / "book.xlsx")["None"] == [["Text", "Number", "Day", "At"]]


def test_an_error_on_the_way_is_not_swallowed(tmp_path: Path) -> None:
    def rows() -> Iterator[list[Cell]]:
        yield ["one"]
        raise RuntimeError("the line was cut")

    with pytest.raises(RuntimeError, match="the line was cut"):
        write_xlsx(tmp_path / "b.xlsx", [Sheet("S", [Column("A")], rows(), 2)], zone=SHANGHAI)


def test_a_csv_is_read_by_excel_and_by_programs(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows: list[list[Cell]] = [
        ['say "hi", 张三\nand go', 1, date(2026, 3, 2), AT],
        ["=1", 2, None, None],
    ]
    write_csv(path, Sheet("List", COLUMNS, rows, 2), zone=SHANGHAI)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["Text", "Number", "Day", "At"],
            ['say "hi", 张三\nand go', "1", "2026-03-02", "2026-03-03 04:30"],
            ["'=1", "2", "", ""],
        ]
