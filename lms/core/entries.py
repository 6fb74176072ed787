"""Reading an entry of a content file field by field, and saying what is wrong with each.

A field that is wrong is reported once and read as its empty value, so that a check goes on to the
next field instead of stopping at the first mistake.
"""

import re
from collections.abc import Collection
from typing import Any

from lms.core.content import FORMAT, Finding, Severity
from lms.core.placeholders import LANGUAGES, used
from lms.core.yaml_lines import Map, Seq

_KIND = {Map: "a mapping", Seq: "a list", str: "a text", bool: "true or false", int: "a number"}
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
"""What an entry may be called."""


class Entry:
    """One mapping of a file.

    Args:
        file: its path below the root.
        value: the mapping.
        found: where findings are put.
        path: its place in the file, such as ``questions[3]``.
    """

    def __init__(self, file: str, value: Map, found: list[Finding], path: str = "") -> None:
        self.file = file
        self.value = value
        self.found = found
        self.path = path

    def line(self, key: str | None = None) -> int:
        """Return the line of a field, or that of the entry."""
        return self.value.lines.get(key or "", self.value.line)

    def error(self, code: str, message: str, advice: str = "", *, at: str | None = None) -> None:
        """Report something that stops an import; `at` names the field."""
        self._report(Severity.ERROR, code, message, advice, at)

    def warning(self, code: str, message: str, advice: str = "", *, at: str | None = None) -> None:
        """Report something that does not stop an import; `at` names the field."""
        self._report(Severity.WARNING, code, message, advice, at)

    def only(self, *names: str) -> None:
        """Report fields that are not in `names`."""
        for key in self.value:
            if key not in names:
                advice = f"Known here: {', '.join(names)}."
                if names == LANGUAGES:  # {zh: …, en: one, two} reads "two" as a field
                    advice += " A text with a comma stands in quotes."
                self.error("unknown-field", "there is no such field", advice, at=key)

    def text(self, key: str, *, optional: bool = False, may_be_empty: bool = False) -> str:
        """Return a one-language text; empty if it is missing or wrong."""
        if (given := self._get(key, str, optional=optional)) is None:
            return ""
        if not given.strip() and not may_be_empty:
            self.error("empty-text", "is empty", at=key)
        return str(given)

    def code(self, key: str, *, optional: bool = False) -> str:
        """Return a name such as ``S1-C-4``; empty if it is missing or wrong."""
        given = self.text(key, optional=optional)
        if given and not CODE.fullmatch(given):
            advice = "Letters, digits and dashes, 40 at most."
            self.error("bad-code", f"{given!r} is no name for an entry", advice, at=key)
            return ""
        return given

    def whole(self, key: str, low: int, high: int, *, optional: bool = False) -> int | None:
        """Return a whole number within bounds; None if it is missing or wrong."""
        given: int | None = self._get(key, int, optional=optional)
        if given is not None and not low <= given <= high:
            self.error("out-of-range", f"is {given}", f"From {low} to {high}.", at=key)
            return None
        return given

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        given = self._get(key, bool, optional=True)
        return default if given is None else bool(given)

    def choice(self, key: str, names: Collection[str], *, optional: bool = False) -> str:
        """Return one of some words; empty if it is missing or another."""
        given = self._get(key, str, optional=optional)
        if given is not None and given not in names:
            self.error("not-a-choice", f"is {given!r}", f"One of: {', '.join(names)}.", at=key)
            return ""
        return given or ""

    def both(self, key: str, *, fixed: bool = False, optional: bool = False) -> dict[str, str]:
        """Return a text in both languages; without the languages that are missing or wrong.

        Args:
            key: the field.
            fixed: whether named values may not stand in it, as in a title.
            optional: whether it may be missing.
        """
        inner = self.entry(key, optional=optional)
        if inner is None:
            return {}
        inner.only(*LANGUAGES)
        texts = {each: inner.text(each) for each in LANGUAGES}
        if fixed and used(texts):
            advice = "Write the value, or say it elsewhere."
            self.error("variable-in-title", "a variable cannot stand here", advice, at=key)
        return {each: text for each, text in texts.items() if text}

    def both_lists(self, key: str, *, fixed: bool = False, least: int = 1) -> dict[str, list[str]]:
        """Return a list of texts in both languages, of the same length; empty if wrong."""
        if (inner := self.entry(key)) is None:
            return {}
        inner.only(*LANGUAGES)
        lists = {each: inner.words(each, least=least) for each in LANGUAGES}
        if len({len(each) for each in lists.values()}) > 1:
            counts = ", ".join(f"{each}: {len(texts)}" for each, texts in lists.items())
            self.error("uneven-languages", f"the lists differ ({counts})", "One for one.", at=key)
        if fixed and used(lists):
            advice = "Write the value, or say it elsewhere."
            self.error("variable-in-title", "a variable cannot stand here", advice, at=key)
        return lists

    def words(self, key: str, *, optional: bool = False, least: int = 0) -> list[str]:
        """Return a list of texts, each of them once; without those that are none."""
        given = self._get(key, Seq, optional=optional)
        if given is None:
            return []
        good = [each for each in given if isinstance(each, str) and each.strip()]
        if len(good) != len(given):
            advice = "Put numbers and the like in quotes."
            self.error("wrong-type", "an item is not a text", advice, at=key)
        elif len(given) < least:
            self.error("too-few", f"needs {least} items at least", at=key)
        if len(set(good)) != len(good):
            self.error("duplicate-item", "an item stands twice", at=key)
        return good

    def entry(self, key: str, *, optional: bool = False) -> "Entry | None":
        """Return a mapping within this one; None if it is missing or wrong."""
        given = self._get(key, Map, optional=optional)
        return None if given is None else self._within(given, self._place(key))

    def entries(self, key: str, *, optional: bool = False, least: int = 1) -> list["Entry"]:
        """Return the mappings of a list within this one; without items that are none."""
        given = self._get(key, Seq, optional=optional)
        if given is None:
            return []
        if len(given) < least:
            self.error("too-few", f"needs {least} items at least", at=key)
        if any(not isinstance(each, Map) for each in given):
            self.error("wrong-type", "an item is not a mapping", at=key)
        return [
            self._within(each, f"{self._place(key)}[{number}]")
            for number, each in enumerate(given, start=1)
            if isinstance(each, Map)
        ]

    def _within(self, value: Map, path: str) -> "Entry":
        return type(self)(self.file, value, self.found, path)

    def _get(self, key: str, kind: type, *, optional: bool) -> Any:
        given = self.value.get(key)
        if given is None:
            if not optional:
                said = "is missing" if key not in self.value else "has no value"
                self.error("missing-field", said, f"See {FORMAT}.", at=key)
            return None
        # True is an int to Python, but not to whoever writes a file
        if not isinstance(given, kind) or (kind is int and isinstance(given, bool)):
            said = f"is not {_KIND[kind]}"
            self.error("wrong-type", said, _quoting(kind, given), at=key)
            return None
        return given

    def _place(self, key: str | None) -> str:
        return ".".join(filter(None, (self.path, key)))

    def _report(
        self, severity: Severity, code: str, message: str, advice: str, at: str | None
    ) -> None:
        place = self._place(at)
        said = f"{place}: {message}" if place else message
        self.found.append(Finding(self.file, self.line(at), severity, code, said, advice))


def _quoting(kind: type, given: object) -> str:
    if kind is str and isinstance(given, int | float):
        return f"YAML reads it as {given}: put it in quotes."
    return f"See {FORMAT}."
