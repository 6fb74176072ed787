"""How large a text is set so that it stays where it belongs: it shrinks, it never overflows."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.core import pdf

LATIN = (pdf.DISPLAY, pdf.TEXT_EXT, pdf.SERIF, pdf.KAI)
CHINESE = (pdf.TEXT, pdf.TEXT_EXT, pdf.SERIF, pdf.KAI)
FIRST_CHINESE = "\u2e80"
"""What comes before it is an alphabet."""
SMALLEST = 7.0
"""Points: what had to be set smaller cannot be read on paper any more."""
_FULL = 0.94
"""How much of a line a block of text fills before it breaks, on average."""
_WORTH = 0.9
"""A text is set this much smaller rather than with a last line of one word."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text that must stay on one line: what it is in the snapshot and how large it may be."""

    selector: str
    value: str
    families: tuple[str, ...]
    largest: float
    """Font size in points."""
    room: float
    """Width in points."""
    spacing: float = 0.0
    """Letter-spacing in em, as in the style sheet."""
    upper: bool = False

    def size(self, texts: Mapping[str, Any]) -> float:
        """Return the font size, in points, at which the line fits."""
        text = texts[self.value].upper() if self.upper else texts[self.value]
        em = pdf.width(text, self.families) + self.spacing * (len(text) + 1)
        return min(self.largest, self.room / em) if em else self.largest


@dataclass(frozen=True, slots=True)
class Block:
    """A text that may take a few lines."""

    selector: str
    value: str
    families: tuple[str, ...]
    largest: float
    room: float
    lines: int

    def size(self, texts: Mapping[str, Any]) -> float:
        """Return the font size, in points, at which it takes no more than its lines."""
        if not (em := pdf.width(texts[self.value], self.families)):
            return self.largest
        room = self.room * _FULL
        lines = min(self.lines, math.ceil(self.largest * em / room))
        size = min(self.largest, lines * room / em)
        fewer = (lines - 1) * room / em
        return fewer if fewer >= _WORTH * self.largest else size


def script_of(name: str) -> str:
    """Return how a name is to be set: in the brush face, in the display face, or as plain text.

    The display face has the letters of western Europe only; a name half in it and half in another
    would look like a mistake.
    """
    if any(each >= FIRST_CHINESE for each in name):
        return "han"
    return "other" if pdf.missing_glyphs(name, (pdf.DISPLAY,)) else "latin"
