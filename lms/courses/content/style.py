"""The house's style as a file: sources, words to avoid, claims that are not true, the glossary."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lms.core.content import Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES

STYLE = "style.yaml"
_SAID = re.compile('“[^“”]*”|"[^"]*"|`[^`]*`|《[^《》]*》')
_LISTS = {
    "words": ("wording", Severity.WARNING, "a word that says nothing"),
    "claims": ("folklore", Severity.ERROR, "a claim that is not true, or not shown"),
    "glossary": ("glossary", Severity.ERROR, "another word for a thing that has one"),
}


@dataclass(frozen=True, slots=True)
class _Rule:
    """One expression to avoid."""

    pattern: re.Pattern[str]
    code: str
    severity: Severity
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Style:
    """What the file says, as far as it is well formed."""

    sources: frozenset[str]
    rules: dict[str, tuple[_Rule, ...]]
    """By language."""
    gates: dict[str, re.Pattern[str]]
    """All expressions of a language in one: most texts have none of them."""

    def remarks(self, text: str, language: str) -> Iterator[tuple[str, Severity, str, str]]:
        """Yield code, severity, message, advice; what is quoted is somebody else's wording."""
        text = _SAID.sub("", text)
        if not self.gates[language].search(text):
            return
        for rule in self.rules[language]:
            if found := rule.pattern.search(text):
                yield rule.code, rule.severity, f"{rule.message}: {found.group()}", rule.advice


def style(tree: Tree) -> Style:
    """Return the tree's style; an empty one if there is no such file."""
    return tree.once(STYLE, lambda: _read(tree)[0])


def check_style(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the file."""
    yield from _read(tree)[1]


def _read(tree: Tree) -> tuple[Style, list[Finding]]:
    found: list[Finding] = []
    document = tree.document(STYLE) if tree.exists(STYLE) else None
    rules: dict[str, list[_Rule]] = {each: [] for each in LANGUAGES}
    sources: set[str] = set()
    if document is not None:
        entry = Entry(STYLE, document, found)
        entry.only("sources", *_LISTS)
        if (named := entry.entry("sources", optional=True)) is not None:
            sources = {tag for tag in named.value if named.both(tag)}
        for key in _LISTS:
            for each in entry.entries(key, optional=True, least=0):
                language, rule = _rule(each, key)
                if rule is not None:
                    rules[language].append(rule)
    gates = {language: _gate(each) for language, each in rules.items()}
    fixed = {language: tuple(each) for language, each in rules.items()}
    return Style(frozenset(sources), fixed, gates), found


def _gate(rules: list[_Rule]) -> re.Pattern[str]:
    either = "|".join(f"(?:{each.pattern.pattern})" for each in rules)
    return re.compile(either or "(?!)", re.IGNORECASE)


def _rule(entry: Entry, key: str) -> tuple[str, _Rule | None]:
    code, severity, said = _LISTS[key]
    told = "use" if key == "glossary" else "advice"
    entry.only("language", "avoid", told)
    language = entry.choice("language", LANGUAGES)
    advice = entry.text(told)
    try:
        pattern = re.compile(entry.text("avoid"), re.IGNORECASE)
    except re.error as error:
        entry.error(
            "bad-pattern", f"is no regular expression: {error}", "See Python's.", at="avoid"
        )
        return language, None
    if not language or not pattern.pattern:
        return language, None
    advice = f"Here it is called: {advice}." if key == "glossary" else advice
    return language, _Rule(pattern, code, severity, said, advice)
