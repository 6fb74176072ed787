"""What a corrected key makes of a mark."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules import marks, rulings
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import FULL, ZERO, MultipleChoice, SingleChoice
from lms.exams.rules.rulings import Ruling, Way

KEY = MultipleChoice(frozenset("ABCD"), frozenset("AC"))
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
        ("response", "also", "expected"),
        [
            (("A", "C"), ("C", "A"), True),
            (("A",), ("A", "C"), False),
            (("",), ("",), False),
            ((" 备 份",), ("备份",), True),
            (("1", "2"), ("2", "1"), True),
            (("1", "1"), ("1",), False),
        ],
    )
    def test_the_same_answer(
        self,
        response: tuple[str, ...],
        also: tuple[str, ...],
        expected: bool,  # noqa: FBT001
    ) -> None:
        assert rulings.is_same(response, also) is expected

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
