"""Checking named values and programmes."""

import re
from collections.abc import Iterator

from lms.core.content import VARIABLES, Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.placeholders import used
from lms.courses.content.reading import PROGRAMMES, lesson_codes

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_LONGEST_NAME = 80


def check_variables(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the named values."""
    found: list[Finding] = []
    if tree.exists(VARIABLES) and (document := tree.document(VARIABLES)) is not None:
        _check_values(Entry(VARIABLES, document, found))
    if (replaced := tree.replaced()) is not None:
        own, known = Entry(str(tree.own), replaced, found), tree.own_values()
        _check_values(own)
        for name in replaced.keys() - known.keys():
            said, advice = "stands in the place of nothing", f"Names are those of {VARIABLES}."
            own.warning("unknown-variable", said, advice, at=name)
    yield from found


def _check_values(entry: Entry) -> None:
    for name in entry.value:
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            advice = "Small letters, digits and _, parted by dots: sla.p1.first_answer."
            entry.error("bad-code", "is no name for a value", advice, at=name)
        value = entry.both(name, fixed=True)
        if any("\n" in each.strip() for each in value.values()):
            entry.error("several-lines", "is longer than a line", "Say it in the text.", at=name)


def check_programmes(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the programmes, and lessons that none of them has."""
    found: list[Finding] = []
    lessons = lesson_codes(tree)
    taught: set[str] = set()
    codes: dict[str, str] = {}
    for name in tree.names(PROGRAMMES):
        if not name.endswith(".yaml"):
            said, path = "is not read", f"{PROGRAMMES}/{name}"
            found.append(Finding(path, None, Severity.WARNING, "stray-file", said))
    for path, document in tree.documents(PROGRAMMES):
        programme = Entry(path, document, found)
        code = _check_programme(programme)
        _check_once(programme, "code", code, codes)
        if code and path != f"{PROGRAMMES}/{code}.yaml":
            programme.error("wrong-name", f"the file is not called {code}.yaml", at="code")
        taught |= _check_stages(programme, lessons)
    yield from found
    for code in sorted(lessons.keys() - taught):
        path = f"{lessons[code]}/lesson.yaml"
        advice = "Name it in a module's lessons, or nobody will find it."
        yield Finding(path, 1, Severity.WARNING, "unused", "no programme has this lesson", advice)


def check_untemplated(entry: Entry) -> None:
    """Report named values in a file whose texts are shown as they are."""
    if names := used(dict(entry.value)):
        said = f"variables cannot stand in this file: {', '.join(sorted(names))}"
        entry.error("variable-in-title", said, "Write the value.")


def _check_programme(programme: Entry) -> str:
    programme.only("code", "title", "summary", "weeks", "certificate", "stages")
    check_untemplated(programme)
    programme.both("title")
    programme.both("summary")
    programme.whole("weeks", 1, 520, optional=True)
    programme.code("certificate", optional=True)
    return programme.code("code")


def _check_stages(programme: Entry, lessons: dict[str, str]) -> set[str]:
    seen: dict[str, dict[str, str]] = {"stage": {}, "module": {}, "lesson": {}}
    for stage in programme.entries("stages"):
        stage.only("code", "title", "exam", "certificate", "practical", "modules")
        _check_once(stage, "code", stage.code("code"), seen["stage"])
        stage.both("title")
        stage.code("exam", optional=True)
        stage.code("certificate", optional=True)
        for gate in stage.entries("practical", optional=True, least=0):
            gate.only("code", "title", "drills")
            gate.words("drills", optional=True)
            gate.code("code")
            gate.both("title")
        for module in stage.entries("modules"):
            module.only("code", "title", "goals", "lessons")
            _check_once(module, "code", module.code("code"), seen["module"])
            module.both("title")
            module.both_lists("goals")
            for code in module.words("lessons", least=1):
                _check_once(module, "lessons", code, seen["lesson"])
                if code not in lessons:
                    advice = f"Write lessons/{code.lower()}/lesson.yaml, or take it out."
                    module.error("unknown-lesson", f"there is no {code}", advice, at="lessons")
    return set(seen["lesson"])


def _check_once(entry: Entry, key: str, code: str, seen: dict[str, str]) -> None:
    """Report a code that stood somewhere before, and remember it."""
    if code in seen:
        said = f"{code} stands already in {seen[code]}"
        entry.error("duplicate-id", said, "Each code is used once.", at=key)
    elif code:
        seen[code] = f"{entry.file}:{entry.line(key)}"
