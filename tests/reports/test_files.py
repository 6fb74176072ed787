"""Files made of a report, read by programs that know nothing of how they were made."""

import csv
import io
import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from lms.core import pdf, text
from lms.reports import charts, cover, document, exhibits, files, workbook
from lms.reports.cover import Report
from lms.reports.groups import Figures
from lms.reports.rules import Spec
from tests import factories
from tests.factories import NOON
from tests.reports.history import course, enrolled, figures, sits


@pytest.fixture
def found(session: Session) -> Figures:
    programme = course()
    east, west = factories.unit(name="=HYPERLINK(1)"), factories.unit(name="West")
    for unit in (east, west):
        for right in (5, 5, 4, 4, 3, 2):
            sits(enrolled(programme, unit=unit), right)
    return figures(at=NOON + timedelta(days=14))


@pytest.fixture
def report(found: Figures) -> Report:
    return Report(
        spec=Spec("p", language="en"),
        title=cover.title(found),
        figures=found,
        digest=text.digest(found),
        as_of=NOON,
        made_at=NOON,
        made_by="=Zhao",
        recommendations="=1+1\nMore drills in December.",
    )


def read_xlsx(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


class TestSpreadsheet:
    def test_begins_with_what_it_is_about_and_how_many_rows_it_has(
        self, report: Report, tmp_path: Path
    ) -> None:
        with force_locale("en"):
            assert files.write(report, "xlsx", tmp_path / "r") == 10
        sheets = read_xlsx(tmp_path / "r")
        front = {str(row[0]): row[1] for row in sheets["Overview"]}
        assert front["Programme"] == "P"
        assert front["Unit"] == "the whole organisation"
        assert front["Period"] == "up to 16 Mar 2026"
        assert front["As of"] == "2 Mar 2026 20:00"
        assert front["Rows on “By unit”"] == "2"
        assert front["SHA-256 of the figures"] == report.digest
        assert list(sheets) == [
            *("Overview", "Participation", "By stage", "Scores by stage", "Over time"),
            *("Figures by module", "By unit", "All figures"),
        ]

    def test_numbers_are_numbers(self, report: Report, tmp_path: Path) -> None:
        with force_locale("en"):
            workbook.write_xlsx(report, tmp_path / "r")
        heads, row, *_rest = read_xlsx(tmp_path / "r")["By stage"]
        stage = dict(zip(heads, row, strict=True))
        assert stage["First sittings"] == 12
        assert stage["First-time pass rate"] == 66.67
        assert stage["Interval (95 %) from"] == 39.06

    def test_no_cell_is_a_formula(self, report: Report, tmp_path: Path) -> None:
        with force_locale("en"):
            workbook.write_xlsx(report, tmp_path / "r")
        sheets = read_xlsx(tmp_path / "r")
        cells = [cell for rows in sheets.values() for row in rows for cell in row]
        assert "'=HYPERLINK(1)" in cells
        assert "'=Zhao" in cells
        assert "'=1+1" in cells
        assert not [each for each in cells if str(each).startswith("=")]

    def test_the_main_table_is_there_as_text(self, report: Report, tmp_path: Path) -> None:
        with force_locale("zh"):
            files.write(report, "csv", tmp_path / "r")
        content = (tmp_path / "r").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert len(rows) == 1 + 10
        assert {len(row) for row in rows} == {len(rows[0])}
        assert "'=HYPERLINK(1)" in rows[6]

    def test_json_has_the_figures_that_the_digest_is_of(
        self, report: Report, tmp_path: Path
    ) -> None:
        files.write(report, "json", tmp_path / "r")
        told = json.loads((tmp_path / "r").read_text("utf-8"))
        assert text.digest(told["figures"]) == told["digest"]

    def test_another_form_is_a_mistake(self, report: Report, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="exe"):
            files.write(report, "exe", tmp_path / "r")


class TestPaper:
    @pytest.fixture(autouse=True)
    def _host_can_make_pdfs(self) -> None:
        if missing := pdf.check():
            pytest.skip(f"missing on this host: {', '.join(missing)}")
        if which("pdftotext") is None:
            pytest.skip("pdftotext is not installed")

    def pages(self, report: Report, folder: Path) -> list[str]:
        path = folder / "r.pdf"
        path.write_bytes(document.render(report))
        tool = which("pdftotext")
        assert tool
        done = subprocess.run(  # noqa: S603  our own arguments
            [tool, "-layout", path, "-"], check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout.rstrip("\f").split("\f")

    def test_has_a_cover_numbers_findings_and_advice(self, report: Report, tmp_path: Path) -> None:
        with force_locale("en"):
            first, second, *_others = pages = self.pages(report, tmp_path)
        assert "the whole organisation" in first
        assert "2 Mar 2026 20:00" in first
        assert report.digest in first
        assert second.rstrip().endswith(f"2/{len(pages)}")
        assert "8 of 12 first sittings were passed" in second
        assert "More drills in December." in "".join(pages)
        assert "Not measured here yet" in "".join(pages)

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_period_without_data_is_a_document_too(
        self, report: Report, tmp_path: Path, language: str
    ) -> None:
        empty = {**report.figures, "is_empty": True}
        with force_locale(language):
            pages = self.pages(replace(report, figures=empty), tmp_path)
        assert len(pages) == 2


class TestCharts:
    def test_on_paper_nothing_is_left_to_style_sheets(self, found: Figures) -> None:
        brush = charts.on_paper(600)
        for each in exhibits.of(found, brush=brush, row_brush=brush):
            for line in each.lines:
                for shape in line.drawing.shapes:
                    assert "class" not in shape.attributes
                    assert "var(" not in str(shape.attributes)
                    assert "%" not in str(shape.attributes)

    def test_each_says_what_it_shows(self, found: Figures) -> None:
        for each in exhibits.of(found):
            assert each.headline
            assert any(line.drawing.label for line in each.lines)
            assert each.table.rows

    def test_nothing_is_drawn_outside(self, found: Figures) -> None:
        for each in exhibits.of(found):
            for line in each.lines:
                for shape in line.drawing.shapes:
                    for name in ("x", "x1", "x2", "cx"):
                        place = float(shape.attributes.get(name, "0%").rstrip("%"))
                        assert 0 <= place <= 100
                    for name in ("y", "y1", "y2", "cy"):
                        place = float(shape.attributes.get(name, "0"))
                        assert 0 <= place <= line.drawing.height

    def test_a_line_has_a_gap_where_there_is_no_figure(self) -> None:
        points = [
            charts.Point("1", 50, (40, 60)),
            charts.Point("2", None, None),
            charts.Point("3", 70, (60, 80)),
        ]
        drawn = charts.line(points, "x").shapes
        looks = [shape.attributes.get("class") for shape in drawn]
        assert looks.count("ln k1") == 0
        assert looks.count("link k1") == 2
        assert looks.count("k1") == 2

    def test_many_steps_share_their_names(self) -> None:
        points = [charts.Point(f"M{n}", 50, None) for n in range(40)]
        names = [shape.text for shape in charts.line(points, "x").shapes if "M" in shape.text]
        assert len(names) <= charts.MOST_NAMES
