"""A report as pages and files are made of it, and what its cover says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext as _

from lms.core import text
from lms.core.text import Bilingual
from lms.reports import words
from lms.reports.models import ReportRun
from lms.reports.rules import Spec
from lms.web.i18n import instant, local

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Report:
    """Figures and what is known about them."""

    spec: Spec
    title: Bilingual
    figures: Mapping[str, Any]
    digest: str
    as_of: datetime
    made_at: datetime
    made_by: str
    recommendations: str = ""

    @property
    def is_unchanged(self) -> bool:
        """Whether the figures are still those that the digest was made of."""
        return text.digest(self.figures) == self.digest


def of_run(run: ReportRun, made_by: str) -> Report:
    """Return a stored report; the caller has asked whether it may."""
    return Report(
        spec=Spec.read(run.spec),
        title=run.title,
        figures=run.figures,
        digest=run.digest,
        as_of=run.as_of,
        made_at=run.made_at,
        made_by=made_by,
        recommendations=run.recommendations,
    )


def title(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return what a report is called, in both languages."""
    found = {}
    for language in LANGUAGES:
        with force_locale(language):
            parts = [text.local(figures["programme"]["title"], language)]
            if figures["stage"]:
                parts.append(words.title_of("stages", figures["stage"]))
            if figures["unit"]:
                parts.append(figures["unit"]["name"])
            found[language] = " · ".join([*parts, words.period(figures)])
    return found


def lines(report: Report) -> list[tuple[str, str]]:
    """Return label and value of what a report is about, when it was made, and by whom."""
    figures = report.figures
    stage, unit = figures["stage"], figures["unit"]
    return [
        (_("Programme"), local(figures["programme"]["title"])),
        (_("Stage"), words.title_of("stages", stage) if stage else _("all stages")),
        (_("Unit"), unit["name"] if unit else _("the whole organisation")),
        (_("Period"), words.period(figures)),
        (_("As of"), instant(report.as_of)),
        (_("Made by"), report.made_by or _("the operator")),
        (_("Made at"), instant(report.made_at)),
    ]
