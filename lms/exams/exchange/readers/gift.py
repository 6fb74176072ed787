"""GIFT: Moodle's plain text format, as its grammar and its own examples have it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lms.exams.exchange import files, texts
from lms.exams.exchange.media import Album
from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    Blank,
    Form,
    Number,
    Option,
    Pair,
    Picture,
    Question,
    Sort,
    exact,
    option_key,
)
from lms.exams.exchange.readers.gift_blocks import Block, blocks_of, plain_of
from lms.exams.exchange.report import Report
from lms.exams.rules.kinds import FALSE, TRUE

_MARKER = re.compile(r"\s*\[(html|markdown|moodle|plain)\]")
_WEIGHT = re.compile(r"\s*%(-?[\d.]{1,20})%")
_TRUTH = re.compile(r"(T|TRUE|F|FALSE)\s*(?=#|$)", re.IGNORECASE)
_RUN = re.compile(r"_{3,}")
_ENDS = re.compile(r"[.?!:。？！：]\s*$")


@dataclass(slots=True)
class _Answer:
    """One of the answers in braces."""

    sign: str
    text: str
    share: Fraction | None
    why: str = ""
    marker: str = ""


@dataclass(slots=True)
class _Reading:
    """What holds while one block is read."""

    report: Report
    where: str
    album: Album
    marker: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)

    def text(self, text: str, marker: str) -> str:
        """Return a text as Markdown, with the pictures that it holds itself: GIFT has no files."""
        text = plain_of(text)
        if marker == "plain":
            return texts.plain(text)
        is_markdown = marker == "markdown"
        place = self.album.marked if is_markdown else self.album.placed
        text, used = place(text, {}, self.where)
        self.pictures |= {each.name: each for each in used}
        if is_markdown:
            return texts.visible(text).strip()
        return texts.html(text) if marker == "html" else texts.either(text)


def read(content: bytes, report: Report) -> None:
    """Read a file; problems and questions go into the report."""
    read_text(files.decoded(content, report), report)


def read_text(text: str, report: Report) -> None:
    """Read text; problems and questions go into the report."""
    clean = texts.visible_all(text)
    if clean != text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"):
        report.warning("", "controls-dropped")
    album, category, number = Album(report), "", 0
    for block in blocks_of(clean):
        found = re.match(r"\s*\$CATEGORY\s*:\s*([^\n]*)", block.text)
        if found:
            category = texts.title(plain_of(found[1]))
            rest = block.text[found.end() :]
            if not rest.strip():
                continue
            block.text = rest
        number += 1
        where = f"{number}, line {block.line}"
        if block.is_open:
            report.error(where, "unterminated")
            continue
        question = _question(block, _Reading(report, where, album), category)
        if question is not None:
            report.add(question)


def _question(block: Block, reading: _Reading, category: str) -> Question | None:
    text, title = block.text.strip(), ""
    named = re.match(r"::(.*?)::", text, re.DOTALL)
    if named:
        title, text = texts.title(plain_of(named[1])), text[named.end() :]
    marker, text = _marker(text)
    reading.marker = marker or "moodle"
    before, inside, after = _parted(text)
    common: dict[str, object] = {
        "title": title, "tags": block.tags, "category": category, "where": reading.where
    }  # fmt: skip
    if inside is None:
        stem = reading.text(text, reading.marker)
        common["pictures"] = tuple(reading.pictures.values())
        return Question(Sort.DESCRIPTION, stem, **common) if stem or title else None  # type: ignore[arg-type]
    inside, general = _general(inside)
    fields = _answered(inside, reading)
    sort = Sort(str(fields.pop("sort")))
    stem, has_blank = _stem(before, after, reading, sort)
    if sort is Sort.TEXT and has_blank:
        sort = Sort.FILLIN
    if general:
        own, general = _marker(general)
        fields["explanation"] = reading.text(general, own or reading.marker)
    if not texts.shown(stem):
        reading.report.error(reading.where, "no-stem")
    fields["pictures"] = tuple(reading.pictures.values())
    return Question(sort, stem, **common, **fields)  # type: ignore[arg-type]


def _marker(text: str) -> tuple[str, str]:
    found = _MARKER.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _parted(text: str) -> tuple[str, str | None, str]:
    start = text.find("{")
    end = text.find("}", start)
    if start < 0 or end < 0:
        return text, None, ""
    return text[:start], text[start + 1 : end], text[end + 1 :]


def _general(inside: str) -> tuple[str, str]:
    """Part the feedback for everybody off."""
    before, mark, after = inside.partition("####")
    return (before, after) if mark else (inside, "")


def _stem(before: str, after: str, reading: _Reading, sort: Sort) -> tuple[str, bool]:
    """Return the stem, and whether it has a blank in it."""
    tail = after.strip()
    is_open = bool(tail) and (re.search(r"\w", tail) is not None or not _ENDS.search(before))
    if is_open and sort in {Sort.TEXT, Sort.SINGLE, Sort.MULTIPLE, Sort.NUMERIC}:
        glue = "" if after.startswith(tuple(".,;:!?")) or after[:1] in {" ", "\n"} else " "
        before = f"{before}{BLANK}{glue}{after}"
    elif tail and re.search(r"\w", tail):
        before = f"{before} {after}"
    stem = _RUN.sub(BLANK, reading.text(before, reading.marker))
    return stem, stem.count(BLANK) == 1


def _answered(inside: str, reading: _Reading) -> dict[str, object]:
    """Return sort and answers of what stands in the braces."""
    inside = inside.strip()
    if not inside:
        return {"sort": Sort.ESSAY}
    if inside.startswith("#"):
        return _numeric(inside[1:], reading)
    if _TRUTH.match(inside):
        return _truth(inside, reading)
    answers = list(_answers(inside, reading))
    signs = {each.sign for each in answers}
    if "~" not in signs:
        if len(answers) > 1 and all("->" in each.text for each in answers):
            return _matching(answers, reading)
        if len(answers) == 1 and answers[0].share == NOTHING:
            reading.report.error(reading.where, "no-answer")
        forms = tuple(
            Form(_words(each, reading), FULL if each.share is None else each.share,
                 _why(each, reading))
            for each in answers
        )  # fmt: skip
        return {"sort": Sort.TEXT, "blanks": (Blank(forms=forms),)}
    return _choice(answers, reading)


def _answers(inside: str, reading: _Reading) -> Iterator[_Answer]:
    pieces = re.split(r"([=~])", inside)
    if pieces[0].strip():
        pieces = ["", "=", *pieces]
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=False):
        share, rest = _weighed(piece, reading)
        said, _mark, why = rest.partition("#")
        marker, said = _marker(said)
        if share is None:
            share, said = _weighed(said, reading)
        yield _Answer(sign, said.strip(), share, why.strip(), marker or reading.marker)


def _weighed(text: str, reading: _Reading) -> tuple[Fraction | None, str]:
    """Part ``%50%`` off the beginning of an answer."""
    found = _WEIGHT.match(text)
    return (_share(found[1], reading), text[found.end() :]) if found else (None, text)


def _share(text: str, reading: _Reading) -> Fraction:
    try:
        share = Fraction(Decimal(text)) / 100
    except (InvalidOperation, ValueError, OverflowError):
        share = Fraction(2)
    if abs(share) > 1:
        reading.report.error(reading.where, "bad-share", value=text)
        return NOTHING
    return exact(share)


def _words(answer: _Answer, reading: _Reading) -> str:
    """Return an accepted form: what is typed, so no marks."""
    if answer.marker == "html":
        return texts.line(texts.html_words(plain_of(answer.text)))
    del reading
    return texts.line(plain_of(answer.text))


def _why(answer: _Answer, reading: _Reading) -> str:
    marker, text = _marker(answer.why)
    return reading.text(text, marker or reading.marker) if text.strip() else ""


def _choice(answers: list[_Answer], reading: _Reading) -> dict[str, object]:
    options = []
    for place, each in enumerate(answers):
        share = each.share
        if share is None:
            share = FULL if each.sign == "=" else NOTHING
        text = reading.text(each.text, each.marker)
        options.append(Option(option_key(place), text, share, _why(each, reading)))
    full = [each for each in options if each.share == FULL]
    right = [each for each in options if each.share > 0]
    if not right:
        reading.report.error(reading.where, "no-answer")
    if len(full) > 1:
        reading.report.warning(reading.where, "several-right")
    sort = Sort.SINGLE if full or len(right) == 1 else Sort.MULTIPLE
    return {"sort": sort, "options": tuple(options)}


def _truth(inside: str, reading: _Reading) -> dict[str, object]:
    word, *rest = inside.split("#")
    is_true = word.strip().upper().startswith("T")
    whys = [_why(_Answer("", "", None, each.strip()), reading) for each in rest[:2]]
    wrong, right = (*whys, "", "")[:2]
    options = (
        Option(TRUE, "", FULL if is_true else NOTHING, right if is_true else wrong),
        Option(FALSE, "", NOTHING if is_true else FULL, wrong if is_true else right),
    )
    return {"sort": Sort.TRUEFALSE, "options": options}


def _matching(answers: list[_Answer], reading: _Reading) -> dict[str, object]:
    options: dict[str, Option] = {}
    pairs = []
    for each in answers:
        left, _arrow, right = each.text.rpartition("->")
        right = reading.text(right, "moodle")
        if right not in options:
            options[right] = Option(option_key(len(options)), right)
        if left.strip():
            pairs.append(Pair(reading.text(left, each.marker), options[right].key))
    if not pairs:
        reading.report.error(reading.where, "no-answer")
    return {"sort": Sort.MATCHING, "options": tuple(options.values()), "pairs": tuple(pairs)}


def _numeric(inside: str, reading: _Reading) -> dict[str, object]:
    numbers, forms = [], []
    for each in _answers(inside, reading):
        share = each.share if each.share is not None else (FULL if each.sign == "=" else NOTHING)
        if not each.text.strip() or each.text.strip() == "*":
            forms.append(Form("*", share, _why(each, reading)))
        elif (number := _number(each, share, reading)) is not None:
            numbers.append(number)
    if not any(each.share > 0 for each in numbers):
        reading.report.error(reading.where, "no-answer")
    return {"sort": Sort.NUMERIC, "blanks": (Blank(tuple(forms), tuple(numbers)),)}


def _number(answer: _Answer, share: Fraction, reading: _Reading) -> Number | None:
    text = plain_of(answer.text).replace(" ", "")
    try:
        value, tolerance = _range(text)
    except (InvalidOperation, ValueError, OverflowError):
        value = tolerance = Decimal("NaN")
    if not (value.is_finite() and tolerance.is_finite()):
        reading.report.error(reading.where, "not-a-number", value=text[:40])
        return None
    return Number(value, tolerance, share, _why(answer, reading))


def _range(text: str) -> tuple[Decimal, Decimal]:
    """Return value and tolerance of ``5``, ``5:0.1`` or ``1..5``."""
    if ".." in text:
        low, high = (Decimal(each) for each in text.split("..", 1))
        return (low + high) / 2, abs(high - low) / 2
    first, _colon, second = text.partition(":")
    return Decimal(first), abs(Decimal(second or "0"))
