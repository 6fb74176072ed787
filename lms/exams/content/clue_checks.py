"""What gives a question's key away, and options that another site's values make alike."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lms.core import typography
from lms.core.content import Tree
from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES, fill
from lms.core.text import Bilingual
from lms.courses.content.prose_checks import Reviewer
from lms.exams.content.question_checks import QUESTIONS
from lms.exams.rules.kinds import Kind

_ABSOLUTE = {
    "zh": re.compile("一定|总是|从来|永远|绝对|必然|肯定|任何|完全|毫无"),
    "en": re.compile(
        r"\b(?:always|never|certainly|absolutely|completely|surely|entirely|definitely|guaranteed?)\b",
        re.IGNORECASE,
    ),
}
"""Words that a trainee has learned to distrust; "only" and "all" are too common to say anything."""
_SAID = re.compile("```.*?```|`[^`]*`|“[^“”]*”|\"[^\"]*\"|(?<!\\w)'[^']*'(?!\\w)", re.DOTALL)
"""Logs, code and what somebody says: their words are the case's."""
_LONG_WORD = re.compile(r"[a-z][a-z-]{5,}")
_HAN_RUN = re.compile(f"[{typography.HAN}]{{4,}}")
_HAN_WORD = 4
"""Chinese has no blanks: as many characters in a row are taken for a word."""
_RARE = 2
"""Questions that have a word; the one that is looked at is among them."""
_LISTS = ("options", "things", "choices", "items")
_DIGITS = re.compile(r"\d+")


class Vocabulary:
    """How many questions of the bank have each longer word, by language."""

    def __init__(self, tree: Tree) -> None:
        self._counts: dict[str, Counter[str]] = {each: Counter() for each in LANGUAGES}
        for path, document in tree.documents(QUESTIONS):
            for entry in Entry(path, document, []).entries("questions"):
                parts = entry.entries("parts") if entry.value.get("kind") == Kind.CASE else [entry]
                for each in parts:
                    self._add(each)

    def _add(self, entry: Entry) -> None:
        for language, counts in self._counts.items():
            texts = [entry.both("stem").get(language, ""), *_texts(entry, "options", language)]
            counts.update(_words("\n".join(texts), language))

    def is_rare(self, word: str, language: str) -> bool:
        """Whether hardly another question has it."""
        return self._counts[language][word] <= _RARE


def check_clues(reviewer: Reviewer, entry: Entry, vocabulary: Vocabulary) -> None:
    """Report what gives the key of a question away.

    Args:
        reviewer: collects the findings.
        entry: a question, or a sub-question of a case.
        vocabulary: of the whole bank.
    """
    code = entry.text("id")
    if entry.value.get("kind") in {Kind.SINGLE, Kind.MULTIPLE}:
        _absolutes(reviewer, entry, code)
    if entry.value.get("kind") == Kind.SINGLE:
        _echoes(reviewer, entry, code, vocabulary)
    _collisions(reviewer, entry, code)


def _absolutes(reviewer: Reviewer, entry: Entry, code: str) -> None:
    keys = set(entry.words("answer"))
    for language, pattern in _ABSOLUTE.items():
        said: dict[bool, set[str]] = {True: set(), False: set()}
        for each in entry.entries("options"):
            text = _SAID.sub("", each.both("text").get(language, ""))
            said[str(each.value.get("key")) in keys].update(pattern.findall(text))
        if said[False] and not said[True]:
            words = ", ".join(sorted(said[False]))
            message = f"{code}: absolute words in wrong options only ({language}): {words}"
            advice = "Nobody believes them: say what the option means."
            reviewer.say("absolute", message, advice, line=entry.line("options"), error=False)


def _echoes(reviewer: Reviewer, entry: Entry, code: str, vocabulary: Vocabulary) -> None:
    keys = set(entry.words("answer"))
    for language in LANGUAGES:
        stem = _words(entry.both("stem").get(language, ""), language)
        words: dict[bool, set[str]] = {True: set(), False: set()}
        for each in entry.entries("options"):
            text = each.both("text").get(language, "")
            words[str(each.value.get("key")) in keys] |= _words(text, language)
        shared = (stem & words[True]) - words[False]
        if rare := sorted(each for each in shared if vocabulary.is_rare(each, language)):
            message = f"{code}: the stem and the key alone say ({language}): {', '.join(rare)}"
            advice = "A word that stands in both points to the key: say it otherwise."
            reviewer.say("echo", message, advice, line=entry.line("options"), error=False)


def _collisions(reviewer: Reviewer, entry: Entry, code: str) -> None:
    """Report texts to choose from that are the same once a site has other values."""
    for key in _LISTS:
        if not isinstance(entry.value.get(key), list):
            continue
        for language in LANGUAGES:
            texts = _texts(entry, key, language)
            if not any("{{" in each for each in texts):
                continue
            for values in _other_values(reviewer.values):
                filled = Counter(fill(each, values, language) for each in texts)
                if alike := sorted(each for each, times in filled.items() if times > 1):
                    message = f"{code}: with other values two {key} read {alike[0]} ({language})"
                    advice = "Let them differ by more than a figure that a site replaces."
                    reviewer.say("values-collide", message, advice, line=entry.line(key))
                    break


def _other_values(values: dict[str, Bilingual]) -> Iterator[dict[str, Bilingual]]:
    """Yield two other sets of values, as other sites have them: figures doubled, figures raised."""
    for times, more in ((2, 0), (1, 5)):
        yield {
            name: {each: _changed(text, times, more) for each, text in value.items()}
            for name, value in values.items()
        }


def _changed(text: str, times: int, more: int) -> str:
    def other(found: re.Match[str]) -> str:
        return str(int(found[0]) * times + more)

    return _DIGITS.sub(other, text)


def _texts(entry: Entry, key: str, language: str) -> list[str]:
    if not isinstance(entry.value.get(key), list):
        return []
    return [each.both("text").get(language, "") for each in entry.entries(key, least=0)]


def _words(text: str, language: str) -> set[str]:
    """Return the longer words of a text; of Chinese, each run of four characters."""
    text = _SAID.sub("\n", text)
    if language == "en":
        return set(_LONG_WORD.findall(text.lower()))
    runs: Iterable[str] = _HAN_RUN.findall(text)
    return {
        run[start : start + _HAN_WORD] for run in runs for start in range(len(run) - _HAN_WORD + 1)
    }
