"""What somebody who knows would answer earns everything, whatever the kind of question."""

from decimal import Decimal
from fractions import Fraction

import pytest

from lms.exams.rules.answers import right_answer
from lms.exams.rules.marks import (
    FULL,
    Cloze,
    FillIn,
    Key,
    MultipleChoice,
    Numeric,
    SingleChoice,
    mark,
)
from lms.exams.rules.pairs import Matching, Ordering
from lms.exams.rules.rubric import ByHand, Item
from lms.exams.rules.shorttext import Accepted, ShortText

HALF = Fraction(1, 2)
SEAT = FillIn((frozenset({"席位", "seat"}),))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (SingleChoice("B"), ("B",)),
        (MultipleChoice(frozenset("ABCD"), frozenset("DA")), ("A", "D")),
        (FillIn((frozenset({"席位", "seat"}), frozenset({"b"}))), ("seat", "b")),
        (Numeric(Decimal("37.5"), units=("min",)), ("37.5",)),
        (
            ShortText((Accepted(frozenset({"half"}), share=HALF), Accepted(frozenset({"all*"})))),
            ("all",),
        ),
        (ShortText((Accepted(parts=(frozenset({"lead", "call"}),)),)), ("call lead",)),
        (Matching((("1", "C"), ("2", "A"))), ("1=C", "2=A")),
        (Ordering(tuple("CAB")), ("C=1", "A=2", "B=3")),
        (Cloze((SingleChoice("B"), Numeric(Decimal(3)), SEAT)), ("B", "3", "seat")),
    ],
    ids=lambda each: type(each).__name__,
)
def test_it_earns_full_marks(key: Key, expected: tuple[str, ...]) -> None:
    assert right_answer(key) == expected
    assert mark(key, expected) == FULL


def test_what_a_person_marks_is_no_blank() -> None:
    key = ByHand((Item("1", 2),))
    assert mark(key, right_answer(key)) is None
