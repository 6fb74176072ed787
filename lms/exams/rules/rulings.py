"""What counts as right after a key was corrected, and what that makes of a mark."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, assert_never

from lms.exams.rules import marks, pairs
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import (
    FULL,
    Cloze,
    FillIn,
    Key,
    MultipleChoice,
    Numeric,
    SingleChoice,
)
from lms.exams.rules.normal import fold_width, normal_text, parse_number
from lms.exams.rules.pairs import Matching, Ordering
from lms.exams.rules.rubric import ByHand
from lms.exams.rules.shorttext import ShortText


class Way(enum.StrEnum):
    """How a question is marked again."""

    OTHER_KEY = "other-key"
    """By the key of another version of the question."""
    ALSO = "also"
    """Another answer is right as well."""
    FULL = "full"
    """Everyone gets all the points, whatever the answer."""
    LEAVE_OUT = "leave-out"
    """The question earns nothing and is worth nothing."""
    AS_WRITTEN = "as-written"
    """By its own key: takes an earlier regrade back."""


WITHOUT_KEY = frozenset({Way.FULL, Way.LEAVE_OUT, Way.AS_WRITTEN})
"""What can be done with a question that people mark."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What counts as right now."""

    way: Way
    also: tuple[str, ...] = ()
    """The answer that is right as well: option keys, ``thing=choice``, or what is typed, blank by
    blank; empty where one is left open."""
    version_id: int | None = None
    """The version whose key counts."""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Ruling":
        """Read what `as_json` wrote."""
        return cls(Way(stored["way"]), tuple(stored.get("also") or ()), stored.get("version_id"))

    def as_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"way": self.way.value, "also": list(self.also), "version_id": self.version_id}


Override = str | None
"""The mark that counts instead of the response's own; None where the question is left out."""
Instead = Override | Literal[False]
"""The same; False where the mark stays as it is."""


def instead(
    ruling: Ruling, key: Key, response: tuple[str, ...], own: Fraction | None, penalty: Fraction
) -> Instead:
    """Return what counts instead of a mark; False where the mark stays as it is.

    Args:
        ruling: what counts as right now.
        key: the one that counts: of the version that the ruling names, else the question's own.
        response: the answer; empty for a blank.
        own: the mark that the response had in the first place; None where a person has yet to mark.
        penalty: share of the points that a wrong choice costs in this exam.
    """
    match ruling.way:
        case Way.AS_WRITTEN:
            return False
        case Way.LEAVE_OUT:
            return None
        case Way.FULL:
            found: Fraction | None = FULL
        case Way.ALSO:
            found = FULL if is_same(key, response, ruling.also) else own
        case Way.OTHER_KEY:
            found = marks.with_penalty(key, marks.mark(key, response), response, penalty)
        case _:
            assert_never(ruling.way)
    return False if found is None or found == own else str(found)


def is_same(key: Key, response: tuple[str, ...], also: tuple[str, ...]) -> bool:
    """Whether an answer is the one that is right as well.

    Options and pairs are compared as sets, whatever was clicked first; what is typed blank by
    blank, in the way in which the question compares it.
    """
    if marks.is_blank(response):
        return False
    match key:
        case SingleChoice() | MultipleChoice():
            return set(response) == set(also)
        case Matching() | Ordering():
            return pairs.given(response) == pairs.given(also)
        case ByHand():
            return False  # a person says what is right
        case FillIn() | Numeric() | ShortText() | Cloze():
            return _is_typed(_blanks_of(key), response, also)
        case _:
            assert_never(key)


Typed = SingleChoice | FillIn | Numeric | ShortText


def _blanks_of(key: FillIn | Numeric | ShortText | Cloze) -> Sequence[Typed]:
    if isinstance(key, Cloze):
        return key.gaps
    return [key] * (len(key.blanks) if isinstance(key, FillIn) else 1)


def _is_typed(blanks: Sequence[Typed], response: tuple[str, ...], also: tuple[str, ...]) -> bool:
    given, wanted = ((*said, *[""] * (len(blanks) - len(said))) for said in (response, also))
    return len(given) == len(wanted) == len(blanks) and all(map(_is_like, blanks, given, wanted))


def _is_like(blank: Typed, given: str, wanted: str) -> bool:
    match blank:
        case SingleChoice():
            return given == wanted
        case Numeric(units=units):
            numbers = parse_number(given, units), parse_number(wanted, units)
            if None not in numbers:
                return numbers[0] == numbers[1]
            # Not as texts: those are NFKC, which makes 102 of 10².
            return fold_width(given).strip().casefold() == fold_width(wanted).strip().casefold()
        case FillIn() | ShortText():
            return normal_text(given) == normal_text(wanted)
        case _:
            assert_never(blank)


def fits(kind: Kind, way: Way, by_hand: tuple[Kind, ...]) -> bool:
    """Whether a kind of question can be marked again in a way."""
    return kind not in by_hand or way in WITHOUT_KEY
