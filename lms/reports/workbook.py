"""A report as a spreadsheet, as one table of text, and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

from flask_babel import gettext as _

from lms.core import sheets_out
from lms.core.sheets_out import Cell, Sheet
from lms.reports import cover, tables, words
from lms.reports.cover import Report
from lms.reports.tables import Hidden, Kind, Table
from lms.web import i18n

FORMATS = {
    Kind.COUNT: "0",
    Kind.PERCENT: '0.0" %"',
    Kind.SCORE: "0.0",
    Kind.HOURS: "0.0",
    Kind.RATIO: "0.00",
}


def write_xlsx(report: Report, path: Path) -> None:
    """Write a workbook: what it is about and what it says, then a sheet per table."""
    told = [_sheet(each) for each in tables.sheets(report.figures)]
    sheets_out.write_xlsx(path, [_front(report, told), *told], zone=i18n.zone())


def write_csv(report: Report, path: Path) -> None:
    """Write the main table: a row per stage, module, unit and month, all figures as columns."""
    sheets_out.write_csv(path, _sheet(tables.everything(report.figures)), zone=i18n.zone())


def write_json(report: Report, path: Path) -> None:
    """Write the figures as they are stored, and what the cover says."""
    told = {
        "title": dict(report.title),
        "spec": report.spec.as_json(),
        "as_of": report.as_of.isoformat(),
        "made_at": report.made_at.isoformat(),
        "digest": report.digest,
        "recommendations": report.recommendations,
        "figures": dict(report.figures),
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _front(report: Report, told: list[Sheet]) -> Sheet:
    lines: list[tuple[Cell, Cell]] = [*cover.lines(report)]
    lines += [(_("Rows on “%(name)s”", name=each.name), str(each.count)) for each in told]
    lines.append((_("SHA-256 of the figures"), report.digest))
    if report.figures["is_demo"]:
        lines.append((_("Please note"), _("Demonstration data: these people do not exist.")))
    if report.figures["is_empty"]:
        lines.append((_("Please note"), _("Nothing happened in this period.")))
    lines += [(_("Finding"), said) for _tone, said in words.findings(report.figures)]
    lines += [(_("Recommendation"), each) for each in report.recommendations.splitlines() if each]
    lines += [(_("How it was counted"), each) for each in words.method(report.figures)]
    columns = [
        sheets_out.Column(_("Effectiveness report"), width=28),
        sheets_out.Column(i18n.local(dict(report.title)), width=110),
    ]
    return Sheet(_("Overview"), columns, lines, len(lines))


def _sheet(table: Table) -> Sheet:
    columns = [
        sheets_out.Column(
            each.heading,
            width=34 if each.kind is Kind.TEXT else _width(each.heading),
            number_format=FORMATS.get(each.kind, ""),
        )
        for each in table.columns
    ]
    return Sheet(table.name, columns, _cells(table), len(table.rows))


def _cells(table: Table) -> Iterator[list[Cell]]:
    for row in table.rows:
        yield [_("hidden") if isinstance(each, Hidden) else each for each in row]


def _width(heading: str) -> float:
    """Return how wide a column must be for its heading, in characters; Chinese ones count double."""
    return max(10, 2 + sum(1 if each.isascii() else 2 for each in heading))
