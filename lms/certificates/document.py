"""A certificate on paper: its snapshot in, its PDF out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lms.certificates import design
from lms.core import pdf

TEMPLATE = "certificates/certificate_pdf.html"
STYLE = Path(__file__).with_name("certificate_pdf.css")
LATIN = (pdf.DISPLAY, pdf.TEXT_EXT, pdf.SERIF, pdf.KAI)
CHINESE = (pdf.TEXT, pdf.TEXT_EXT, pdf.SERIF, pdf.KAI)
FIRST_CHINESE = "\u2e80"
"""What comes before it is an alphabet."""

BACKGROUND = '<html lang="zh-CN"><title>Background</title><link rel=stylesheet href=background.css>'
BACKGROUND_CSS = b"""
@page { size: 297mm 210mm; margin: 0 }
html { height: 210mm; background: url(background.svg) 0 0 / 297mm 210mm no-repeat }
"""


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

    def size(self, snapshot: Mapping[str, Any]) -> float:
        """Return the font size, in points, at which the line fits."""
        text = snapshot[self.value].upper() if self.upper else snapshot[self.value]
        em = pdf.width(text, self.families) + self.spacing * (len(text) + 1)
        return min(self.largest, self.room / em) if em else self.largest


LINES = (
    Line(".brand b", "issuer_zh", CHINESE, largest=13, room=480, spacing=0.14),
    Line(".brand span", "issuer_en", LATIN, largest=8.6, room=480, spacing=0.06, upper=True),
    Line("h1", "title_zh", CHINESE, largest=34, room=660, spacing=0.3),
    Line(".subtitle", "title_en", LATIN, largest=16.5, room=660, spacing=0.08, upper=True),
    Line(".issuer b", "issuer_zh", CHINESE, largest=10.4, room=162),
    Line(".latin", "latin_name", LATIN, largest=16, room=640),
    Line(".name--han", "name", (pdf.KAI, pdf.TEXT), largest=40, room=640, spacing=0.09),
    Line(".name--latin", "name", (pdf.DISPLAY, pdf.KAI), largest=36, room=640),
    Line(".name--other", "name", CHINESE, largest=32, room=640),
)


def render(snapshot: Mapping[str, Any], attached: Sequence[pdf.Attachment] = ()) -> bytes:
    """Return the certificate as a PDF of one A4 page, landscape: PDF/A-3a and PDF/UA-1.

    Nothing but the snapshot is read: printed again in ten years, it says the same.

    Args:
        snapshot: every printed value as text, none missing, "" where there is none: ``serial``,
            ``title_zh``, ``title_en``, ``issuer_zh``, ``issuer_en``, ``name``, ``latin_name``,
            ``programme_zh``, ``programme_en``, ``stage_zh``, ``stage_en`` (both "" for the whole
            programme), ``stages`` (``zh``, ``en`` and ``state``: "done", "now" or ""), ``hours``,
            ``score``, ``issued_on``, ``valid_until``, ``verify_url``, ``verify_url_short``; and
            ``specimen``: whether it is printed as one.
        attached: the files inside it: its credential.

    Raises:
        PdfError: see `lms.core.pdf.render`.
    """
    html = pdf.fill(TEMPLATE, certificate=snapshot, script=_script(snapshot["name"]))
    fitted = "".join(
        f"{each.selector} {{ font-size: {each.size(snapshot):.2f}pt }}\n" for each in LINES
    )
    assets = {
        "certificate.css": STYLE.read_bytes(),
        "fitted.css": fitted.encode(),
        "logo.svg": design.LOGO,
        "seal.svg": design.seal(snapshot["issuer_zh"]),
        "qr.svg": design.qr(snapshot["verify_url"]),
    }
    return pdf.render(html, assets, background=_background(), archived=attached)


def _script(name: str) -> str:
    """Return how a name is to be set: in the brush face, in the display face, or as plain text.

    The display face has the letters of western Europe only; a name half in it and half in another
    would look like a mistake.
    """
    if any(each >= FIRST_CHINESE for each in name):
        return "han"
    return "other" if pdf.missing_glyphs(name, (pdf.DISPLAY,)) else "latin"


@cache
def _background() -> bytes:
    """Return the paper and its border as a PDF, made once per process."""
    assets = {"background.svg": design.background(), "background.css": BACKGROUND_CSS}
    return pdf.render(BACKGROUND, assets)
