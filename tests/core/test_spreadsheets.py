import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from flask import Flask

from lms.core import archives, spreadsheets
from lms.core.spreadsheets import SheetRefusedError


def workbook(*sheets: list[list[Any]], **options: Any) -> bytes:
    """A workbook; lists are rows from A1 on."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, place, value, day)
                    else:
                        sheet.write(number, place, value)
    return target.getvalue()


def changed(content: bytes, name: str, old: str, new: str) -> bytes:
    """A workbook with other XML in one part."""
    entries = archives.unpacked(content)
    text = entries[name].decode()
    assert old in text
    entries[name] = text.replace(old, new).encode()
    return archives.packed(entries)


def refused(content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(SheetRefusedError) as error:
        spreadsheets.read(content, name)
    assert str(error.value)
    return error.value.reason


@pytest.fixture(autouse=True)
def _words(app: Flask) -> Any:
    with app.app_context():
        yield


class TestXlsx:
    def test_cells_are_what_they_are(self) -> None:
        half_past_ten = datetime(2026, 12, 1, 10, 30)  # noqa: DTZ001  a cell knows no zone
        row = ["text", 7, 7.5, True, date(2026, 12, 1), half_past_ten]
        assert spreadsheets.read(workbook([row]), "a.xlsx").rows == [(1, row)]

    def test_rows_keep_their_numbers_and_columns_their_places(self) -> None:
        content = workbook([[], [], [None, "a", None, "b"], [], [None, None, None, "c", " "]])
        assert spreadsheets.read(content, "a.xlsx").rows == [
            (3, [None, "a", None, "b"]),
            (5, [None, None, None, "c"]),
        ]

    def test_thousands_of_empty_rows_with_a_look_are_nothing(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
            sheet.write(0, 0, "a")
            for number in range(1, 5000):
                sheet.write_blank(number, 3, None, bold)
            sheet.write_blank(1_000_000, 200, None, bold)
        assert spreadsheets.read(target.getvalue(), "a.xlsx").rows == [(1, ["a"])]

    def test_the_first_visible_sheet_is_read_and_the_others_are_named(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            for name in ("Secret", "People", "More"):
                sheet = book.add_worksheet(name)
                sheet.write(0, 0, name)
            book.get_worksheet_by_name("People").activate()
            book.get_worksheet_by_name("People").set_first_sheet()
            book.get_worksheet_by_name("Secret").hide()
        sheet = spreadsheets.read(target.getvalue(), "a.xlsx")
        assert sheet.rows == [(1, ["People"])]
        assert (sheet.name, sheet.hidden, sheet.others) == ("People", ("Secret",), ("More",))

    def test_a_formula_counts_as_the_value_that_was_saved_with_it(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            book.add_worksheet().write_formula(0, 0, "=40+2", None, 42)
        sheet = spreadsheets.read(target.getvalue(), "a.xlsx")
        assert (sheet.rows, sheet.faults) == ([(1, [42])], {})

    def test_formulas_without_a_value_are_named(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            sheet = book.add_worksheet()
            sheet.write(0, 0, "a")
            sheet.write_formula(1, 1, "=NA()", None, "#N/A")
            sheet.write_formula(2, 27, "=1+1", None, 3)
        content = changed(
            target.getvalue(), "xl/worksheets/sheet1.xml", "<f>1+1</f><v>3</v>", "<f>1+1</f>"
        )
        faults = spreadsheets.read(content, "a.xlsx").faults
        assert faults == {(2, 2): "formula-error", (3, 28): "formula-empty"}

    def test_merged_cells_are_named(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            book.add_worksheet().merge_range(1, 2, 3, 3, "a")
        assert spreadsheets.read(target.getvalue(), "a.xlsx").merged == ((2, 3, 4, 4),)

    def test_a_number_that_the_program_rounded_stays_a_float(self) -> None:
        rows = spreadsheets.read(workbook([[123456789012345678]]), "a.xlsx").rows
        assert rows == [(1, [1.234567890123457e17])]

    def test_a_table_as_large_as_allowed_is_read_and_one_row_more_is_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(spreadsheets, "MOST_ROWS", 20)
        monkeypatch.setattr(spreadsheets, "MOST_CELLS", 10_000)
        rows = [["a", "b"]] * 21
        assert len(spreadsheets.read(workbook(rows), "a.xlsx").rows) == 21
        assert refused(workbook([*rows, ["c"]])) == "too-many-rows"

    def test_more_columns_than_allowed_are_refused(self) -> None:
        spreadsheets.read(workbook([["x"] * 60]), "a.xlsx")
        assert refused(workbook([["x"] * 61])) == "too-many-columns"

    @pytest.mark.parametrize(
        ("place", "reason"),
        [((1_000_000, 0), "too-far-down"), ((0, 16_000), "too-many-columns"),
         ((1_048_575, 16_383), "too-far-down")],
    )  # fmt: skip
    def test_a_lonely_value_far_away_is_refused_before_memory_is_taken_for_it(
        self, place: tuple[int, int], reason: str
    ) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            sheet = book.add_worksheet()
            sheet.write(0, 0, "a")
            sheet.write(*place, "b")
        assert refused(target.getvalue()) == reason
        single = changed(target.getvalue(), "xl/worksheets/sheet1.xml", '"', "'")
        assert refused(single) == reason


class TestRefusedFiles:
    def test_each_for_its_reason(self) -> None:
        book = workbook([["a"]])
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
        locked = ole + "EncryptedPackage".encode("utf-16-le")
        assert refused(b" \n") == "empty-file"
        assert refused(b"x" * (spreadsheets.MOST_BYTES + 1), "a.csv") == "too-large"
        assert refused(ole, "a.xls") == refused(ole) == refused(b"abc", "a.xls") == "old-excel"
        assert refused(locked) == "locked"
        assert refused(book, "a.csv") == refused(b"a,b", "a.xlsx") == "not-its-name"
        assert refused(b"%PDF-1.7", "a.csv") == refused(b"\x89PNG\0\0", "a.csv") == "not-its-name"
        assert refused(book, "a.ods") == refused(book, "people") == "unknown-kind"
        assert refused(book[: len(book) // 2]) == "damaged-archive"
        assert refused(archives.packed({"word/document.xml": b""})) == "not-a-workbook"
        assert refused(changed(book, "xl/workbook.xml", "<sheets>", "<sheets")) == "not-a-workbook"

    def test_a_bomb_in_a_workbook(self) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("xl/workbook.xml", b" " * 30_000_000)
        assert refused(target.getvalue()) == "unpacks-too-large"

    def test_entities_are_not_expanded_but_refused(self) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "b">]><sheets>'
        assert refused(changed(workbook([["a"]]), "xl/workbook.xml", "<sheets>", bomb)) == (
            "not-a-workbook"
        )

    @pytest.mark.usefixtures("app")
    def test_every_sentence_says_something_in_both_languages(self) -> None:
        for reason in SheetRefusedError.sentences:
            values = {"megabytes": 1, "most": 1, "name": "a", "row": 1, "line": 1, "suffix": ".csv"}
            assert len(str(SheetRefusedError(reason, **values))) > 20


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_encodings_are_recognised(self, encoding: str) -> None:
        text = "工号,姓名\r\n001,欧阳晓彤\r\n"
        sheet = spreadsheets.read(text.encode(encoding), "a.csv")
        assert sheet.rows == [(1, ["工号", "姓名"]), (2, ["001", "欧阳晓彤"])]
        assert sheet.encoding == encoding

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
    def test_delimiters_are_recognised(self, delimiter: str) -> None:
        text = f"a{delimiter}b\n1{delimiter}2\n"
        assert spreadsheets.read(text.encode(), "a.csv").rows == [(1, ["a", "b"]), (2, ["1", "2"])]

    def test_rows_are_numbered_as_a_spreadsheet_will_number_them(self) -> None:
        text = 'a,b\n\n"two\nlines",1\n,,\nlast,2\n'
        assert [number for number, _ in spreadsheets.read(text.encode(), "a.csv").rows] == [1, 3, 5]

    def test_an_open_quotation_mark_is_said_with_its_line(self) -> None:
        with pytest.raises(SheetRefusedError, match="line 2") as error:
            spreadsheets.read(b'a,b\n"open,1\nx,2\n', "a.csv")
        assert error.value.reason == "broken-csv"

    def test_bytes_of_no_encoding_are_refused(self) -> None:
        assert refused(b"a,b\n\xff\xff\x80,1\n", "a.csv") == "unknown-encoding"

    def test_a_cell_without_end_is_refused(self) -> None:
        assert refused(b"a,b\n" + b"x" * 200_000, "a.csv") == "broken-csv"

    def test_a_million_line_breaks_are_nothing(self) -> None:
        assert spreadsheets.read(b"a,b\n" + b"\n" * 1_000_000, "a.csv").rows == [(1, ["a", "b"])]


def test_columns_are_called_as_sheets_call_them() -> None:
    letters = [spreadsheets.column_letters(number) for number in (1, 26, 27, 52, 60, 703)]
    assert letters == ["A", "Z", "AA", "AZ", "BH", "AAA"]
    assert all(re.fullmatch("[A-Z]+", each) for each in letters)
