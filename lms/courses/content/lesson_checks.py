"""Checking lessons: structure, both languages, links, media, named values."""

import re
from collections import Counter
from collections.abc import Iterator, Set as AbstractSet

from lms.core import svg
from lms.core.content import FORMAT, VARIABLES, Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.markdown import narrow_name
from lms.core.placeholders import LANGUAGES, used
from lms.courses.content import media
from lms.courses.content.options import check_options
from lms.courses.content.reading import lesson_folders, surveyed
from lms.courses.models import LessonClass

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIELDS = (
    "id", "title", "class", "minutes", "exercise_minutes", "objectives", "sources", "depends",
    "reviewer", "reviewed_on", "checks",
)  # fmt: skip
_TEXTS = tuple(f"{language}.md" for language in LANGUAGES)
_LONGEST, _MOST_OPTIONS = 240, 6


def check_lessons(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the lessons."""
    codes: dict[str, str] = {}
    for folder in lesson_folders(tree):
        missing = [n for n in ("lesson.yaml", *_TEXTS) if not tree.exists(f"{folder}/{n}")]
        for name in missing:
            path, advice = f"{folder}/{name}", f"See {FORMAT}, Lesson."
            yield Finding(
                path, None, Severity.ERROR, "missing-file", "there is no such file", advice
            )
        document = None if missing else tree.document(f"{folder}/lesson.yaml")
        if document is not None:
            found: list[Finding] = []
            lesson = Entry(f"{folder}/lesson.yaml", document, found)
            _check_fields(lesson, folder, codes)
            _Texts(tree, folder, lesson).check()
            yield from found


def check_depends(entry: Entry, names: AbstractSet[str], tree: Tree) -> None:
    """Check the named values that an entry's texts use: known, and listed under ``depends``.

    One may be listed that no text names: a figure in an answer can follow from it.
    """
    listed, known = entry.words("depends"), tree.values().keys()
    for name in sorted(names | set(listed)):
        if name not in known:
            advice = f"Add it to {VARIABLES}, or correct the name."
            entry.error("unknown-variable", f"there is no variable {name!r}", advice, at="depends")
        elif name not in listed:
            said = f"{name} is used and not listed"
            entry.error("undeclared-variable", said, "Add it to the list.", at="depends")
    for name in sorted(tree.once("figures", tree.replaced_figures) & set(listed)):
        said = f"was written for another {name}; here it is {tree.values()[name]['en']}"
        advice = "Read its figures again, and write your own where they follow from it."
        entry.warning("value-replaced", said, advice, at="depends")
    if listed and entry.value.get("class") == LessonClass.GENERIC:
        said, advice = "what is generic depends on no variable", "Make it parametric."
        entry.warning("class-depends", said, advice, at="class")


def _check_fields(lesson: Entry, folder: str, codes: dict[str, str]) -> None:
    lesson.only(*_FIELDS)
    code = lesson.code("id")
    if code and folder.rpartition("/")[2] != code.lower():
        lesson.error("wrong-name", f"the folder is not called {code.lower()}", at="id")
    if code in codes:
        lesson.error("duplicate-id", f"{code} stands already in {codes[code]}", at="id")
    codes.setdefault(code, lesson.file)
    lesson.both("title", fixed=True)
    lesson.choice("class", list(LessonClass))
    minutes = lesson.whole("minutes", 1, _LONGEST) or _LONGEST
    lesson.whole("exercise_minutes", 0, minutes, optional=True)
    lesson.both_lists("objectives", fixed=True)
    lesson.words("sources")
    lesson.text("reviewer", optional=True, may_be_empty=True)
    day = lesson.text("reviewed_on", optional=True)
    if day and not _DATE.fullmatch(day):
        lesson.error("wrong-type", f"{day!r} is no date", "As in 2026-05-31.", at="reviewed_on")


class _Texts:
    """Checks what the two texts of a lesson hold, and what lies beside them."""

    def __init__(self, tree: Tree, folder: str, lesson: Entry) -> None:
        self.tree, self.folder, self.lesson, self.found = tree, folder, lesson, lesson.found
        texts = {name: tree.text(f"{folder}/{name}") for name in _TEXTS}
        self.texts = {name: text for name, text in texts.items() if text is not None}
        self.surveys = {name: surveyed(tree, f"{folder}/{name}") for name in self.texts}

    def check(self) -> None:
        for name, survey in self.surveys.items():
            for each in survey.mistakes:
                self._say(name, each.line, each.code, each.message, each.advice)
        self._check_skeleton()
        self._check_checks()
        self._check_files()
        known = self.tree.values().keys()
        told = self._check_values(known)
        names = used([self.texts, self.lesson.value.get("checks")])
        check_depends(self.lesson, names - told, self.tree)

    def _say(self, name: str, line: int | None, code: str, message: str, advice: str = "") -> None:
        path = f"{self.folder}/{name}"
        self.found.append(Finding(path, line, Severity.ERROR, code, message, advice))

    def _check_skeleton(self) -> None:
        if len(self.surveys) < len(_TEXTS):
            return
        chinese, english = (self.surveys[name].skeleton() for name in _TEXTS)
        for what, count in chinese.items():
            if count != english[what]:
                said = f"{what}: {english[what]}, in zh.md {count}"
                self._say("en.md", 1, "skeleton", said, "Both languages have the same skeleton.")

    def _check_checks(self) -> None:
        ids = []
        for check in self.lesson.entries("checks", optional=True, least=0):
            check.only("id", "stem", "options")
            ids.append(check.code("id"))
            check.both("stem")
            options = check_options(
                check, ("key", "text", "why", "right"), least=2, most=_MOST_OPTIONS
            )
            right = [each for each in options if each.flag("right", default=False)]
            if options and (not right or len(right) == len(options)):
                said = "none of the options is right" if not right else "every option is right"
                check.error("answer-count", said, "Mark with right: true.", at="options")
        for code, count in Counter(ids).items():
            if count > 1:
                self.lesson.error("duplicate-id", f"{code} stands {count} times", at="checks")
        for name, survey in self.surveys.items():
            placed = Counter(code for _, code in survey.checks)
            for line, code in survey.checks:
                if code not in ids:
                    said = f"there is no self-check {code!r}"
                    self._say(name, line, "unknown-check", said, "It stands in lesson.yaml.")
            for code in filter(None, ids):
                if placed[code] != 1:
                    said = f"{{check:{code}}} stands {placed[code]} times"
                    self._say(name, None, "check-place", said, "Put it in once.")

    def _check_values(self, known: AbstractSet[str]) -> set[str]:
        """Report named values that do not exist, where they stand; return their names."""
        told: set[str] = set()
        for name, text in self.texts.items():
            for line, words in enumerate(text.splitlines(), start=1):
                for each in sorted(used(words) - known):
                    advice = f"Add it to {VARIABLES}, or correct the name."
                    self._say(
                        name, line, "unknown-variable", f"there is no variable {each!r}", advice
                    )
                    told.add(each)
        return told

    def _check_files(self) -> None:
        wanted: set[str] = set()
        for name, survey in self.surveys.items():
            for line, file in survey.figures:
                if self._check_file(name, line, file, media.IMAGES) and file.endswith(".svg"):
                    wanted.add(narrow_name(file))
                wanted.add(file)
            for line, file in survey.files:
                self._check_file(name, line, file, media.TYPES.keys())
                wanted.add(file)
        for name in self.tree.names(self.folder):
            if name in {"lesson.yaml", *_TEXTS}:
                continue
            if name not in wanted:
                path, advice = f"{self.folder}/{name}", "Remove it, or refer to it."
                said = "no text refers to this file; it is not imported"
                self.found.append(
                    Finding(path, None, Severity.WARNING, "unused-media", said, advice)
                )
            else:
                self._check_content(name)

    def _check_file(self, text: str, line: int, file: str, kinds: object) -> bool:
        """Report a reference to a file that is not there or not taken; return whether it is good."""
        if not media.NAME.fullmatch(file) or media.suffix(file) not in kinds:  # type: ignore[operator]
            advice = "A file beside the text, in small letters, or an address with https:."
            self._say(text, line, "link-target", f"{file[:80]!r} leads nowhere", advice)
            return False
        if not self.tree.exists(f"{self.folder}/{file}"):
            said = f"there is no file {file}"
            self._say(text, line, "missing-media", said, "Put it beside the text.")
            return False
        return True

    def _check_content(self, name: str) -> None:
        content = self.tree.content(f"{self.folder}/{name}")
        if media.suffix(name) == "svg":
            for each in svg.problems(content, narrow=name.endswith(".narrow.svg")):
                self._say(name, each.line, each.code, each.message, each.advice)
        elif said := media.problem(name, content):
            self._say(name, None, "bad-media", said)
