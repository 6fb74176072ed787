"""HTML to PDF. The only importer of weasyprint, so that its limits are set in one place.

A document is a template, filled in by `fill`, and assets that it names by relative addresses. The
fonts are the product's own, in ``fonts/`` beside this file: a document that links ``fonts.css``
looks the same wherever it was made.
"""

import logging
import mimetypes
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ctypes.util import find_library
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

BASE_URL = "http://asset.invalid/"
"""Where documents find their assets: a name that is never looked up, by anyone."""

FONTS = Path(__file__).parent / "fonts"
TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class Face:
    """One font file and what style sheets call it."""

    family: str
    file: str
    weight: int
    style: str = "normal"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a document, for programs to read."""

    name: str
    content: bytes
    description: str
    at: datetime
    """When it was made, in UTC."""


# Our own family names: a host's font of the same name would otherwise be mixed in.
TEXT, TEXT_EXT = "Stairway Text", "Stairway Text Ext"
SERIF, KAI, DISPLAY = "Stairway Serif", "Stairway Kai", "Stairway Display"
FACES = (
    Face(TEXT, "source-serif-4-latin-400-normal.ttf", 400),
    Face(TEXT, "source-serif-4-latin-600-normal.ttf", 600),
    Face(TEXT_EXT, "source-serif-4-latin-ext-400-normal.ttf", 400),
    Face(SERIF, "noto-serif-sc-chinese-simplified-400-normal.ttf", 400),
    Face(SERIF, "noto-serif-sc-chinese-simplified-700-normal.ttf", 700),
    Face(KAI, "lxgw-wenkai.ttf", 500),
    Face(DISPLAY, "cormorant-garamond-latin-500-normal.ttf", 500),
    Face(DISPLAY, "cormorant-garamond-latin-500-italic.ttf", 500, "italic"),
    Face(DISPLAY, "cormorant-garamond-latin-600-normal.ttf", 600),
    Face(DISPLAY, "cormorant-garamond-latin-700-normal.ttf", 700),
)
FAMILIES = (TEXT, TEXT_EXT, SERIF, KAI, DISPLAY)

LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
"""Library -> the Debian package that brings it. Without the last, a PDF takes ten times as long."""

# The font configuration is shared, and nobody promises that two threads may use it at once.
_one_at_a_time = Lock()


class PdfError(RuntimeError):
    """A document could not be made, or would not look as it should."""


def fill(template: str, **values: object) -> str:
    """Return a template filled in with `values` and nothing else.

    Not `flask.render_template`: a printed document must not depend on who asks for it, so there
    is no request, no session and no translation in here.

    Raises:
        UndefinedError: the template names a value that is not given.
    """
    return _environment().get_template(template).render(values)


def render(
    html: str,
    assets: Mapping[str, bytes],
    *,
    background: bytes | None = None,
    archived: Sequence[Attachment] | None = None,
) -> bytes:
    """Return the document as a tagged PDF.

    Args:
        html: refers to its images, fonts and style sheets by relative names.
        assets: name -> content of all of them, beside ``fonts.css`` and the fonts, which are
            always there. Nothing else is ever fetched: not from the network, not from the disk,
            not from ``data:`` addresses.
        background: a PDF whose first page is laid under every page; see `lms.core.pdf_artwork`.
        archived: the files inside it, for a document that is to be kept for decades and read by
            everyone: it is then PDF/A-3a and PDF/UA-1 at once. None for any other.

    Raises:
        PdfError: the document asks for something that is not among the assets, or weasyprint
            warns of anything: a misspelt property in a style sheet would otherwise go unnoticed.
    """
    # Inside the function: it costs 27 MB and half a second, which only the worker should pay.
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    with _one_at_a_time, _complaints() as complaints:
        try:
            source = HTML(string=html, base_url=BASE_URL, url_fetcher=_fetcher(assets))
            document: bytes = source.write_pdf(
                font_config=_font_configuration(), pdf_tags=True, **_archival(archived)
            )
        except FatalURLFetchingError as error:  # a BaseException: it would end the worker
            raise PdfError(str(error)) from error
    if complaints:
        raise PdfError("; ".join(complaints))
    if background is None and archived is None:
        return document
    from lms.core import pdf_artwork  # brings pikepdf, which only the worker should pay for either

    return pdf_artwork.finish(document, background, is_archived=archived is not None)


def missing_glyphs(text: str, families: tuple[str, ...] = FAMILIES) -> str:
    """Return the characters of `text` that none of the fonts can show, each once, in order."""
    shown = [_advances(family) for family in families]
    characters = dict.fromkeys(unicodedata.normalize("NFC", text))
    return "".join(
        each
        for each in characters
        if not each.isspace() and not any(ord(each) in font for font in shown)
    )


def width(text: str, families: tuple[str, ...] = FAMILIES) -> float:
    """Return the width of one line of `text` in em; each character in the first font that has it.

    Kerning is left out, so the line is a little narrower than this. What no font has counts as 1.
    """
    fonts = [_advances(family) for family in families]
    return sum(
        next((font[ord(each)] for font in fonts if ord(each) in font), 1.0)
        for each in unicodedata.normalize("NFC", text)
    )


def check() -> list[str]:
    """Return what is missing on this host to make PDFs: Debian packages and font files."""
    packages = [package for name, package in LIBRARIES.items() if not _has(name)]
    return packages + [face.file for face in FACES if not (FONTS / face.file).is_file()]


def _has(library: str) -> bool:
    """Whether a library is there. Only what is missing is looked for again: that asks a program."""
    if library not in _libraries and find_library(library) is not None:
        _libraries.add(library)
    return library in _libraries


_libraries: set[str] = set()
"""Those that were found."""


def font_faces() -> str:
    """Return the style sheet that every document finds as ``fonts.css``."""
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight};'
        f' font-style: {face.style}; src: url("{BASE_URL}fonts/{face.file}") }}'
        for face in FACES
    )


def _archival(archived: Sequence[Attachment] | None) -> dict[str, Any]:
    """Return what weasyprint is told of a document that is to be kept; nothing for any other."""
    if archived is None:
        return {}
    from weasyprint import Attachment as Attached

    attached = [
        Attached(
            string=each.content,
            name=each.name,
            description=each.description,
            created=each.at,
            modified=each.at,
            relationship="Data",
        )
        for each in archived
    ]
    return {"pdf_variant": "pdf/a-3a", "attachments": attached}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )


@cache
def _font_configuration() -> Any:
    """Return the one of this process: loading the fonts into a new one takes half a second."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _advances(family: str) -> Mapping[int, float]:
    """Return code point -> width in em of the characters that a family has, in its first face."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    file = next(face.file for face in FACES if face.family == family)
    with TTFont(FONTS / file, lazy=True) as font:
        metrics, per_em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {point: metrics[name][0] / per_em for point, name in font.getBestCmap().items()}


def _asset(name: str, assets: Mapping[str, bytes]) -> bytes | None:
    """Return what a document calls `name`, if it may have it."""
    if name in assets:
        return assets[name]
    if name == "fonts.css":
        return font_faces().encode()
    if name in {f"fonts/{face.file}" for face in FACES}:
        return (FONTS / name.removeprefix("fonts/")).read_bytes()
    return None


def _fetcher(assets: Mapping[str, bytes]) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class AssetFetcher(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002  inherited signature
            name = url.removeprefix(BASE_URL)
            content = _asset(name, assets) if url.startswith(BASE_URL) else None
            if content is None:
                raise FatalURLFetchingError(f"not among the assets: {url}")
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return AssetFetcher()


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what weasyprint warns of meanwhile."""
    messages: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    collector = Collector(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(collector)
    try:
        yield messages
    finally:
        logger.removeHandler(collector)
