"""What is done to a PDF after it was typeset, with pikepdf.

Artwork that is the same on every document is compiled to PDF once, then only referred to: a
guilloche border drawn anew in every document costs four times as much as the rest of it. And a
document for the archive says that it is accessible as well, which its maker cannot say at once.
"""

from contextlib import ExitStack
from io import BytesIO

import pikepdf
from pikepdf import Array, Name

CALL = b"/Artifact <</Type /Background>> BDC q /Artwork Do Q EMC\n"
"""Draws the artwork; as an artifact, which screen readers and text extraction pass over."""


ACCESSIBLE = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that it meets</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""PDF/UA-1 in the metadata; PDF/A wants a property that it does not know to be explained."""


def finish(document: bytes, artwork: bytes | None, *, is_archived: bool = False) -> bytes:
    """Return `document` with artwork under its pages, and marked as accessible.

    The same input gives the same bytes.

    Args:
        document: a tagged PDF.
        artwork: a PDF whose first page is laid under every page; None for none.
        is_archived: whether its metadata say PDF/A, and shall say PDF/UA too.
    """
    with ExitStack() as stack:
        pdf = stack.enter_context(pikepdf.open(BytesIO(document)))
        if artwork is not None:
            # Both stay open until saved: what is taken from a closed document is gone.
            _lay_under(pdf, stack.enter_context(pikepdf.open(BytesIO(artwork))))
        if is_archived:
            _mark_accessible(pdf)
        target = BytesIO()
        pdf.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return target.getvalue()


def _lay_under(pdf: pikepdf.Pdf, artwork: pikepdf.Pdf) -> None:
    form = pdf.copy_foreign(artwork.pages[0].as_form_xobject())
    call = pdf.make_stream(CALL)
    for page in pdf.pages:
        page.add_resource(form, Name.XObject, Name.Artwork)
        above = page.obj.Contents
        page.obj.Contents = Array([call, *(above if isinstance(above, Array) else [above])])


def _mark_accessible(pdf: pikepdf.Pdf) -> None:
    metadata = pdf.Root.Metadata.read_bytes()
    end = metadata.rindex(b"</rdf:RDF>")
    whole = metadata[:end] + ACCESSIBLE + metadata[end:]
    pdf.Root.Metadata = pdf.make_stream(whole, Type=Name.Metadata, Subtype=Name.XML)
    if Name.AF in pdf.Root:  # its maker names each attachment twice
        pdf.Root.AF = Array({each.objgen: each for each in pdf.Root.AF}.values())
    for page in pdf.pages:
        page.obj.Tabs = Name.S
