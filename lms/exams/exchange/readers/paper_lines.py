"""What one line of a Chinese paper is: a heading, a question, options, an answer, an explanation.

Lines are looked at with full-width signs folded, which keeps every character in its place.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from lms.exams.exchange import spoken
from lms.exams.exchange.question import Sort
from lms.exams.rules.normal import fold_width

_HAN_NUMBER = (
    r"(?:第?[一二三四五六七八九十]{1,3}(?:部分|大题)?\s*[、.,:]?\s*|[IVX]{1,4}\s*[、.]\s*)"
)
_KIND_WORDS = "|".join(
    sorted((word for word in spoken.KINDS if not word.isascii()), key=len, reverse=True)
)
_HEADING = re.compile(
    rf"\s*{_HAN_NUMBER}?[^\d(:,。]{{0,4}}?({_KIND_WORDS})\s*(?:[(:,。、\[【].*|共\d.*|每.*)?$"
)
_OTHER_HEADING = re.compile(
    r"\s*第?[一二三四五六七八九十]{1,3}(?:部分|大题)?\s*[、.:]\s*\S.{0,60}$"
)
_EACH = re.compile(r"每\s*(?:小)?[题空问]?\s*(?:题)?\s*(\d{1,3}(?:\.\d{1,2})?)\s*分")
_QUESTION = re.compile(
    r"\s*(?:(?P<plain>\d{1,3})\s*(?P<sign>[.、)])|\(\s*(?P<round>\d{1,3})\s*\)|第\s*(?P<named>\d{1,3})\s*题\s*[:.、]?)"
    r"\s*"
)
_OPTION = re.compile(r"(?:(?<=\s)|^)\(?([A-J])\s*[).、:]\s*")
_GLUED = re.compile(r"(?<![A-Za-z])\(?([A-J])[).、]\s*")
_LOOSE = re.compile(r"\s*([A-J])\s+(?=\S)")
_ANSWER = re.compile(
    r"\s*(?:[【\[](?:参考|正确|标准)?答案[】\]]\s*:?|(?:参考|正确|标准)?答案\s*[:为是]|answer\s*:)\s*",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"\s*(?:[【\[](?:答案|试题)?(?:解析|详解|分析)[】\]]\s*:?|(?:答案|试题)?(?:解析|详解)\s*:|explanation\s*:)\s*",
    re.IGNORECASE,
)
_MIDDLE_ANSWER = re.compile(
    r"【(?:参考|正确|标准)?答案】\s*:?\s*|(?<=[\s。.)?])(?:参考|正确|标准)?答案\s*:\s*"
)
_MIDDLE_EXPLANATION = re.compile(
    r"【(?:解析|详解|分析)】\s*:?\s*|(?<=[\s。.;,])(?:答案)?解析\s*:\s*"
)
_ABOUT = re.compile(r"\s*[【\[]?(难度|知识点|考点|章节|分值|标签)[】\]]?\s*:\s*(.*)$")
_KEYS = re.compile(r"\s*.{0,40}?(?:参考|标准|正确)?答案(?:[与及和]解析)?\s*:?\s*$")
_KEY_START = re.compile(r"\s*1\s*(?:[-~—–至]\s*\d|[.、):])")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the paper, and where it stands."""

    text: str
    number: int

    @property
    def folded(self) -> str:
        """The line as it is compared; each character stands where it stood."""
        return fold_width(self.text)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing on it."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's heading."""

    sort: Sort | None
    points: Decimal | None
    """Of each question."""


@dataclass(frozen=True, slots=True)
class Start:
    """The number with which a question, a part or an item of a list begins."""

    number: int
    style: str
    """``plain`` for ``1.``, ``round`` for ``(1)``."""
    rest: str


def heading(line: Line) -> Heading | None:
    """Return a section's heading that names a kind, or None."""
    folded = line.folded
    found = _HEADING.match(folded)
    if found is None or len(folded) > 150:  # noqa: PLR2004  longer than any heading
        return None
    each = _EACH.search(folded)
    return Heading(spoken.kind(found[1]), Decimal(each[1]) if each else None)


def is_other_heading(line: Line) -> bool:
    """Whether a line may head a section without naming a kind: ``一、基础知识``."""
    return _OTHER_HEADING.match(line.folded) is not None


def other_points(line: Line) -> Decimal | None:
    """Return what each question of such a section is worth, if it says so."""
    each = _EACH.search(line.folded)
    return Decimal(each[1]) if each else None


def start(line: Line) -> Start | None:
    """Return the number that a line begins with, or None; ``1.5 m`` is no number of a question."""
    folded = line.folded
    found = _QUESTION.match(folded)
    if found is None:
        return None
    rest = line.text[found.end() :]
    is_glued = found["sign"] == "." and found.end() == found.end("sign")
    if is_glued and re.match(r"\d{1,2}(?!\d)", rest):
        return None
    if found["round"]:
        return Start(int(found["round"]), "round", rest)
    return Start(int(found["plain"] or found["named"]), "plain", rest)


def options(text: str, expected: str) -> list[tuple[str, str]]:
    """Return the options of a line that begins with the option `expected`; none if it does not.

    Several may stand on one line, parted by tabs or blanks, or not at all.
    """
    folded = fold_width(text)
    for pattern in (_OPTION, _GLUED):
        found = _in_order(pattern, folded, expected)
        begins = bool(found) and not folded[: found[0].start()].strip()
        if begins and (pattern is _OPTION or len(found) > 1):
            tighter = _in_order(_GLUED, folded, expected)
            return _cut(text, tighter if len(tighter) > len(found) > 1 else found)
    return []


def loose_option(text: str, expected: str) -> list[tuple[str, str]]:
    """Return an option that is only parted from its letter by blanks."""
    found = _LOOSE.match(fold_width(text))
    return [(expected, text[found.end() :].strip())] if found and found[1] == expected else []


def stem_and_options(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Part options off that stand on the same line as the question."""
    folded = fold_width(text)
    found = _in_order(_OPTION, folded, "A")
    if len(found) < 2:  # noqa: PLR2004  one is no choice
        return text, []
    return text[: found[0].start()].rstrip(), _cut(text, found)


def _in_order(pattern: re.Pattern[str], folded: str, expected: str) -> list[re.Match[str]]:
    kept: list[re.Match[str]] = []
    for found in pattern.finditer(folded):
        if found[1] == expected:
            kept.append(found)
            expected = chr(ord(expected) + 1)
    return kept


def _cut(text: str, found: list[re.Match[str]]) -> list[tuple[str, str]]:
    ends = [each.start() for each in found[1:]] + [len(text)]
    return [
        (each[1], text[each.end() : end].strip()) for each, end in zip(found, ends, strict=True)
    ]


def answer(text: str) -> str | None:
    """Return what stands behind ``答案：`` at the beginning of a line, or None."""
    found = _ANSWER.match(fold_width(text))
    return text[found.end() :] if found else None


def explanation(text: str) -> str | None:
    """Return what stands behind ``解析：`` at the beginning of a line, or None."""
    found = _EXPLANATION.match(fold_width(text))
    return text[found.end() :] if found else None


def parted(text: str) -> tuple[str, str | None, str | None]:
    """Return a line without an answer and an explanation that stand in its middle, and these."""
    folded = fold_width(text)
    told = _MIDDLE_EXPLANATION.search(folded)
    why = text[told.end() :] if told else None
    end = told.start() if told else len(text)
    key = _MIDDLE_ANSWER.search(folded, 0, end)
    said = text[key.end() : end] if key else None
    return text[: key.start() if key else end].rstrip(), said, why


def about(text: str) -> tuple[str, str] | None:
    """Return name and value of a line such as ``难度：中``, or None."""
    folded = fold_width(text)
    found = _ABOUT.match(folded)
    return (found[1], text[found.start(2) :].strip()) if found else None


def begins_keys(lines: list[Line], place: int) -> bool:
    """Whether the answers of the whole paper begin here: look ahead, it may be one answer only."""
    line = lines[place]
    if not _KEYS.match(line.folded) or len(line.text.strip()) > 45:  # noqa: PLR2004  a heading is short
        return False
    following = [each for each in lines[place + 1 : place + 6] if not each.is_empty][:2]
    if not following:
        return False
    first = following[0]
    if heading(first) or is_other_heading(first):
        return True
    has_colon = line.folded.rstrip().endswith(":")
    is_key = re.match(
        r"\s*1\s*(?:[-~—–至]\s*\d|[.、):]\s*(?:[A-J]{1,6}|[√×对错TF])(?:\s|$|[,;。]))", first.folded
    )
    return bool(is_key or (not has_colon and _KEY_START.match(first.folded)))
