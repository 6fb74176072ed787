"""A report on paper."""

from pathlib import Path

from flask_babel import gettext as _

from lms.core import pdf, site
from lms.reports import charts, cover, exhibits, words
from lms.reports.cover import Report
from lms.web.i18n import day, language, local, today

TEMPLATE = "reports/report_pdf.html"
STYLE = Path(__file__).with_name("report_pdf.css")
LANGUAGES = {"zh": "zh-CN", "en": "en"}
WIDTH, ROW_WIDTH = 657, 480
"""Of charts, in px at 96 to the inch: the type area of A4, and that less the names of rows."""


def render(report: Report) -> bytes:
    """Return a report as a PDF of numbered A4 pages, in the language at hand.

    Raises:
        PdfError: see `lms.core.pdf.render`.
    """
    settings = site.settings()
    figures = report.figures
    html = pdf.fill(
        TEMPLATE,
        language=LANGUAGES[language()],
        organisation=settings.issuer_zh if language() == "zh" else settings.issuer_en,
        report=report,
        title=local(dict(report.title)),
        programme=local(figures["programme"]["title"]),
        period=words.period(figures),
        as_of=day(today(report.as_of)),
        lines=cover.lines(report),
        tiles=exhibits.tiles(figures),
        findings=words.findings(figures),
        advice=[each for each in report.recommendations.splitlines() if each.strip()],
        exhibits=exhibits.of(
            figures, brush=charts.on_paper(WIDTH), row_brush=charts.on_paper(ROW_WIDTH)
        ),
        small=words.small(figures),
        levels=words.levels(),
        method=words.method(figures),
        colours=charts.SERIES,
        words=_labels(),
    )
    return pdf.render(html, {"report.css": STYLE.read_bytes()})


def _labels() -> dict[str, str]:
    return {
        "heading": _("Effectiveness report"),
        "demo": _("Demonstration data: these people do not exist."),
        "digest": _("SHA-256 of the figures"),
        "findings": _("Findings"),
        "recommendations": _("Recommendations"),
        "no_recommendations": _("None were written down."),
        "participation": _("Participation"),
        "learning": _("Learning"),
        "method": _("How it was counted"),
        "empty": _("Nothing happened in this period."),
        "as_of": _("As of"),
    }
