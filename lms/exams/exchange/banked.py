"""From the bank's form of a question to that of files, in one language."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    Blank,
    Form,
    Number,
    Option,
    Pair,
    Question,
    Sort,
    option_key,
)
from lms.exams.rules.kinds import FALSE, TRUE, Kind


def question_of(kind: Kind, body: Mapping[str, Any], language: str) -> Question:
    """Return a question of the bank, no case, as files have it.

    Args:
        kind: its kind.
        body: the bank's form.
        language: ``zh`` or ``en``: a file has one.
    """
    return Banked(body, language).question(Sort(kind.value))


class Banked:
    """Reads one body in one language."""

    def __init__(self, body: Mapping[str, Any], language: str) -> None:
        self._body = body
        self._language = language

    def question(self, sort: Sort) -> Question:
        """Return the question."""
        stem = self._said(self._body["stem"])
        blanks: tuple[Blank, ...] = ()
        pairs: tuple[Pair, ...] = ()
        if sort is Sort.CLOZE:
            stem, blanks = self._gaps()
        elif sort in {Sort.FILLIN, Sort.TEXT, Sort.NUMERIC}:
            blanks = self._blanks(sort)
        elif sort is Sort.MATCHING:
            pairs = tuple(Pair(self._said(each["text"]), each["answer"])
                          for each in self._body["things"])  # fmt: skip
        return Question(
            sort,
            stem,
            options=self._options(sort),
            blanks=blanks,
            pairs=pairs,
            model=self._model(),
            explanation=self._said(self._body.get("explanation")),
            shuffle=bool(self._body.get("shuffle", True)),
        )

    def _model(self) -> str:
        """Return what is expected of an answer that a person marks: the rubric, a line an item."""
        items = self._body.get("rubric") or ()
        return "\n".join(f"- {self._said(each['text'])} ({each['points']:+d})" for each in items)

    def _said(self, text: Mapping[str, str] | None) -> str:
        return str((text or {}).get(self._language) or "")

    def _options(self, sort: Sort) -> tuple[Option, ...]:
        body = self._body
        if sort is Sort.TRUEFALSE:
            whys = {str(key).lower(): why for key, why in (body.get("why") or {}).items()}
            right = TRUE if body["answer"] else FALSE
            return tuple(Option(key, "", FULL if key == right else NOTHING, self._said(whys.get(key)))
                         for key in (TRUE, FALSE))  # fmt: skip
        if sort is Sort.ORDERING:
            texts = {each["key"]: self._said(each["text"]) for each in body["items"]}
            return tuple(
                Option(option_key(at), texts[key]) for at, key in enumerate(body["answer"])
            )
        given = body.get("choices" if sort is Sort.MATCHING else "options") or ()
        right_ones = body.get("answer") or () if sort is not Sort.MATCHING else ()
        share = Fraction(1, len(right_ones)) if sort is Sort.MULTIPLE and right_ones else FULL
        return tuple(
            Option(each["key"], self._said(each["text"]),
                   share if each["key"] in right_ones else NOTHING, self._said(each.get("why")))
            for each in given
        )  # fmt: skip

    def _blanks(self, sort: Sort) -> tuple[Blank, ...]:
        body = self._body
        if sort is Sort.NUMERIC:
            wrong = tuple(Number(Decimal(str(each["value"])), Decimal(0), NOTHING,
                                 self._said(each["why"])) for each in body.get("wrong") or ())  # fmt: skip
            return (Blank(numbers=(number(body["answer"]), *wrong)),)
        if sort is Sort.FILLIN:
            return tuple(Blank(forms=self._forms(each["accept"])) for each in body["blanks"])
        forms: list[Form] = []
        for each in body["accept"]:
            share, why = Fraction(str(each.get("share") or 1)), self._said(each.get("why"))
            words = each.get("forms") or {
                key: [f"*{'*'.join(parts)}*"] for key, parts in (each.get("all") or {}).items()
            }
            forms += [Form(form.text, share, why) for form in self._forms(words)]
        return (Blank(forms=tuple(forms)),)

    def _forms(self, accept: Mapping[str, list[str]]) -> tuple[Form, ...]:
        own = list(accept.get(self._language) or ())
        others = [form for forms in accept.values() for form in forms]
        return tuple(Form(text) for text in dict.fromkeys([*own, *others]))

    def _gaps(self) -> tuple[str, tuple[Blank, ...]]:
        stem, blanks = self._said(self._body["text"]), []
        places = [(stem.find(f"[[{at}]]"), at, gap)
                  for at, gap in enumerate(self._body["gaps"], start=1)]  # fmt: skip
        for _place, at, gap in sorted(places, key=lambda each: each[0]):
            stem = stem.replace(f"[[{at}]]", BLANK, 1)
            blanks.append(self._gap(gap))
        return stem, tuple(blanks)

    def _gap(self, gap: Mapping[str, Any]) -> Blank:
        if "options" in gap:
            return Blank(options=tuple(
                Option(each["key"], self._said(each["text"]),
                       FULL if each["key"] == gap["answer"] else NOTHING)
                for each in gap["options"]
            ))  # fmt: skip
        if "accept" in gap:
            return Blank(forms=self._forms(gap["accept"]))
        return Blank(numbers=(number(gap),))


def number(given: Mapping[str, Any]) -> Number:
    """Return a number and its tolerance, as an amount."""
    value, near = Decimal(str(given["value"])), Decimal(str(given.get("tolerance") or 0))
    return Number(value, abs(value) * near if given.get("relative") else near)
