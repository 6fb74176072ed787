"""Whether a template prints as it should, with the names that break certificates. For jobs."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString

from lms.certificates import document, look as looks, markup_proof, specimen
from lms.certificates.look import Look, Source
from lms.certificates.template_errors import TemplateRefusedError
from lms.certificates.words import TEMPLATE_PARTS
from lms.core import pdf, pdf_pictures

MOST_BYTES = 250_000
"""A ready design takes 200,000, and a little more with the longest titles that there are."""
SIGNED_BYTES = 16_000
"""What the credential and the signature add, at most."""


def check_settings(look: Look) -> None:
    """Refuse colours that cannot be read and texts that name what no certificate has.

    Raises:
        TemplateRefusedError: with the `field` to change.
    """
    for field, colour, least in (
        ("primary", look.primary, looks.READABLE),
        ("accent", look.accent, looks.VISIBLE),
    ):
        if not looks.is_colour(colour):
            raise TemplateRefusedError("colour", colour=colour, field=field)
        if (contrast := looks.contrast(colour, looks.PAPER)) < least:
            # Rounded down: 4.49 is not said to be 4.5.
            said = f"{int(contrast * 10) / 10}"
            raise TemplateRefusedError(
                "contrast", colour=colour, contrast=said, least=least, field=field
            )
    for field, text in (("text_zh", look.text_zh), ("text_en", look.text_en)):
        for place in looks.unknown_places(text):
            places = ", ".join(f"{{{{{each}}}}}" for each in looks.PLACES)
            raise TemplateRefusedError("place", place=place, places=places, field=field)


def check_print(look: Look) -> None:
    """Refuse what does not print well for one of the names, or with long titles.

    Raises:
        TemplateRefusedError: a glyph is missing, a text overflows, it is too large or fails.
        MarkupRefusedError: the same of HTML and CSS of one's own, and see `markup_proof`.
    """
    if look.markup is not None:
        _check_written(look, look.markup)
        return
    for name, latin in specimen.WORST:
        for is_worst in (False, True):
            _check_one(specimen.snapshot(name, latin, is_worst=is_worst), look)


def specimens(look: Look) -> list[bytes]:
    """Return a certificate for each of the names that break certificates.

    Raises:
        MarkupRefusedError: HTML and CSS of one's own are not taken.
        PdfError: it cannot be printed.
    """
    samples = [specimen.snapshot(name, latin) for name, latin in specimen.WORST]
    if look.markup is not None:
        return markup_proof.printed(samples, look)
    return [document.render(each, look=look) for each in samples]


def _check_written(look: Look, markup: Source) -> None:
    markup_proof.check_source(markup)
    samples = markup_proof.samples(is_specimen=False)
    for sample in samples:
        _check_glyphs(sample, look)
    try:
        printed = markup_proof.printed(samples, look)
    except pdf.PdfError as error:
        raise TemplateRefusedError("render", what=str(error)[:300]) from error
    for sample, content in zip(samples, printed, strict=True):
        _check_size(content, sample["name"])
        markup_proof.check_page(content, sample, look)


def _check_glyphs(sample: Mapping[str, Any], look: Look) -> None:
    if missing := document.unprintable(sample, look):
        said = ", ".join(f"{each} (U+{ord(each):04X})" for each in missing)
        raise TemplateRefusedError("glyph", characters=said, name=sample["name"])


def _check_one(sample: Mapping[str, Any], look: Look) -> None:
    name = sample["name"]
    _check_glyphs(sample, look)
    if small := document.too_small(sample, look):
        # In the language of whoever reads it, which the job does not know.
        what = LazyString(lambda: ", ".join(str(TEMPLATE_PARTS[each]) for each in small))
        raise TemplateRefusedError("small", what=what, name=name)
    try:
        content = document.render(sample, look=look)
    except pdf.PdfError as error:
        raise TemplateRefusedError("render", what=str(error)[:300]) from error
    _check_size(content, name)


def _check_size(content: bytes, name: str) -> None:
    if pdf_pictures.page_count(content) != 1:
        raise TemplateRefusedError("pages", name=name)
    if len(content) + SIGNED_BYTES > MOST_BYTES:
        size = (len(content) + SIGNED_BYTES) // 1000
        raise TemplateRefusedError("bytes", size=size, most=MOST_BYTES // 1000)
