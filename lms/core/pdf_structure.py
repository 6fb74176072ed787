"""What a document for the archive has to have, looked for in the file itself. For proofs, in jobs.

It is what can be looked at with a PDF library, of what PDF/A-3a and PDF/UA-1 ask for.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any


def problems(document: bytes) -> list[str]:
    """Return what is missing: ``language``, ``title``, ``tags``, ``heading`` or ``alt``, each once."""
    import pikepdf  # noqa: PLC0415  only jobs should pay for it

    with pikepdf.open(BytesIO(document)) as opened:
        return list(dict.fromkeys(_problems(opened)))


def fonts(document: bytes) -> list[str]:
    """Return the names of the fonts inside, without what marks them as subsets."""
    import pikepdf  # noqa: PLC0415

    with pikepdf.open(BytesIO(document)) as opened:
        names = {
            str(each.BaseFont).lstrip("/").partition("+")[2] or str(each.BaseFont).lstrip("/")
            for each in opened.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"
        }
    return sorted(names)


def _problems(opened: Any) -> Iterator[str]:
    root = opened.Root
    if not str(root.get("/Lang", "")):
        yield "language"
    if not str(opened.docinfo.get("/Title", "")) or not root.ViewerPreferences.DisplayDocTitle:
        yield "title"
    if "/StructTreeRoot" not in root or not root.MarkInfo.Marked:
        yield "tags"
        return
    tags = list(_tags(root.StructTreeRoot))
    headings = [str(each.S) for each in tags if re.fullmatch("/H[1-6]", str(each.S))]
    if headings[:1] != ["/H1"]:
        yield "heading"
    if any(each.S == "/Figure" and not str(each.get("/Alt", "")).strip() for each in tags):
        yield "alt"


def _tags(node: Any) -> Iterator[Any]:
    import pikepdf  # noqa: PLC0415

    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _tags(each)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node and node.get("/Type") != "/Action":
            yield node
        if "/K" in node:
            yield from _tags(node.K)
