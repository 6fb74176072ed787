"""Whether a template in HTML and CSS prints what every certificate has to show. For jobs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.certificates import designs, document, look as looks, specimen
from lms.certificates.look import Look, Source
from lms.certificates.markup_errors import MarkupRefusedError
from lms.core import pdf, pdf_letters, pdf_pictures, pdf_structure, pictures
from lms.core.pdf_letters import Page
from lms.core.sandbox import Mistake, MistakesError

DPI = 150
"""At which a telephone reads the QR code at the latest."""
LEAST_LINE = 8.2
"""Points that a line of 7 points is high, in the fonts of the certificates."""
BARE: dict[str, Any] = {
    "latin_name": "", "hours": "", "score": "", "valid_until": "", "stages": [], "transcript": [],
}  # fmt: skip
"""What a certificate need not have."""
CODE = "abcdefghijkmnpqrstuvwx"
"""As long as those of certificates."""
_COMMENTS = re.compile(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/", re.DOTALL)


def samples(*, is_specimen: bool = True) -> list[dict[str, Any]]:
    """Return what a template is tried with: every name that breaks certificates, and little else.

    Each name with short titles and with the longest, and one certificate that has no more than it
    must. Their QR codes are as dense as those of real ones.
    """
    tried = [
        specimen.snapshot(name, latin, is_worst=is_worst)
        for name, latin in specimen.WORST
        for is_worst in (False, True)
    ]
    tried.append({**tried[0], **BARE})
    code = {"specimen": is_specimen, "verify_url": f"{tried[0]['verify_url']}?t={CODE}"}
    return [each | code for each in tried]


def printed(snapshots: Sequence[Mapping[str, Any]], look: Look) -> list[bytes]:
    """Return certificates as PDFs.

    Raises:
        MarkupRefusedError: something of the template is not taken.
        PdfError: it cannot be printed.
    """
    try:
        return document.written(snapshots, look)
    except MistakesError as error:
        raise MarkupRefusedError(error.mistakes) from error


def check_source(markup: Source) -> None:
    """Refuse characters that no font has.

    Raises:
        MarkupRefusedError: with the lines.
    """
    mistakes = [
        Mistake("glyph", f"{each} (U+{ord(each):04X})", _line_of(text, each), field)
        for field, text in (("html", markup.html), ("css", markup.css))
        for each in pdf.missing_glyphs(_COMMENTS.sub("", text))
    ]
    if mistakes:
        raise MarkupRefusedError(mistakes)


def check_page(content: bytes, snapshot: Mapping[str, Any], look: Look) -> None:
    """Refuse a certificate that does not show what it has to.

    Raises:
        MarkupRefusedError: with all that is wrong.
    """
    mistakes = [
        *_of_text(pdf_letters.first_page(content), snapshot, look),
        *_of_code(content, snapshot),
        *_of_file(content),
    ]
    if mistakes:
        raise MarkupRefusedError(mistakes)


def _of_text(page: Page, snapshot: Mapping[str, Any], look: Look) -> Iterator[Mistake]:
    name = snapshot["name"]
    address = "".join(snapshot["verify_url_short"].split())
    if address not in page.text:
        yield Mistake("missing-address")
    if snapshot["serial"] not in page.text.replace(address, "\n"):  # which has it in itself
        yield Mistake("missing-serial")
    if any(not each.is_within(page.width, page.height) for each in page.letters):
        yield Mistake("overflow", name)
    if (place := page.find(name)) is None:
        yield Mistake("missing-name", name)
    else:
        own = page.letters[place[0] : place[1]]
        others = [*page.letters[: place[0]], *page.letters[place[1] :]]
        if any(one.is_over(other) for one in own for other in others):
            yield Mistake("covered", name)
        if min(each.height for each in own) < LEAST_LINE:
            yield Mistake("small", name)
    if look.design != looks.BLANK and not _is_as_large(page, size := designs.ALL[look.design].size):
        yield Mistake("paper", size)


def _is_as_large(page: Page, size: str) -> bool:
    wide, high = (float(each.removesuffix("mm")) / 25.4 * 72 for each in size.split())
    return abs(page.width - wide) < 1 and abs(page.height - high) < 1


def _of_code(content: bytes, snapshot: Mapping[str, Any]) -> Iterator[Mistake]:
    # Our own picture of our own page: nothing that somebody sent is decoded here.
    picture = pdf_pictures.first_page(content, dpi=DPI, kind="WEBP")
    if snapshot["verify_url"] not in pictures.read_codes(picture):
        yield Mistake("missing-qr")


def _of_file(content: bytes) -> Iterator[Mistake]:
    foreign = [each for each in pdf_structure.fonts(content) if not each.startswith(document.OURS)]
    if foreign:
        yield Mistake("fonts", ", ".join(foreign))
    if missing := pdf_structure.problems(content):
        yield Mistake("structure", ", ".join(missing))


def _line_of(text: str, character: str) -> int:
    return text.count("\n", 0, text.find(character)) + 1
