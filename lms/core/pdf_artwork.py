"""Artwork that is the same on every document: compiled to PDF once, then only referred to.

A guilloche border drawn anew in every document costs four times as much as the rest of it.
"""

from io import BytesIO

import pikepdf
from pikepdf import Array, Name

CALL = b"/Artifact <</Type /Background>> BDC q /Artwork Do Q EMC\n"
"""Draws the artwork; as an artifact, which screen readers and text extraction pass over."""


def lay_under(document: bytes, artwork: bytes) -> bytes:
    """Return `document` with the first page of the PDF `artwork` under each of its pages.

    The same input gives the same bytes.
    """
    # Both stay open until saved: what is taken from a closed document is gone.
    with pikepdf.open(BytesIO(document)) as pdf, pikepdf.open(BytesIO(artwork)) as source:
        form = pdf.copy_foreign(source.pages[0].as_form_xobject())
        call = pdf.make_stream(CALL)
        for page in pdf.pages:
            page.add_resource(form, Name.XObject, Name.Artwork)
            above = page.obj.Contents
            page.obj.Contents = Array([call, *(above if isinstance(above, Array) else [above])])
        target = BytesIO()
        pdf.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return target.getvalue()
