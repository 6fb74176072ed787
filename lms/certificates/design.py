"""The artwork of certificates as SVG. Pure: numbers in, bytes out. Lengths are millimetres.

Curves are cubic Béziers through a few points per wave: fifteen times smaller than polylines that
look as smooth.
"""

import math
from collections.abc import Sequence
from io import BytesIO

import segno

from lms.certificates.look import ACCENT, PAPER, PRIMARY

Point = tuple[float, float]

WIDTH, HEIGHT = 297, 210
INK, RED = "#142033", "#c8261b"

SEAL_SPREAD = 270.0
"""The arc that a long seal text takes, in degrees; the rest is for the word below."""
SEAL_STEP = 32.0
"""The angle between two characters of a short one."""
SEAL_RADIUS = 33.0
SEAL_FONT = 'font-family="Stairway Serif, Stairway Kai" font-weight="700"'


def logo(primary: str = PRIMARY) -> bytes:
    """Return four steps in a shield."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f'<path d="M24 2 44 9v14c0 12-8.4 19.6-20 23C12.4 42.6 4 35 4 23V9z" fill="{primary}"/>'
        f'<path d="M11 33h7v-6h7v-6h7v-6h4" fill="none" stroke="{PAPER}" stroke-width="3.4"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
        '<circle cx="17" cy="16" r="3.2" fill="#d9b65c"/></svg>'
    ).encode()


def background(primary: str = PRIMARY, accent: str = ACCENT) -> bytes:
    """Return the formal paper: a rosette and a guilloche border between edges."""
    rosette = "".join(
        stroke(rosette_curve(turn / 6 * math.tau), primary, width=0.11, opacity=0.13)
        for turn in range(6)
    )
    blue = "".join(
        stroke(_wave(88, 2.5, turn / 8 * math.tau), primary, width=0.12, opacity=0.62)
        for turn in range(8)
    )
    gold = "".join(
        stroke(_wave(176, 1.35, turn / 6 * math.tau), accent, width=0.13, opacity=0.85)
        for turn in range(6)
    )
    edges = "".join(_edge(*each, accent) for each in ((5.9, 0.35), (12.5, 0.35), (13.5, 0.12)))
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}mm" height="{HEIGHT}mm">{paper}{rosette}{blue}{gold}{edges}</svg>'
    ).encode()


def seal(organisation: str, word: str = "专用章") -> bytes:
    """Return a round red seal: the organisation around a star, `word` below it.

    The text is font text, so that it stays sharp and its font is subset. A long name gets smaller
    characters; its arc never meets the word below.
    """
    count = len(organisation)
    step = min(SEAL_STEP, SEAL_SPREAD / max(count - 1, 1))
    room = SEAL_RADIUS * math.radians(step)
    # A Chinese character is as wide as its font size, a Latin letter about half as wide.
    size = min(8.0, 1.5 * room) if organisation.isascii() else min(11.0, 0.85 * room)
    first = -step * (count - 1) / 2
    around = "".join(
        f'<text y="{-SEAL_RADIUS}" transform="rotate({first + step * place:.2f})" text-anchor="middle"'
        f' font-size="{size:.2f}" {SEAL_FONT} fill="{RED}">{_escaped(character)}</text>'
        for place, character in enumerate(organisation)
        if not character.isspace()
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 -50 100 100"><g opacity=".86">'
        f'<circle r="47" fill="none" stroke="{RED}" stroke-width="2.6"/>'
        f'<circle r="44.2" fill="none" stroke="{RED}" stroke-width=".5"/>'
        f'<polygon points="{_star(13.5)}" fill="{RED}"/>{around}'
        f'<text y="31" text-anchor="middle" font-size="8.6" letter-spacing="1.2" {SEAL_FONT}'
        f' fill="{RED}">{_escaped(word)}</text></g></svg>'
    ).encode()


def qr(address: str) -> bytes:
    """Return a QR code that still reads with a quarter of it damaged."""
    target = BytesIO()
    segno.make(address, error="q", micro=False).save(
        target, kind="svg", border=0, dark=INK, xmldecl=False, svgns=True, nl=False, omitsize=True
    )
    return target.getvalue()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def stroke(path: str, colour: str, *, width: float, opacity: float) -> str:
    """Return a path as a line without a filling."""
    style = f'stroke="{colour}" stroke-width="{width}" opacity="{opacity}"'
    return f'<path d="{path}" fill="none" {style}/>'


def _edge(inset: float, width: float, colour: str) -> str:
    """Return a line around the page, `inset` from its edge, with rounded corners."""
    return (
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset:.1f}"'
        f' height="{HEIGHT - 2 * inset:.1f}" rx="{max(0.6, 16.2 - inset):.1f}"'
        f' fill="none" stroke="{colour}" stroke-width="{width}"/>'
    )


def _star(radius: float) -> str:
    """Return the corners of a five-pointed star that stands on two of its points."""
    corners = []
    for number in range(10):
        reach = radius * (0.382 if number % 2 else 1)
        angle = math.radians(36 * number)
        corners.append(f"{reach * math.sin(angle):.3f},{-reach * math.cos(angle):.3f}")
    return " ".join(corners)


def _wave(periods: int, amplitude: float, phase: float, per_period: int = 4) -> str:
    """Return a sine wave of whole periods that runs along the border, as a closed path."""
    points = []
    for number in range(periods * per_period):
        along = number / (periods * per_period)
        (x, y), (out_x, out_y) = _on_border(along)
        swing = amplitude * math.sin(math.tau * periods * along + phase)
        points.append((x + out_x * swing, y + out_y * swing))
    return smooth(points)


def rosette_curve(
    phase: float,
    centre: Point = (WIDTH / 2, HEIGHT / 2 + 2),
    radius: float = 60,
    petals: int = 12,
    steps: int = 192,
) -> str:
    """Return one of the curves that make a rosette: in the middle of the page."""
    points = []
    for number in range(steps):
        angle = math.tau * number / steps
        swing = 0.21 * math.sin(petals * angle + phase) + 0.12 * math.cos(2 * petals * angle)
        reach = radius * (0.62 + swing)
        x, y = centre
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return smooth(points)


def _on_border(along: float, inset: float = 9.2, radius: float = 7) -> tuple[Point, Point]:
    """Return a point of the rounded rectangle of the border and the direction outwards there.

    Args:
        along: from 0 to 1, clockwise from the left end of the upper side.
        inset: how far the rectangle lies inside the page.
        radius: of its corners.
    """
    wide, high = WIDTH - 2 * (inset + radius), HEIGHT - 2 * (inset + radius)
    corner = math.pi * radius / 2
    rest = along % 1 * 2 * (wide + high + 2 * corner)
    # Centres of the corners: upper right, lower right, lower left, upper left.
    right, low = WIDTH - inset - radius, HEIGHT - inset - radius
    near = inset + radius
    centres = ((right, near), (right, low), (near, low), (near, near))
    for number, ((x, y), side) in enumerate(zip(centres, (wide, high, wide, high), strict=True)):
        angle = math.radians(90 * number - 90)
        out = (math.cos(angle), math.sin(angle))
        if rest <= side:  # still on the side that leads to this corner
            back = side - rest
            return (x + out[0] * radius + out[1] * back, y + out[1] * radius - out[0] * back), out
        rest -= side
        if rest <= corner:
            angle += rest / radius
            out = (math.cos(angle), math.sin(angle))
            return (x + out[0] * radius, y + out[1] * radius), out
        rest -= corner
    return _on_border(0, inset, radius)  # a rounding error past the end is the beginning


def smooth(points: Sequence[Point], *, is_closed: bool = True) -> str:
    """Return a path through the points, without corners (Catmull-Rom as Béziers).

    An open one begins at the second point and ends at the last but one.
    """
    count = len(points)
    first = 0 if is_closed else 1
    path = [f"M{points[first][0]:.2f} {points[first][1]:.2f}"]
    for number in range(first, count if is_closed else count - 2):
        before, start = points[number - 1], points[number]
        end, after = points[(number + 1) % count], points[(number + 2) % count]
        path.append(
            f"C{start[0] + (end[0] - before[0]) / 6:.2f} {start[1] + (end[1] - before[1]) / 6:.2f}"
            f" {end[0] - (after[0] - start[0]) / 6:.2f} {end[1] - (after[1] - start[1]) / 6:.2f}"
            f" {end[0]:.2f} {end[1]:.2f}"
        )
    return "".join(path) + ("Z" if is_closed else "")
