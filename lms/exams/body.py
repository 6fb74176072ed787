"""What a question version's body means: its key, its options, its texts.

The body is the question's entry in its file with variables filled in (docs/content-format.md).
This is the one place that reads it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.courses.option_rules import is_catch_all
from lms.courses.upload_rules import FORMS
from lms.exams.rules.kinds import FALSE, PAIRED, TRUE, Kind
from lms.exams.rules.marks import (
    Cloze,
    FillIn,
    Key,
    MultipleChoice,
    MultiplePolicy,
    Numeric,
    SingleChoice,
)
from lms.exams.rules.pairs import Matching, Ordering, OrderPolicy
from lms.exams.rules.rubric import ByHand, Item
from lms.exams.rules.settings import SAFETY
from lms.exams.rules.shorttext import Accepted, ShortText

Bilingual = Mapping[str, str]


def key_of(kind: Kind, body: Mapping[str, Any]) -> Key:
    """Return the answer key, as the marking rules want it."""
    if kind not in _KEYS:
        raise ValueError("a case is answered by its sub-questions")
    return _KEYS[kind](body)


def right_keys(kind: Kind, body: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of the right options; nothing where none are chosen."""
    match key_of(kind, body):
        case SingleChoice(answer):
            return frozenset({answer})
        case MultipleChoice(answers=answers):
            return answers
        case _:
            return frozenset()


def tags_of(tags: Iterable[str], body: Mapping[str, Any]) -> frozenset[str]:
    """Return a question's tags, with the one that its flag `safety` stands for."""
    return with_safety(tags, is_safety=bool(body.get("safety")))


def with_safety(tags: Iterable[str], *, is_safety: bool) -> frozenset[str]:
    """Return tags with `SAFETY` among them if the question is one."""
    return frozenset(tags) | ({SAFETY} if is_safety else set())


def _multiple(body: Mapping[str, Any]) -> MultipleChoice:
    policy = MultiplePolicy(body.get("policy") or MultiplePolicy.SUBSET_HALF)
    keys, answers = option_keys(Kind.MULTIPLE, body), frozenset(body["answer"])
    return MultipleChoice(keys, answers, policy, Fraction(str(body.get("partly") or "0.5")))


def _ordering(body: Mapping[str, Any]) -> Ordering:
    policy = OrderPolicy(body.get("policy") or OrderPolicy.EXACT)
    return Ordering(tuple(body["answer"]), policy)


def _forms(accept: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset().union(*accept.values())


def _number(answer: Mapping[str, Any], owner: Mapping[str, Any]) -> Numeric:
    return Numeric(
        value=Decimal(str(answer["value"])),
        tolerance=Decimal(str(answer.get("tolerance") or 0)),
        relative=bool(answer.get("relative")),
        units=tuple(owner.get("units") or ()),
    )


def _accepted(given: Mapping[str, Any]) -> Accepted:
    return Accepted(
        forms=_forms(given.get("forms") or {}),
        parts=tuple(frozenset(each) for each in (given.get("all") or {}).values()),
        share=Fraction(str(given.get("share") or 1)),
    )


def _rubric(body: Mapping[str, Any]) -> tuple[Item, ...]:
    return tuple(Item(each["key"], each["points"]) for each in body["rubric"])


def files_wanted(kind: Kind, body: Mapping[str, Any]) -> tuple[Sequence[str], int]:
    """Return the endings of the files that may be handed in, and how many at most."""
    if kind is not Kind.UPLOAD:
        return (), 0
    wanted = body.get("files") or {}
    return wanted.get("types") or list(FORMS), wanted.get("most") or 1


def _gap(given: Mapping[str, Any]) -> SingleChoice | FillIn | Numeric:
    if "options" in given:
        return SingleChoice(given["answer"])
    if "accept" in given:
        return FillIn((_forms(given["accept"]),))
    return _number(given, given)


_KEYS: Mapping[Kind, Callable[[Mapping[str, Any]], Key]] = {
    Kind.SINGLE: lambda body: SingleChoice(body["answer"][0]),
    Kind.MULTIPLE: _multiple,
    Kind.TRUEFALSE: lambda body: SingleChoice(TRUE if body["answer"] else FALSE),
    Kind.FILLIN: lambda body: FillIn(tuple(_forms(each["accept"]) for each in body["blanks"])),
    Kind.NUMERIC: lambda body: _number(body["answer"], body),
    Kind.TEXT: lambda body: ShortText(tuple(map(_accepted, body["accept"]))),
    Kind.MATCHING: lambda body: Matching(
        tuple((each["key"], each["answer"]) for each in body["things"])
    ),
    Kind.ORDERING: _ordering,
    Kind.ESSAY: lambda body: ByHand(_rubric(body)),
    Kind.UPLOAD: lambda body: ByHand(_rubric(body)),
    Kind.CLOZE: lambda body: Cloze(tuple(map(_gap, body["gaps"]))),
}


def written_keys(kind: Kind, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the option keys in the order written; empty for what is typed."""
    if kind is Kind.TRUEFALSE:
        return (TRUE, FALSE)
    return tuple(option["key"] for option in _choices(kind, body))


def _choices(kind: Kind, body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    name = {Kind.MATCHING: "choices", Kind.ORDERING: "items"}.get(kind, "options")
    return body.get(name) or ()


def things(kind: Kind, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of what is given one of the options; empty but for matching."""
    return tuple(each["key"] for each in body["things"]) if kind is Kind.MATCHING else ()


def option_keys(kind: Kind, body: Mapping[str, Any]) -> frozenset[str]:
    """Return the option keys as a set."""
    return frozenset(written_keys(kind, body))


def last_keys(kind: Kind, body: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of options that stand for all of the others, in one language at least."""
    if kind not in {Kind.SINGLE, Kind.MULTIPLE, Kind.MATCHING}:
        return frozenset()
    return frozenset(
        each["key"]
        for each in _choices(kind, body)
        if any(map(is_catch_all, each["text"].values()))
    )


def is_shuffled(kind: Kind, body: Mapping[str, Any]) -> bool:
    """Whether the options may be shown in another order; true and false keep theirs."""
    if kind is Kind.ORDERING:
        return True
    return kind is not Kind.TRUEFALSE and bool(body.get("shuffle", True))


def blanks(kind: Kind, body: Mapping[str, Any]) -> int:
    """Return how many fields there are to type into."""
    if kind in {Kind.NUMERIC, Kind.TEXT, Kind.ESSAY}:
        return 1
    return len(body["blanks"]) if kind is Kind.FILLIN else 0


def option_texts(kind: Kind, body: Mapping[str, Any]) -> dict[str, Bilingual]:
    """Return option key -> text."""
    if kind is Kind.TRUEFALSE:
        return {TRUE: {"zh": "正确", "en": "True"}, FALSE: {"zh": "错误", "en": "False"}}
    return {option["key"]: option["text"] for option in _choices(kind, body)}


def pair_texts(
    kind: Kind, body: Mapping[str, Any]
) -> tuple[dict[str, Bilingual], dict[str, Bilingual]]:
    """Return the texts of what is given something, and of what it is given, by key."""
    texts = option_texts(kind, body)
    if kind is Kind.MATCHING:
        return {each["key"]: each["text"] for each in body["things"]}, texts
    places = map(str, range(1, len(texts) + 1))
    return texts, {place: {"zh": place, "en": place} for place in places}


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap of a cloze."""

    number: int
    options: Sequence[tuple[str, Bilingual]]
    """Key and text; empty where it is typed."""
    is_number: bool
    right: Bilingual
    """What is shown as its right answer."""
    why: Bilingual | None


def gaps(kind: Kind, body: Mapping[str, Any]) -> list[Gap]:
    """Return the gaps of a cloze, in the order of their numbers."""
    given = body["gaps"] if kind is Kind.CLOZE else ()
    return [_shown_gap(number, each) for number, each in enumerate(given, start=1)]


def _shown_gap(number: int, given: Mapping[str, Any]) -> Gap:
    options = [(each["key"], each["text"]) for each in given.get("options") or ()]
    if options:
        right = dict(options)[given["answer"]]
    elif "accept" in given:
        right = {each: " / ".join(forms) for each, forms in given["accept"].items()}
    else:
        right = dict.fromkeys(("zh", "en"), str(given["value"]))
    return Gap(number, options, "value" in given, right, given.get("why"))


def reasons(kind: Kind, body: Mapping[str, Any]) -> dict[str, Bilingual]:
    """Return option key (or mistaken number) -> what choosing it shows."""
    if kind is Kind.NUMERIC:
        return {str(each["value"]): each["why"] for each in body.get("wrong") or ()}
    if kind is Kind.TRUEFALSE:
        # YAML reads `true:` and `false:` as booleans, JSON keeps them as words.
        return {str(key).lower(): why for key, why in (body.get("why") or {}).items()}
    if kind is Kind.TEXT:
        return {str(n): each["why"] for n, each in enumerate(body["accept"]) if each.get("why")}
    if kind in PAIRED:
        explained = body["things"] if kind is Kind.MATCHING else body["items"]
        return {each["key"]: each["why"] for each in explained if each.get("why")}
    return {option["key"]: option["why"] for option in body.get("options") or ()}


def accepted(kind: Kind, body: Mapping[str, Any], language: str) -> list[str]:
    """Return what would have been right, per blank, for showing it."""
    if kind is Kind.NUMERIC:
        unit = (body.get("unit") or {}).get(language, "")
        return [f"{body['answer']['value']} {unit}".strip()]
    if kind is Kind.FILLIN:
        forms = (blank["accept"] for blank in body["blanks"])
        return [" / ".join(each.get(language) or next(iter(each.values()))) for each in forms]
    if kind is Kind.TEXT:
        return [" / ".join(_taken(each, language)) for each in body["accept"] if _is_full(each)]
    return []


def _is_full(accepted: Mapping[str, Any]) -> bool:
    return Fraction(str(accepted.get("share") or 1)) == 1


def _taken(accepted: Mapping[str, Any], language: str) -> list[str]:
    whole = (accepted.get("forms") or {}).get(language) or []
    together = (accepted.get("all") or {}).get(language) or []
    return [*whole, *([" + ".join(together)] if together else [])]
