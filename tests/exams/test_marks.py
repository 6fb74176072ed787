"""Marking: one case per kind, and what holds for all of them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.marks import (
    FULL,
    HALF,
    ZERO,
    FillIn,
    MultipleChoice,
    MultiplePolicy,
    Numeric,
    SingleChoice,
    is_blank,
    mark,
    percent,
    reaches,
    total,
    with_penalty,
)
from lms.exams.rules.rubric import ByHand, Item

OPTIONS = "abcdef"
MINUTES = Numeric(Decimal(180), units=("分钟", "min", "minutes"))


@st.composite
def multiple_choices(draw: st.DrawFn) -> MultipleChoice:
    options = draw(st.frozensets(st.sampled_from(OPTIONS), min_size=1))
    answers = draw(st.frozensets(st.sampled_from(sorted(options)), min_size=1))
    return MultipleChoice(options, answers, draw(st.sampled_from(MultiplePolicy)))


responses = st.lists(st.sampled_from(OPTIONS), unique=True).map(tuple)


def marked(key: MultipleChoice, response: tuple[str, ...]) -> Fraction:
    result = mark(key, response)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(("b",), FULL, id="right"),
        pytest.param(("a",), ZERO, id="wrong"),
        pytest.param((), ZERO, id="blank"),
        pytest.param(("b", "a"), ZERO, id="two chosen"),
    ],
)
def test_single_choice_is_all_or_nothing(response: tuple[str, ...], expected: Fraction) -> None:
    assert mark(SingleChoice("b"), response) == expected


@pytest.mark.parametrize(
    ("policy", "some", "some_and_wrong"),
    [
        (MultiplePolicy.ALL_OR_NOTHING, ZERO, ZERO),
        (MultiplePolicy.SUBSET_HALF, HALF, ZERO),
        (MultiplePolicy.PROPORTIONAL, Fraction(2, 3), ZERO),
        (MultiplePolicy.RIGHT_MINUS_WRONG, Fraction(2, 3), Fraction(1, 6)),
    ],
)
def test_a_partly_right_choice_earns_what_the_policy_says(
    policy: MultiplePolicy, some: Fraction, some_and_wrong: Fraction
) -> None:
    key = MultipleChoice(frozenset("abcde"), frozenset("abc"), policy)
    assert mark(key, ("a", "b")) == some
    assert mark(key, ("a", "b", "d")) == some_and_wrong


@given(key=multiple_choices(), response=responses)
def test_only_the_key_earns_full_marks(key: MultipleChoice, response: tuple[str, ...]) -> None:
    chosen = frozenset(response) & key.options
    assert ZERO <= marked(key, response) <= FULL
    assert (mark(key, response) == FULL) is (chosen == key.answers)


@given(key=multiple_choices())
def test_ticking_everything_earns_nothing_unless_everything_is_right(key: MultipleChoice) -> None:
    expected = FULL if key.answers == key.options else ZERO
    assert mark(key, tuple(key.options)) == expected


@given(key=multiple_choices(), response=responses, data=st.data())
def test_a_right_option_never_lowers_a_mark_and_a_wrong_one_never_raises_it(
    key: MultipleChoice, response: tuple[str, ...], data: st.DataObject
) -> None:
    more = data.draw(st.sampled_from(sorted(key.options)))
    before, after = marked(key, response), marked(key, (*response, more))
    assert after >= before if more in key.answers else after <= before


@given(key=multiple_choices(), response=responses, data=st.data())
def test_shuffling_changes_nothing(
    key: MultipleChoice, response: tuple[str, ...], data: st.DataObject
) -> None:
    shuffled = tuple(data.draw(st.permutations(response)))
    assert mark(key, shuffled) == mark(key, response)


@pytest.mark.parametrize("typed", ["席位", "席 位", " 席位 ", "SEATS", "ｓｅａｔ", "Seat"])
def test_a_blank_takes_every_accepted_form_in_either_language(typed: str) -> None:
    assert mark(FillIn((frozenset({"席位", "seat", "seats"}),)), (typed,)) == FULL


def test_each_blank_earns_its_share() -> None:
    key = FillIn((frozenset({"a"}), frozenset({"b"}), frozenset({"c"})))
    assert mark(key, ("a", "x", "c")) == Fraction(2, 3)
    assert mark(key, ("a",)) == Fraction(1, 3)
    assert mark(key, ("", "", "")) == ZERO


def test_an_empty_blank_is_never_right() -> None:
    assert mark(FillIn((frozenset({"。"}), frozenset({"a"}))), (" ", "a")) == HALF


@pytest.mark.parametrize("typed", ["180", " 180.0 ", "１８０", "180 min", "180分钟", "1.8e2"])
def test_a_number_may_be_typed_in_many_ways(typed: str) -> None:
    assert mark(MINUTES, (typed,)) == FULL


@pytest.mark.parametrize("typed", ["181", "180 hours", "abc", "1,80", "180²", "--180", "nan"])
def test_another_number_or_none_is_wrong(typed: str) -> None:
    assert mark(MINUTES, (typed,)) == ZERO


@pytest.mark.parametrize(
    ("key", "typed", "expected"),
    [
        (Numeric(Decimal("37.5"), Decimal("0.5")), "38", FULL),
        (Numeric(Decimal("37.5"), Decimal("0.5")), "38.01", ZERO),
        (Numeric(Decimal(-200), Decimal("0.1"), relative=True), "-220", FULL),
        (Numeric(Decimal(-200), Decimal("0.1"), relative=True), "-179.9", ZERO),
    ],
)
def test_the_bounds_of_a_tolerance_are_right(key: Numeric, typed: str, expected: Fraction) -> None:
    assert mark(key, (typed,)) == expected


@pytest.mark.parametrize("answers", ["", "x"])
def test_a_key_outside_the_options_is_refused(answers: str) -> None:
    with pytest.raises(ValueError, match="some of the options"):
        MultipleChoice(frozenset("ab"), frozenset(answers))


def test_keys_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one blank"):
        FillIn(())
    with pytest.raises(ValueError, match="at least one blank"):
        FillIn((frozenset("a"), frozenset()))
    with pytest.raises(ValueError, match="not negative"):
        Numeric(Decimal(1), Decimal(-1))
    for items in ((), (Item("1", 0),), (Item("1", -1), Item("2", 0))):
        with pytest.raises(ValueError, match="something earns points"):
            ByHand(items)
    assert ByHand((Item("1", -1), Item("2", 1))).items


def test_a_person_marks_what_is_no_blank() -> None:
    key = ByHand((Item("1", 2),))
    assert mark(key, ("We call back at ten.",)) is None
    assert mark(key, (" ",)) == ZERO


def test_blanks_are_what_nobody_typed_anything_into() -> None:
    assert is_blank(())
    assert is_blank(("", "  "))
    assert not is_blank(("", "x"))


def test_the_total_weighs_questions_by_their_points_and_stays_exact() -> None:
    assert total([(FULL, 3), (ZERO, 1)]) == Fraction(3, 4)
    assert total([(Fraction(1, 3), 1), (Fraction(2, 3), 1)]) == HALF


@given(key=multiple_choices(), response=responses, penalty=st.fractions(0, 1))
def test_a_wrong_choice_may_cost_and_a_blank_never_does(
    key: MultipleChoice, response: tuple[str, ...], penalty: Fraction
) -> None:
    plain = mark(key, response)
    cost = with_penalty(key, plain, response, penalty)
    assert cost == (-penalty if response and plain == ZERO else plain)
    assert with_penalty(key, ZERO, (), penalty) == ZERO


def test_typed_answers_cost_nothing_and_the_total_never_falls_below_nothing() -> None:
    assert with_penalty(MINUTES, ZERO, ("181",), HALF) == ZERO
    assert total([(-HALF, 3), (FULL, 1)]) == ZERO
    assert total([(-HALF, 1), (FULL, 1)]) == Fraction(1, 4)


def test_what_some_of_the_answers_earn_can_be_set() -> None:
    key = MultipleChoice(frozenset("abcd"), frozenset("ab"), partly=Fraction(1, 4))
    assert mark(key, ("a",)) == Fraction(1, 4)
    assert mark(key, ("a", "c")) == ZERO
    nothing = MultipleChoice(frozenset("abcd"), frozenset("ab"), partly=ZERO)
    assert [mark(nothing, tuple(said)) for said in ("a", "ab")] == [ZERO, FULL]
    with pytest.raises(ValueError, match="less than the whole"):
        MultipleChoice(frozenset("ab"), frozenset("a"), partly=FULL)


def test_the_total_waits_for_a_person() -> None:
    assert total([(FULL, 3), (None, 1)]) is None


def test_the_total_of_no_questions_is_zero() -> None:
    assert total([]) == ZERO


def test_a_score_that_only_rounds_to_the_pass_mark_does_not_reach_it() -> None:
    almost = Fraction(59_999, 100_000)
    assert percent(almost) == Decimal("60.00")
    assert not reaches(almost, Decimal(60))
    assert reaches(Fraction(3, 5), Decimal(60))


def test_percent_rounds_half_up() -> None:
    assert percent(Fraction(33_345, 100_000)) == Decimal("33.35")
    assert [str(percent(each)) for each in (ZERO, Fraction(2, 3), FULL)] == [
        "0.00",
        "66.67",
        "100.00",
    ]
