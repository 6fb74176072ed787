"""Making what is stored out of the files: rendering, filling in, hashing. No database."""

from collections.abc import Mapping
from typing import Any

from lms.core import prose, richtext, storage
from lms.core.content import Tree
from lms.core.editions import Edition
from lms.core.markdown import narrow_name
from lms.core.placeholders import LANGUAGES, fill
from lms.core.text import Bilingual, digest
from lms.courses.content import media
from lms.courses.content.reading import PROGRAMMES, lesson_codes, plain

_PROGRAMME = {"weeks": None, "certificate": None}
_STAGE: dict[str, Any] = {"exam": None, "certificate": None, "practical": []}


def programmes(tree: Tree) -> list[Edition]:
    """Return the programmes as they are to be; the files have been checked."""
    return [_programme(plain(document)) for _path, document in tree.documents(PROGRAMMES)]


def lessons(tree: Tree) -> list[Edition]:
    """Return the lessons as they are to be, in the order of their codes; they have been checked."""
    return [_lesson(tree, code, folder) for code, folder in sorted(lesson_codes(tree).items())]


def page(
    text: str, language: str, files: Mapping[str, bytes], values: Mapping[str, Bilingual]
) -> richtext.Page:
    """Return one language of a lesson as it is stored.

    Args:
        text: Markdown, the site's values not filled in.
        language: ``zh`` or ``en``.
        files: name -> bytes of the files beside it.
        values: name -> value of the site.
    """
    return richtext.page(fill(text, values, language), language, files)


def _programme(given: dict[str, Any]) -> Edition:
    structure = _PROGRAMME | given
    structure["stages"] = [_STAGE | _given(stage) for stage in given["stages"]]
    return Edition(structure["code"], digest(structure), {"structure": structure})


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value: `exam: null` is the same as no such line."""
    return {key: value for key, value in fields.items() if value is not None}


def _lesson(tree: Tree, code: str, folder: str) -> Edition:
    meta = plain(tree.document(f"{folder}/lesson.yaml"))
    source = {each: tree.text(f"{folder}/{each}.md") or "" for each in LANGUAGES}
    files = _files(tree, folder, source)
    pages = {each: page(source[each], each, files, tree.values()) for each in LANGUAGES}
    html = {each: made.html for each, made in pages.items()}
    checks = fill(meta.get("checks") or [], tree.values())
    hashes = {name: storage.sha256(content) for name, content in files.items()}
    columns = {
        "title": meta["title"],
        "minutes": meta["minutes"],
        "meta": meta,
        "source": source,
        "html": html,
        "outline": {each: made.outline for each, made in pages.items()},
        "checks": checks,
        "file_digest": digest({"meta": meta, "source": source, "media": hashes}),
        "media": [_media(name, content) for name, content in sorted(files.items())],
    }
    seen = {"meta": meta, "html": html, "checks": checks, "media": hashes}
    return Edition(code, digest(seen), columns)


def _files(tree: Tree, folder: str, source: dict[str, str]) -> dict[str, bytes]:
    """Return the files that the texts refer to, and the variants of figures for phones."""
    names: set[str] = set()
    for text in source.values():
        survey = prose.survey(text)
        figures = {name for _, name in survey.figures}
        names |= figures | {name for _, name in survey.files}
        names |= {narrow_name(name) for name in figures if name.endswith(".svg")}
    paths = {name: f"{folder}/{name}" for name in sorted(names)}
    return {name: tree.content(path) for name, path in paths.items() if tree.exists(path)}


def _media(name: str, content: bytes) -> dict[str, Any]:
    """Store a file; return the columns of its row."""
    sha256 = storage.put(content)
    return {
        "name": name,
        "sha256": sha256,
        "mime": media.mime(name),
        "size_bytes": len(content),
    }
