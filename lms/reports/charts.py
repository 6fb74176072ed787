"""Charts as shapes: for pages in percent, for paper in points. Pure geometry, no words, no colours.

On a page a chart has no width of its own: ``x="62%"`` makes bars stretch with the column while
their text keeps its size, and style sheets colour the classes. On paper style sheets do not reach
into a drawing, so `on_paper` says everything by attributes, for a fixed width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """One element of a drawing."""

    tag: str
    """``line``, ``rect``, ``circle``, ``text`` or ``polyline``."""
    attributes: Attributes
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, ready to be written down by the macro ``drawing``."""

    height: int
    shapes: Sequence[Shape]
    label: str
    """What it shows, in words, for those who do not see it."""
    width: str = "100%"
    attributes: Attributes = field(default_factory=dict)


INK, INK_2, LINE, AXIS = "#18212d", "#4a5564", "#dde2e8", "#7f8a98"
SERIES = {"k1": "#1f55a5", "k2": "#b45a06", "k3": "#0a7468", "k4": "#7438b5", "k5": "#7f8a98"}
PAPER_TEXT = {
    "fill": INK_2,
    "font-size": "11.5",
    "font-family": "Stairway Text, Stairway Text Ext, Stairway Serif, Stairway Kai",
}


@dataclass(frozen=True, slots=True)
class Brush:
    """How classes and lengths are written: for a page, or for paper of some width in px."""

    paper: int | None = None

    def x(self, percent: float) -> str:
        """Return a horizontal length or place."""
        if self.paper is None:
            return f"{percent:.2f}%"
        return f"{percent * self.paper / 100:.1f}"

    def paint(self, *classes: str) -> Attributes:
        """Return what makes a shape look like its classes."""
        if self.paper is None:
            return {"class": " ".join(classes)}
        painted: Attributes = {}
        for each in classes:
            painted |= self._painted(each)
        return painted

    def _painted(self, name: str) -> Attributes:
        if name in SERIES:
            return {"fill": SERIES[name], "stroke": SERIES[name]}
        looks: Mapping[str, Attributes] = {
            "grid": {"stroke": LINE, "stroke-width": "1"},
            "axis": {"stroke": AXIS, "stroke-width": "1"},
            "ln": {"fill": "none", "stroke-width": "2"},
            "link": {"stroke-width": "4", "opacity": "0.4"},
            "hollow": {"fill": "#ffffff", "stroke-width": "2.5"},
            "bar": {"stroke": "none"},
            "txt": PAPER_TEXT,
            "val": PAPER_TEXT | {"fill": INK, "font-weight": "600"},
        }
        return looks[name]

    def drawing(self, height: int, shapes: Sequence[Shape], label: str) -> Drawing:
        """Put shapes together."""
        width = "100%" if self.paper is None else str(self.paper)
        return Drawing(height, shapes, label, width)

    def text(self, x: float, y: float, text: str, *, look: str = "txt", **more: str) -> Shape:
        """Write a word; ``anchor`` and ``dx`` as in SVG."""
        anchor = {"text-anchor": more["anchor"]} if "anchor" in more else {}
        shift = float(more.get("dx", 0))
        place = {"x": self.x(x), "y": f"{y:.1f}"}
        if shift and self.paper is not None:  # dx is not honoured everywhere on paper
            place["x"] = f"{float(place['x']) + shift:.1f}"
        elif shift:
            place["dx"] = f"{shift:g}"
        painted = self.paint(look) if look != "txt" or self.paper else {}
        return Shape("text", {**place, **anchor, **painted}, text)

    def line(self, start: tuple[float, float], end: tuple[float, float], *look: str) -> Shape:
        """Draw a straight line; places are (percent, px)."""
        (x1, y1), (x2, y2) = start, end
        ends = {"x1": self.x(x1), "x2": self.x(x2), "y1": f"{y1:.1f}", "y2": f"{y2:.1f}"}
        return Shape("line", {**self.paint(*look), **ends})

    def dot(self, x: float, y: float, radius: float, *look: str) -> Shape:
        """Draw a dot."""
        place = {"cx": self.x(x), "cy": f"{y:.1f}", "r": f"{radius:g}"}
        return Shape("circle", {**self.paint(*look), **place})

    def bar(self, x: float, y: float, width: float, height: float, *look: str) -> Shape:
        """Draw a bar; `x` and `width` in percent."""
        place = {
            "x": self.x(x),
            "y": f"{y:g}",
            "width": self.x(max(width, 0)),
            "height": f"{height:g}",
        }
        return Shape("rect", {**self.paint("bar", *look), **place, "rx": "3"})


PAGE = Brush()


def on_paper(width: int) -> Brush:
    """Return the brush for paper, `width` px wide."""
    return Brush(width)


def spark(values: Sequence[float], label: str, *, brush: Brush = PAGE) -> Drawing:
    """A line as large as a word, without axes; its label says the values.

    Args:
        values: at least two.
        label: what it shows.
        brush: for a page or for paper.
    """
    low, high = min(values), max(values)
    places = [
        (2 + place * 96 / (len(values) - 1), 28 - (value - low) * 24 / ((high - low) or 1))
        for place, value in enumerate(values)
    ]
    shapes = [brush.line(start, end, "ln", "k1") for start, end in pairwise(places)]
    return brush.drawing(32, [*shapes, brush.dot(*places[-1], 3, "k1")], label)


LEFT, WIDE = 1, 66
"""Where the scale of a row begins, and how wide it is, in percent; its value stands to the right."""


def _scale(value: float) -> float:
    return LEFT + value * WIDE / 100


def _grid(brush: Brush, height: float) -> list[Shape]:
    return [brush.line((_scale(v), 0), (_scale(v), height), "grid") for v in (0, 50, 100)]


def scale(*, brush: Brush = PAGE) -> Drawing:
    """The words under rows of `interval` and `bar`: 0, 50 and 100 percent. Decoration."""
    words = [
        brush.text(_scale(0), 13, "0"),
        brush.text(_scale(50), 13, "50", anchor="middle"),
        brush.text(_scale(100), 13, "100 %", anchor="middle"),
    ]
    return brush.drawing(18, words, "")


def interval(
    rate: float, bounds: tuple[float, float], said: str, label: str, *, brush: Brush = PAGE
) -> Drawing:
    """One row: a rate as a dot on its interval, in percent, and in words beside it."""
    low, high = bounds
    shapes = [
        *_grid(brush, 30),
        brush.line((_scale(low), 15), (_scale(high), 15), "link", "k1"),
        brush.dot(_scale(rate), 15, 6.5, "k1"),
        brush.text(100, 19.5, said, look="val", anchor="end"),
    ]
    return brush.drawing(30, shapes, label)


def bar(percent: float, said: str, label: str, *, brush: Brush = PAGE) -> Drawing:
    """One row: a share as a bar, and in words beside it."""
    shapes = [
        *_grid(brush, 30),
        brush.bar(LEFT, 7, percent * WIDE / 100, 16, "k1"),
        brush.text(100, 19.5, said, look="val", anchor="end"),
    ]
    return brush.drawing(30, shapes, label)


def none(said: str, *, brush: Brush = PAGE) -> Drawing:
    """One row without a figure: why there is none."""
    shapes = [*_grid(brush, 30), brush.text(100, 19.5, said, anchor="end")]
    return brush.drawing(30, shapes, said)


def dumbbell(
    before: float, after: float, bounds: tuple[float, float], label: str, *, brush: Brush = PAGE
) -> Drawing:
    """One row: a hollow dot for before, a filled one for after, each with its value.

    Args:
        before: a value within `bounds`.
        after: likewise, not less than `before`.
        bounds: the ends of the scale, the same for all rows.
        label: what it shows.
        brush: for a page or for paper.
    """
    low, high = bounds
    first, last = (16 + (value - low) * 68 / (high - low) for value in (before, after))
    shapes = [
        brush.line((0, 17), (100, 17), "grid"),
        brush.line((first, 17), (last, 17), "link", "k1"),
        brush.dot(first, 17, 6, "k5", "hollow"),
        brush.dot(last, 17, 7, "k1"),
        brush.text(first, 21.5, f"{before:.1f}", anchor="end", dx="-12"),
        brush.text(last, 21.5, f"{after:.1f}", look="val", dx="12"),
    ]
    return brush.drawing(34, shapes, label)


def stacked(parts: Sequence[tuple[float, str]], label: str, *, brush: Brush = PAGE) -> Drawing:
    """One bar of shares that make up 100 percent: pairs of percent and class."""
    shapes, x = [], 0.0
    for percent, look in parts:
        if percent:
            shapes.append(brush.bar(x, 3, max(percent - 0.4, 0.2), 26, look))
        x += percent
    return brush.drawing(32, shapes, label)


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a line: the rate may be unknown, and then the line has a gap."""

    name: str
    rate: float | None
    bounds: tuple[float, float] | None


TOP, HIGH, FOOT = 24, 190, 28
MOST_NAMES = 6


def line(points: Sequence[Point], label: str, *, brush: Brush = PAGE) -> Drawing:
    """A rate over time from 0 to 100 percent, each with its interval."""
    xs = [12 + place * 82 / max(len(points) - 1, 1) for place in range(len(points))]
    shapes = _levels(brush)
    for (x1, one), (x2, two) in pairwise(zip(xs, points, strict=True)):
        if one.rate is not None and two.rate is not None:
            shapes.append(brush.line((x1, _y(one.rate)), (x2, _y(two.rate)), "ln", "k1"))
    for x, each in zip(xs, points, strict=True):
        if each.bounds is not None:
            low, high = each.bounds
            shapes.append(brush.line((x, _y(low)), (x, _y(high)), "link", "k1"))
        if each.rate is not None:
            shapes.append(brush.dot(x, _y(each.rate), 4.5, "k1"))
    every = -(-len(points) // MOST_NAMES)
    for x, each in list(zip(xs, points, strict=True))[::every]:
        shapes.append(brush.text(x, TOP + HIGH + 22, each.name, anchor="middle"))
    return brush.drawing(TOP + HIGH + FOOT, [*shapes, *_ends(brush, xs, points)], label)


def _levels(brush: Brush) -> list[Shape]:
    shapes = []
    for value in (0, 25, 50, 75, 100):
        shapes.append(brush.line((0, _y(value)), (100, _y(value)), "grid"))
        said = f"{value} %" if value == 100 else str(value)  # noqa: PLR2004
        shapes.append(brush.text(0, _y(value) - 5, said))
    return shapes


def _ends(brush: Brush, xs: Sequence[float], points: Sequence[Point]) -> list[Shape]:
    """Say the first and the last rate above their intervals."""
    known = [(x, each) for x, each in zip(xs, points, strict=True) if each.rate is not None]
    shapes = []
    for x, each in dict.fromkeys((*known[:1], *known[-1:])):
        top = each.bounds[1] if each.bounds else each.rate
        said = f"{each.rate:.0f} %"
        shapes.append(brush.text(x, _y(top) - 8, said, look="val", anchor="middle"))
    return shapes


def _y(value: float | None) -> float:
    return TOP + (100 - (value or 0)) * HIGH / 100
