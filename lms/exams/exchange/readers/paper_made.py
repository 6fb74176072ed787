"""From the lines of a paper's questions to questions: kind, key, blanks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from lms.exams.exchange import spoken, texts, typed
from lms.exams.exchange.media import LIMITS
from lms.exams.exchange.question import FULL, NOTHING, Option, Picture, Question, Sort
from lms.exams.exchange.report import Report
from lms.exams.rules.normal import fold_width

if TYPE_CHECKING:
    from lms.exams.exchange.readers.paper import Raw, Section

PICTURE_OPENS, PICTURE_ENDS = "\ue030", "\ue031"
"""Around a picture's mark, where it stands in a line."""
_BRACKET = re.compile(
    r"\(\s*((?:[A-J](?:[\s,、]*[A-J])*)|√|×|✓|✗|✔|✘|对|错|正确|错误|T|F|(?i:true)|(?i:false))\s*\)"
)
_MARK = re.compile(f"{PICTURE_OPENS}([a-z0-9]+){PICTURE_ENDS}")
_TYPED = {Sort.FILLIN, Sort.CLOZE, Sort.TEXT, Sort.NUMERIC}
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a line where a picture is to be seen."""

    picture: Picture | str
    """Or the code of why there is none."""
    name: str
    """Of its file."""
    words: str
    """What it shows; empty if nobody said."""


def unmarked(text: str) -> str:
    """Return the words of a text, without the marks of pictures."""
    return _MARK.sub("", text).strip()


def bracketed(text: str) -> re.Match[str] | None:
    """Return the last key inside brackets, found in the text as folded; None if there is none."""
    found = list(_BRACKET.finditer(fold_width(text)))
    return found[-1] if found else None


def make(sections: "list[Section]", places: Mapping[str, Place], report: Report) -> None:
    """Put the questions of a paper into the report; `places` as `paper.read_lines` has them."""
    number = 0
    for section in sections:
        for raw in section.questions:
            number += 1
            where = f"{number}, line {raw.line}"
            report.add(_Maker(section, places, report, where).made(raw))


class _Maker:
    """Makes one question, and the parts of it."""

    def __init__(
        self, section: "Section", places: Mapping[str, Place], report: Report, where: str
    ) -> None:
        self._section = section
        self._places = places
        self._report = report
        self._where = where
        self._used: list[Picture] = []

    def made(self, raw: "Raw") -> Question:
        """Return the question; what is wrong with it is said."""
        if raw.parts:
            parts = [self._one(each, None) for each in raw.parts]
            stem = self._text("\n".join(raw.stem))
            question = Question(Sort.CASE, stem, parts=tuple(parts), points=self._points(raw))
            question = replace(question, explanation=self._text("\n".join(raw.explanation)))
        else:
            question = self._one(raw, self._section.sort)
            if question.sort is Sort.CASE:
                question = replace(question, sort=Sort.ESSAY)
        return replace(question, pictures=tuple(self._used), where=self._where)

    def _one(self, raw: "Raw", sort: Sort | None) -> Question:
        stem = "\n".join(raw.stem).strip()
        told = "\n".join(raw.answer).strip() if raw.answer is not None else ""
        said = unmarked(told)
        stem, said = self._from_bracket(stem, said, sort, has_options=bool(raw.options))
        sort = self._sort(raw, sort, stem, said)
        is_keyed = sort in {Sort.SINGLE, Sort.MULTIPLE, Sort.TRUEFALSE, *_TYPED}
        beside = [found[0] for found in _MARK.finditer(told)] if is_keyed else []
        question = Question(
            sort,
            points=self._points(raw),
            explanation=self._text("\n".join([*raw.explanation, *beside])),
            tags=_tags(raw.about),
            category=texts.title(raw.about.get("章节", "")),
            difficulty=spoken.difficulty(raw.about.get("难度", "")),
        )
        if not stem:
            self._error("no-stem")
        if sort in {Sort.SINGLE, Sort.MULTIPLE}:
            return self._choice(replace(question, stem=self._text(stem)), raw, said)
        if sort is Sort.TRUEFALSE:
            return self._truth(replace(question, stem=self._text(stem)), raw, said)
        if sort in _TYPED:
            return self._typed(question, stem, said)
        if raw.options:
            stem = "\n".join([stem, *(f"{key}. {text}" for key, text in raw.options)])
        return replace(question, stem=self._text(stem), model=self._text(told))

    def _from_bracket(
        self, stem: str, said: str, sort: Sort | None, *, has_options: bool
    ) -> tuple[str, str]:
        """Take the key out of the stem's brackets; one that is said elsewhere goes before it."""
        found = bracketed(stem)
        if found is None or sort in _TYPED or sort is Sort.ESSAY:
            return stem, said
        key = found[1]
        is_key = bool(spoken.keys(key)) if has_options else spoken.truth(key) is not None
        is_same = bool(said) and spoken.keys(said) == spoken.keys(key)
        if not is_key or (said and not is_same):
            return stem, said
        return f"{stem[: found.start()]}（ ）{stem[found.end() :]}".strip(), said or key

    def _sort(self, raw: "Raw", sort: Sort | None, stem: str, said: str) -> Sort:
        if raw.options:
            words = [spoken.truth(text) for _key, text in raw.options]
            if len(words) == _PAIR and set(words) == {True, False}:
                return Sort.TRUEFALSE
            if sort in {Sort.SINGLE, Sort.MULTIPLE, None, Sort.CASE, Sort.TRUEFALSE}:
                several = len(spoken.keys(said)) > 1
                if sort is Sort.MULTIPLE:
                    return Sort.MULTIPLE
                if sort is Sort.SINGLE and several:
                    self._report.warning(self._where, "more-than-one-right")
                return Sort.MULTIPLE if several else Sort.SINGLE
        if sort is None:
            if spoken.truth(said) is not None:
                return Sort.TRUEFALSE
            return Sort.FILLIN if said and typed.places(stem)[1] else Sort.ESSAY
        return sort

    def _choice(self, question: Question, raw: "Raw", said: str) -> Question:
        keys = [key for key, _text in raw.options]
        right = spoken.keys(said)
        if len(keys) < _PAIR:
            self._error("no-options")
        if not right or not set(right) <= set(keys):
            self._error("bad-key" if said else "no-answer", key=said[:40])
            right = []
        is_multiple = question.sort is Sort.MULTIPLE
        share = Fraction(1, len(right)) if is_multiple and right else FULL
        return replace(question, options=tuple(
            Option(key, self._text(text), share if key in right else NOTHING)
            for key, text in raw.options
        ))  # fmt: skip

    def _truth(self, question: Question, raw: "Raw", said: str) -> Question:
        keys = spoken.keys(said)
        by_key = dict(raw.options)
        is_true = spoken.truth(by_key.get(keys[0], said) if keys else said)
        if is_true is None:
            self._error("bad-key" if said else "no-answer", key=said[:40])
            return question
        stem = re.sub(r"\s*[（(]\s*[）)]\s*[。.]?$", "", question.stem)
        return replace(question, stem=stem, options=typed.truth_options(is_true))

    def _typed(self, question: Question, stem: str, said: str) -> Question:
        stem, count = typed.places(stem)
        if not count:
            stem, count = f"{stem} ____", 1
        blanks = typed.blanks(said, count)
        if not blanks:
            self._error("blank-count" if said else "no-answer", count=count)
        return replace(question, stem=self._text(stem), blanks=blanks)

    def _points(self, raw: "Raw") -> Decimal:
        given = fold_width(raw.about.get("分值", "")).removesuffix("分").strip()
        try:
            points = Decimal(given) if given else self._section.points or Decimal(1)
        except InvalidOperation:
            points = self._section.points or Decimal(1)
        return points if points.is_finite() else Decimal(1)

    def _text(self, text: str) -> str:
        """Return lines as Markdown, pictures in their places."""
        return _MARK.sub(self._placed, texts.plain(text))

    def _placed(self, found: re.Match[str]) -> str:
        place = self._places.get(found[1])
        if place is None:
            return ""
        own = place.picture
        if isinstance(own, str):
            self._report.warning(self._where, own, name=place.name, **LIMITS.get(own, {}))
            return texts.plain(place.words)
        if own not in self._used:
            self._used.append(own)
        return texts.image(place.words, f"media:{own.name}")

    def _error(self, code: str, **values: object) -> None:
        self._report.error(self._where, code, **values)


def _tags(about: dict[str, str]) -> tuple[str, ...]:
    said = " ".join(about.get(each, "") for each in ("知识点", "考点", "标签"))
    return tuple(filter(None, map(texts.title, re.split(r"[,，;；、\s]+", said))))
