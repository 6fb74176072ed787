"""XML of strangers: parsed without entities, without the network, with limits."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from lms.core import etree
from lms.exams.exchange.report import FileProblemError, Report

Node = Any
"""An element of lxml, whose class has no public name."""
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_UTF8 = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']utf-?8["']""", re.IGNORECASE)
_KEBAB = re.compile(r"-([a-z])")
_CAPITAL = re.compile("[A-Z]")


def parsed(content: bytes, report: Report, where: str = "") -> Node:
    """Return the root of a document.

    Text that says UTF-8 and is GB18030 is read as that, once, and it is said.

    Raises:
        FileProblemError: it declares entities, or is not well-formed.
    """
    if _ENTITY.search(content.replace(b"\0", b"")):
        raise FileProblemError("entities")
    bare = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        return _checked(etree.fromstring(bare, _parser()))
    except etree.XMLSyntaxError as error:
        text = _chinese(bare)
        if text is None:
            raise FileProblemError("ill-formed", **_told(error)) from None
    try:
        root = _checked(etree.fromstring(text.encode(), _parser()))
    except etree.XMLSyntaxError as error:
        raise FileProblemError("ill-formed", **_told(error)) from None
    report.warning(where, "read-as-gb18030")
    return root


def name(node: Node) -> str:
    """Return an element's name without its namespace; empty for what is no element."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(node: Node, *names: str) -> Iterator[Node]:
    """Yield an element's children that are called one of `names`; all of them if none is given."""
    for each in node:
        found = name(each)
        if found and (not names or found in names):
            yield each


def child(node: Node | None, *path: str) -> Node | None:
    """Return the first element along a path of names, or None."""
    for step in path:
        if node is None:
            return None
        node = next(children(node, step), None)
    return node


def within(node: Node, *names: str) -> Iterator[Node]:
    """Yield the elements below one that are called one of `names`, in the document's order."""
    for each in node.iterdescendants():
        if name(each) in names:
            yield each


def text_of(node: Node | None) -> str:
    """Return all text of an element."""
    return "".join(node.itertext()) if node is not None else ""


def inner(node: Node | None) -> str:
    """Return what stands in an element, as HTML: its own markup is kept, without namespaces."""
    if node is None:
        return ""
    return escape(node.text or "", quote=False) + "".join(map(_outer, node))


def source(node: Node, most: int = 4_000) -> str:
    """Return an element's XML, for keeping it."""
    text: str = etree.tostring(node, encoding="unicode", with_tail=False)
    return text[:most]


def line_of(node: Node) -> int:
    """Return the line on which an element begins."""
    return int(node.sourceline or 0)


def bare(root: Node) -> Node:
    """Rename everything as QTI 2 has it: no namespaces, 3.0's ``qti-choice-interaction`` too."""
    for each in root.iter():
        own = name(each)
        if not own:
            continue
        each.tag = camel(own.removeprefix("qti-")) if own.startswith("qti-") else own
        for key in list(each.attrib):
            plain = key.rpartition("}")[2]
            renamed = camel(plain) if not plain.startswith("data-") else plain
            if renamed != key:
                value = each.attrib.pop(key)
                each.set(renamed, value)
    return root


def camel(text: str) -> str:
    """Return ``choiceInteraction`` for ``choice-interaction``."""
    return _KEBAB.sub(lambda found: found[1].upper(), text)


def kebab(text: str) -> str:
    """Return ``choice-interaction`` for ``choiceInteraction``."""
    return _CAPITAL.sub(lambda found: f"-{found[0].lower()}", text)


def element(tag: str, nsmap: Mapping[str | None, str] | None = None, **attributes: str) -> Node:
    """Return a new element."""
    return etree.Element(tag, attributes, nsmap)


def add(parent: Node, tag: str, **attributes: str) -> Node:
    """Add a new element at the end of another, and return it."""
    return etree.SubElement(parent, tag, attributes)


def written(root: Node) -> bytes:
    """Return a document as UTF-8."""
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def of_html(markup: str) -> Node:
    """Return clean HTML of our own as an element, whose children are what it says."""
    parsed: Node = etree.fromstring(f"<body>{markup}</body>", etree.HTMLParser())
    return parsed.find("body")


def _parser() -> Any:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _checked(root: Node) -> Node:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _each in declared.iterentities()):
        raise FileProblemError("entities")
    return root


def _chinese(content: bytes) -> str | None:
    """Return the text of XML that says it is UTF-8, or says nothing, and is GB18030."""
    if content.startswith(b"<?xml") and b"encoding" in content[:200] and not _UTF8.match(content):
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return None  # it is UTF-8, so something else is wrong with it
    try:
        return _DECLARED.sub("", content.decode("gb18030"))
    except UnicodeDecodeError:
        return None


def _told(error: Any) -> dict[str, object]:
    line, column = error.position if error.lineno else (0, 0)
    return {"line": line, "column": column}


def _outer(node: Node) -> str:
    own = name(node)
    tail = escape(node.tail or "", quote=False)
    if not own:
        return tail
    given = " ".join(
        f'{key.rpartition("}")[2]}="{escape(value)}"' for key, value in node.attrib.items()
    )
    opening = f"<{own} {given}>" if given else f"<{own}>"
    if own in {"br", "img", "hr"}:
        return opening + tail
    return f"{opening}{inner(node)}</{own}>{tail}"
