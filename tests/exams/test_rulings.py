"""What a corrected key makes of a mark."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules import marks, rulings
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import (
    FULL,
    ZERO,
    Cloze,
    FillIn,
    Key,
    MultipleChoice,
    Numeric,
    SingleChoice,
)
from lms.exams.rules.pairs import Matching, Ordering
from lms.exams.rules.rubric import ByHand, Item
from lms.exams.rules.rulings import Ruling, Way
from lms.exams.rules.shorttext import Accepted, ShortText

KEY = MultipleChoice(frozenset("ABCD"), frozenset("AC"))
BLANKS = FillIn((frozenset({"x"}), frozenset({"y"})))
NUMBER = Numeric(Decimal(180), units=("min",))
PAIRS = Matching((("1", "B"), ("2", "A")))
GAPS = Cloze((SingleChoice("B"), FillIn((frozenset({"x"}),)), Numeric(Decimal(1))))
ANSWERS = st.lists(st.sampled_from("ABCD"), unique=True).map(tuple)


class TestRulings:
    @given(ANSWERS, st.sampled_from(list(Way)))
    def test_what_counts_is_a_mark_or_nothing(self, answer: tuple[str, ...], way: Way) -> None:
        own = marks.mark(KEY, answer)
        found = rulings.instead(Ruling(way, also=("B",)), KEY, answer, own, Fraction(0))
        if isinstance(found, str):
            assert 0 <= Fraction(found) <= 1
            assert Fraction(found) != own
        if way is Way.FULL:
            assert found == "1" or own == FULL
        if way is Way.AS_WRITTEN:
            assert found is False
        if way is Way.LEAVE_OUT:
            assert found is None

    @given(ANSWERS)
    def test_another_right_answer_never_lowers(self, answer: tuple[str, ...]) -> None:
        own = marks.mark(KEY, answer)
        found = rulings.instead(Ruling(Way.ALSO, ("B", "D")), KEY, answer, own, Fraction(0))
        assert found is False or found == "1"
        assert (found == "1") == (set(answer) == {"B", "D"})

    def test_another_right_answer_earns_everything(self) -> None:
        ruling = Ruling(Way.ALSO, ("B", "D"))
        assert rulings.instead(ruling, KEY, ("D", "B"), ZERO, Fraction(0)) == "1"
        assert rulings.instead(ruling, KEY, ("A",), Fraction(1, 2), Fraction(0)) is False

    @pytest.mark.parametrize(
        ("key", "response", "also", "expected"),
        [
            (KEY, ("A", "C"), ("C", "A"), True),
            (KEY, ("A",), ("A", "C"), False),
            (SingleChoice("B"), ("A",), ("A",), True),
            (SingleChoice("B"), ("",), ("",), False),
            (BLANKS, (" 备 份", "恢复"), ("备份", "恢复"), True),
            (BLANKS, ("备份", "恢复"), ("恢复", "备份"), False),
            (BLANKS, ("备份",), ("备份", ""), True),
            (BLANKS, ("备份", "x"), ("备份", ""), False),
            (BLANKS, ("", "备份"), ("", "备份"), True),
            (BLANKS, ("备份", ""), ("", "备份"), False),
            (BLANKS, ("备份", "恢复", "x"), ("备份", "恢复"), False),
            (ShortText((Accepted(frozenset({"x"})),)), ("ＳＬＡ",), ("sla",), True),
            (NUMBER, ("1,234.5",), ("1234.5",), True),
            (NUMBER, ("１０２ MIN",), ("102",), True),
            (NUMBER, ("10²",), ("102",), False),
            (NUMBER, ("10²",), ("10²",), True),
            (NUMBER, ("a hundred",), ("Ａ hundred ",), True),
            (NUMBER, ("103",), ("102",), False),
            (PAIRS, ("2=B", "1=A"), ("1=A", "2=B"), True),
            (PAIRS, ("1=A",), ("1=A", "2=B"), False),
            (Ordering(("B", "A")), ("A=1", "B=2"), ("B=2", "A=1"), True),
            (GAPS, ("A", "seat", "1,000"), ("A", "Ｓeat", "1000"), True),
            (GAPS, ("seat", "A", "1000"), ("A", "seat", "1000"), False),
            (GAPS, ("A", "1000", "seat"), ("A", "seat", "1000"), False),
            (GAPS, ("a", "seat", "1000"), ("A", "seat", "1000"), False),
            (ByHand((Item("1", 1),)), ("x",), ("x",), False),
        ],
    )
    def test_the_same_answer(
        self,
        key: Key,
        response: tuple[str, ...],
        also: tuple[str, ...],
        expected: bool,  # noqa: FBT001
    ) -> None:
        assert rulings.is_same(key, response, also) is expected

    @given(st.permutations(["备份", "恢复", "迁移"]), st.permutations(["备份", "恢复", "迁移"]))
    def test_each_blank_has_an_answer_of_its_own(self, said: list[str], also: list[str]) -> None:
        key = FillIn((frozenset("x"),) * 3)
        assert rulings.is_same(key, tuple(said), tuple(also)) == (said == also)

    @given(st.permutations("ABCD"), st.integers(1, 4))
    def test_what_is_chosen_has_no_order(self, order: list[str], count: int) -> None:
        said = tuple(order[:count])
        assert rulings.is_same(KEY, said, tuple(sorted(said)))

    def test_a_wrong_choice_by_the_new_key_costs_as_well(self) -> None:
        found = rulings.instead(
            Ruling(Way.OTHER_KEY, version_id=1), SingleChoice("B"), ("A",), FULL, Fraction(1, 4)
        )
        assert found == "-1/4"

    def test_is_stored_and_read_back(self) -> None:
        for ruling in (Ruling(Way.OTHER_KEY, version_id=7), Ruling(Way.ALSO, ("1=A", "2=B"))):
            assert Ruling.read(ruling.as_json()) == ruling
        assert Ruling(Way.ALSO, ("B",)).as_json() == {
            "way": "also",
            "also": ["B"],
            "version_id": None,
        }
        assert Ruling.read({"way": "full"}) == Ruling(Way.FULL, (), None)
        assert Ruling.read({"way": "full", "also": None}) == Ruling(Way.FULL)

    def test_what_people_mark_has_no_other_key(self) -> None:
        by_hand = (Kind.ESSAY, Kind.UPLOAD)
        assert [way for way in Way if rulings.fits(Kind.ESSAY, way, by_hand)] == [
            Way.FULL,
            Way.LEAVE_OUT,
            Way.AS_WRITTEN,
        ]
        assert all(rulings.fits(Kind.CLOZE, way, by_hand) for way in Way)

    def test_what_people_mark_waits_for_them(self) -> None:
        key = MultipleChoice(frozenset("AB"), frozenset("A"))
        assert rulings.instead(Ruling(Way.FULL), key, ("x",), None, ZERO) == "1"
