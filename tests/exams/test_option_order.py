"""The order in which options are shown: by seed, none lost, and some at the end."""

from dataclasses import replace

from hypothesis import given, strategies as st

from lms.exams.rules.drawing import Candidate, option_order
from lms.exams.rules.kinds import Kind
from lms.exams.rules.pairs import sides

seeds = st.text(min_size=1, max_size=8)


def candidate(code: str, kind: Kind = Kind.SINGLE) -> Candidate:
    return Candidate(code, 1, "A", kind, 2, frozenset(), 1, tuple("ABCD"), True)  # noqa: FBT003


@given(seeds)
def test_options_are_shuffled_and_none_is_lost(seed: str) -> None:
    assert sorted(option_order(seed, candidate("q")).split()) == list("ABCD")


@given(
    seed=seeds,
    keys=st.integers(2, 8),
    last=st.frozensets(st.sampled_from("ABCDEFGH"), max_size=3),
    is_shuffled=st.booleans(),
    kind=st.sampled_from([Kind.SINGLE, Kind.MULTIPLE, Kind.MATCHING]),
)
def test_what_stands_for_all_others_stays_last_in_the_order_written(
    seed: str,
    keys: int,
    last: frozenset[str],
    is_shuffled: bool,  # noqa: FBT001
    kind: Kind,
) -> None:
    written = "ABCDEFGH"[:keys]
    plain = replace(
        candidate("q", kind=kind),
        options=tuple(written),
        shuffle=is_shuffled,
        things=tuple("12") if kind is Kind.MATCHING else (),
    )
    marked = replace(plain, last=last)
    orders = [option_order(seed, each) for each in (plain, marked)]
    without, shown = (((sides(each) or ([], each.split()))[1]) for each in orders)
    assert sorted(shown) == list(written), "none is lost, none is new"
    if not is_shuffled:
        assert shown == list(written)
        return
    kept = [key for key in written if key in last]
    assert shown[keys - len(kept) :] == kept
    assert shown[: keys - len(kept)] == [key for key in without if key not in last]


def test_seeds_differ_in_what_they_give_before_what_stays_last() -> None:
    marked = replace(candidate("q"), last=frozenset("B"))
    orders = {option_order(str(seed), marked) for seed in range(200)}
    assert len(orders) == 6
    assert {order[-1] for order in orders} == {"B"}


def test_seeds_differ_in_what_they_give() -> None:
    orders = {option_order(str(seed), candidate("q")) for seed in range(200)}
    assert len(orders) == 24


def test_no_order_of_options_tells_another_one() -> None:
    orders = {option_order("seed", candidate(f"q{n}")) for n in range(200)}
    assert len(orders) == 24, "questions of a paper"
    matching = [
        replace(candidate(f"q{n}", kind=Kind.MATCHING), things=tuple("ABCD")) for n in range(200)
    ]
    both = [sides(option_order("seed", each)) or ([], []) for each in matching]
    assert {things == choices for things, choices in both} == {True, False}, "sides of a question"


@given(seeds)
def test_matching_and_ordering_name_both_sides(seed: str) -> None:
    matching = replace(candidate("q", kind=Kind.MATCHING), things=tuple("123"))
    ordering = candidate("q", kind=Kind.ORDERING)
    things, choices = sides(option_order(seed, matching)) or ([], [])
    assert (sorted(things), sorted(choices)) == (list("123"), list("ABCD"))
    items, places = sides(option_order(seed, ordering)) or ([], [])
    assert (sorted(items), places) == (list("ABCD"), list("1234"))


def test_fixed_options_keep_their_order() -> None:
    fixed = Candidate("q", 1, "A", Kind.TRUEFALSE, 1, frozenset(), 1, ("true", "false"), False)  # noqa: FBT003
    assert option_order("seed", fixed) == "true false"
