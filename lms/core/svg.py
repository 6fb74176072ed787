"""Figures: which SVG we take, and how it goes into a page.

An allow-list of what docs/content-format.md names. A figure that holds anything else is refused,
not repaired: whoever drew it hears which line to change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from lms.core import etree

LARGEST_BYTES = 30_000
WIDEST, WIDEST_NARROW = 640, 300
_NUMBER = r"-?\d+(?:\.\d+)?"
_NUMBERS = re.compile(rf"{_NUMBER}(?:[ ,]+{_NUMBER})*")
_ONE = re.compile(_NUMBER)
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9 ,.\n-]+")
_MOVE = re.compile(rf"(?:translate|rotate|scale)\({_NUMBER}(?:[ ,]+{_NUMBER}){{0,2}}\)")
_CLASSES = "box|box2|box-bad|box-ok|arr|arr-bad|dash|t2|b|bad|ok"
_CLASS = re.compile(rf"(?:{_CLASSES})(?: (?:{_CLASSES}))*")
_VIEW = re.compile(rf"{_NUMBER} {_NUMBER} (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)")
_ENDS = re.compile("start|middle|end")
_LINES = re.compile("auto|central|middle|hanging")
_IMG = re.compile("img")

_SHAPE = {"class": _CLASS, "transform": _MOVE}
_TEXT = _SHAPE | dict.fromkeys(("x", "y", "dx", "dy"), _ONE)
_TEXT |= {"text-anchor": _ENDS, "dominant-baseline": _LINES}
ALLOWED: dict[str, dict[str, re.Pattern[str]]] = {
    "svg": {"viewBox": _VIEW, "role": _IMG},
    "g": _SHAPE | {"text-anchor": _ENDS},
    "rect": _SHAPE | dict.fromkeys(("x", "y", "width", "height", "rx", "ry"), _ONE),
    "circle": _SHAPE | dict.fromkeys(("cx", "cy", "r"), _ONE),
    "ellipse": _SHAPE | dict.fromkeys(("cx", "cy", "rx", "ry"), _ONE),
    "line": _SHAPE | dict.fromkeys(("x1", "y1", "x2", "y2"), _ONE),
    "path": _SHAPE | {"d": _PATH},
    "polyline": _SHAPE | {"points": _NUMBERS},
    "polygon": _SHAPE | {"points": _NUMBERS},
    "text": _TEXT,
    "tspan": _TEXT,
    "title": {},
    "desc": {},
}
"""Element -> attribute -> what its value looks like."""

_NAMESPACE = "http://www.w3.org/2000/svg"
_TEXTUAL = {"text", "tspan", "title", "desc"}
_TOLD = {"title", "desc"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a figure is refused."""

    line: int | None
    code: str
    message: str
    advice: str = ""


class SvgRefusedError(ValueError):
    """The figure holds what we do not take; `problems` in the arguments."""


def problems(source: bytes, *, narrow: bool = False) -> list[Problem]:
    """Return why a figure is refused; an empty list if it is not.

    Args:
        source: the file.
        narrow: whether it is the variant for phones.
    """
    try:
        root = _parse(source)
    except SvgRefusedError as error:
        return [error.args[0]]
    return [*_of_root(root, narrow=narrow), *(p for each in root.iter() for p in _of_element(each))]


def inline(source: bytes, *, label: str, css_class: str = "") -> str:
    """Return a figure as a part of a page.

    Args:
        source: the file.
        label: what it shows, for who cannot see it; empty for the figure's own title and desc.
        css_class: class of the root.

    Raises:
        SvgRefusedError: with the first problem.
    """
    if found := problems(source):
        raise SvgRefusedError(found[0])
    root = _parse(source)
    told = (str(each.text or "").strip() for each in root if _name(each) in _TOLD)
    label = label or ". ".join(filter(None, told))
    opening = f' class="{escape(css_class)}"' if css_class else ""
    # its title and desc stay out: they would say the same as the label, and pop up on hovering
    inside = "".join(_written(each) for each in root if _name(each) not in _TOLD)
    box = escape(root.get("viewBox", ""))
    return f'<svg{opening} viewBox="{box}" role="img" aria-label="{escape(label)}">{inside}</svg>'


def _parse(source: bytes) -> Any:
    if len(source) > LARGEST_BYTES:
        said = f"the file has {len(source)} bytes"
        raise SvgRefusedError(Problem(None, "svg-size", said, f"At most {LARGEST_BYTES}."))
    for word in (b"<!DOCTYPE", b"<!ENTITY", b"<?xml-stylesheet"):
        if (at := source.upper().find(word.upper())) >= 0:
            line = source[:at].count(b"\n") + 1
            said = f"{word.decode()} is not taken"
            raise SvgRefusedError(Problem(line, "svg-doctype", said, "Remove it."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise SvgRefusedError(Problem(line, "svg-syntax", str(error.msg or "not XML"))) from None
    except ValueError:  # an encoding that is declared and unknown
        raise SvgRefusedError(Problem(1, "svg-syntax", "the file is not UTF-8")) from None


def _of_root(root: Any, *, narrow: bool) -> Iterator[Problem]:
    if _name(root) != "svg":
        yield Problem(root.sourceline, "svg-element", "the root is not <svg> of the SVG namespace")
        return
    box = _VIEW.fullmatch(root.get("viewBox", ""))
    widest = WIDEST_NARROW if narrow else WIDEST
    if not box or float(box[1]) > widest or not float(box[1]) or not float(box[2]):
        advice = f'viewBox="0 0 WIDTH HEIGHT", at most {widest} wide.'
        yield Problem(root.sourceline, "svg-viewbox", "the viewBox is missing or too wide", advice)
    first = [_name(each) for each in list(root)[:2]]
    told = [str(each.text or "").strip() for each in list(root)[:2]]
    if first != ["title", "desc"] or not all(told):
        advice = "<title> and <desc> come first and say what the figure shows."
        yield Problem(root.sourceline, "svg-title", "title or description is missing", advice)


def _of_element(element: Any) -> Iterator[Problem]:
    name, line = _name(element), element.sourceline
    if name not in ALLOWED or (name == "svg" and element.getparent() is not None):
        advice = f"Taken: {', '.join(ALLOWED)}."
        yield Problem(line, "svg-element", f"<{_shown(element)}> is not taken", advice)
        return
    if name not in _TEXTUAL and any((each or "").strip() for each in _texts(element)):
        yield Problem(line, "svg-text", f"there is text in <{name}>", "Text stands in <text>.")
    for key, value in element.attrib.items():
        pattern = ALLOWED[name].get(key)
        if pattern is None:
            advice = "No style, colours, ids or links: draw with the classes of the format."
            yield Problem(line, "svg-attribute", f'{key}="…" is not taken on <{name}>', advice)
        elif not pattern.fullmatch(value):
            code = "svg-class" if key == "class" else "svg-attribute"
            yield Problem(line, code, f'{key}="{value[:40]}" is not taken on <{name}>')


def _texts(element: Any) -> list[str | None]:
    return [element.text, *(child.tail for child in element)]


def _name(element: Any) -> str:
    """Return an element's name; empty if it is none of SVG's."""
    tag = element.tag
    if not isinstance(tag, str):  # an entity that was not resolved
        return ""
    space, _, name = tag.rpartition("}")
    return name if space.lstrip("{") == _NAMESPACE else ""


def _shown(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else "entity"


def _written(element: Any) -> str:
    """Write an element that was checked, as HTML does: nothing closes itself."""
    name = _name(element)
    given = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items())
    keep = name in _TEXTUAL
    inside = escape(element.text or "", quote=False) if keep else ""
    for child in element:
        inside += _written(child) + (escape(child.tail or "", quote=False) if keep else "")
    return f"<{name}{given}>{inside}</{name}>"
