"""Content as files: reading the tree, saying what is wrong with it, bringing it in, writing it out.

Features register a `Section` each, in their order; this module knows none of them. Checking never
touches the database.
"""

import enum
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lms.core import audit, clock, yaml_lines
from lms.core.db import transaction
from lms.core.text import Bilingual

FORMAT = "docs/content-format.md"
VARIABLES = "variables.yaml"
LARGEST_TEXT_BYTES = 2 * 1024 * 1024
T = TypeVar("T")


class Severity(enum.StrEnum):
    """Whether a finding stops an import."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a file: what, where, and what to do about it."""

    file: str
    """Path below the root, with slashes."""
    line: int | None
    severity: Severity
    code: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        said = f"{place}: {self.severity} [{self.code}] {self.message}"
        return f"{said}. {self.advice}" if self.advice else said


@dataclass(slots=True)
class Counts:
    """What an import did with one kind of entry."""

    added: int = 0
    changed: int = 0
    same: int = 0
    gone: list[str] = field(default_factory=list)
    """Codes that are in the database and no longer in the files."""
    superseded: list[str] = field(default_factory=list)
    """Codes whose text was edited in the application and has now been replaced by the files'."""
    kept: list[str] = field(default_factory=list)
    """Codes that the application owns since they were changed in it: left alone."""


class ContentRefusedError(ValueError):
    """The files have errors, so nothing was brought in."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = findings


class Tree:
    """The files below one folder, each read once.

    Args:
        root: the folder.
        own: a file elsewhere with the site's own values, in the place of those in the folder.
    """

    def __init__(self, root: Path, own: Path | None = None) -> None:
        self.root = root
        self.own = own
        self.problems: list[Finding] = []
        """Files that could not be read."""
        self._kept: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returned when it was first called for `key`."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return (self.root / path).is_file()

    def is_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        return (self.root / path).is_dir()

    def names(self, folder: str = ".") -> list[str]:
        """Return the names in a folder, sorted; hidden ones left out, none if there is no folder."""
        place = self.root / folder
        names = (each.name for each in place.iterdir()) if place.is_dir() else ()
        return sorted(name for name in names if not name.startswith("."))

    def files(self, folder: str, suffix: str) -> list[str]:
        """Return the paths of the files in a folder that end so, sorted."""
        paths = (f"{folder}/{name}" for name in self.names(folder) if name.endswith(suffix))
        return [path for path in paths if self.exists(path)]

    def content(self, path: str) -> bytes:
        """Return a file's bytes."""
        return self.once(("bytes", path), (self.root / path).read_bytes)

    def text(self, path: str) -> str | None:
        """Return a file as text; None if it cannot be read, which is noted in `problems`."""
        return self.once(("text", path), lambda: self._text(path))

    def document(self, path: str) -> yaml_lines.Map | None:
        """Return a YAML file's mapping; None if it is none, which is noted in `problems`."""
        return self.once(("yaml", path), lambda: self._document(path))

    def documents(self, folder: str) -> Iterator[tuple[str, yaml_lines.Map]]:
        """Yield path and mapping of each readable YAML file in a folder."""
        for path in self.files(folder, ".yaml"):
            if (found := self.document(path)) is not None:
                yield path, found

    def values(self) -> dict[str, Bilingual]:
        """Return the site's named values, those that are well formed."""
        return self.once("values", lambda: self.own_values() | _bilingual(self.replaced()))

    def own_values(self) -> dict[str, Bilingual]:
        """Return the named values that lie with the texts."""
        return _bilingual(self.document(VARIABLES) if self.exists(VARIABLES) else None)

    def replaced_figures(self) -> set[str]:
        """Return the names of values whose figures the site replaced: what follows from them is off.

        A figure with a unit reads differently in the two languages; a telephone number does not.
        """
        theirs, now = self.own_values(), self.values()
        return {
            name
            for name, value in theirs.items()
            if value["zh"] != value["en"] and _figures(value) != _figures(now.get(name, value))
        }

    def replaced(self) -> yaml_lines.Map | None:
        """Return the mapping of the site's own values; None if it has none."""
        return self.once("replaced", self._replaced)

    def _replaced(self) -> yaml_lines.Map | None:
        if self.own is None:
            return None
        if not self.own.is_file():
            advice = "Correct LMS_CONTENT_VARIABLES."
            self._refuse(str(self.own), None, "missing-file", "there is no such file", advice)
            return None
        return self._parsed(str(self.own), self._decoded(str(self.own), self.own.read_bytes()))

    def _text(self, path: str) -> str | None:
        return self._decoded(path, self.content(path))

    def _decoded(self, path: str, content: bytes) -> str | None:
        if len(content) > LARGEST_TEXT_BYTES:
            self._refuse(path, None, "too-large", "the file is larger than 2 MB", "Split it.")
            return None
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self._refuse(path, line, "encoding", "the file is not UTF-8", "Save it as UTF-8.")
            return None

    def _document(self, path: str) -> yaml_lines.Map | None:
        return self._parsed(path, self.text(path))

    def _parsed(self, path: str, text: str | None) -> yaml_lines.Map | None:
        if text is None:
            return None
        try:
            found = yaml_lines.load(text)
        except yaml_lines.YamlError as error:
            code = "duplicate-key" if error.is_duplicate else "syntax"
            advice = "A text with a colon, a comma or braces stands in quotes."
            self._refuse(path, error.line, code, str(error), "" if error.is_duplicate else advice)
            return None
        if not isinstance(found, yaml_lines.Map):
            self._refuse(path, 1, "syntax", "the file has no fields", f"See {FORMAT}.")
            return None
        return found

    def _refuse(self, path: str, line: int | None, code: str, message: str, advice: str) -> None:
        self.problems.append(Finding(path, line, Severity.ERROR, code, message, advice))


def _figures(value: Bilingual) -> list[str]:
    return [each for text in value.values() for each in re.findall(r"\d+", text)]


def _bilingual(given: Mapping[str, Any] | None) -> dict[str, Bilingual]:
    pairs = (given or {}).items()
    return {name: dict(value) for name, value in pairs if _is_bilingual(value)}


def _is_bilingual(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == {"zh", "en"}
        and all(isinstance(each, str) for each in value.values())
    )


class Section(Protocol):
    """One feature's part of the tree."""

    name: str
    owns: tuple[str, ...]
    """Names at the root that belong to it."""

    def check(self, tree: Tree) -> Iterator[Finding]:
        """Yield what is wrong with its files, and with their references to sections before it."""

    def review(self, tree: Tree) -> Iterator[Finding]:
        """Yield where its files fall short of the quality bar: that does not stop an import."""

    def sizes(self, tree: Tree) -> dict[str, int]:
        """Return how many entries of each kind the files hold."""

    def measures(self, tree: Tree) -> dict[str, Any]:
        """Return more about the files than how many there are, as JSON."""

    def prepare(self, tree: Tree) -> None:
        """Do the work of `load` that needs no database, such as rendering, and keep it."""

    def load(self, tree: Tree, at: datetime) -> dict[str, Counts]:
        """Bring its files in, in the caller's transaction; what changed becomes a new version.

        Returns:
            Kind of entry -> what was done.
        """

    def dump(self, folder: Path) -> int:
        """Write what is published as files; return how many."""


_sections: list[Section] = []


def register(*sections: Section) -> None:
    """Add sections, in order; adding one of the same name again changes nothing."""
    known = {each.name for each in _sections}
    _sections.extend(each for each in sections if each.name not in known)


def check(tree: Tree, *, review: bool = True) -> list[Finding]:
    """Return everything that is wrong with the files, by file and line.

    Args:
        tree: the files.
        review: whether to look at the quality bar as well, which an import does not ask for.
    """
    if not tree.root.is_dir():
        said = f"there is no folder {tree.root}"
        return [Finding(".", None, Severity.ERROR, "missing-file", said, "Set LMS_CONTENT_DIR.")]
    found = [finding for section in _sections for finding in section.check(tree)]
    if review and not errors(found):  # a review takes for granted that files are well formed
        found += [finding for section in _sections for finding in section.review(tree)]
    owned = {name for section in _sections for name in section.owns}
    for name in tree.names():
        if name not in owned:
            said, advice = "belongs to nothing and is not read", f"See {FORMAT}."
            found.append(Finding(name, None, Severity.WARNING, "stray-file", said, advice))
    found += tree.problems
    return sorted(found, key=lambda each: (each.file, each.line or 0, each.code, each.message))


def errors(findings: list[Finding]) -> list[Finding]:
    """Return the findings that stop an import."""
    return [each for each in findings if each.severity is Severity.ERROR]


def report(tree: Tree, findings: list[Finding]) -> dict[str, Any]:
    """Return a check's outcome as JSON: errors, warnings, counts, findings."""
    wrong = len(errors(findings))
    return {
        "errors": wrong,
        "warnings": len(findings) - wrong,
        "counts": {k: n for section in _sections for k, n in section.sizes(tree).items()},
        **{k: v for section in _sections for k, v in section.measures(tree).items()},
        "findings": [asdict(each) for each in findings],
    }


def bring_in(tree: Tree, *, at: datetime | None = None) -> dict[str, Counts]:
    """Import the files: all of them, or nothing.

    Checking and rendering come first and outside the transaction: other writers wait only for the
    rows.

    Returns:
        Kind of entry -> what was done.

    Raises:
        ContentRefusedError: the files have errors.
    """
    if found := errors(check(tree, review=False)):
        raise ContentRefusedError(found)
    for section in _sections:
        section.prepare(tree)
    return _load(tree, at or clock.now())


@transaction()
def _load(tree: Tree, at: datetime) -> dict[str, Counts]:
    done = {kind: counts for each in _sections for kind, counts in each.load(tree, at).items()}
    told = {kind: _told(counts) for kind, counts in done.items() if counts.added or counts.changed}
    if told:
        audit.note(
            "content.imported", kind="content", object_id="files", actor_id=None, at=at, **told
        )
    return done


def _told(counts: Counts) -> dict[str, Any]:
    """Return what the audit log says of one kind of entry."""
    told: dict[str, Any] = {"added": counts.added, "changed": counts.changed}
    return told | ({"superseded": counts.superseded} if counts.superseded else {})


def write_out(folder: Path) -> int:
    """Export what is published into a folder that is empty or does not exist; return how many files.

    Raises:
        FileExistsError: something is in the folder already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if next(folder.iterdir(), None) is not None:
        raise FileExistsError(folder)
    return sum(section.dump(folder) for section in _sections)


def write(path: Path, text: str) -> None:
    """Write one text file of an export, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
