"""What the findings and notes of a report say, in the language at hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import format_date, gettext as _, lazy_gettext, ngettext

from lms.reports.rules import FEWEST, Grain
from lms.web.i18n import day, local

Figures = Mapping[str, Any]

SENTENCES = {
    "first": lazy_gettext(
        "%(passed)d of %(n)d first sittings were passed"
        " (%(rate)s %%, 95 %% interval %(low)s–%(high)s %%)"
    ),
    "first-none": lazy_gettext("No exam was sat for the first time in this period"),
    "first-hidden": lazy_gettext(
        "First sittings come from too few people: their results are hidden"
    ),
    "stages-one": lazy_gettext(
        "%(title)s: %(passed)d of %(n)d passed at the first sitting"
        " (%(rate)s %%, 95 %% interval %(low)s–%(high)s %%)"
    ),
    "stages-equal": lazy_gettext("All stages have the same first-time pass rate, %(rate)s %%"),
    "stages-lowest": lazy_gettext(
        "%(title)s has the lowest first-time pass rate, %(passed)d of %(n)d"
        " (%(rate)s %%, 95 %% interval %(low)s–%(high)s %%);"
        " the intervals of the stages overlap, so it may be chance"
    ),
    "stages-differ": lazy_gettext(
        "%(title)s is the hurdle: %(passed)d of %(n)d passed at the first sitting"
        " (%(rate)s %%, 95 %% interval %(low)s–%(high)s %%)"
    ),
    "units-one": lazy_gettext(
        "%(title)s: %(passed)d of %(n)d passed at the first sitting"
        " (%(rate)s %%, 95 %% interval %(low)s–%(high)s %%)"
    ),
    "units-equal": lazy_gettext("All units have the same first-time pass rate, %(rate)s %%"),
    "units-lowest": lazy_gettext(
        "First-time pass rates run from %(rate)s %% (%(title)s) to %(other_rate)s %%"
        " (%(other)s); their intervals overlap, so it may be chance"
    ),
    "units-differ": lazy_gettext(
        "%(title)s passes less often at first than %(other)s: %(passed)d of %(n)d"
        " (%(rate)s %%) against %(other_passed)d of %(other_n)d (%(other_rate)s %%)"
    ),
    "trend-rose": lazy_gettext(
        "The first-time pass rate rose from %(before_rate)s %% (%(before)d of %(before_n)d)"
        " in the earlier part to %(after_rate)s %% (%(after)d of %(after_n)d) in the later"
    ),
    "trend-fell": lazy_gettext(
        "The first-time pass rate fell from %(before_rate)s %% (%(before)d of %(before_n)d)"
        " in the earlier part to %(after_rate)s %% (%(after)d of %(after_n)d) in the later"
    ),
    "trend-same": lazy_gettext(
        "The first-time pass rate went from %(before_rate)s %% (%(before)d of %(before_n)d)"
        " to %(after_rate)s %% (%(after)d of %(after_n)d); the intervals overlap,"
        " so this proves no change"
    ),
    "retakes": lazy_gettext(
        "%(recovered)d of %(failed_first)d failed first sittings were followed by a pass"
        " in this period"
    ),
    "retakes-none": lazy_gettext("No first sitting was failed"),
    "modules-weakest": lazy_gettext(
        "%(title)s was answered least well: %(right_percent)s %% right,"
        " over %(answers)d answers in %(papers)d first sittings"
    ),
    "participation": lazy_gettext(
        "%(completed)d of %(enrolled)d have completed; nobody is overdue on %(day)s"
    ),
    "participation-overdue": lazy_gettext(
        "%(overdue)d of %(enrolled)d are overdue on %(day)s; %(completed)d have completed"
    ),
    "scores": lazy_gettext(
        "First sittings scored %(first_mean)s on average, median %(first_median)s;"
        " the middle half lies between %(first_q1)s and %(first_q3)s"
    ),
    "study": lazy_gettext(
        "%(readers)d people studied %(hours)s hours, %(hours_mean)s each on average"
    ),
    "certificates": lazy_gettext(
        "%(awarded)d certificates were awarded; %(valid)d are valid on %(day)s"
    ),
}
WITHOUT = {
    "stages": lazy_gettext("No stage was sat by enough people to say a rate"),
    "trend": lazy_gettext("There are too few first sittings to speak of a trend"),
    "retakes": lazy_gettext("Too few people failed a first sitting to say what came after"),
    "modules": lazy_gettext("No two modules were answered by enough people to compare them"),
    "units": lazy_gettext("No unit has enough first sittings to say a rate"),
    "scores": lazy_gettext("There are too few first sittings to say a score"),
}
"""Headlines of charts where the figures carry no finding."""
ICONS = {"ok": "circle-check", "warn": "triangle-alert", "": "info"}


def headline(topic: str, figures: Figures) -> str:
    """Return what the figures say about a topic; if they say nothing, that they do not."""
    finding = figures["findings"].get(topic)
    return str(WITHOUT[topic]) if finding is None else _sentence(topic, finding, figures)


def findings(figures: Figures) -> list[tuple[str, str]]:
    """Return tone and sentence of all findings, in the order in which a report tells them."""
    found = figures["findings"].items()
    return [(each["tone"], _sentence(topic, each, figures)) for topic, each in found]


def _sentence(topic: str, finding: Figures, figures: Figures) -> str:
    values = {name: _spoken(name, value) for name, value in finding.items()}
    values["day"] = day(date.fromisoformat(figures["until"]))
    if "at" in finding:
        values["title"] = title_of(topic, figures[topic][finding["at"]])
    if "other_at" in finding:
        values["other"] = title_of(topic, figures[topic][finding["other_at"]])
    sentence = str(SENTENCES[finding["code"]]) % values
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%")


def _spoken(name: str, value: object) -> object:
    """Return a number as it stands in a sentence: rates whole, scores and hours to a tenth."""
    if not isinstance(value, float):
        return value
    is_rate = name.removeprefix("other_") in {"rate", "low", "high", "right_percent"}
    return f"{value:.0f}" if is_rate or name.endswith("_rate") else f"{value:.1f}"


def title_of(topic: str, row: Figures) -> str:
    """Return what a row of a table is called."""
    match topic:
        case "stages":
            return str(
                _("Stage %(number)d, %(title)s", number=row["number"], title=local(row["title"]))
            )
        case "units" if not row["code"]:
            return str(_("Without a unit"))
        case "units" if row["is_direct"]:
            return str(_("%(name)s, directly", name=row["name"]))
        case "units":
            return str(row["name"])
        case _:
            return local(row["title"])


def step_name(start: str, grain: str) -> str:
    """Return what a week or month is called under a chart."""
    first = date.fromisoformat(start)
    if grain == Grain.WEEK:
        return str(format_date(first, format=_("d MMM"), rebase=False))
    return str(format_date(first, format=_("MMM y"), rebase=False))


def period(figures: Figures) -> str:
    """Return the period in words."""
    until = day(date.fromisoformat(figures["until"]))
    if figures["since"] is None:
        return str(_("up to %(until)s", until=until))
    since = day(date.fromisoformat(figures["since"]))
    return str(_("%(since)s to %(until)s", since=since, until=until))


def small(figures: Figures) -> str | None:
    """Return the warning about few first sittings, if it is due."""
    finding = figures["findings"].get("first", {})
    if finding.get("tone") != "warn":
        return None
    warning = ngettext(
        "There is only %(num)d first sitting: one more or less moves the rates a lot, and the"
        " intervals are wide. Read them as a first impression.",
        "There are only %(num)d first sittings: one more or less moves the rates a lot, and the"
        " intervals are wide. Read them as a first impression.",
        finding["n"],
    )
    return str(warning)


def method(figures: Figures) -> list[str]:
    """Return how the figures were counted."""
    told = [
        _("Enrolled are all who were under way in the period: enrolled by its end, and neither"
          " completed nor gone before it. Lessons, sittings and certificates count by their day."),
        _("People belong to the unit in which they stood when they were enrolled."),
        _("The first sitting is the first of a run through the programme; a sitting counts once"
          " it is handed in and marked. Scores are percentages of the marks."),
        _("Intervals are score intervals (95 %) after Wilson (1927), as if sittings were independent"
          " of each other. A difference is claimed only where intervals do not overlap."),
        _("Hours are the planned minutes of the lessons that were finished; nobody's time is"
          " measured. A question half right counts as half."),
        _("Figures from fewer than %(fewest)d people are hidden, and where needed one more row, so"
          " that nobody's result can be worked out from the rest.", fewest=FEWEST),
    ]  # fmt: skip
    if figures["stage"]:
        told.append(_("Enrolment, completion and due dates concern the whole programme."))
    return told


def levels() -> list[tuple[str, str]]:
    """Return the levels of Kirkpatrick that are not about learning: heading and honest line."""
    unmeasured = _(
        "Not measured here yet: how people liked the training, what they do differently at work"
        " and what came of it for customers cannot be read from lessons and exams."
    )
    return [
        (_("Reaction"), unmeasured),
        (
            _("Behaviour and results"),
            _("Not measured here yet: see “Reaction”. Nothing in this report may be read as"
              " proof of them."),
        ),
    ]  # fmt: skip
