"""The ready designs: their files, their paper, and how much room each text has on it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lms.certificates import design, look, waves
from lms.certificates.fitting import CHINESE, LATIN, Block, Line
from lms.core import pdf

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Design:
    """A page that certificates are printed on."""

    template: str
    style: Path
    size: str
    """Width and height, as style sheets write them."""
    paper: Callable[[str, str], bytes]
    """Colours in, artwork out."""
    texts: tuple[Line | Block, ...]
    hands: tuple[float, float, float]
    """Width, in points, of each of one, two or three signatures."""
    transcript: float
    """Height of the rows of a transcript, in points; 0 for a design without one."""


def _names(largest: float, room: float) -> tuple[Line, ...]:
    return (
        Line(".name--han", "name", (pdf.KAI, pdf.TEXT), largest, room, spacing=0.09),
        Line(".name--latin", "name", (pdf.DISPLAY, pdf.KAI), 0.9 * largest, room),
        Line(".name--other", "name", CHINESE, 0.8 * largest, room),
        Line(".latin", "latin_name", LATIN, 0.4 * largest, room),
    )


FORMAL = Design(
    template="certificates/certificate_pdf.html",
    style=HERE / "certificate_pdf.css",
    size="297mm 210mm",
    paper=design.background,
    texts=(
        Line(".brand b", "issuer_zh", CHINESE, largest=13, room=480, spacing=0.14),
        Line(".brand span", "issuer_en", LATIN, largest=8.6, room=480, spacing=0.06, upper=True),
        Line("h1", "title_zh", CHINESE, largest=34, room=660, spacing=0.3),
        Line(".subtitle", "title_en", LATIN, largest=16.5, room=660, spacing=0.08, upper=True),
        Line("h1.en", "title_en", LATIN, largest=38, room=660),
        Line(".issuer b", "issuer_zh", CHINESE, largest=10.4, room=162),
        Line(".verify a", "verify_url_short", CHINESE, largest=7.8, room=222),
        *_names(40, 640),
        Block(".text", "text_zh", CHINESE, largest=11.4, room=620, lines=2),
        Block(".text--en", "text_en", CHINESE, largest=9.2, room=620, lines=2),
    ),
    hands=(174, 129, 101),
    transcript=0,
)
MODERN = Design(
    template="certificates/modern_pdf.html",
    style=HERE / "modern_pdf.css",
    size="210mm 297mm",
    paper=waves.background,
    texts=(
        Line(".brand b", "issuer_zh", CHINESE, largest=12.5, room=255, spacing=0.1),
        Line(".brand span", "issuer_en", LATIN, largest=9, room=255, spacing=0.04),
        Line("h1", "title_zh", CHINESE, largest=35, room=430, spacing=0.12),
        Line(".subtitle", "title_en", LATIN, largest=19, room=430, spacing=0.02),
        Line("h1.en", "title_en", LATIN, largest=40, room=430),
        Line(".verify a", "verify_url_short", CHINESE, largest=7.8, room=140),
        *_names(42, 455),
        Block(".text", "text_zh", CHINESE, largest=11.2, room=455, lines=2),
        Block(".text--en", "text_en", CHINESE, largest=9.2, room=455, lines=3),
    ),
    hands=(135, 92, 72),
    transcript=206,
)
ALL: dict[str, Design] = {look.FORMAL: FORMAL, look.MODERN: MODERN}
