"""The artwork of the modern portrait design as SVG. Pure; lengths are millimetres.

A band of colour with waves that drift through each other, a rosette half off the page, and a fine
line of waves at the foot.
"""

import math

from lms.certificates.design import Point, rosette_curve, smooth, stroke
from lms.certificates.look import ACCENT, PAPER, PRIMARY

WIDTH, HEIGHT = 210, 297
BAND = 66
"""How far the band reaches down."""
FOOT = 288.5
"""Where the waves at the foot run."""


def background(primary: str = PRIMARY, accent: str = ACCENT) -> bytes:
    """Return the modern paper."""
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    rosette = "".join(
        stroke(
            rosette_curve(turn / 8 * math.tau, (176, 214), 92, 10),
            primary, width=0.11, opacity=0.1,
        )
        for turn in range(8)
    )  # fmt: skip
    band = f'<rect width="{WIDTH}" height="{BAND}" fill="{primary}"/>'
    light = "".join(
        stroke(_drift(turn / 26), "#ffffff", width=0.13, opacity=0.3) for turn in range(26)
    )
    gold = "".join(
        stroke(_drift(turn / 12, reach=0.55, length=61), accent, width=0.16, opacity=0.75)
        for turn in range(12)
    )
    edge = f'<rect y="{BAND}" width="{WIDTH}" height="1.1" fill="{accent}"/>'
    foot = "".join(
        stroke(_foot(turn / 6 * math.tau), primary, width=0.12, opacity=0.6) for turn in range(6)
    ) + "".join(
        stroke(_foot(turn / 4 * math.tau, 0.8, 4.1), accent, width=0.13, opacity=0.8)
        for turn in range(4)
    )
    # Last, so that the waves end at the edge of the band.
    clip = f'<clipPath id="band"><rect width="{WIDTH}" height="{BAND}"/></clipPath>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}mm" height="{HEIGHT}mm"><defs>{clip}</defs>{paper}{rosette}{band}'
        f'<g clip-path="url(#band)">{light}{gold}</g>{edge}{foot}</svg>'
    ).encode()


def _drift(share: float, *, reach: float = 1.0, length: float = 83.0) -> str:
    """Return one wave of the band: it rises to the right, and swings wider there.

    Args:
        share: which of the family, from 0 to 1.
        reach: how far it swings, of what there is room for.
        length: of one period.
    """
    points: list[Point] = []
    for x in range(-12, WIDTH + 24, 6):
        across = max(0.0, x / WIDTH)
        room = reach * 22 * across**1.8
        swing = math.sin(math.tau * (x / length + 0.5 * share))
        rise = 10 * across + 27 * max(0.0, across - 0.4)  # past the title, not through it
        y = 70 - rise + room * swing * math.cos(math.pi * share) + 5 * across * share
        points.append((x, y))
    return smooth(points, is_closed=False)


def _foot(phase: float, swing: float = 1.5, length: float = 8.2) -> str:
    steps = range(-2, int(WIDTH / (length / 4)) + 4)
    places = (step * length / 4 for step in steps)
    points = [(x, FOOT + swing * math.sin(math.tau * x / length + phase)) for x in places]
    return smooth(points, is_closed=False)
