"""A certificate on paper: its snapshot and its look in, its PDF out."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lms.certificates import design, designs, look as looks, markup
from lms.certificates.designs import Design
from lms.certificates.fitting import CHINESE, SMALLEST, script_of
from lms.certificates.look import Look
from lms.core import pdf, pdf_structure
from lms.core.sandbox import MistakesError

OURS = "Stairway"
"""How the names of our fonts begin, in our documents."""
SECONDS = 90
"""A renderer that takes longer hangs."""
BASE = designs.HERE / "base_pdf.css"
READY = Look()
"""The formal design as it is delivered."""
BACKGROUND = '<html lang="zh-CN"><title>Background</title><link rel=stylesheet href=background.css>'
_ROW_LARGEST = 9.4
_ROW_WIDTH = 300.0
"""Points between the left end of a transcript's row and its figures."""
_ROW_EMS = {"stage": 2.45, "module": 1.85}
"""How high a row is, in em: see the style sheet."""


class NoGlyphError(pdf.PdfError):
    """No font of ours has a character that is printed; a host's font is none of ours."""


def final(
    snapshot: Mapping[str, Any], attached: Sequence[pdf.Attachment] = (), look: Look = READY
) -> bytes:
    """Return a certificate as it is handed out: `render`, in nothing but our own fonts.

    Whatever fonts a host happens to have, the answer is the same on all of them.

    Raises:
        NoGlyphError: no font of ours has something of it.
        PdfError: see `render`.
    """
    missing = unprintable(snapshot, look)
    said = ", ".join(f"{each} (U+{ord(each):04X})" for each in missing)
    try:
        content = render(snapshot, attached, look)
    except pdf.PdfError as error:
        if missing:
            raise NoGlyphError(said) from error
        raise
    foreign = [each for each in pdf_structure.fonts(content) if not each.startswith(OURS)]
    if foreign:
        raise NoGlyphError(said or ", ".join(foreign))
    return content


def render(
    snapshot: Mapping[str, Any], attached: Sequence[pdf.Attachment] = (), look: Look = READY
) -> bytes:
    """Return the certificate as a PDF of one A4 page: PDF/A-3a and PDF/UA-1.

    Nothing but the snapshot and the look is read: printed again in ten years, it says the same.

    Args:
        snapshot: every printed value as text, none missing, "" where there is none: ``serial``,
            ``title_zh``, ``title_en``, ``issuer_zh``, ``issuer_en``, ``name``, ``latin_name``,
            ``programme_zh``, ``programme_en``, ``stage_zh``, ``stage_en`` (both "" for the whole
            programme), ``stages`` (``zh``, ``en`` and ``state``: "done", "now" or ""), ``hours``,
            ``score``, ``issued_on``, ``valid_until``, ``verify_url``, ``verify_url_short``; and
            ``specimen``: whether it is printed as one. ``transcript`` (``kind``: "stage" or
            "module", ``zh``, ``en``, ``hours``, ``score``) is missing in the oldest ones.
        attached: the files inside it: its credential.
        look: what it is printed with.

    Raises:
        PdfError: see `lms.core.pdf.render`; or HTML of one's own is not taken.
    """
    if look.markup is not None:
        try:
            return written([snapshot], look, attached)[0]
        except MistakesError as error:
            said = "; ".join(f"{each.code}: {each.what}" for each in error.mistakes)
            raise pdf.PdfError(f"the template is not taken: {said}") from error
    page = designs.ALL[look.design]
    rows = _rows(snapshot, look, page)
    html = pdf.fill(
        page.template,
        certificate=snapshot,
        look=look,
        script=script_of(snapshot["name"]),
        rows=rows,
        text_zh=looks.sentence(look, snapshot, "zh"),
        text_en=looks.sentence(look, snapshot, "en"),
        logo=look.logo or "logo.svg",
        seal=look.seal or "seal.svg",
    )
    assets = {
        **look.images,
        "certificate.css": page.style.read_bytes(),
        "fitted.css": _fitted(snapshot, look, page, rows).encode(),
        "colours.css": _colours(look).encode(),
        "logo.svg": design.logo(look.primary),
        "seal.svg": design.seal(snapshot["issuer_zh"], look.seal_word),
        "qr.svg": design.qr(snapshot["verify_url"]),
    }
    paper = _background(look.design, look.primary, look.accent)
    return pdf.render(html, assets, background=paper, archived=attached)


def written(
    snapshots: Sequence[Mapping[str, Any]], look: Look, attached: Sequence[pdf.Attachment] = ()
) -> list[bytes]:
    """Return certificates in HTML and CSS of one's own, as PDFs; all in one process of their own.

    Raises:
        MistakesError: something of the template is not taken.
        PdfError: it cannot be printed.
    """
    assert look.markup is not None
    return markup.render(
        snapshots,
        look,
        look.markup,
        background=paper_of(look),
        assets={"base.css": BASE.read_bytes(), "colours.css": _colours(look).encode()},
        attached=attached,
    )


def paper_of(look: Look) -> bytes | None:
    """Return what is laid under a certificate; None for blank paper."""
    if look.design == looks.BLANK:
        return None
    return _background(look.design, look.primary, look.accent)


def too_small(snapshot: Mapping[str, Any], look: Look) -> list[str]:
    """Return what of a snapshot would have to be set too small to be read: names of its values."""
    texts = _texts(snapshot, look)
    found = [
        each.value
        for each in designs.ALL[look.design].texts
        if _stands(each.value, look) and each.size(texts) < SMALLEST
    ]
    if look.signatures and _signed_size(look) < SMALLEST - 1:
        found.append("signatures")
    return list(dict.fromkeys(found))


def unprintable(snapshot: Mapping[str, Any], look: Look) -> str:
    """Return the characters of a certificate that no font has, each once."""
    signed = [text for each in look.signatures for text in (each.name, each.role_zh, each.role_en)]
    return pdf.missing_glyphs("".join([*_words(_texts(snapshot, look)), *signed, look.seal_word]))


def _words(printed: object) -> Iterator[str]:
    """Yield each text in what is printed; rows and stages have theirs one level down."""
    if isinstance(printed, str):
        yield printed
    elif isinstance(printed, Mapping):
        for each in printed.values():
            yield from _words(each)
    elif isinstance(printed, Sequence):
        for each in printed:
            yield from _words(each)


def _texts(snapshot: Mapping[str, Any], look: Look) -> dict[str, Any]:
    sentences = {
        f"text_{each}": "".join(part.text for part in looks.sentence(look, snapshot, each))
        for each in ("zh", "en")
    }
    return {**snapshot, **sentences}


def _stands(value: str, look: Look) -> bool:
    if value == "latin_name":
        return "latin" in look.fields
    if value.endswith("_zh"):
        return look.has_chinese
    return look.has_english if value.endswith("_en") else True


def _rows(snapshot: Mapping[str, Any], look: Look, page: Design) -> list[Mapping[str, str]]:
    """Return the transcript as far as there is room: what is not in the snapshot is not invented.

    All of it, else its stages alone.
    """
    if "transcript" not in look.fields or not page.transcript:
        return []
    rows = list(snapshot.get("transcript", ()))
    if _row_size(rows, page) < SMALLEST:
        rows = [each for each in rows if each["kind"] == "stage"]
    return rows


def _signed_size(look: Look) -> float:
    """Return the font size, in points, at which whom each signature is of fits below it."""
    room = designs.ALL[look.design].hands[len(look.signatures) - 1]
    ems = [
        em
        for each in look.signatures
        # A name and a Chinese role stay on a line; an English one may take two.
        for em in (
            1.1 * pdf.width(each.name, CHINESE),
            pdf.width(each.role_zh, CHINESE),
            pdf.width(each.role_en, CHINESE) / 1.7,
        )
    ]
    return min(8.4, room / max(*ems, 1))


def _row_size(rows: Sequence[Mapping[str, str]], page: Design) -> float:
    """Return the font size, in points, at which the rows share the height and stay on a line."""
    if not rows:
        return _ROW_LARGEST
    widest = max(pdf.width(f"{each['zh']} · {each['en']}", CHINESE) for each in rows)
    high = sum(_ROW_EMS[each["kind"]] for each in rows)
    return min(_ROW_LARGEST, page.transcript / high, _ROW_WIDTH / widest)


def _fitted(
    snapshot: Mapping[str, Any], look: Look, page: Design, rows: Sequence[Mapping[str, str]]
) -> str:
    texts = _texts(snapshot, look)
    rules = [f"{each.selector} {{ font-size: {each.size(texts):.2f}pt }}" for each in page.texts]
    if look.signatures:
        rules.append(f".signature p {{ font-size: {_signed_size(look):.2f}pt }}")
    if rows:
        rules.append(f".transcript td {{ font-size: {_row_size(rows, page):.2f}pt }}")
    return "\n".join(rules)


def _colours(look: Look) -> str:
    told = {
        "primary": look.primary,
        "accent": look.accent,
        # The same hue, dark enough for letters on the paper, and light enough for some on a band.
        "accent-dark": looks.toward(look.accent, "#000000", looks.PAPER),
        "accent-light": looks.toward(look.accent, "#ffffff", look.primary),
    }
    return ":root {" + "".join(f" --{name}: {value};" for name, value in told.items()) + " }"


@cache
def _background(name: str, primary: str, accent: str) -> bytes:
    """Return the paper of a design as a PDF, made once per process and colours."""
    page = designs.ALL[name]
    height = page.size.split()[1]
    css = (
        f"@page {{ size: {page.size}; margin: 0 }}"
        f"html {{ height: {height}; background: url(background.svg) 0 0 / {page.size} no-repeat }}"
    )
    assets = {"background.svg": page.paper(primary, accent), "background.css": css.encode()}
    return pdf.render(BACKGROUND, assets)
