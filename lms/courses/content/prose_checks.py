"""The quality bar for lessons' texts: length, shape, style, the world, both languages in step.

What falls short here does not keep a text from being imported; docs/content-format.md has the rules.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from lms.core import clock, prose, typography
from lms.core.content import Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES, fill
from lms.courses.content.reading import lesson_folders, surveyed
from lms.courses.content.sourcing import unsourced
from lms.courses.content.style import STYLE, Style, style
from lms.courses.content.world import World, world

_RATE = {"zh": 300, "en": 200}
"""Characters and words a minute: ours, for technical reading, partly in a second language."""
_PER_MINUTE = (60, 110)
"""Chinese characters for each minute of reading: fewer are padding, more do not fit."""
_MOST_READING = 0.6
"""Part of the reading minutes that reading takes; the rest is for thinking."""
_RATIO = (0.50, 0.85)
"""English words for each Chinese character."""
_HEADINGS = (3, 6)
_MEAN_WORDS = 18
_FAR = 1_000_000
_STALE = timedelta(days=365)
_STAMPED = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?!\S*[+-]\d{2}:\d{2}|\S*Z)"
)
_SAFE = {
    "zh": re.compile("只读|改(?:变|动)?(?:数据|状态|队列|配置)|修改"),
    "en": re.compile("read-only|change[sd]? (?:data|state|the|a|queues|settings)", re.IGNORECASE),
}
_BAD = re.compile(r"\**(?:坏例子|Bad example)")
_NOT_PROSE = {"accept", "units"}
"""Fields with what people may type."""
_NUMBER = re.compile(r"\d+(?:[ \u00a0,]\d{3})*(?:\.\d+)?")


def check_prose(tree: Tree) -> Iterator[Finding]:
    """Yield where lessons fall short; nothing for a tree without the house's style."""
    if not tree.exists(STYLE):
        return
    for folder in lesson_folders(tree):
        path = f"{folder}/lesson.yaml"
        names = [f"{folder}/{language}.md" for language in LANGUAGES]
        document = tree.document(path) if all(map(tree.exists, (path, *names))) else None
        if document is not None and all(tree.text(name) is not None for name in names):
            yield from _Lesson(tree, folder, Entry(path, document, [])).check()


def size(found: prose.Survey, language: str) -> int:
    """Return the length of a text, code apart."""
    return sum(typography.length(each.text, language) for each in found.pieces)


def sizes(tree: Tree) -> dict[str, int]:
    """Return the length of all lessons, by language."""
    return {
        language: sum(
            size(surveyed(tree, f"{folder}/{language}.md"), language)
            for folder in lesson_folders(tree)
            if tree.exists(f"{folder}/{language}.md")
        )
        for language in LANGUAGES
    }


class Reviewer:
    """Reviews texts of one file and collects what falls short.

    Args:
        tree: with the style and the world.
        file: that findings name.
    """

    def __init__(self, tree: Tree, file: str) -> None:
        self.file, self.found = file, list[Finding]()
        self.style: Style = style(tree)
        self.world: World = world(tree)
        self.values = tree.own_values()
        self.left = tree.once("left", lambda: _left(tree))

    def say(
        self, code: str, message: str, advice: str = "", *, line: int | None = 1, error: bool = True
    ) -> None:
        """Keep a finding."""
        severity = Severity.ERROR if error else Severity.WARNING
        self.found.append(Finding(self.file, line, severity, code, message, advice))

    def text(self, words: str, language: str, line: int, *, kind: str = "text") -> None:
        """Review one paragraph, cell or sentence."""
        for old, new in self.left[language].items():
            if old in words:
                said, advice = f"says {old}; here it is {new}", "Replace it, or let the case stay."
                self.say("name-left", said, advice, line=line, error=False)
        words = fill(words, self.values, language)
        for each in typography.remarks(words, language):
            if each.code != "en-clock" or kind in {"text", "heading"}:
                self.say(each.code, each.message, each.advice, line=line, error=each.is_error)
        if kind in {"text", "quote"} and not _BAD.match(words):
            for each in typography.too_long(words, language):
                self.say(each.code, each.message, each.advice, line=line, error=each.is_error)
        if kind != "quote":
            for code, severity, said, advice in self.style.remarks(words, language):
                self.say(code, said, advice, line=line, error=severity is Severity.ERROR)
        self.facts(words, line)

    def facts(self, words: str, line: int) -> None:
        """Hold a text, or a log, to the world."""
        for said, advice in self.world.contradictions(words):
            self.say("world", said, advice, line=line)

    def survey(self, found: prose.Survey, language: str) -> None:
        """Review a whole Markdown text."""
        for piece in found.pieces:
            self.text(piece.text, language, piece.line, kind=piece.kind)
        for line, word, block in found.blocks:
            self.facts(block, line)
            for number, each in enumerate(block.splitlines(), start=1):
                if word == "log" and _STAMPED.search(each):
                    said, advice = "a time of a log without its zone", "As in …T09:14:07+08:00."
                    self.say("log-zone", said, advice, line=line + number)
        self._commands(found, language)

    def _commands(self, found: prose.Survey, language: str) -> None:
        """Report commands of which nobody says whether they change anything."""
        heads = [line for line, _level in found.levels]
        for line, word, block in found.blocks:
            if word not in {"console", "sql"} or (word == "console" and "$" not in block):
                continue
            start = max((each for each in heads if each < line), default=1)
            end = min((each for each in heads if each > line), default=line + _FAR)
            near = [each.text for each in found.pieces if start <= each.line < end]
            if not _SAFE[language].search(" ".join([block, *near])):
                said = "nobody says whether these commands only read"
                self.say("command-safety", said, "Read-only, or what it changes.", line=line)


class _Lesson:
    """Reviews one lesson."""

    def __init__(self, tree: Tree, folder: str, entry: Entry) -> None:
        self.tree, self.folder, self.entry = tree, folder, entry
        self.surveys = {each: surveyed(tree, f"{folder}/{each}.md") for each in LANGUAGES}
        self.reviewers = {each: Reviewer(tree, f"{folder}/{each}.md") for each in LANGUAGES}
        self.meta = Reviewer(tree, entry.file)

    def check(self) -> Iterator[Finding]:
        for language, found in self.surveys.items():
            self.reviewers[language].survey(found, language)
            self._shape(language, found)
        self._length()
        self._fields()
        self._languages()
        for reviewer in (*self.reviewers.values(), self.meta):
            yield from reviewer.found

    def _shape(self, language: str, found: prose.Survey) -> None:
        say, fewest, most = self.reviewers[language].say, *_HEADINGS
        if not fewest <= found.headings <= most:
            advice = f"From {fewest} to {most}."
            say("heading-count", f"{found.headings} headings of the second level", advice)
        for line in _lone(found.levels):
            say("lone-heading", "a third-level heading alone in its section", "Drop it.", line=line)
        last = max((line for line, level in found.levels if level == "h2"), default=0)
        if not found.checks:
            say("no-check", "no self-check", "A lesson ends in one.")
        elif found.checks[-1][0] < last:
            say("check-not-last", "the self-check does not stand in the last section", "Move it.")
        if not found.figures and not found.tables:
            say("no-figure", "neither a figure nor a table", "One of what the lesson is about.")
        if self.meta.world and not self._cast(language):
            say("no-case", "no case of the sample world", "Name the customer, the host, the fault.")
        if language == "en":
            self._mean(found)
        if not self.entry.words("sources"):
            for line, claim in unsourced(found, language):
                said = f"{claim}, and nothing says where it comes from"
                advice = "Name the source, call it our rule, or show what it is worked out of."
                say("unsourced-figure", said, advice, line=line, error=False)

    def _mean(self, found: prose.Survey) -> None:
        said = [
            typography.length(each, "en")
            for piece in found.pieces
            if piece.kind == "text"
            for each in typography.sentences(piece.text, "en")
        ]
        if said and (mean := sum(said) / len(said)) > _MEAN_WORDS:
            message = f"{mean:.0f} words a sentence on average"
            self.reviewers["en"].say(
                "long-sentence", message, f"{_MEAN_WORDS} at most.", error=False
            )

    def _length(self) -> None:
        value = self.entry.value
        minutes = int(value.get("minutes") or 0) - int(value.get("exercise_minutes") or 0)
        lengths = {each: size(found, each) for each, found in self.surveys.items()}
        if minutes <= 0 or not all(lengths.values()):
            return
        low, high = (each * minutes for each in _PER_MINUTE)
        line = self.entry.line("minutes")
        if not low <= lengths["zh"] <= high:
            said = f"{lengths['zh']} Chinese characters for {minutes} minutes of reading"
            self.meta.say("length", said, f"From {low} to {high}.", line=line)
        for language, length in lengths.items():
            if (takes := length / _RATE[language]) > _MOST_READING * minutes:
                said = f"reading {language}.md takes {takes:.0f} of {minutes} minutes"
                self.meta.say("reading-time", said, "Shorten it, or plan more.", line=line)
        ratio, (low_ratio, high_ratio) = lengths["en"] / lengths["zh"], _RATIO
        if not low_ratio <= ratio <= high_ratio:
            said = f"{ratio:.2f} English words for each Chinese character"
            advice = f"From {low_ratio} to {high_ratio}: is something missing in one language?"
            self.meta.say("language-ratio", said, advice, error=False)

    def _fields(self) -> None:
        for tag in self.entry.words("sources"):
            if tag not in self.meta.style.sources:
                line = self.entry.line("sources")
                self.meta.say("unknown-source", f"no source {tag}", f"As in {STYLE}.", line=line)
        day = self.entry.text("reviewed_on", optional=True)
        if day and date.fromisoformat(day) + _STALE < clock.now().date():
            said, line = f"last read through on {day}", self.entry.line("reviewed_on")
            self.meta.say("stale-review", said, "Read it again.", line=line, error=False)
        review_texts(self.meta, self.entry)

    def _cast(self, language: str) -> set[str]:
        found, values = self.surveys[language], self.meta.values
        texts = [*(each.text for each in found.pieces), *(each[2] for each in found.blocks)]
        return self.meta.world.cast(fill("\n".join(texts), values, language), language)

    def _languages(self) -> None:
        """Report what one language names and the other does not."""
        chinese, english = (self._cast(language) for language in LANGUAGES)
        for name in sorted(chinese ^ english):
            missing = "en" if name in chinese else "zh"
            said = f"{name} stands in the other language only"
            self.reviewers[missing].say("cases-differ", said, "Name it in both.")
        for code in sorted(_blocks_differ(*self.surveys.values())):
            self.reviewers["en"].say(
                "code-differs", "a log or command differs from the Chinese text's", line=code
            )
        texts = ["\n".join(each.text for each in s.pieces) for s in self.surveys.values()]
        there = set(typography.figures(texts[1]))
        for number in sorted(typography.uneven_figures(*texts), key=lambda each: (len(each), each)):
            missing = "zh" if number in there else "en"
            said = f"the number {number} stands in the other language only"
            self.reviewers[missing].say("numbers-differ", said, "Is it left out?", error=False)


def _left(tree: Tree) -> dict[str, dict[str, str]]:
    """Return language -> name in the sample texts -> what the site calls it."""
    theirs, now, names = tree.own_values(), tree.values(), world(tree).variables
    changed = [(theirs[each], now[each]) for each in names if theirs[each] != now[each]]
    return {each: {old[each]: new[each] for old, new in changed} for each in LANGUAGES}


def review_texts(reviewer: Reviewer, entry: Entry) -> None:
    """Review every bilingual text within a mapping of a file, in its lines."""
    for key, value in entry.value.items():
        if key in _NOT_PROSE:
            continue
        line = entry.line(key)
        for language, words in value.items() if isinstance(value, dict) else ():
            for each in words if isinstance(words, list) else [words]:
                if language in LANGUAGES and isinstance(each, str):
                    _review(reviewer, each, language, line)
        if isinstance(value, dict) and not value.keys() <= set(LANGUAGES):
            inner = entry.entry(key)
            review_texts(reviewer, inner) if inner else None
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for inner in entry.entries(key, least=0):
                review_texts(reviewer, inner)


def _review(reviewer: Reviewer, text: str, language: str, line: int) -> None:
    if "\n" in text.strip() or "```" in text:
        reviewer.survey(prose.survey(text), language)
    else:
        reviewer.text(text, language, line, kind="cell")


def _lone(levels: list[tuple[int, str]]) -> Iterator[int]:
    """Yield the lines of third-level headings that are alone in their section."""
    section: list[int] = []
    for line, level in [*levels, (0, "h2")]:
        if level == "h3":
            section.append(line)
            continue
        if len(section) == 1:
            yield section[0]
        section = []


def _blocks_differ(chinese: prose.Survey, english: prose.Survey) -> set[int]:
    """Return the lines of English logs and commands whose figures are not the Chinese ones."""
    pairs = zip(chinese.blocks, english.blocks, strict=False)
    return {
        after[0]
        for before, after in pairs
        if before[1] != after[1]
        or Counter(_NUMBER.findall(before[2])) != Counter(_NUMBER.findall(after[2]))
    }
