"""Drawing: what a seed gives, and what every paper keeps."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, strategies as st

from lms.exams.rules.drawing import (
    Candidate,
    TooFewQuestionsError,
    arrange,
    case,
    draw,
    option_order,
)
from lms.exams.rules.kinds import ON_REQUEST, Kind
from lms.exams.rules.pairs import sides
from lms.exams.rules.settings import Draw

UNITS = ["A", "B", "C"]
SORTS = [kind for kind in Kind if kind not in ON_REQUEST]


def candidate(code: str, unit: str = "A", kind: Kind = Kind.SINGLE, tag: str = "t") -> Candidate:
    return Candidate(code, hash(code), unit, kind, 2, frozenset({tag}), 1, tuple("ABCD"), True)  # noqa: FBT003


banks = st.lists(
    st.tuples(st.sampled_from(UNITS), st.sampled_from(SORTS)), min_size=1, max_size=20
).map(lambda rows: [candidate(f"q{n}", unit, kind) for n, (unit, kind) in enumerate(rows)])
entries = st.lists(
    st.builds(
        Draw,
        count=st.integers(1, 3),
        unit=st.none() | st.sampled_from(UNITS),
        kind=st.none() | st.sampled_from(SORTS),
    ),
    min_size=1,
    max_size=5,
)
seeds = st.text(min_size=1, max_size=8)


@given(seed=seeds, draws=entries, bank=banks, data=st.data())
def test_the_draw_depends_on_seed_and_content_only(
    seed: str, draws: list[Draw], bank: list[Candidate], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(bank))
    try:
        drawn = draw(seed, draws, bank)
    except TooFewQuestionsError:
        with pytest.raises(TooFewQuestionsError):
            draw(seed, draws, shuffled)
        return
    assert drawn == draw(seed, draws, shuffled)
    assert len({each.code for each in drawn}) == len(drawn) == sum(each.count for each in draws)


@given(seed=seeds, bank=banks, data=st.data())
def test_every_entry_is_met(seed: str, bank: list[Candidate], data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(UNITS))
    there = sum(each.unit == unit for each in bank)
    assume(there)
    drawn = draw(seed, [Draw(there, unit)], bank)
    assert {each.unit for each in drawn} == {unit}
    with pytest.raises(TooFewQuestionsError, match="entry 1"):
        draw(seed, [Draw(there + 1, unit)], bank)


@given(seeds)
def test_overlapping_entries_are_filled_where_a_greedy_draw_fails(seed: str) -> None:
    bank = [candidate("q1", "A", Kind.SINGLE), candidate("q2", "A", Kind.NUMERIC)]
    drawn = draw(seed, [Draw(1, "A"), Draw(1, "A", Kind.SINGLE)], bank)
    assert {each.code for each in drawn} == {"q1", "q2"}


@given(seed=seeds, bank=banks)
def test_questions_are_grouped_by_kind(seed: str, bank: list[Candidate]) -> None:
    shown = arrange(seed, bank, shuffle=True)
    order = [list(Kind).index(each.kind) for each in shown]
    assert order == sorted(order)
    assert sorted(shown, key=str) == sorted(bank, key=str)


@given(seeds)
def test_options_are_shuffled_and_none_is_lost(seed: str) -> None:
    assert sorted(option_order(seed, candidate("q")).split()) == list("ABCD")


def test_seeds_differ_in_what_they_give() -> None:
    orders = {option_order(str(seed), candidate("q")) for seed in range(200)}
    assert len(orders) == 24


@given(seed=seeds, bank=banks, sizes=st.lists(st.integers(2, 4), max_size=4))
def test_a_case_is_drawn_as_one_and_its_parts_stay_together(
    seed: str, bank: list[Candidate], sizes: list[int]
) -> None:
    cases = [
        case(f"c{n}", [candidate(f"c{n}-{part}", kind=Kind.NUMERIC) for part in range(size)])
        for n, size in enumerate(sizes)
    ]
    wanted = Counter(sizes)
    draws = [Draw(count, kind=Kind.CASE, parts=size) for size, count in wanted.items()]
    drawn = draw(seed, [Draw(len(bank)), *draws], [*bank, *cases])
    shown = [each.code for each in arrange(seed, drawn, shuffle=True)]
    assert len(shown) == len(bank) + sum(sizes)
    for each in cases:
        first = shown.index(each.parts[0].code)
        assert shown[first : first + len(each.parts)] == [part.code for part in each.parts]
    with pytest.raises(TooFewQuestionsError):
        draw(seed, [Draw(len(bank) + 1)], [*bank, *cases])


@given(seeds)
def test_matching_and_ordering_name_both_sides(seed: str) -> None:
    matching = replace(candidate("q", kind=Kind.MATCHING), things=tuple("123"))
    ordering = candidate("q", kind=Kind.ORDERING)
    things, choices = sides(option_order(seed, matching)) or ([], [])
    assert (sorted(things), sorted(choices)) == (list("123"), list("ABCD"))
    items, places = sides(option_order(seed, ordering)) or ([], [])
    assert (sorted(items), places) == (list("ABCD"), list("1234"))


@pytest.mark.parametrize("kind", [Kind.ESSAY, Kind.UPLOAD])
def test_what_needs_a_person_is_drawn_only_where_an_exam_asks(kind: Kind) -> None:
    bank = [candidate("q1", kind=kind), candidate("q2")]
    assert [each.code for each in draw("seed", [Draw(1)], bank)] == ["q2"]
    with pytest.raises(TooFewQuestionsError):
        draw("seed", [Draw(2)], bank)
    assert len(draw("seed", [Draw(1), Draw(1, kind=kind)], bank)) == 2


def test_fixed_options_keep_their_order() -> None:
    fixed = Candidate("q", 1, "A", Kind.TRUEFALSE, 1, frozenset(), 1, ("true", "false"), False)  # noqa: FBT003
    assert option_order("seed", fixed) == "true false"
