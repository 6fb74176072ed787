"""Matching and ordering: what each answer earns, and what holds for all of them."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.marks import FULL, HALF, ZERO, mark
from lms.exams.rules.pairs import Matching, Ordering, OrderPolicy, known, pair, right, sides

THINGS, CHOICES = "12345", "ABCDEF"
LEVELS = Matching((("1", "C"), ("2", "A"), ("3", "C"), ("4", "B")))


def marked(key: Matching | Ordering, response: tuple[str, ...]) -> Fraction:
    result = mark(key, response)
    assert result is not None
    return result


def placed(order: str) -> tuple[str, ...]:
    return tuple(pair(key, str(place)) for place, key in enumerate(order, start=1))


matchings = st.dictionaries(st.sampled_from(THINGS), st.sampled_from(CHOICES), min_size=1).map(
    lambda answer: Matching(tuple(answer.items()))
)
orderings = st.builds(
    Ordering,
    st.integers(2, 6).flatmap(lambda n: st.permutations(CHOICES[:n])).map(tuple),
    st.sampled_from(OrderPolicy),
)
responses = st.lists(
    st.builds(pair, st.sampled_from(THINGS + CHOICES), st.sampled_from("0123456789" + CHOICES))
    | st.text(max_size=4)
).map(tuple)
keys = matchings | orderings


def test_each_thing_that_is_matched_rightly_earns_its_share() -> None:
    assert mark(LEVELS, ("1=C", "2=A", "3=C", "4=B")) == FULL
    assert mark(LEVELS, ("4=B", "2=B", "1=C")) == HALF
    assert mark(LEVELS, ("1=F",)) == ZERO


@pytest.mark.parametrize(
    ("policy", "order", "expected"),
    [
        (OrderPolicy.EXACT, "ABCD", FULL),
        (OrderPolicy.EXACT, "ABDC", ZERO),
        (OrderPolicy.NEIGHBOURS, "ABDC", Fraction(1, 3)),
        (OrderPolicy.NEIGHBOURS, "DABC", Fraction(2, 3)),
        (OrderPolicy.NEIGHBOURS, "DCBA", ZERO),
        (OrderPolicy.KENDALL, "ABDC", Fraction(4, 6)),
        (OrderPolicy.KENDALL, "DABC", ZERO),
        (OrderPolicy.KENDALL, "DCBA", ZERO),
    ],
)
def test_an_order_earns_what_the_policy_says(
    policy: OrderPolicy, order: str, expected: Fraction
) -> None:
    assert mark(Ordering(tuple("ABCD"), policy), placed(order)) == expected


@pytest.mark.parametrize("policy", OrderPolicy)
def test_things_that_share_a_place_have_none(policy: OrderPolicy) -> None:
    key = Ordering(tuple("ABC"), policy)
    assert marked(key, ("A=1", "B=1", "C=3")) == ZERO
    assert marked(key, ("A=1", "B=2", "C=2")) == ZERO


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (OrderPolicy.EXACT, ZERO),
        (OrderPolicy.NEIGHBOURS, HALF),
        (OrderPolicy.KENDALL, Fraction(1, 3)),
    ],
)
def test_places_that_there_are_not_are_none(policy: OrderPolicy, expected: Fraction) -> None:
    key = Ordering(tuple("ABC"), policy)
    assert marked(key, ("A=0", "B=1", "C=2")) == expected
    assert marked(key, ("A=2", "B=3", "C=4")) == expected


@given(key=keys, response=responses)
def test_only_the_key_earns_full_marks(key: Matching | Ordering, response: tuple[str, ...]) -> None:
    said = dict(each.split("=", 1) for each in response if "=" in each and not each.endswith("="))
    is_right = all(said.get(thing) == choice for thing, choice in right(key).items())
    assert ZERO <= marked(key, response) <= FULL
    assert (marked(key, response) == FULL) is is_right


@given(keys)
def test_the_key_earns_full_marks_and_a_blank_nothing(key: Matching | Ordering) -> None:
    assert marked(key, tuple(pair(*each) for each in right(key).items())) == FULL
    assert marked(key, ()) == marked(key, ("", "")) == ZERO


@given(key=keys, data=st.data())
def test_the_order_in_which_pairs_are_sent_changes_nothing(
    key: Matching | Ordering, data: st.DataObject
) -> None:
    possible = CHOICES + "123456"
    said = data.draw(
        st.dictionaries(st.sampled_from(sorted(right(key))), st.sampled_from(possible))
    )
    response = tuple(pair(*each) for each in said.items())
    assert marked(key, tuple(data.draw(st.permutations(response)))) == marked(key, response)


@given(key=matchings, response=responses, data=st.data())
def test_a_right_match_never_lowers_a_mark(
    key: Matching, response: tuple[str, ...], data: st.DataObject
) -> None:
    more = data.draw(st.sampled_from(key.answer))
    assert marked(key, (*response, pair(*more))) >= marked(key, response)


@given(responses)
def test_what_a_page_may_send_is_cut_to_what_it_showed(response: tuple[str, ...]) -> None:
    kept = known(response, "12", "AB")
    assert set(kept) <= {"1=A", "1=B", "2=A", "2=B"}
    assert len({each[0] for each in kept}) == len(kept)
    assert known(kept, "12", "AB") == kept


def test_what_a_page_showed_is_kept_each_thing_once() -> None:
    response = ("2=A", "1=B", "2=B", "3=A", "1=C", "4", "5=")
    assert known(response, "12345", "AB") == ["2=B", "3=A"]


def test_a_layout_names_both_sides() -> None:
    assert sides("2 1 | B A C") == (["2", "1"], ["B", "A", "C"])
    assert sides("B A C") is None
    assert sides("") is None


def test_keys_that_cannot_be_met_are_refused() -> None:
    for answer in ((), (("1", "A"), ("1", "B"))):
        with pytest.raises(ValueError, match="each once"):
            Matching(answer)
    for order in ("A", "AA"):
        with pytest.raises(ValueError, match="two things"):
            Ordering(tuple(order))
