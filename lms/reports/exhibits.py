"""The charts of a report: each with a headline that says the finding, and its table behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from lms.reports import charts, tables, words
from lms.reports.charts import PAGE, Brush, Drawing, Point
from lms.reports.rules import SMALL
from lms.reports.tables import Hidden, Table

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a chart: its name and what is drawn beside it; without a name, all across."""

    name: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One chart and its table."""

    topic: str
    headline: str
    caption: str
    lines: Sequence[Line]
    table: Table
    key: Sequence[tuple[str, str]] = ()
    """Look and meaning of what is drawn, where that needs saying."""
    note: str = ""


def of(figures: Figures, *, brush: Brush = PAGE, row_brush: Brush = PAGE) -> list[Exhibit]:
    """Return the charts of a report, in its order.

    Args:
        figures: as `frames.compute` gives them.
        brush: for charts that take the whole width.
        row_brush: for those that stand beside a name.
    """
    found = [
        participation(figures, brush),
        stages(figures, row_brush),
        scores(figures, row_brush),
        trend(figures, brush),
        modules(figures, row_brush),
        units(figures, row_brush),
    ]
    return [each for each in found if each]


def participation(figures: Figures, brush: Brush) -> Exhibit | None:
    """Where everyone enrolled stands."""
    total = figures["total"]
    if not total["enrolled"]:
        return None
    table = tables.participation(figures)
    states = tables.standing(figures)
    shares = [tables.share(total[name], total["enrolled"]) or 0.0 for name, _look in states]
    told = [f"{row[0]} {row[1]}" for row in table.rows]
    parts = [(each, look) for each, (_name, look) in zip(shares, states, strict=True)]
    return Exhibit(
        topic="participation",
        headline=words.headline("participation", figures),
        caption=_("Participation · all %(n)d enrolled, by state", n=total["enrolled"]),
        lines=[Line("", charts.stacked(parts, "; ".join(told), brush=brush))],
        table=table,
        key=[(look, each) for each, (_name, look) in zip(told, states, strict=True)],
    )


def stages(figures: Figures, brush: Brush) -> Exhibit | None:
    """How often the exam of each stage was passed at first."""
    return _rates("stages", figures, brush)


def units(figures: Figures, brush: Brush) -> Exhibit | None:
    """The same by unit; of no use with one unit only."""
    if len(figures["units"]) < 2:  # noqa: PLR2004
        return None
    return _rates("units", figures, brush)


def _rates(topic: str, figures: Figures, brush: Brush) -> Exhibit | None:
    rows = figures[topic]
    if not any(row["first"] for row in rows):
        return None
    lines = []
    if any(row["first_rate"] is not None for row in rows):
        lines = [_rate(words.title_of(topic, row), row, brush) for row in rows if row["first"]]
        lines.append(Line("", charts.scale(brush=brush)))
    return Exhibit(
        topic=topic,
        headline=words.headline(topic, figures),
        caption=_("Learning · share of first sittings passed, with its interval (95 %)"),
        lines=lines,
        table=tables.of(topic, figures),
        note=_note(rows),
    )


def _rate(name: str, row: Figures, brush: Brush) -> Line:
    if row["first_rate"] is None:
        return Line(name, charts.none(_("hidden"), brush=brush))
    said = f"{row['first_rate']:.0f} % · {row['first_passed']}/{row['first']}"
    label = _(
        "%(name)s: %(passed)d of %(n)d passed at first, %(rate)d %%, interval %(low)d to %(high)d %%",
        name=name,
        passed=row["first_passed"],
        n=row["first"],
        rate=round(row["first_rate"]),
        low=round(row["first_low"]),
        high=round(row["first_high"]),
    )
    bounds = (row["first_low"], row["first_high"])
    return Line(name, charts.interval(row["first_rate"], bounds, said, label, brush=brush))


def _note(rows: Sequence[Figures]) -> str:
    """Warn of small numbers, where there are any."""
    if not any(row["first"] < SMALL for row in rows if row["first_rate"] is not None):
        return ""
    warning = _(
        "Rows with fewer than %(small)d first sittings have wide intervals: take them as a hint.",
        small=SMALL,
    )
    return str(warning)


def scores(figures: Figures, brush: Brush) -> Exhibit | None:
    """Mean first and best score by stage."""
    known = [row for row in figures["stages"] if row["first_mean"] is not None]
    if not known:
        return None
    low = 10 * (min(row["first_mean"] for row in known) // 10)
    lines = []
    for row in known:
        name = words.title_of("stages", row)
        label = _(
            "%(name)s: mean first score %(first)s, mean best score %(best)s",
            name=name,
            first=f"{row['first_mean']:.1f}",
            best=f"{row['best_mean']:.1f}",
        )
        drawing = charts.dumbbell(
            row["first_mean"],
            max(row["best_mean"], row["first_mean"]),
            (min(low, 90), 100),
            label,
            brush=brush,
        )
        lines.append(Line(name, drawing))
    return Exhibit(
        topic="scores",
        headline=words.headline("scores", figures),
        caption=_("Learning · mean score of first sittings and of each person's best"),
        lines=lines,
        table=tables.of("scores", figures),
        key=[("hollow k5", _("First sitting")), ("k1", _("Best sitting"))],
        note=words.headline("retakes", figures),
    )


def trend(figures: Figures, brush: Brush) -> Exhibit | None:
    """The first-time pass rate over time."""
    rows = figures["periods"]
    if len(rows) < 2 or not any(row["first_rate"] is not None for row in rows):  # noqa: PLR2004
        return None
    points = [
        Point(
            words.step_name(row["start"], figures["grain"]),
            row["first_rate"],
            None if row["first_rate"] is None else (row["first_low"], row["first_high"]),
        )
        for row in rows
    ]
    label = "; ".join(
        f"{each.name}: " + (_("no figure") if each.rate is None else f"{each.rate:.0f} %")
        for each in points
    )
    by = _("by week") if figures["grain"] == "week" else _("by month")
    return Exhibit(
        topic="trend",
        headline=words.headline("trend", figures),
        caption=_("Learning · first-time pass rate %(by)s, with its interval (95 %%)", by=by),
        lines=[Line("", charts.line(points, label, brush=brush))],
        table=tables.of("periods", figures),
        note=_note(rows),
    )


def modules(figures: Figures, brush: Brush) -> Exhibit | None:
    """How well the questions of each module were answered."""
    rows = [row for row in figures["modules"] if row["answers"]]
    if not rows:
        return None
    lines = []
    for row in rows:
        name, value = words.title_of("modules", row), tables.cell(row, "right_percent")
        if value is None or isinstance(value, (Hidden, str)):
            lines.append(Line(name, charts.none(_("hidden"), brush=brush)))
            continue
        label = _("%(name)s: %(percent)d %% right", name=name, percent=round(value))
        said = f"{value:.0f} % · {row['answers']}"
        lines.append(Line(name, charts.bar(value, said, label, brush=brush)))
    return Exhibit(
        topic="modules",
        headline=words.headline("modules", figures),
        caption=_("Learning · marks earned on a module's questions at first sittings, and answers"),
        lines=[*lines, Line("", charts.scale(brush=brush))],
        table=tables.of("modules", figures),
    )


def spark(figures: Figures) -> Drawing | None:
    """The first-time pass rate over time, as large as a word."""
    rows = [row for row in figures["periods"] if row["first_rate"] is not None]
    if len(rows) < 2:  # noqa: PLR2004
        return None
    said = [
        f"{words.step_name(row['start'], figures['grain'])} {row['first_rate']:.0f} %"
        for row in rows
    ]
    label = _("First-time pass rate: %(values)s", values=", ".join(said))
    return charts.spark([row["first_rate"] for row in rows], label)


@dataclass(frozen=True, slots=True)
class Tile:
    """One number above all others."""

    name: str
    value: str
    unit: str = ""
    detail: str = ""
    drawing: Drawing | None = None


def tiles(figures: Figures) -> list[Tile]:
    """Return the numbers that a report begins with."""
    total = figures["total"]
    due = total["in_time"] + total["late"]
    of_due = _("%(in_time)d of %(due)d with a due date in time", in_time=total["in_time"], due=due)
    completed = _("of %(enrolled)d enrolled", enrolled=total["enrolled"])
    late = _("%(left)d left before completing", left=total["left"]) if total["left"] else ""
    hours = total["hours_mean"]
    valid = _("%(valid)d valid on the last day", valid=total["valid"])
    return [
        Tile(_("Completed"), str(total["completed"]), completed, of_due if due else ""),
        Tile(_("Overdue"), str(total["overdue"]), "", late),
        _first(figures),
        Tile(
            _("Hours of study"),
            tables.said(tables.cell(total, "hours"), tables.Kind.HOURS),
            "",
            "" if hours is None else _("%(hours)s per person", hours=f"{hours:.1f}"),
        ),
        Tile(_("Certificates awarded"), str(total["awarded"]), "", valid),
    ]


def _first(figures: Figures) -> Tile:
    total = figures["total"]
    name, rate = _("First-time pass rate"), total["first_rate"]
    if rate is None:
        return Tile(name, tables.said(tables.cell(total, "first_rate"), tables.Kind.PERCENT))
    detail = _(
        "%(passed)d of %(n)d; interval %(low)d–%(high)d %%",
        passed=total["first_passed"],
        n=total["first"],
        low=round(total["first_low"]),
        high=round(total["first_high"]),
    )
    return Tile(name, f"{rate:.0f}", "%", detail, spark(figures))
