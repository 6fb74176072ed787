"""The quality bar for questions, each alone and as a bank (after Haladyna and others, and the NBME)."""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lms.core import typography
from lms.core.content import Finding, Tree
from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES
from lms.courses.content.prose_checks import Reviewer, review_texts
from lms.courses.content.reading import plain
from lms.courses.content.style import STYLE
from lms.exams.content.cases import parted
from lms.exams.content.clue_checks import Vocabulary, check_clues
from lms.exams.content.question_checks import QUESTIONS
from lms.exams.models import Pool
from lms.exams.rules.kinds import Kind

_NEGATIVE = {
    "zh": re.compile(
        "哪.{0,4}(?:不(?!一|同|妨|断|仅|只|久|必|得)|没有|错误|不是)"
        "|(?:不|没)[^，。；？“”]{0,8}的(?:是|一项|做法|说法)(?:哪|？|$)"
    ),
    "en": re.compile(
        r"\b(?:which|what)\b[^.?!\"]*\b(?:not|never|except|cannot|isn't|doesn't|incorrect|wrong)\b"
        r"|\bexcept\b[^.?!]*\?",
        re.IGNORECASE,
    ),
}
_EMPHASISED = re.compile(r"\*\*[^*]+\*\*")
_QUOTED = re.compile('IS NOT|“[^“”]*”|"[^"]*"|`[^`]*`|```.*?```', re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[ \u00a0,]\d{3})*(?:\.\d+)?")
_WORD = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff]")
_UNEVEN, _TOO_UNEVEN = 1.5, 2.0
_SHORT = 8
"""Options that are all this short are names and figures: their lengths give nothing away."""
_KEY_LONGEST = 0.4
_ENOUGH = 24
"""Questions from which on a share means something."""
_ALIKE = 0.8
_EXPECTED_MISTAKES = 2


class _Choice(NamedTuple):
    """What a bank needs to know of one question with options and one key."""

    key: int
    options: int
    is_key_longest: bool


def check_bank(tree: Tree) -> Iterator[Finding]:
    """Yield where questions fall short; nothing for a tree without the house's style."""
    if not tree.exists(STYLE):
        return
    choices: list[_Choice] = []
    stems, vocabulary = _Stems(), Vocabulary(tree)
    for path, document in tree.documents(QUESTIONS):
        reviewer = Reviewer(tree, path)
        for entry in Entry(path, document, []).entries("questions"):
            if entry.value.get("pool") == Pool.RETIRED:
                continue
            review_texts(reviewer, entry)
            stems.check(reviewer, entry)
            for each in _parts(entry):
                _Question(reviewer, each).check()
                check_clues(reviewer, each, vocabulary)
                if each.value.get("kind") == Kind.SINGLE:
                    choices.append(_choice(each))
        yield from reviewer.found
    yield from _balance(Reviewer(tree, QUESTIONS), choices)


def bank_measures(tree: Tree) -> dict[str, Any]:
    """Return how many questions there are by module: kind, pool and difficulty."""
    found: dict[str, Any] = {}
    for _path, document in tree.documents(QUESTIONS):
        entries = [each for each in document.get("questions") or () if isinstance(each, dict)]
        try:  # a case's sub-questions count under their own kinds
            questions = [part for each in entries for part in parted(plain(each))]
        except KeyError:  # an entry that is not well formed
            questions = entries
        found[str(document.get("unit"))] = {
            "questions": len(questions),
            **{
                key: dict(sorted(Counter(str(each.get(key)) for each in questions).items()))
                for key in ("kind", "pool", "difficulty", "class")
            },
            "cases": sum(each.get("kind") == Kind.CASE for each in entries),
            "safety": sum(bool(each.get("safety")) for each in questions),
        }
    return found


def _parts(entry: Entry) -> list[Entry]:
    """Return a case's sub-questions, or the question itself."""
    return entry.entries("parts") if entry.value.get("kind") == Kind.CASE else [entry]


class _Question:
    """Reviews one question."""

    def __init__(self, reviewer: Reviewer, entry: Entry) -> None:
        self.say, self.entry = reviewer.say, entry
        self.code = entry.text("id")

    def check(self) -> None:
        self._stem()
        self._numbers("stem", self.entry.value.get("stem"))
        if self.entry.value.get("kind") in {Kind.SINGLE, Kind.MULTIPLE}:
            self._options()
        if self.entry.value.get("kind") == Kind.NUMERIC:
            self._numeric()

    def _stem(self) -> None:
        stem, line = self.entry.both("stem"), self.entry.line("stem")
        for language, words in stem.items():
            bare = _QUOTED.sub("", words)
            if _NEGATIVE[language].search(bare) and not _EMPHASISED.search(bare):
                said = f"{self.code} asks for what is not so ({language})"
                advice = "Ask for what is; if it has to be, set the word in bold."
                self.say("negative-stem", said, advice, line=line)

    def _options(self) -> None:
        options = self.entry.entries("options")
        for language in LANGUAGES:
            texts = [each.both("text").get(language, "") for each in options]
            sizes = [typography.length(each, language) for each in texts]
            if max(sizes) > _SHORT and min(sizes) and self.entry.value["kind"] == Kind.SINGLE:
                self._evenness(language, max(sizes) / min(sizes))
            figures = [_NUMBER.fullmatch(_unit_off(each)) for each in texts]
            if all(figures):
                values = [float(re.sub("[ \u00a0,]", "", _unit_off(each))) for each in texts]
                if values not in (sorted(values), sorted(values, reverse=True)):
                    said = f"{self.code}: figures are not in order"
                    self.say("option-order", said, "Ascending.", line=self.entry.line("options"))
        for each in options:
            self._numbers(f"option {each.value.get('key')}", each.value.get("text"))

    def _evenness(self, language: str, ratio: float) -> None:
        if ratio > _UNEVEN:
            said = f"{self.code}: the longest option is {ratio:.1f} times the shortest ({language})"
            advice = f"{_UNEVEN} at most: length gives the key away."
            line = self.entry.line("options")
            self.say("uneven-options", said, advice, line=line, error=ratio > _TOO_UNEVEN)

    def _numeric(self) -> None:
        line = self.entry.line("answer")
        if not self.entry.value.get("unit"):
            self.say("numeric-unit", f"{self.code} has no unit", "Name it.", line=line)
        if len(self.entry.value.get("wrong") or ()) < _EXPECTED_MISTAKES:
            said = f"{self.code} expects fewer than {_EXPECTED_MISTAKES} mistakes"
            self.say("numeric-wrong", said, "Which wrong values will be typed?", line=line)

    def _numbers(self, what: str, text: Any) -> None:
        """Report figures that stand in one language only."""
        if not isinstance(text, Mapping) or not all(
            isinstance(text.get(each), str) for each in LANGUAGES
        ):
            return
        if differ := typography.uneven_figures(text["zh"], text["en"]):
            said = f"{self.code}: {what} has other figures in the other language: "
            line = self.entry.line("stem" if what == "stem" else "options")
            self.say("numbers-differ", said + ", ".join(sorted(differ)), "Is it so?", line=line)


class _Stems:
    """Finds stems that stand already, or nearly."""

    def __init__(self) -> None:
        self._seen: list[tuple[str, set[str], int]] = []

    def check(self, reviewer: Reviewer, entry: Entry) -> None:
        words = _WORD.findall(str((entry.value.get("stem") or {}).get("en", "")).lower())
        pairs = {" ".join(each) for each in zip(words, words[1:], words[2:], strict=False)}
        code, mark = entry.text("id"), _mark(pairs)
        for other, there, its in self._seen:
            # two sets that are alike share most of their marks: the cheap test first
            if (mark & its).bit_count() < _ALIKE * 0.9 * max(mark.bit_count(), its.bit_count()):
                continue
            alike = len(pairs & there) / max(len(pairs | there), 1)
            if alike > _ALIKE:
                said = f"{code} asks nearly what {other} asks"
                line, is_same = entry.line("stem"), alike == 1
                reviewer.say("duplicate-stem", said, "Change one.", line=line, error=is_same)
        if pairs:
            self._seen.append((code, pairs, mark))


def _mark(pairs: set[str]) -> int:
    mark = 0
    for each in pairs:
        mark |= 1 << (zlib.crc32(each.encode()) % 1021)
    return mark


def _unit_off(text: str) -> str:
    """Return a figure without the word behind it: "30 minutes" is "30"."""
    return re.sub(r"\s*(?:[A-Za-z%\u3400-\u9fff]+\s?){0,2}$", "", text.strip())


def _choice(entry: Entry) -> _Choice:
    options = entry.entries("options")
    answer = entry.words("answer")
    keys = [str(each.value.get("key")) for each in options]
    longest = []
    for language in LANGUAGES:
        sizes = [
            typography.length(each.both("text").get(language, ""), language) for each in options
        ]
        key = sizes[keys.index(answer[0])]
        longest.append(key == max(sizes) and sizes.count(key) == 1)
    return _Choice(keys.index(answer[0]), len(options), all(longest))


def _balance(reviewer: Reviewer, choices: list[_Choice]) -> Iterator[Finding]:
    """Report a bank in which the position or the length of an option gives the key away."""
    by_size: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for each in choices:
        by_size[each.options][each.key] += 1
    for size, positions in sorted(by_size.items()):
        total = positions.total()
        fair = total / size
        for number in range(size if total >= _ENOUGH else 0):
            if not fair / 2 <= positions[number] <= fair * 1.5:
                said = f"of {total} keys among {size} options, {positions[number]} are"
                letter, advice = "ABCDEF"[number], f"About {fair:.0f} each."
                reviewer.say("key-positions", f"{said} {letter}", advice, line=None)
    longest = sum(each.is_key_longest for each in choices)
    if len(choices) >= _ENOUGH and longest > _KEY_LONGEST * len(choices):
        said = f"the key is the longest option in {longest} of {len(choices)} questions"
        reviewer.say("key-longest", said, f"{_KEY_LONGEST:.0%} at most.", line=None)
    yield from reviewer.found
