"""Between a file's question and the bank's: the one place that knows both forms.

The bank's form is docs/content-format.md's. A file has one language; the bank shows it in both.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from lms.exams.exchange import prose
from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    Blank,
    Number,
    Question,
    Sort,
    option_key,
    right_keys,
)
from lms.exams.rules.kinds import PARTS, TRUE, Kind

_COMPLETE = {"zh": "补全下面的内容。", "en": "Complete the text."}
"""What a cloze asks for: files put all their words into the text with the gaps."""
_EXPECTED = {"zh": "答出了要点", "en": "Says what is expected"}
"""The one item of the rubric of what a person marks: files have none."""
USUAL_DIFFICULTY = 2


class UnbankableError(Exception):
    """The bank has no form for a question; the code is one of `words.PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def both(text: str) -> dict[str, str]:
    """Return a text of a file as a text in both languages."""
    return {"zh": text, "en": text}


def told(text: str) -> dict[str, str]:
    """Return a text that may be missing: nothing is shown then, in either language."""
    return both(text) if text else {}


def body_of(question: Question) -> dict[str, Any]:
    """Return the bank's form of a question that is no case.

    Raises:
        UnbankableError: there is none for this kind, or the question has no usable key.
    """
    if question.sort not in _BODIES:
        raise UnbankableError("not-stored")
    if not question.stem:
        raise UnbankableError("no-stem")
    shown = "\n\n".join(each for each in (question.model, question.explanation) if each)
    body = {"stem": both(question.stem), "explanation": told(shown)}
    return body | _BODIES[question.sort](question)


def parts_of(question: Question) -> tuple[Question, ...]:
    """Return the sub-questions of a case.

    Raises:
        UnbankableError: one is of a kind that no case can have.
    """
    if not question.parts or not {each.sort.value for each in question.parts} <= set(PARTS):
        raise UnbankableError("not-stored")
    return question.parts


def kind_of(question: Question) -> Kind:
    """Return the kind as which the bank keeps a question: what has none is marked by hand."""
    return Kind.ESSAY if question.sort is Sort.MANUAL else Kind(question.sort.value)


def points_of(question: Question) -> int:
    """Return whole points, at least 1."""
    return max(1, int(question.points.to_integral_value(ROUND_CEILING)))


def losses(question: Question) -> list[str]:
    """Return what of a question the bank does not keep, as codes of `words.PROBLEMS`."""
    found = []
    options = question.options
    usual = {NOTHING, FULL} if question.sort is not Sort.MULTIPLE else {
        NOTHING, Fraction(1, max(1, len(right_keys(options))))
    }  # fmt: skip
    if question.sort in {Sort.SINGLE, Sort.MULTIPLE} and any(
        each.share not in usual for each in options
    ):
        found.append("shares-dropped")
    blanks = question.blanks if question.sort is not Sort.TEXT else ()
    if any(form.why for blank in blanks for form in blank.forms):
        found.append("feedback-dropped")
    if any(form.share not in {NOTHING, FULL} for blank in blanks for form in blank.forms):
        found.append("shares-dropped")
    if Decimal(points_of(question)) != question.points:
        found.append("points-rounded")
    if question.sort is Sort.MANUAL:
        found.append("kept-by-hand")
    return found


def _single(question: Question) -> dict[str, Any]:
    full = [each.key for each in question.options if each.share == FULL]
    if len(full) > 1:
        raise UnbankableError("several-right")
    best = full or sorted(
        right_keys(question.options),
        key=lambda key: next(-each.share for each in question.options if each.key == key),
    )
    if not best or len(question.options) < 2:  # noqa: PLR2004  one is no choice
        raise UnbankableError("no-key-no-store")
    return {"options": _options(question), "answer": best[:1], "shuffle": question.shuffle}


def _multiple(question: Question) -> dict[str, Any]:
    right = right_keys(question.options)
    if not right:
        raise UnbankableError("no-key-no-store")
    return {"options": _options(question), "answer": right, "shuffle": question.shuffle}


def _options(question: Question) -> list[dict[str, Any]]:
    return [
        {"key": each.key, "text": both(each.text), "why": told(each.why)}
        for each in question.options
    ]


def _truth(question: Question) -> dict[str, Any]:
    right = [each.key for each in question.options if each.share == FULL]
    if len(right) != 1:
        raise UnbankableError("no-key-no-store")
    whys = {each.key: told(each.why) for each in question.options}
    return {"answer": right == [TRUE], "why": whys}


def _accepted(blank: Blank) -> list[str]:
    forms = [each.text for each in blank.forms if each.share == FULL]
    if not forms:
        raise UnbankableError("no-key-no-store")
    return forms


def _fillin(question: Question) -> dict[str, Any]:
    if not question.blanks or question.stem.count(BLANK) != len(question.blanks):
        raise UnbankableError("no-key-no-store")
    return {"blanks": [{"accept": _twice(_accepted(each))} for each in question.blanks]}


def _twice(forms: list[str]) -> dict[str, list[str]]:
    return {"zh": forms, "en": forms}


def _numeric(question: Question) -> dict[str, Any]:
    numbers = [each for blank in question.blanks for each in blank.numbers]
    right = [each for each in numbers if each.share == FULL]
    if len(right) != 1:
        raise UnbankableError("several-right" if right else "no-key-no-store")
    wrong = [
        {"value": f"{each.value:f}", "why": both(each.why)}
        for each in numbers
        if not each.share and each.why
    ]
    return {"answer": _value(right[0]), **({"wrong": wrong} if wrong else {})}


def _value(number: Number) -> dict[str, str]:
    return {"value": f"{number.value:f}", "tolerance": f"{number.tolerance:f}"}


def _text(question: Question) -> dict[str, Any]:
    groups: dict[tuple[Fraction, str], list[str]] = {}
    for blank in question.blanks:
        for each in blank.forms:
            if each.share > 0:
                groups.setdefault((each.share, each.why), []).append(each.text)
    if FULL not in {share for share, _why in groups}:
        raise UnbankableError("no-key-no-store")
    return {"accept": [
        {"forms": _twice(forms), **({} if share == FULL else {"share": str(share)}),
         **({"why": both(why)} if why else {})}
        for (share, why), forms in groups.items()
    ]}  # fmt: skip


def _matching(question: Question) -> dict[str, Any]:
    if any(prose.names_in(each.text) for each in question.options):
        raise UnbankableError("picture-in-list")
    if not question.pairs:
        raise UnbankableError("no-key-no-store")
    # In the order of the answers the keys would give them away.
    ordered = sorted(question.options, key=lambda each: each.text)
    answers = [pair.key for pair in question.pairs]
    if [each.key for each in ordered][: len(answers)] == answers:
        ordered = [*ordered[1:], ordered[0]]
    keys = {each.key: option_key(place) for place, each in enumerate(ordered)}
    return {
        "things": [{"key": str(place), "text": both(each.text), "answer": keys[each.key]}
                   for place, each in enumerate(question.pairs, start=1)],
        "choices": [{"key": keys[each.key], "text": both(each.text)} for each in ordered],
        "shuffle": question.shuffle,
    }  # fmt: skip


def _ordering(question: Question) -> dict[str, Any]:
    if len(question.options) < 2:  # noqa: PLR2004  one thing has no order
        raise UnbankableError("no-key-no-store")
    ordered = sorted(question.options, key=lambda each: each.text)
    if ordered == list(question.options):
        ordered.reverse()
    keys = {each.key: option_key(place) for place, each in enumerate(ordered)}
    return {
        "items": [{"key": keys[each.key], "text": both(each.text)} for each in ordered],
        "answer": [keys[each.key] for each in question.options],
    }


def _cloze(question: Question) -> dict[str, Any]:
    pieces = question.stem.split(BLANK)
    if not question.blanks or len(pieces) != len(question.blanks) + 1:
        raise UnbankableError("no-key-no-store")
    text = pieces[0] + "".join(f"[[{at}]]{each}" for at, each in enumerate(pieces[1:], start=1))
    return {"stem": _COMPLETE, "text": both(text), "gaps": [_gap(each) for each in question.blanks]}


def _gap(blank: Blank) -> dict[str, Any]:
    if blank.options:
        right = [each.key for each in blank.options if each.share == FULL]
        if len(right) != 1:
            raise UnbankableError("several-right" if right else "no-key-no-store")
        options = [{"key": each.key, "text": both(each.text)} for each in blank.options]
        return {"options": options, "answer": right[0]}
    numbers = [each for each in blank.numbers if each.share == FULL]
    if numbers:
        return _value(numbers[0])
    return {"accept": _twice(_accepted(blank))}


def _by_hand(question: Question) -> dict[str, Any]:
    return {"rubric": [{"key": "1", "points": points_of(question), "text": _EXPECTED}]}


_BODIES: Mapping[Sort, Callable[[Question], dict[str, Any]]] = {
    Sort.SINGLE: _single, Sort.MULTIPLE: _multiple, Sort.TRUEFALSE: _truth, Sort.FILLIN: _fillin,
    Sort.NUMERIC: _numeric, Sort.TEXT: _text, Sort.MATCHING: _matching, Sort.ORDERING: _ordering,
    Sort.CLOZE: _cloze, Sort.ESSAY: _by_hand, Sort.UPLOAD: _by_hand, Sort.MANUAL: _by_hand,
}  # fmt: skip
