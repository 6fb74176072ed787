"""Where the letters of our own PDFs stand: for proofs. For jobs and commands, as `pdf_pictures`."""

from collections.abc import Sequence
from dataclasses import dataclass

HIGH, LOW, AFTER = 0xD800, 0xDC00, 0xE000
"""Halves of a character beyond the first 65,536: from HIGH on, from LOW on, and what is none."""
_HAIR = 0.5
"""Points that letters may touch by."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A character on a page. Lengths are points, from the lower left corner."""

    character: str
    left: float
    bottom: float
    right: float
    top: float
    height: float
    """Of its line, about 1.2 to 1.5 times the font's size."""

    def is_within(self, width: float, height: float) -> bool:
        """Whether it stands wholly on a page of this size."""
        return (
            self.left >= -_HAIR
            and self.bottom >= -_HAIR
            and self.right <= width + _HAIR
            and self.top <= height + _HAIR
        )

    def is_over(self, other: "Letter") -> bool:
        """Whether the two cover each other, by more than letters that touch."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return wide > _HAIR and high > _HAIR


@dataclass(frozen=True, slots=True)
class Page:
    """The first page of a document."""

    width: float
    height: float
    letters: Sequence[Letter]
    """Without blanks, in the order of the text."""

    @property
    def text(self) -> str:
        """What stands there, without blanks."""
        return "".join(each.character for each in self.letters)

    def find(self, text: str) -> tuple[int, int] | None:
        """Return from which letter to which a text stands there, whatever blanks are in it."""
        wanted = "".join(text.split())
        place = self.text.find(wanted)
        return None if place < 0 or not wanted else (place, place + len(wanted))


def first_page(document: bytes) -> Page:
    """Return what stands where on the first page of a PDF that we made."""
    import pypdfium2  # noqa: PLC0415  only jobs and commands should pay for it
    from pypdfium2 import raw  # noqa: PLC0415

    letters: list[Letter] = []
    with pypdfium2.PdfDocument(document) as opened:
        page = opened[0]
        text = page.get_textpage()
        first = 0
        for number in range(text.count_chars()):
            point = raw.FPDFText_GetUnicode(text, number)
            if HIGH <= point < LOW:
                first = point
                continue
            if LOW <= point < AFTER and first:
                point = 0x10000 + ((first - HIGH) << 10) + point - LOW
            first = 0
            if HIGH <= point < AFTER or (character := chr(point)).isspace():
                continue
            loose = text.get_charbox(number, loose=True)
            left, bottom, right, top = text.get_charbox(number)
            letters.append(Letter(character, left, bottom, right, top, loose[3] - loose[1]))
        width, height = page.get_size()
        text.close()
        page.close()
    return Page(width, height, letters)
