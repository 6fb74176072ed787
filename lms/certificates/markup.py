"""Certificates in HTML and CSS that somebody wrote on a page: what it may name, and its printing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lms.certificates import design, look as looks
from lms.certificates.fitting import script_of
from lms.certificates.look import Look, Source
from lms.core import pdf, typesetter
from lms.core.typesetter import Sheet

STARTERS = Path(__file__).parent / "starters"
FRAME = "certificates/markup_pdf.html"
PLACE = "<!-- what somebody wrote -->"
"""Where it stands in the frame."""
DRAWN = ("logo.svg", "qr.svg", "seal.svg")
"""Pictures that are always there; a logo and a seal of one's own take the place of theirs."""
MOST_FILES = 12

PRINTED = (
    "serial", "title_zh", "title_en", "issuer_zh", "issuer_en", "name", "latin_name",
    "programme_zh", "programme_en", "stage_zh", "stage_en", "hours", "score", "issued_on",
    "valid_until", "verify_url", "verify_url_short",
)  # fmt: skip
"""Texts of a certificate; "" where there is none."""
VOCABULARY: dict[str, frozenset[str]] = {
    "certificate": frozenset({*PRINTED, "stages", "transcript"}),
    "certificate.stages": frozenset({"zh", "en", "state"}),
    "certificate.transcript": frozenset({"kind", "zh", "en", "hours", "score"}),
    "text_zh": frozenset(),
    "text_en": frozenset(),
    "text_zh, text_en": frozenset({"text", "kind"}),
    "has_zh": frozenset(),
    "has_en": frozenset(),
    "script": frozenset(),
}
"""What a template may name: see `values`."""


def starter(paper: str) -> Source:
    """Return what a new template begins with, on the paper of a ready design or on none."""
    html, css = (STARTERS / f"{paper}.{suffix}" for suffix in ("jinja", "css"))
    return Source(html.read_text(), css.read_text())


def files(markup: Source) -> frozenset[str]:
    """Return what a template may name in ``src`` and ``url()``."""
    return frozenset({*DRAWN, *markup.files})


def values(snapshot: Mapping[str, Any], look: Look) -> dict[str, Any]:
    """Return what a template is filled in with: `VOCABULARY`, and nothing else.

    ``text_zh`` and ``text_en`` are the sentence that says what for, in pieces; ``has_zh`` and
    ``has_en`` whether it is printed in that language; ``script`` is "han", "latin" or "other".
    """
    printed: dict[str, Any] = {name: str(snapshot[name]) for name in PRINTED}
    for rows in ("stages", "transcript"):
        known = VOCABULARY[f"certificate.{rows}"]
        printed[rows] = [
            {name: str(each[name]) for name in known} for each in snapshot.get(rows, ())
        ]
    sentences = {
        f"text_{language}": [
            {"text": each.text, "kind": each.kind}
            for each in looks.sentence(look, snapshot, language)
        ]
        for language in ("zh", "en")
    }
    return {
        "certificate": printed,
        **sentences,
        "has_zh": look.has_chinese,
        "has_en": look.has_english,
        "script": script_of(snapshot["name"]),
    }


def look_through(samples: Sequence[Mapping[str, Any]], look: Look, markup: Source) -> None:
    """Fill a template in, and see whether something of it is not taken.

    Raises:
        MistakesError: see `typesetter.look_through`.
    """
    sheets = [_sheet(each, look, markup, {}) for each in samples]
    typesetter.look_through(_written(markup), sheets)


def render(
    samples: Sequence[Mapping[str, Any]],
    look: Look,
    markup: Source,
    *,
    background: bytes | None,
    assets: Mapping[str, bytes],
    attached: Sequence[pdf.Attachment] = (),
) -> list[bytes]:
    """Return certificates as PDFs, each with what is `attached`.

    Raises:
        MistakesError: something of the template is not taken.
        PdfError: it cannot be printed.
    """
    sheets = [_sheet(each, look, markup, assets) for each in samples]
    return typesetter.typeset(_written(markup), sheets, background=background, archived=attached)


def _written(markup: Source) -> typesetter.Source:
    return typesetter.Source(markup.html, markup.css, VOCABULARY, files(markup))


def _sheet(
    snapshot: Mapping[str, Any], look: Look, markup: Source, assets: Mapping[str, bytes]
) -> Sheet:
    frame = pdf.fill(FRAME, certificate=snapshot, look=look, style=typesetter.STYLE)
    before, _, after = frame.partition(PLACE)
    own = {name: look.images[kept] for name, kept in markup.files.items() if kept in look.images}
    drawn = {
        "logo.svg": design.logo(look.primary),
        "seal.svg": design.seal(snapshot["issuer_zh"], look.seal_word),
        "qr.svg": design.qr(snapshot["verify_url"]),
    }
    return Sheet(values(snapshot, look), before, after, {**drawn, **own, **assets})
