"""Word files (.docx) as the lines of a paper: numbers that Word makes, pictures, underlined blanks."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.core import archives
from lms.core.archives import ArchiveRefusedError
from lms.exams.exchange import trees
from lms.exams.exchange.media import SUFFIXES, Album, reason
from lms.exams.exchange.readers import paper
from lms.exams.exchange.readers.paper_lines import Line
from lms.exams.exchange.readers.paper_made import PICTURE_ENDS, PICTURE_OPENS, Place
from lms.exams.exchange.report import FileProblemError, Report
from lms.exams.exchange.trees import Node

DOCUMENT = "word/document.xml"
_HAN = "零一二三四五六七八九十"
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SYMBOLS = {"f0fc": "√", "f0d6": "√", "f0fe": "√", "f0fb": "×", "f0b4": "×", "f0fd": "×"}
_SKIPPED = {"Fallback", "del", "moveFrom", "pPr", "rPr", "instrText", "footnoteReference",
            "sectPr", "commentReference"}  # fmt: skip
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_LEVELS = 9
_FILE_NAME = re.compile(r"\.(?:png|jpe?g|gif|bmp|webp|tiff?|emf|wmf)\s*$", re.IGNORECASE)


@dataclass(slots=True)
class _Level:
    """How one level of a list is numbered."""

    format: str
    text: str
    start: int


@dataclass(slots=True)
class _Word:
    """A document, and what holds while its paragraphs are read."""

    report: Report
    album: Album
    entries: Mapping[str, bytes]
    links: dict[str, str] = field(default_factory=dict)
    """Relation -> name of a picture's part, or an address outside the file."""
    places: dict[str, Place] = field(default_factory=dict)
    """Mark -> what is to be seen there."""
    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    has_formula: bool = False


def read(content: bytes, report: Report) -> None:
    """Read a file; problems and questions go into the report."""
    try:
        entries = archives.unpacked(content, wanted=_wanted)
    except ArchiveRefusedError as error:
        raise FileProblemError(error.reason, **error.context) from None
    if DOCUMENT not in entries:
        raise FileProblemError("not-this-format", format="Word")
    root = trees.parsed(entries[DOCUMENT], report)
    word = _Word(report, Album(report), entries)
    _link_pictures(word, entries)
    _lists(word, entries)
    lines: list[Line] = []
    for paragraph in trees.within(root, "p"):
        if any(trees.name(each) in _SKIPPED for each in paragraph.iterancestors()):
            continue
        text = _label(word, paragraph) + _words(word, paragraph)
        lines += [Line(each, len(lines) + at) for at, each in enumerate(text.split("\n"), start=1)]
    if word.has_formula:
        report.warning("", "formula-flattened")
    paper.read_lines(lines, word.places, report)


def _wanted(name: str) -> bool:
    return name.startswith("word/") and name.lower().endswith(
        (".xml", ".rels", *(f".{each}" for each in SUFFIXES))
    )


def _link_pictures(word: _Word, entries: Mapping[str, bytes]) -> None:
    relations = entries.get("word/_rels/document.xml.rels")
    if relations is None:
        return
    for each in trees.within(trees.parsed(relations, word.report), "Relationship"):
        if each.get("Type", "").endswith("/image"):
            target = each.get("Target", "")
            is_outside = each.get("TargetMode") == "External"
            word.links[each.get("Id", "")] = target if is_outside else posixpath.normpath(
                posixpath.join("word", target)
            )  # fmt: skip


def _lists(word: _Word, entries: Mapping[str, bytes]) -> None:
    """Read how lists are numbered, for Word does not write the numbers into the text."""
    if (content := entries.get("word/numbering.xml")) is not None:
        root = trees.parsed(content, word.report)
        kinds = {_value(each, "abstractNumId"): _levels(each)
                 for each in trees.within(root, "abstractNum")}  # fmt: skip
        for each in trees.within(root, "num"):
            kind = _attribute(trees.child(each, "abstractNumId"), "val")
            word.lists[_value(each, "numId")] = kinds.get(kind, {})
    if (content := entries.get("word/styles.xml")) is not None:
        for each in trees.within(trees.parsed(content, word.report), "style"):
            found = _numbered(trees.child(each, "pPr"))
            if found:
                word.styles[_value(each, "styleId")] = found


def _levels(node: Node) -> dict[int, _Level]:
    found = {}
    for each in trees.children(node, "lvl"):
        place = _whole(_value(each, "ilvl"))
        found[place] = _Level(
            _attribute(trees.child(each, "numFmt"), "val"),
            _attribute(trees.child(each, "lvlText"), "val"),
            _whole(_attribute(trees.child(each, "start"), "val"), 1),
        )
    return found


def _numbered(properties: Node | None) -> tuple[str, int] | None:
    numbering = trees.child(properties, "numPr")
    if numbering is None:
        return None
    level = _whole(_attribute(trees.child(numbering, "ilvl"), "val"))
    return _attribute(trees.child(numbering, "numId"), "val"), level


def _label(word: _Word, paragraph: Node) -> str:
    """Return the number that Word shows before a paragraph; empty if it shows none."""
    properties = trees.child(paragraph, "pPr")
    found = _numbered(properties)
    if found is None:
        style = _attribute(trees.child(properties, "pStyle"), "val")
        found = word.styles.get(style)
    if found is None or found[0] not in word.lists:
        return ""
    own, place = found
    levels = word.lists[own]
    level = levels.get(place)
    if level is None or level.format in {"bullet", "none"} or not level.text:
        return ""
    word.counts[own, place] = word.counts.get((own, place), level.start - 1) + 1
    for deeper in range(place + 1, _LEVELS):
        word.counts.pop((own, deeper), None)

    def counted(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        of = levels.get(at)
        return _said(word.counts.get((own, at), of.start if of else 1), of.format if of else "")

    return re.sub(r"%(\d)", counted, level.text) + " "


def _said(number: int, kind: str) -> str:
    """Return a number as a list shows it."""
    if kind in {"upperLetter", "lowerLetter"}:
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if kind == "upperLetter" else letter.lower()
    if kind.startswith(("chinese", "ideograph", "japanese", "taiwanese")):
        return _chinese(number)
    return str(number)


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:  # noqa: PLR2004  two digits
        return str(number)
    lead = "" if not tens else "十" if tens == 1 else f"{_HAN[tens]}十"
    return lead + (_HAN[ones] if ones else "")


def _words(word: _Word, node: Node) -> str:
    """Return the text of a paragraph, in order, with marks for pictures and blanks."""
    out: list[str] = []
    for each in trees.children(node):
        own = trees.name(each)
        if own in _SKIPPED or own == "p":
            continue
        out.append(_run(word, each) if own == "r" else _piece(word, each, own))
    return "".join(out)


def _piece(word: _Word, node: Node, own: str) -> str:
    if own in _SIGNS:
        return _SIGNS[own]
    match own:
        case "t":
            return trees.text_of(node)
        case "sym":
            return _SYMBOLS.get(_value(node, "char").lower(), "")
        case "blip" | "imagedata":
            return _picture(word, node)
        case "oMath":
            word.has_formula = True
            return "".join(trees.text_of(each) for each in trees.within(node, "t"))
        case _:
            return _words(word, node)


def _run(word: _Word, node: Node) -> str:
    text = _words(word, node)
    properties = trees.child(node, "rPr")
    if properties is None or not text:
        return text
    underline = _attribute(trees.child(properties, "u"), "val")
    if underline not in {"", "none"} and not text.strip() and "\n" not in text:
        return "____"
    raised = _attribute(trees.child(properties, "vertAlign"), "val")
    table = {"superscript": _RAISED, "subscript": _LOWERED}.get(raised)
    return text.translate(table) if table else text


def _picture(word: _Word, node: Node) -> str:
    """Return a mark for a picture; what is to be seen there, or why nothing is, stands in `places`."""
    relation = _value(node, "embed") or _value(node, "id") or _value(node, "link")
    target = word.links.get(relation)
    if target is None:
        return ""
    content = word.entries.get(target)
    found = reason(target) if content is None else word.album.judged(content)
    mark = f"p{len(word.places)}"
    word.places[mark] = Place(found, posixpath.basename(target)[:80], _described(node))
    return f"{PICTURE_OPENS}{mark}{PICTURE_ENDS}"


def _described(node: Node) -> str:
    """Return what a picture shows, as its author said; a file's name says nothing."""
    for each in node.iterancestors():
        match trees.name(each):
            case "pic":
                told = trees.child(each, "nvPicPr", "cNvPr")
            case "inline" | "anchor":
                told = trees.child(each, "docPr")
            case "shape":
                told = each
            case "p":
                break
            case _:
                continue
        said = _attribute(told, "descr") or _attribute(told, "alt") or _attribute(told, "title")
        if said.strip() and not _FILE_NAME.search(said):
            return said
    return ""


def _value(node: Node, name: str) -> str:
    """Return an attribute, whatever its namespace."""
    for key, value in node.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def _attribute(node: Node | None, name: str) -> str:
    return "" if node is None else _value(node, name)


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise  # noqa: PLR2004  no list is longer
