"""What the files of the curriculum name, for checking references to it; wrong fields read as empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lms.core import prose
from lms.core.content import Tree
from lms.core.entries import Entry

PROGRAMMES, LESSONS = "programmes", "lessons"


@dataclass(frozen=True, slots=True)
class Unit:
    """A module, as far as questions refer to it."""

    code: str
    goals: int
    """How many it has."""
    lessons: frozenset[str]


def lesson_folders(tree: Tree) -> list[str]:
    """Return the folders of lessons, as paths."""
    names = (f"{LESSONS}/{name}" for name in tree.names(LESSONS))
    return [path for path in names if tree.is_folder(path)]


def surveyed(tree: Tree, path: str) -> prose.Survey:
    """Return what a Markdown file consists of, looked through once."""
    return tree.once(("survey", path), lambda: prose.survey(tree.text(path) or ""))


def lesson_codes(tree: Tree) -> dict[str, str]:
    """Return lesson code -> folder."""
    found = {}
    for folder in lesson_folders(tree):
        path = f"{folder}/lesson.yaml"
        document = tree.document(path) if tree.exists(path) else None
        if document is not None and isinstance(code := document.get("id"), str):
            found[code] = folder
    return found


def stages(tree: Tree) -> Iterator[tuple[Entry, Entry]]:
    """Yield every programme and stage; findings go nowhere, the curriculum's own check has them."""
    for path, document in tree.documents(PROGRAMMES):
        programme = Entry(path, document, [])
        for stage in programme.entries("stages"):
            yield programme, stage


def units(tree: Tree) -> dict[str, Unit]:
    """Return module code -> module, over all programmes."""
    found: dict[str, Unit] = {}
    for _programme, stage in stages(tree):
        for module in stage.entries("modules"):
            code = module.text("code")
            goals = len(module.both_lists("goals").get("en", []))
            found.setdefault(code, Unit(code, goals, frozenset(module.words("lessons"))))
    return found


def plain(value: Any) -> Any:
    """Return a file's value as plain JSON, without its lines."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value
