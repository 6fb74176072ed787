"""Pages of our own PDFs as pictures, by pypdfium2. For jobs and commands."""

from io import BytesIO

_POINTS_PER_INCH = 72


def first_page(document: bytes, *, dpi: int, kind: str = "PNG") -> bytes:
    """Return the first page of a PDF that we made as a picture.

    Args:
        document: the PDF.
        dpi: pixels per inch.
        kind: ``PNG`` or ``WEBP``.
    """
    import pypdfium2  # noqa: PLC0415  only jobs and commands should pay for it

    target = BytesIO()
    with pypdfium2.PdfDocument(document) as opened:
        picture = opened[0].render(scale=dpi / _POINTS_PER_INCH).to_pil()
        picture.save(target, kind, **({"quality": 72} if kind == "WEBP" else {"optimize": True}))
    return target.getvalue()


def page_count(document: bytes) -> int:
    """Return how many pages a PDF that we made has."""
    import pypdfium2  # noqa: PLC0415  only jobs and commands should pay for it

    with pypdfium2.PdfDocument(document) as opened:
        return len(opened)
