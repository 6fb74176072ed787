"""A training record on paper: its snapshot in, its PDF out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lms.core import pdf

TEMPLATE, LIST_TEMPLATE = "records/record_pdf.html", "records/list_pdf.html"
STYLE = Path(__file__).with_name("record_pdf.css")
LIST_STYLE = Path(__file__).with_name("list_pdf.css")
LANGUAGES = {"zh": "zh-CN", "en": "en"}
PERSON = ("name", "latin_name", "staff_no", "unit", "made_at")
"""What stands above the entries about the person, in this order, as far as it is known."""


def render(snapshot: Mapping[str, Any]) -> bytes:
    """Return the record as a PDF of numbered A4 pages, portrait.

    Args:
        snapshot: every printed text, in the language of ``locale`` ("zh" or "en"): ``heading``,
            ``organisation``, ``programme``, ``name``, ``latin_name``, ``staff_no``, ``unit``,
            ``made_at`` (each of these four "" where there is none), ``summary`` (pairs of label
            and value), ``entries`` (``when``, ``what``, ``detail``, ``number``), ``chain_head``
            and ``labels``: one for each of `PERSON`, for ``when``, ``what``, ``detail`` and
            ``number``, for ``summary``, ``entries`` and ``chain_head``, and what to say if there
            are no entries, ``empty``.

    Raises:
        PdfError: see `lms.core.pdf.render`.
    """
    labels = snapshot["labels"]
    html = pdf.fill(
        TEMPLATE,
        record=snapshot,
        language=LANGUAGES[snapshot["locale"]],
        person=[(labels[each], snapshot[each]) for each in PERSON if snapshot[each]],
    )
    return pdf.render(html, {"record.css": STYLE.read_bytes()})


def render_list(printed: Mapping[str, Any]) -> bytes:
    """Return a list of people and their runs as a PDF of numbered A4 pages, landscape.

    Args:
        printed: every printed text, in the language of ``locale``: ``heading``, ``organisation``,
            ``about`` (pairs of label and value), ``columns`` (pairs of class and heading) and
            ``lines``: per line, the texts in the columns' order.

    Raises:
        PdfError: see `lms.core.pdf.render`.
    """
    html = pdf.fill(LIST_TEMPLATE, list=printed, language=LANGUAGES[printed["locale"]])
    return pdf.render(html, {"list.css": LIST_STYLE.read_bytes()})
