"""What a question version's body means: its key, its options, its texts.

The body is the question's entry in its file with variables filled in (docs/content-format.md).
This is the one place that reads it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, assert_never

from lms.exams.rules.kinds import FALSE, TRUE, Kind
from lms.exams.rules.marks import FillIn, Key, MultipleChoice, MultiplePolicy, Numeric, SingleChoice

Bilingual = Mapping[str, str]


def key_of(kind: Kind, body: Mapping[str, Any]) -> Key:
    """Return the answer key, as the marking rules want it."""
    match kind:
        case Kind.SINGLE:
            return SingleChoice(body["answer"][0])
        case Kind.MULTIPLE:
            policy = MultiplePolicy(body.get("policy") or MultiplePolicy.SUBSET_HALF)
            return MultipleChoice(option_keys(kind, body), frozenset(body["answer"]), policy)
        case Kind.TRUEFALSE:
            return SingleChoice(TRUE if body["answer"] else FALSE)
        case Kind.FILLIN:
            forms = (frozenset().union(*blank["accept"].values()) for blank in body["blanks"])
            return FillIn(tuple(forms))
        case Kind.NUMERIC:
            answer = body["answer"]
            return Numeric(
                value=Decimal(str(answer["value"])),
                tolerance=Decimal(str(answer.get("tolerance") or 0)),
                relative=bool(answer.get("relative")),
                units=tuple(body.get("units") or ()),
            )
        case _:
            assert_never(kind)


def written_keys(kind: Kind, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the option keys in the order written; empty for what is typed."""
    if kind is Kind.TRUEFALSE:
        return (TRUE, FALSE)
    return tuple(option["key"] for option in body.get("options") or ())


def option_keys(kind: Kind, body: Mapping[str, Any]) -> frozenset[str]:
    """Return the option keys as a set."""
    return frozenset(written_keys(kind, body))


def is_shuffled(kind: Kind, body: Mapping[str, Any]) -> bool:
    """Whether the options may be shown in another order; true and false keep theirs."""
    return kind is not Kind.TRUEFALSE and bool(body.get("shuffle", True))


def blanks(kind: Kind, body: Mapping[str, Any]) -> int:
    """Return how many fields there are to type into."""
    if kind is Kind.NUMERIC:
        return 1
    return len(body["blanks"]) if kind is Kind.FILLIN else 0


def option_texts(body: Mapping[str, Any]) -> dict[str, Bilingual]:
    """Return option key -> text; empty for true/false, whose words are the page's."""
    return {option["key"]: option["text"] for option in body.get("options") or ()}


def reasons(kind: Kind, body: Mapping[str, Any]) -> dict[str, Bilingual]:
    """Return option key (or mistaken number) -> what choosing it shows."""
    if kind is Kind.NUMERIC:
        return {str(each["value"]): each["why"] for each in body.get("wrong") or ()}
    if kind is Kind.TRUEFALSE:
        # YAML reads `true:` and `false:` as booleans, JSON keeps them as words.
        return {str(key).lower(): why for key, why in (body.get("why") or {}).items()}
    return {option["key"]: option["why"] for option in body.get("options") or ()}


def accepted(kind: Kind, body: Mapping[str, Any], language: str) -> list[str]:
    """Return what would have been right, per blank, for showing it."""
    if kind is Kind.NUMERIC:
        unit = (body.get("unit") or {}).get(language, "")
        return [f"{body['answer']['value']} {unit}".strip()]
    if kind is Kind.FILLIN:
        forms = (blank["accept"] for blank in body["blanks"])
        return [" / ".join(each.get(language) or next(iter(each.values()))) for each in forms]
    return []
