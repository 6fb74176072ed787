"""QTI: items and packages of 1.2, 2.1, 2.2 and 3.0; one reader, whatever the spelling."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from lms.core import archives
from lms.core.archives import ArchiveRefusedError
from lms.exams.exchange import texts, trees
from lms.exams.exchange.media import SUFFIXES, Album
from lms.exams.exchange.question import Picture
from lms.exams.exchange.readers import qti1, qti2
from lms.exams.exchange.readers.qti_entry import Entry
from lms.exams.exchange.report import FileProblemError, Report
from lms.exams.exchange.trees import Node

MANIFEST = "imsmanifest.xml"
_SKIPPED = ("__MACOSX/", ".")
_MEDIA = tuple(f".{each}" for each in SUFFIXES)
_ROOTS = {"questestinterop", "assessmentItem", "item", "objectbank", "assessment", "section"}


class _Files(Mapping[str, Picture | None]):
    """The pictures of a package, as one of its documents names them."""

    def __init__(self, entries: Mapping[str, bytes], folder: str, album: Album, where: str) -> None:
        self._entries = entries
        self._folder = folder
        self._album = album
        self._where = where

    def __getitem__(self, name: str) -> Picture | None:
        for place in (posixpath.normpath(posixpath.join(self._folder, name)), name):
            if place in self._entries and place.lower().endswith(_MEDIA):
                return self._album.taken(self._entries[place], name, self._where)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def read(content: bytes, report: Report) -> None:
    """Read an item, a bank or a package; problems and questions go into the report."""
    if not content.startswith(archives.MAGIC):
        root = trees.bare(trees.parsed(content, report))
        if trees.name(root) not in _ROOTS:
            raise FileProblemError("not-this-format", format="QTI")
        _read_root(root, report, _Reading(Album(report), {}))
        return
    try:
        entries = archives.unpacked(content, wanted=_wanted)
    except ArchiveRefusedError as error:
        raise FileProblemError(error.reason, **error.context) from None
    _read_package(entries, report)


class _Reading:
    """What holds for all items of one file or package."""

    def __init__(self, album: Album, entries: Mapping[str, bytes]) -> None:
        self.album = album
        self.entries = entries
        self.folder = ""
        self.about: dict[str, Any] = {}


def _wanted(name: str) -> bool:
    base = posixpath.basename(name)
    if name.startswith(_SKIPPED) or base.startswith("."):
        return False
    return name.lower().endswith((".xml", *_MEDIA))


def _read_package(entries: Mapping[str, bytes], report: Report) -> None:
    reading = _Reading(Album(report), entries)
    listed, about = _manifest(entries, report)
    names = [each for each in listed if each in entries]
    documents = [each for each in entries if each.endswith(".xml") and each != MANIFEST]
    names += [each for each in documents if each not in names]
    is_read = False
    for name in names:
        try:
            root = trees.bare(trees.parsed(entries[name], report, name))
        except FileProblemError as error:
            report.error(name, error.code, **error.values)
            continue
        if trees.name(root) in _ROOTS:
            is_read = True
            reading.folder = posixpath.dirname(name)
            reading.about = about.get(name, {})
            _read_root(root, report, reading)
    if not is_read:
        raise FileProblemError("no-questions-inside")


def _read_root(root: Node, report: Report, reading: _Reading) -> None:
    name = trees.name(root)
    items = [root] if name in {"item", "assessmentItem"} else list(trees.within(root, "item"))
    for node in items:
        number = len(report.questions) + 1
        where = f"{number}, line {trees.line_of(node)}"
        files = _Files(reading.entries, reading.folder, reading.album, where)
        entry = Entry(node, where, report, reading.album, files)
        question = (qti2 if name == "assessmentItem" else qti1).question(entry, reading.about)
        report.add(question)


def _manifest(
    entries: Mapping[str, bytes], report: Report
) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Return the documents in a package's order, and what it says about each."""
    if MANIFEST not in entries:
        return [], {}
    try:
        root = trees.bare(trees.parsed(entries[MANIFEST], report, MANIFEST))
    except FileProblemError as error:
        report.warning(MANIFEST, error.code, **error.values)
        return [], {}
    names: list[str] = []
    about: dict[str, dict[str, Any]] = {}
    for resource in trees.within(root, "resource"):
        files = [each.get("href", "") for each in trees.children(resource, "file")]
        for name in filter(None, [resource.get("href", ""), *files]):
            plain = posixpath.normpath(name)
            if plain.endswith(".xml") and plain not in names:
                names.append(plain)
                about[plain] = _about(resource)
    return names, about


def _about(resource: Node) -> dict[str, Any]:
    """Return tags, category and difficulty of a resource, as its learning-object metadata say."""
    found: dict[str, Any] = {}
    tags = [texts.title(trees.text_of(each)) for each in trees.within(resource, "keyword")]
    if any(tags):
        found["tags"] = tuple(filter(None, tags))
    entry = next(trees.within(resource, "taxon"), None)
    if entry is not None:
        found["category"] = texts.title(trees.text_of(trees.child(entry, "entry")))
    level = next(trees.within(resource, "difficulty"), None)
    words = ("very easy", "easy", "medium", "difficult", "very difficult")
    said = texts.line(trees.text_of(trees.child(level, "value"))) if level is not None else ""
    if said in words:
        found["difficulty"] = words.index(said) + 1
    return found
