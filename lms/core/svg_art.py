"""Drawings that an organisation brings, such as a logo: which SVG is taken into a document.

An allow-list. What draws is taken; what runs, fetches or writes text is refused, not repaired:
fonts are the product's own, so letters have to be paths. What editors keep for themselves
(metadata, elements of their own namespaces) is left out.
"""

import re
from typing import Any

from lms.core import etree

LARGEST_BYTES = 200_000
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_SHAPES = "path rect circle ellipse line polyline polygon use"
_GROUPS = "svg g defs symbol clipPath mask linearGradient radialGradient stop title desc"
ALLOWED = frozenset(f"{_SHAPES} {_GROUPS}".split())
"""Elements that are taken."""
_LEFT_OUT = frozenset({"metadata"})
_ADDRESS = re.compile(r"url\s*\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
"""An address of anything but a part of the drawing itself."""
_UNSAFE = re.compile(r"@import|expression\s*\(|javascript:|\\", re.IGNORECASE)


class DrawingRefusedError(ValueError):
    """The drawing holds what is not taken. `code` says what, `what` where."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what


def cleaned(source: bytes) -> bytes:
    """Return a drawing as it goes into documents.

    Raises:
        DrawingRefusedError: ``too-large``, ``not-svg``, ``doctype``, ``script``, ``external``,
            ``text`` or ``element``.
    """
    root = _parsed(source)
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            raise DrawingRefusedError("doctype")  # an entity that was not resolved
        space, name = _split(element.tag)
        if (space != _SVG or name in _LEFT_OUT) and (parent := element.getparent()) is not None:
            parent.remove(element)
    for element in root.iter():
        _check(element, _split(element.tag)[1])
    content: bytes = etree.tostring(root, encoding="utf-8")
    return content


def _parsed(source: bytes) -> Any:
    if len(source) > LARGEST_BYTES:
        raise DrawingRefusedError("too-large")
    if b"<!DOCTYPE" in source.upper() or b"<!ENTITY" in source.upper():
        raise DrawingRefusedError("doctype")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DrawingRefusedError("not-svg") from None
    if _split(root.tag) != (_SVG, "svg"):
        raise DrawingRefusedError("not-svg")
    return root


def _check(element: Any, name: str) -> None:
    if name == "script":
        raise DrawingRefusedError("script", "<script>")
    if name in {"text", "tspan", "textPath"}:
        raise DrawingRefusedError("text", f"<{name}>")
    if name not in ALLOWED:
        raise DrawingRefusedError("element", f"<{name}>")
    for key, value in list(element.attrib.items()):
        space, plain = _split(key)
        if space not in {"", _XLINK}:
            del element.attrib[key]
        elif plain.lower().startswith("on") or _UNSAFE.search(value):
            raise DrawingRefusedError("script", f"{plain}=")
        elif (plain == "href" and not value.startswith("#")) or _ADDRESS.search(value):
            raise DrawingRefusedError("external", f"{plain}=")


def _split(tag: Any) -> tuple[str, str]:
    space, _, name = str(tag).rpartition("}")
    return space.lstrip("{"), name
