"""How responses are marked.

Marks are exact fractions of a question's worth, from 0 to 1, so that an exam can weigh its
questions without the marking rules knowing, and a third is a third until it is shown.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import assert_never

from lms.exams.rules.normal import normal_text, parse_number
from lms.exams.rules.pairs import Matching, Ordering, mark_matching, mark_ordering
from lms.exams.rules.rubric import ByHand
from lms.exams.rules.shorttext import ShortText, mark_text

ZERO, HALF, FULL = Fraction(0), Fraction(1, 2), Fraction(1)


class MultiplePolicy(enum.StrEnum):
    """What a partly right multiple-choice response earns."""

    ALL_OR_NOTHING = "all-or-nothing"
    SUBSET_HALF = "subset-half"
    """少选得一半、错选 0: half for some of the answers, nothing once a wrong one is among them."""
    PROPORTIONAL = "proportional"
    """A share per answer, nothing once a wrong one is among them."""
    RIGHT_MINUS_WRONG = "right-minus-wrong"
    """The share of the answers less the share of the wrong options, never below 0."""


@dataclass(frozen=True, slots=True)
class SingleChoice:
    """Exactly one option is right; true/false is one of these."""

    answer: str


@dataclass(frozen=True, slots=True)
class MultipleChoice:
    """All of `answers` must be chosen from `options`, and no other."""

    options: frozenset[str]
    answers: frozenset[str]
    policy: MultiplePolicy = MultiplePolicy.SUBSET_HALF
    partly: Fraction = HALF
    """What some of the answers earn by `SUBSET_HALF`: half, unless the question says otherwise."""

    def __post_init__(self) -> None:
        if not 0 <= self.partly < 1:
            raise ValueError("a part is less than the whole")
        if not self.answers or not self.answers <= self.options:
            raise ValueError("answers must be some of the options, at least one")


@dataclass(frozen=True, slots=True)
class FillIn:
    """One or more blanks; each is right if what was typed equals one of its forms."""

    blanks: tuple[frozenset[str], ...]
    """Accepted forms per blank; compared by `normal_text`."""

    def __post_init__(self) -> None:
        if not self.blanks or not all(self.blanks):
            raise ValueError("at least one blank, each with an accepted form")


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number within a tolerance; the bounds themselves are right."""

    value: Decimal
    tolerance: Decimal = Decimal(0)
    relative: bool = False
    """Whether the tolerance is a share of `value` instead of an amount."""
    units: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.tolerance < 0:
            raise ValueError("a tolerance is not negative")


@dataclass(frozen=True, slots=True)
class Cloze:
    """A text with gaps, each of which is chosen, typed or a number; each earns its share."""

    gaps: tuple[SingleChoice | FillIn | Numeric, ...]

    def __post_init__(self) -> None:
        if not self.gaps:
            raise ValueError("at least one gap")


Key = (
    SingleChoice
    | MultipleChoice
    | FillIn
    | Numeric
    | ShortText
    | Matching
    | Ordering
    | Cloze
    | ByHand
)
"""The part of a question that decides whether a response is right."""


def is_blank(response: tuple[str, ...]) -> bool:
    """Whether nothing was chosen or typed."""
    return not any(each.strip() for each in response)


def mark(key: Key, response: tuple[str, ...]) -> Fraction | None:
    """Mark one response.

    Args:
        key: the answer key of the question.
        response: the chosen option keys, what was typed or chosen per blank, or ``thing=choice``
            of matching and ordering; empty if left blank. Keys that the question does not have
            count for nothing.

    Returns:
        From `ZERO` (wrong or blank) to `FULL` (right), or None: a person must mark it.
    """
    if is_blank(response):
        return ZERO
    return None if isinstance(key, ByHand) else _earned(key, response)


def _earned(
    key: SingleChoice | MultipleChoice | FillIn | Numeric | ShortText | Matching | Ordering | Cloze,
    response: tuple[str, ...],
) -> Fraction:
    match key:
        case SingleChoice(answer):
            earned = FULL if response == (answer,) else ZERO
        case MultipleChoice():
            earned = _mark_multiple(key, frozenset(response) & key.options)
        case FillIn(blanks):
            right = sum(_fits(forms, typed) for forms, typed in zip(blanks, response, strict=False))
            earned = Fraction(right, len(blanks))
        case Numeric():
            earned = FULL if _is_near(key, response[0]) else ZERO
        case ShortText():
            earned = mark_text(key, response[0])
        case Matching():
            earned = mark_matching(key, response)
        case Ordering():
            earned = mark_ordering(key, response)
        case Cloze(gaps):
            shares = (mark(gap, (said,)) or ZERO for gap, said in zip(gaps, response, strict=False))
            earned = sum(shares, ZERO) / len(gaps)
        case _:
            assert_never(key)
    return earned


def _mark_multiple(key: MultipleChoice, chosen: frozenset[str]) -> Fraction:
    right = Fraction(len(chosen & key.answers), len(key.answers))
    distractors = key.options - key.answers
    wrong = Fraction(len(chosen & distractors), len(distractors) or 1)
    match key.policy:
        case MultiplePolicy.ALL_OR_NOTHING:
            return FULL if chosen == key.answers else ZERO
        case MultiplePolicy.SUBSET_HALF:
            partly = key.partly if right and not wrong else ZERO
            return FULL if chosen == key.answers else partly
        case MultiplePolicy.PROPORTIONAL:
            return ZERO if wrong else right
        case MultiplePolicy.RIGHT_MINUS_WRONG:
            return max(ZERO, right - wrong)
        case _:
            assert_never(key.policy)


def with_penalty(
    key: Key, mark: Fraction | None, response: tuple[str, ...], penalty: Fraction
) -> Fraction | None:
    """Return a mark less what a wrong choice costs in an exam that says so.

    Args:
        key: of the question; only choices are guessed, so only they cost.
        mark: by `mark`.
        response: the answer; a blank costs nothing.
        penalty: a share of the question's points, from 0 to 1.
    """
    is_wrong = isinstance(key, SingleChoice | MultipleChoice) and mark == ZERO
    return -penalty if is_wrong and penalty and not is_blank(response) else mark


def _fits(forms: frozenset[str], typed: str) -> bool:
    given = normal_text(typed)
    return bool(given) and any(normal_text(form) == given for form in forms)


def _is_near(key: Numeric, typed: str) -> bool:
    given = parse_number(typed, key.units)
    if given is None:
        return False
    allowed = abs(key.value) * key.tolerance if key.relative else key.tolerance
    return abs(given - key.value) <= allowed


def total(marks: Iterable[tuple[Fraction | None, int]]) -> Fraction | None:
    """Return the weighted score from 0 to 1, or None while a person has yet to mark a response.

    Penalties never take it below 0.

    Args:
        marks: pairs of (mark, at most 1, or None; worth in points, more than 0).
    """
    earned, worth = ZERO, 0
    for each, points in marks:
        if each is None:
            return None
        earned += each * points
        worth += points
    return max(ZERO, earned / worth) if worth else ZERO


def reaches(score: Fraction, pass_percent: Decimal) -> bool:
    """Whether a score passes. Compared exactly: what is shown as 60.00 may be a little less."""
    return 100 * score >= Fraction(pass_percent)


def percent(score: Fraction) -> Decimal:
    """Return a score in percent, rounded half up to two decimals. For display only."""
    return Decimal(floor(score * 10_000 + HALF)).scaleb(-2)
