"""The tables of a report: what pages show, and spreadsheets and PDFs hold."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from lms.reports import words

Figures = Mapping[str, Any]


class Kind(enum.StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    SCORE = "score"
    """Percent of the marks, said without the sign."""
    HOURS = "hours"
    RATIO = "ratio"
    INTERVAL = "interval"
    """From and to, written out."""


class Hidden(enum.Enum):
    """A figure that must not be told."""

    HIDDEN = enum.auto()


Cell = str | int | float | Hidden | None
"""None where there is no figure: nothing was sat."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: heading and kind of cells."""

    heading: str
    kind: Kind = Kind.COUNT

    @property
    def is_number(self) -> bool:
        """Whether its cells stand to the right."""
        return self.kind is not Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """One table, its rows in the columns' order."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def said(self) -> Iterator[list[tuple[Column, str]]]:
        """Yield the rows as people read them, each cell with its column."""
        for row in self.rows:
            yield [
                (column, said(value, column.kind))
                for column, value in zip(self.columns, row, strict=True)
            ]


def said(value: Cell, kind: Kind) -> str:
    """Return a cell as people read it."""
    if value is Hidden.HIDDEN:
        return str(_("hidden"))
    if value is None:
        return "–"
    match kind:
        case Kind.PERCENT:
            return f"{value:.0f} %"
        case Kind.SCORE | Kind.HOURS:
            return f"{value:.1f}"
        case Kind.RATIO:
            return f"{value:.2f}"
        case _:
            return str(value)


def cell(row: Figures, name: str) -> Cell:
    """Return a figure; what is hidden as such."""
    if name == JOINED:
        low, high = (cell(row, each) for each in SPLIT)
        is_known = isinstance(low, float) and isinstance(high, float)
        return f"{low:.0f}–{high:.0f} %" if is_known else low
    value: Cell = row.get(name)
    if value is None and name in row and any(name in PARTS[part] for part in row.get("hidden", ())):
        return Hidden.HIDDEN
    return value


STANDING = ("enrolled", "opened", "completed", "in_time", "late", "overdue", "left", "under_way")
RATE = ("first", "first_passed", "first_rate", "first_low", "first_high")
FIRST = ("first_mean", "first_median", "first_sd", "first_q1", "first_q3")
BEST = ("best_mean", "best_median", "best_sd", "best_q1", "best_q3")
SITTINGS = ("sittings", "attempts_each", "passed")
STUDY = ("lessons", "hours", "hours_mean")
AWARDS = ("awarded", "valid")
ANSWERS = ("papers", "answers", "right_percent")
SPLIT, JOINED = ("first_low", "first_high"), "first_interval"
"""The interval as two numbers, for spreadsheets, and as people read it."""
CONTENTS: Mapping[str, Sequence[str]] = {
    "stages": (*RATE, *SITTINGS, *STUDY, *AWARDS),
    "scores": (*FIRST, *BEST),
    "periods": ("opened", "completed", *RATE, "first_mean", "lessons", "hours", "awarded"),
    "modules": (*ANSWERS, "lessons", "hours"),
    "units": (
        *("enrolled", "completed", "in_time", "overdue", "left"),
        *(*RATE, "first_mean", "hours", "awarded"),
    ),
}
"""Table -> its figures."""
FULL = (*STANDING, *RATE, *FIRST, *BEST, *SITTINGS, *STUDY, *AWARDS, *ANSWERS)
PARTS: Mapping[str, Sequence[str]] = {
    "standing": STANDING,
    "exams": (*RATE, *FIRST, *BEST, *SITTINGS, "failed_first", "sat_again", "recovered"),
    "study": STUDY,
    "awards": AWARDS,
    "answers": ANSWERS,
}


def column(name: str) -> Column:
    """Return the column that a figure stands in."""
    return _columns()[name]


def _columns() -> dict[str, Column]:
    counts = {
        "enrolled": _("Enrolled"),
        "opened": _("Newly enrolled"),
        "completed": _("Completed"),
        "in_time": _("Completed in time"),
        "late": _("Completed late"),
        "overdue": _("Overdue"),
        "left": _("Left before completing"),
        "under_way": _("Under way"),
        "first": _("First sittings"),
        "first_passed": _("Passed at first"),
        "sittings": _("Sittings"),
        "passed": _("Stages passed"),
        "lessons": _("Lessons finished"),
        "awarded": _("Certificates awarded"),
        "valid": _("Certificates valid"),
        "papers": _("First sittings with its questions"),
        "answers": _("Answers"),
    }
    percents = {
        "first_rate": _("First-time pass rate"),
        "first_low": _("Interval (95 %) from"),
        "first_high": _("Interval (95 %) to"),
        "right_percent": _("Share right"),
    }
    scores = {
        "first_mean": _("First score, mean"),
        "first_median": _("First score, median"),
        "first_sd": _("First score, standard deviation"),
        "first_q1": _("First score, lower quartile"),
        "first_q3": _("First score, upper quartile"),
        "best_mean": _("Best score, mean"),
        "best_median": _("Best score, median"),
        "best_sd": _("Best score, standard deviation"),
        "best_q1": _("Best score, lower quartile"),
        "best_q3": _("Best score, upper quartile"),
    }
    return {
        **{name: Column(heading, Kind.COUNT) for name, heading in counts.items()},
        **{name: Column(heading, Kind.PERCENT) for name, heading in percents.items()},
        **{name: Column(heading, Kind.SCORE) for name, heading in scores.items()},
        "attempts_each": Column(_("Sittings per person"), Kind.RATIO),
        JOINED: Column(_("Interval (95 %)"), Kind.INTERVAL),
        "hours": Column(_("Hours of study"), Kind.HOURS),
        "hours_mean": Column(_("Hours per person"), Kind.HOURS),
    }


def of(topic: str, figures: Figures, *, joined: bool = True) -> Table:
    """Return one of the tables of `CONTENTS`.

    Args:
        topic: which one.
        figures: as `frames.compute` gives them.
        joined: whether an interval is one cell, to be read, or two numbers.
    """
    headings = {
        "stages": (_("By stage"), _("Stage")),
        "scores": (_("Scores by stage"), _("Stage")),
        "modules": (_("Figures by module"), _("Module")),
        "units": (_("By unit"), _("Unit")),
        "periods": (_("Over time"), _("Week of") if figures["grain"] == "week" else _("Month")),
    }
    name, first = headings[topic]
    names = list(CONTENTS[topic])
    if joined and SPLIT[0] in names:
        place = names.index(SPLIT[0])
        names[place : place + 2] = [JOINED]
    group = "stages" if topic == "scores" else topic
    columns = [Column(first, Kind.TEXT), *(column(each) for each in names)]
    rows = [
        [row_name(group, row, figures), *(cell(row, each) for each in names)]
        for row in figures[group]
    ]
    return Table(name, columns, rows)


def sheets(figures: Figures) -> list[Table]:
    """Return all tables as spreadsheets hold them; the last one has everything."""
    known = [of(topic, figures, joined=False) for topic in CONTENTS if figures.get(topic, True)]
    return [participation(figures), *known, everything(figures)]


def row_name(topic: str, row: Figures, figures: Figures) -> str:
    """Return what a row is called."""
    if topic == "periods":
        return words.step_name(row["start"], figures["grain"])
    return words.title_of(topic, row)


def participation(figures: Figures) -> Table:
    """Return where everyone enrolled stands, and that as a share."""
    total = figures["total"]
    rows = [
        [column(name).heading, total[name], share(total[name], total["enrolled"])]
        for name, _look in standing(figures)
    ]
    columns = [
        Column(_("State"), Kind.TEXT), Column(_("How many")), Column(_("Share"), Kind.PERCENT),
    ]  # fmt: skip
    return Table(_("Participation"), columns, rows)


def standing(figures: Figures) -> list[tuple[str, str]]:
    """Return the states that everyone enrolled is in one of, and their looks in a chart."""
    total = figures["total"]
    is_simple = total["completed"] == total["in_time"] + total["late"]
    done = [("in_time", "k3"), ("late", "k1")] if is_simple else [("completed", "k3")]
    return [*done, ("under_way", "k5"), ("overdue", "k2"), ("left", "k4")]


def share(part: int, whole: int) -> float | None:
    """Return a share in percent."""
    return 100 * part / whole if whole else None


def everything(figures: Figures) -> Table:
    """Return the main table: each group a row, all figures as columns."""
    topics = {
        "stages": _("Stage"),
        "modules": _("Module"),
        "units": _("Unit"),
        "periods": _("Week") if figures["grain"] == "week" else _("Month"),
    }
    columns = [Column(_("Group"), Kind.TEXT), Column(_("Code or first day"), Kind.TEXT)]
    columns += [Column(_("Group name"), Kind.TEXT), *(column(each) for each in FULL)]
    total = figures["total"]
    rows = [[_("All"), "", "", *(cell(total, name) for name in FULL)]]
    for topic, group in topics.items():
        for row in figures[topic]:
            key = row["start"] if topic == "periods" else row["code"]
            name = row_name(topic, row, figures)
            rows.append([group, key, name, *(cell(row, each) for each in FULL)])
    return Table(_("All figures"), columns, rows)
