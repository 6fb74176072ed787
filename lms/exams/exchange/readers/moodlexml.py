"""Moodle XML: question by question, with embedded pictures."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from lms.exams.exchange import texts, trees
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
from lms.exams.exchange.readers import cloze
from lms.exams.exchange.report import FileProblemError, Report
from lms.exams.exchange.trees import Node
from lms.exams.rules.kinds import FALSE, TRUE

_PLACE = re.compile(r"\[\[(\d{1,3})\]\]")


@dataclass(slots=True)
class _Entry:
    """One question element, and what was found while it is read."""

    node: Node
    where: str
    report: Report
    album: Album
    files: dict[str, Picture | None] = field(default_factory=dict)
    """Of all its texts: not every program puts a file into the text that shows it."""
    pictures: list[Picture] = field(default_factory=list)

    def text(self, node: Node | None) -> str:
        """Return a text element as Markdown."""
        if node is None:
            return ""
        kind = node.get("format", "")
        if kind in {"plain_text", "plain"}:
            return texts.plain(trees.text_of(trees.child(node, "text")))
        placed = self.placed(node)
        if kind == "markdown":
            return texts.visible(placed).strip()
        return texts.html(placed) if kind == "html" else texts.either(placed)

    def placed(self, node: Node) -> str:
        """Return the words of a text element as they are, but its pictures named as ours."""
        words = trees.text_of(trees.child(node, "text"))
        files = self.files | _files(self, node)
        place = self.album.marked if node.get("format") == "markdown" else self.album.placed
        words, used = place(words, files, self.where)
        self.pictures += [each for each in used if each not in self.pictures]
        return words

    def value(self, *path: str) -> str:
        """Return the words of an element below, as one line."""
        return texts.line(trees.text_of(trees.child(self.node, *path)))

    def share(self, node: Node) -> Fraction:
        """Return what an answer earns; what is no such number is said, and earns nothing."""
        given = node.get("fraction", "0").strip()
        found = share_of(given)
        if found is None:
            self.report.error(self.where, "bad-share", value=given[:40])
            return NOTHING
        return found


def share_of(given: str) -> Fraction | None:
    """Return percent as a share from -1 to 1, or None."""
    try:
        number = Decimal(given or "NaN")
        if not number.is_finite() or abs(number) > 100:  # noqa: PLR2004  percent
            return None
    except InvalidOperation:
        return None
    return exact(Fraction(number) / 100)


def read(content: bytes, report: Report) -> None:
    """Read a file; problems and questions go into the report."""
    root = trees.parsed(content, report)
    if trees.name(root) != "quiz":
        raise FileProblemError("not-this-format", format="Moodle XML")
    album, category, number = Album(report), "", 0
    for node in trees.children(root, "question"):
        kind = node.get("type", "")
        if kind == "category":
            words = texts.title(trees.text_of(trees.child(node, "category", "text")))
            category = re.sub(r"^\$\w+\$/(?:top/)?", "", words)
            continue
        number += 1
        entry = _Entry(node, f"{number}, line {trees.line_of(node)}", report, album)
        _gather(entry)
        report.add(_question(entry, kind, category))


def _gather(entry: _Entry) -> None:
    for file in trees.within(entry.node, "file"):
        for name, own in _files(entry, file.getparent()).items():
            entry.files.setdefault(name, own)


def _files(entry: _Entry, node: Node) -> dict[str, Picture | None]:
    """Return the files of one text: another text may have another file of the same name."""
    found: dict[str, Picture | None] = {}
    for file in trees.children(node, "file"):
        said = file.get("name", "")
        try:
            content = base64.b64decode("".join(trees.text_of(file).split()), validate=True)
        except (binascii.Error, ValueError):
            content = b""
        folder = file.get("path", "").strip("/")
        found[f"{folder}/{said}" if folder else said] = entry.album.taken(
            content, said, entry.where
        )
    return found


def _question(entry: _Entry, kind: str, category: str) -> Question:
    read_kind = _KINDS.get(kind)
    fields: dict[str, Any] = read_kind(entry) if read_kind else _manual(entry, kind)
    fields.setdefault("stem", entry.text(trees.child(entry.node, "questiontext")))
    title = trees.text_of(trees.child(entry.node, "name", "text"))
    fields.setdefault("title", texts.title(title))
    tags = trees.within(entry.node, "tag")
    question = Question(
        **fields,
        points=_points(entry),
        explanation=entry.text(trees.child(entry.node, "generalfeedback")),
        tags=tuple(filter(None, (texts.title(trees.text_of(each)) for each in tags))),
        category=category,
        shuffle=entry.value("shuffleanswers").lower() not in {"0", "false"},
        pictures=tuple(entry.pictures),
        where=entry.where,
    )
    if not question.stem:
        entry.report.error(entry.where, "no-stem")
    return question


def _points(entry: _Entry) -> Decimal:
    given = entry.value("defaultgrade") or "1"
    try:
        points = Decimal(given)
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= 1000:  # noqa: PLR2004  beyond all reason
        entry.report.warning(entry.where, "bad-points", value=given[:40])
        return Decimal(1)
    return points.normalize() if points != points.to_integral() else points.to_integral()


def _options(entry: _Entry) -> tuple[Option, ...]:
    return tuple(
        Option(option_key(place), entry.text(each), entry.share(each),
               entry.text(trees.child(each, "feedback")))
        for place, each in enumerate(trees.children(entry.node, "answer"))
    )  # fmt: skip


def _choice(entry: _Entry) -> dict[str, Any]:
    options = _options(entry)
    is_single = entry.value("single").lower() not in {"false", "0"}
    right = [each for each in options if each.share > 0]
    if not right:
        entry.report.error(entry.where, "no-answer")
    if is_single and sum(each.share == FULL for each in options) > 1:
        entry.report.warning(entry.where, "several-right")
    return {"sort": Sort.SINGLE if is_single else Sort.MULTIPLE, "options": options}


def _truth(entry: _Entry) -> dict[str, Any]:
    found = {TRUE: Option(TRUE, ""), FALSE: Option(FALSE, "")}
    for each in trees.children(entry.node, "answer"):
        said = texts.line(trees.text_of(trees.child(each, "text"))).lower()
        if said in found:
            why = entry.text(trees.child(each, "feedback"))
            found[said] = Option(said, "", entry.share(each), why)
    if sum(each.share == FULL for each in found.values()) != 1:
        entry.report.error(entry.where, "no-answer")
    return {"sort": Sort.TRUEFALSE, "options": tuple(found.values())}


def _short(entry: _Entry) -> dict[str, Any]:
    forms = tuple(
        Form(texts.line(trees.text_of(trees.child(each, "text"))), entry.share(each),
             entry.text(trees.child(each, "feedback")))
        for each in trees.children(entry.node, "answer")
    )  # fmt: skip
    if not any(each.share > 0 for each in forms):
        entry.report.error(entry.where, "no-answer")
    stem = entry.text(trees.child(entry.node, "questiontext"))
    stem = re.sub(r"(?:\\_|_){3,}", BLANK, stem)
    sort = Sort.FILLIN if stem.count(BLANK) == 1 else Sort.TEXT
    return {"sort": sort, "blanks": (Blank(forms=forms),), "stem": stem}


def _numeric(entry: _Entry) -> dict[str, Any]:
    numbers: list[Number] = []
    forms: list[Form] = []
    for each in trees.children(entry.node, "answer"):
        said = texts.line(trees.text_of(trees.child(each, "text")))
        why = entry.text(trees.child(each, "feedback"))
        share = entry.share(each)
        tolerance = texts.line(trees.text_of(trees.child(each, "tolerance"))) or "0"
        number = cloze.number_of(said, tolerance, share, why)
        if said == "*":
            forms.append(Form("*", share, why))
        elif number is None:
            entry.report.error(entry.where, "not-a-number", value=said[:40])
        else:
            numbers.append(number)
    if not any(each.share > 0 for each in numbers):
        entry.report.error(entry.where, "no-answer")
    if any(True for _unit in trees.within(entry.node, "unit")):
        entry.report.warning(entry.where, "units-dropped")
    return {"sort": Sort.NUMERIC, "blanks": (Blank(tuple(forms), tuple(numbers)),)}


def _matching(entry: _Entry) -> dict[str, Any]:
    options: dict[str, Option] = {}
    pairs: list[Pair] = []
    for each in trees.children(entry.node, "subquestion"):
        answer = trees.child(each, "answer")
        right = entry.text(answer)
        options.setdefault(right, Option(option_key(len(options)), right))
        left = entry.text(each)
        if left:
            pairs.append(Pair(left, options[right].key))
    if not pairs:
        entry.report.error(entry.where, "no-answer")
    return {"sort": Sort.MATCHING, "options": tuple(options.values()), "pairs": tuple(pairs)}


def _ordering(entry: _Entry) -> dict[str, Any]:
    options = tuple(
        Option(option_key(place), entry.text(each))
        for place, each in enumerate(trees.children(entry.node, "answer"))
    )
    if not options:
        entry.report.error(entry.where, "no-answer")
    return {"sort": Sort.ORDERING, "options": options}


def _cloze(entry: _Entry) -> dict[str, Any]:
    stem = entry.text(trees.child(entry.node, "questiontext"))
    told = trees.child(entry.node, "questiontext")
    markup = entry.placed(told) if told is not None else ""
    found, blanks = cloze.read(markup, entry.report, entry.where)
    if not blanks:
        return _manual(entry, "cloze") | {"stem": stem}
    is_markdown = told is not None and told.get("format") == "markdown"
    stem = texts.visible(found).strip() if is_markdown else texts.either(found)
    return {"sort": Sort.CLOZE, "stem": stem, "blanks": blanks}


def _gaps(entry: _Entry) -> dict[str, Any]:
    """Read missing words: chosen from lists, or dragged into the text."""
    choices: list[tuple[str, str]] = []
    for each in trees.children(entry.node, "selectoption", "dragbox"):
        group = texts.line(trees.text_of(trees.child(each, "group"))) or "1"
        choices.append((texts.line(trees.text_of(trees.child(each, "text"))), group))
    stem = entry.text(trees.child(entry.node, "questiontext")).replace(r"\[\[", "[[")
    stem = stem.replace(r"\]\]", "]]")
    blanks = []
    for found in _PLACE.finditer(stem):
        place = int(found[1]) - 1
        if not 0 <= place < len(choices):
            return _manual(entry, entry.node.get("type", ""))
        same = [number for number, each in enumerate(choices) if each[1] == choices[place][1]]
        options = tuple(
            Option(option_key(at), choices[number][0], FULL if number == place else NOTHING)
            for at, number in enumerate(same)
        )
        blanks.append(Blank(options=options))
    if not blanks:
        return _manual(entry, entry.node.get("type", ""))
    return {"sort": Sort.CLOZE, "stem": _PLACE.sub(BLANK, stem), "blanks": tuple(blanks)}


def _essay(entry: _Entry) -> dict[str, Any]:
    is_file = entry.value("responseformat") == "noinline"
    model = entry.text(trees.child(entry.node, "graderinfo"))
    return {"sort": Sort.UPLOAD if is_file else Sort.ESSAY, "model": model}


def _description(entry: _Entry) -> dict[str, Any]:
    del entry
    return {"sort": Sort.DESCRIPTION}


def _manual(entry: _Entry, kind: str) -> dict[str, Any]:
    entry.report.warning(entry.where, "no-native-kind", kind=texts.line(kind)[:40])
    return {"sort": Sort.MANUAL, "source": trees.source(entry.node)}


_KINDS = {
    "multichoice": _choice, "truefalse": _truth, "shortanswer": _short, "numerical": _numeric,
    "match": _matching, "matching": _matching, "ordering": _ordering, "cloze": _cloze,
    "multianswer": _cloze, "gapselect": _gaps, "ddwtos": _gaps, "essay": _essay,
    "description": _description,
}  # fmt: skip
