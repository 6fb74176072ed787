"""How Chinese and English are set and how long their sentences are. Pure.

The limits are after the common Chinese guides for technical writing (20 characters ideal, never more
than 40 in one piece) and the English habit of splitting a sentence at 25 words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HAN = "\u3400-\u9fff"
_MOST_PIECE, _LONG_PIECE, _MOST_SENTENCE_ZH = 40, 30, 100
_MOST_WORDS, _LONG_WORDS = 35, 25

_CODE = re.compile("`[^`]*`")
_HIDDEN = re.compile(r"\{\{[^{}]*\}\}|(?:https?:|mailto:|tel:)\S+")
_BLANK = re.compile("_{3,}")
"""A place to fill in: as wide as a word of its language."""
_HAN = re.compile(f"[{HAN}]")
_RUN = re.compile(r"[A-Za-z0-9](?:[\w'’.:/+%-]*\w)?")
_PIECE = re.compile(r"[，。；：！？、…—“”‘’（）《》「」／\n,;:!?()|]+")
_FIGURE = re.compile(r"\d+(?:[ \u00a0,]\d{3})*(?:\.\d+)?")
_TENTHS = re.compile("([一二三四五六七八九])成")
"""Chinese counts in tenths where English says per cent."""
_SENTENCE = re.compile(r"[。！？\n]|……|(?<=[.!?])\s")
_ENGLISH_SENTENCE = re.compile(r"(?<=[.!?:;])[\"')*]*\s+|\n|:\s+\"")

_CHINESE: tuple[tuple[str, re.Pattern[str], str, str], ...] = (
    (
        "zh-space",
        re.compile(f"[{HAN}][A-Za-z0-9`$]|[A-Za-z0-9`%][{HAN}]"),
        "no space between a Chinese character and a Latin one",
        "One space between Chinese and letters, digits or code.",
    ),
    (
        "zh-punctuation",
        re.compile(f"[{HAN}][,;:?!]|[,;:?!][{HAN}]|[{HAN}]\\.(?=[{HAN}\\s]|$)"),
        "half-width punctuation beside a Chinese character",
        "Full-width: ，。：；？！",
    ),
    (
        "zh-bracket",
        re.compile(f"[{HAN}]\\(|\\)[{HAN}]|\\([{HAN}]|[{HAN}]\\)"),
        "half-width brackets around Chinese",
        "Full-width: （）",
    ),
    (
        "zh-quotes",
        re.compile(f'"[{HAN}]|[{HAN}]"|[「」『』]'),
        "quotation marks of another kind",
        "“ ” and within them ‘ ’.",
    ),
    (
        "zh-blank",
        re.compile("[，。；：！？、（）《》“] +|” +(?!“)|(?<=[^\\s_]) +[，。；：！？、）”》]"),
        "a blank beside full-width punctuation",
        "Take it away: the mark has its own width.",
    ),
    ("zh-doubled", re.compile("，，|。。|、、|；；"), "a mark stands twice", "Once."),
)  # fmt: skip
_ENGLISH: tuple[tuple[str, re.Pattern[str], str, str], ...] = (
    (
        "en-punctuation",
        re.compile(f"[，。；：！？、（）《》{HAN}]"),
        "Chinese characters or marks in the English text",
        "Write it in English, or put it in code.",
    ),
    ("en-quotes", re.compile("[“”]"), "curly quotation marks", 'Straight ones: ".'),
    ("en-percent", re.compile(r"\d%"), "no blank before %", "As in 40 %."),
    ("en-clock", re.compile(r"\d ?(?:am|pm|AM|PM|a\.m\.|p\.m\.)"), "a 12-hour time", "As in 14:05."),
    ("en-blank", re.compile(r"[A-Za-z] {2,}[A-Za-z]|\S [,;](?=\s)"), "a blank too many", "One."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is set or put differently from the house's way."""

    code: str
    message: str
    advice: str
    is_error: bool = True


def length(text: str, language: str) -> int:
    """Return how long a text is, as word processors count.

    Chinese: characters, and each run of letters or digits as one. English: words.
    """
    return len(_RUN.findall(text)) + (len(_HAN.findall(text)) if language == "zh" else 0)


def figures(text: str, *, tenths: bool = False) -> list[str]:
    """Return the figures of a text, those of one digit left out: they are often words.

    Args:
        text: in any language.
        tenths: whether 九成 counts as 90.
    """
    if tenths:
        text = _TENTHS.sub(lambda each: f" {'零一二三四五六七八九'.index(each[1])}0 ", text)
    plain = (re.sub("[ \u00a0,]", "", each) for each in _FIGURE.findall(text))
    return [each for each in plain if len(each) > 1]


def uneven_figures(chinese: str, english: str) -> set[str]:
    """Return the figures that stand in one of two texts only."""
    there = set(figures(english))
    plain, counted = (set(figures(chinese, tenths=each)) ^ there for each in (False, True))
    return min(plain, counted, key=len)


def remarks(text: str, language: str) -> Iterator[Remark]:
    """Yield what is set wrongly; code is not looked into, only what stands beside it."""
    text = _HIDDEN.sub("0", text)
    if language == "zh":
        text = _CODE.sub("`0`", _BLANK.sub("空", text))
        patterns = _CHINESE
    else:
        text = _CODE.sub("0", text)
        patterns = _ENGLISH
    for code, pattern, message, advice in patterns:
        if found := pattern.search(text):
            around = text[max(found.start() - 6, 0) : found.end() + 6].replace("\n", " ")
            yield Remark(code, f"{message}: …{around}…", advice)


def sentences(text: str, language: str) -> list[str]:
    """Return the sentences; in English a colon or semicolon ends one as well."""
    pattern = _SENTENCE if language == "zh" else _ENGLISH_SENTENCE
    bare = _CODE.sub("0", _HIDDEN.sub("0", text))
    return [each for each in pattern.split(bare) if each and each.strip()]


def too_long(text: str, language: str) -> Iterator[Remark]:
    """Yield the sentences that nobody reads in one go."""
    for sentence in sentences(text, language):
        size = length(sentence, language)
        if language == "en":
            if size > _LONG_WORDS:
                said = f"a sentence of {size} words: {sentence.strip()[:40]}…"
                advice = f"{_LONG_WORDS} at most; split it."
                yield Remark("long-sentence", said, advice, size > _MOST_WORDS)
            continue
        if size > _MOST_SENTENCE_ZH:
            said = f"a sentence of {size} characters: {sentence.strip()[:20]}…"
            yield Remark("long-sentence", said, f"{_MOST_SENTENCE_ZH} at most; split it.")
        for piece in _PIECE.split(sentence):
            if (size := length(piece, language)) > _LONG_PIECE:
                said = f"{size} characters without a mark: {piece.strip()[:20]}…"
                advice = f"{_LONG_PIECE} at most; split it."
                yield Remark("long-piece", said, advice, size > _MOST_PIECE)
