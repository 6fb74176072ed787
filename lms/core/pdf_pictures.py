"""Pages of our own PDFs as pictures. The only importer of pypdfium2; for jobs and commands."""

from io import BytesIO

_POINTS_PER_INCH = 72


def first_page(document: bytes, *, dpi: int, kind: str = "PNG") -> bytes:
    """Return the first page of a PDF that we made as a picture.

    Args:
        document: the PDF.
        dpi: pixels per inch.
        kind: ``PNG`` or ``WEBP``.
    """
    import pypdfium2

    target = BytesIO()
    with pypdfium2.PdfDocument(document) as opened:
        picture = opened[0].render(scale=dpi / _POINTS_PER_INCH).to_pil()
        picture.save(target, kind, **({"quality": 72} if kind == "WEBP" else {"optimize": True}))
    return target.getvalue()
