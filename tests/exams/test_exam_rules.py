"""The rules of an exam as its file says them, and as they are where it says nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import (
    SAFETY,
    Draw,
    ExamRules,
    Limit,
    Section,
    Shown,
    Sort,
)

TITLE = {"zh": "结业考试", "en": "Final exam"}
LEAST: dict[str, Any] = {
    "code": "final",
    "title": TITLE,
    "minutes": 60,
    "pass_percent": 72.5,
    "attempts": 3,
    "draw": [{"count": 20}],
}
"""What every file has to say."""
EVERYTHING: dict[str, Any] = LEAST | {
    "cooldown_days": [1, 7],
    "shuffle_questions": False,
    "review": ["own", "right-wrong"],
    "penalty": "0.25",
    "draw": [
        {
            "count": 3,
            "unit": "S1-A",
            "kind": "numeric",
            "difficulty": 4,
            "tag": ["log", "mail"],
            "safety": True,
            "points": 6,
        },
        {"question": "c1", "parts": 2},
        {"kind": "case", "parts": 4, "count": 2},
    ],
    "limits": [
        {"safety": True, "wrong": 0},
        {"unit": "S1-B", "kind": "essay", "tag": "mail", "least": 62.5},
    ],
    "sections": [
        {"title": {"zh": "写作", "en": "Texts"}, "weight": 40, "kind": "essay"},
        {"title": {"zh": "其余", "en": "Rest"}, "weight": 60},
    ],
    "avoid_seen": True,
    "talk_after": 2,
    "opens_at": "2026-03-01T08:00:00+00:00",
    "closes_at": "2026-03-31T18:00:00+00:00",
    "navigation": "forward",
    "retake_after_pass": True,
}
OPTIONAL = sorted(EVERYTHING.keys() - LEAST.keys())


def test_everything_that_a_file_may_say() -> None:
    assert ExamRules.read(EVERYTHING) == ExamRules(
        code="final",
        title=TITLE,
        minutes=60,
        pass_percent=Decimal("72.5"),
        attempts=3,
        cooldown_days=(1, 7),
        shuffle_questions=False,
        review=frozenset({Shown.OWN, Shown.RIGHT_WRONG}),
        draws=(
            Draw(3, "S1-A", Kind.NUMERIC, 4, ("log", "mail"), safety=True, points=6),
            Draw(1, parts=2, question="c1"),
            Draw(2, kind=Kind.CASE, parts=4),
        ),
        penalty=Fraction(1, 4),
        limits=(
            Limit(Sort(safety=True), wrong=0),
            Limit(Sort("S1-B", Kind.ESSAY, ("mail",)), least=Decimal("62.5")),
        ),
        sections=(
            Section({"zh": "写作", "en": "Texts"}, 40, Sort(kind=Kind.ESSAY)),
            Section({"zh": "其余", "en": "Rest"}, 60, Sort()),
        ),
        avoid_seen=True,
        talk_after=2,
        opens_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        closes_at=datetime(2026, 3, 31, 18, tzinfo=UTC),
        is_forward=True,
        retake_after_pass=True,
    )


def test_a_file_that_says_no_more_than_it_must() -> None:
    assert ExamRules.read(LEAST) == ExamRules(
        code="final",
        title=TITLE,
        minutes=60,
        pass_percent=Decimal("72.5"),
        attempts=3,
        cooldown_days=(),
        shuffle_questions=True,
        review=frozenset(),
        draws=(Draw(20),),
        penalty=Fraction(0),
        limits=(),
        sections=(),
        avoid_seen=False,
        talk_after=0,
        opens_at=None,
        closes_at=None,
        is_forward=False,
        retake_after_pass=False,
    )


@pytest.mark.parametrize("field", OPTIONAL)
def test_a_field_without_a_value_is_as_good_as_none(field: str) -> None:
    assert ExamRules.read(LEAST | {field: None}) == ExamRules.read(LEAST)


def test_an_entry_without_values_draws_one_question_of_any_sort() -> None:
    fields = ("count", "unit", "kind", "difficulty", "tag", "safety", "parts", "question", "points")
    assert Draw.read({}) == Draw.read(dict.fromkeys(fields)) == Draw(1)


def test_numbers_of_a_file_are_exact() -> None:
    rules = ExamRules.read(LEAST | {"penalty": 0.1, "pass_percent": 59.9})
    assert (rules.penalty, rules.pass_percent) == (Fraction(1, 10), Decimal("59.9"))


def test_ways_through_a_paper() -> None:
    assert ExamRules.read(LEAST | {"navigation": "forward"}).is_forward
    assert not ExamRules.read(LEAST | {"navigation": "free"}).is_forward


def test_a_case_is_as_many_questions_as_it_has_parts() -> None:
    assert ExamRules.read(EVERYTHING).questions == 3 + 2 + 2 * 4


@pytest.mark.parametrize(
    ("sort", "is_of"),
    [
        (Sort(), True),
        (Sort(unit="A"), True),
        (Sort(unit="B"), False),
        (Sort(kind=Kind.CASE), True),
        (Sort(kind=Kind.ESSAY), False),
        (Sort(tags=("log",)), True),
        (Sort(tags=("mail",)), False),
        (Sort(tags=("log", SAFETY)), True),
        (Sort(tags=("log", "mail")), False),
        (Sort(safety=True), True),
        (Sort("A", Kind.SINGLE, ("log",), safety=True), True),
        (Sort("A", Kind.SINGLE, ("mail",), safety=True), False),
    ],
)
def test_a_question_is_of_a_sort_if_it_is_all_that_is_said(sort: Sort, *, is_of: bool) -> None:
    assert sort.has("A", {Kind.SINGLE, Kind.CASE}, {"log", SAFETY}) is is_of
    if sort.safety:
        assert not sort.has("A", {Kind.SINGLE, Kind.CASE}, {"log"})
