"""A report as a file of the form that was asked for."""

from pathlib import Path

from flask_babel import gettext as _

from lms.core.text import filename, local as in_language
from lms.reports import document, tables, workbook
from lms.reports.cover import Report
from lms.web.i18n import language, today

MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "json": "application/json",
}
"""Form, which is also the ending of the name -> type."""


def write(report: Report, form: str, path: Path) -> int | None:
    """Write a report in the language at hand; return how many rows the main table has."""
    match form:
        case "xlsx":
            workbook.write_xlsx(report, path)
        case "csv":
            workbook.write_csv(report, path)
        case "json":
            workbook.write_json(report, path)
        case "pdf":
            path.write_bytes(document.render(report))
            return None
        case _:
            raise ValueError(form)
    return len(tables.everything(report.figures).rows)


def name_of(report: Report, form: str) -> str:
    """Return the name under which the file is saved, without anyone's name in it."""
    programme = in_language(report.figures["programme"]["title"], language())
    parts = (_("Effectiveness report"), programme, today(report.as_of).isoformat())
    return f"{filename(*parts)}.{form}"
