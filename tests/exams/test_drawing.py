"""Drawing: what a seed gives, and what every paper keeps."""

from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import assume, given, strategies as st

from lms.exams.rules.drawing import (
    Candidate,
    TooFewQuestionsError,
    arrange,
    case,
    draw,
    fits,
    layout,
)
from lms.exams.rules.kinds import ON_REQUEST, Kind
from lms.exams.rules.settings import SAFETY, Draw, ExamRules

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


@given(seeds)
def test_those_who_are_seated_move_on_as_often_as_it_takes(seed: str) -> None:
    bank = [
        candidate("q1", "A", Kind.NUMERIC),
        candidate("q2", "A", Kind.SINGLE),
        replace(candidate("q3", "B", Kind.SINGLE), difficulty=3),
    ]
    drawn = draw(seed, [Draw(1, "A"), Draw(1, kind=Kind.SINGLE), Draw(1, difficulty=3)], bank)
    assert sorted(each.code for each in drawn) == ["q1", "q2", "q3"]


@given(seeds)
def test_questions_that_are_named_are_drawn_though_others_are_like_them(seed: str) -> None:
    bank = [candidate(f"q{n}") for n in range(6)]
    drawn = draw(seed, [Draw(1, question="q4"), Draw(1, question="q2")], bank)
    assert sorted(each.code for each in drawn) == ["q2", "q4"]


def test_seeds_differ_in_what_they_draw() -> None:
    bank = [candidate(f"q{n}") for n in range(4)]
    drawn = [draw(str(seed), [Draw(2)], bank) for seed in range(100)]
    assert len({frozenset(each.code for each in paper) for paper in drawn}) == 6


def test_questions_are_shuffled_by_seed_or_stand_in_the_order_of_their_codes() -> None:
    bank = [candidate(code) for code in ("q2", "q3", "q1")]
    shuffled = [arrange(str(seed), bank, shuffle=True) for seed in range(100)]
    assert len({tuple(each.code for each in paper) for paper in shuffled}) == 6
    for seed in map(str, range(9)):
        plain = arrange(seed, bank, shuffle=False)
        assert [each.code for each in plain] == ["q1", "q2", "q3"]


@given(seed=seeds, bank=banks)
def test_questions_are_grouped_by_kind(seed: str, bank: list[Candidate]) -> None:
    shown = arrange(seed, bank, shuffle=True)
    order = [list(Kind).index(each.kind) for each in shown]
    assert order == sorted(order)
    assert sorted(shown, key=str) == sorted(bank, key=str)


@given(seed=seeds, draws=entries, bank=banks, data=st.data())
def test_what_cannot_be_drawn_is_named_with_what_competes_for_it(
    seed: str, draws: list[Draw], bank: list[Candidate], data: st.DataObject
) -> None:
    try:
        draw(seed, draws, bank)
    except TooFewQuestionsError as error:
        said = error
    else:
        return
    draw(seed, draws[: said.entry - 1], bank)
    among = [draws[n - 1] for n in (said.entry, *said.rivals)]
    fitting = {each.code for each in bank if any(fits(entry, each) for entry in among)}
    assert (said.wanted, said.available) == (sum(e.count for e in among), len(fitting))
    assert said.available < said.wanted
    assert all(n < said.entry for n in said.rivals)
    with pytest.raises(TooFewQuestionsError) as again:
        draw(seed, draws, data.draw(st.permutations(bank)))
    assert (again.value.entry, again.value.rivals) == (said.entry, said.rivals)


def test_everything_that_competes_is_counted_once() -> None:
    bank = [
        candidate("s1", "A"),
        candidate("s2", "B"),
        candidate("n1", "A", Kind.NUMERIC),
        candidate("n2", "B", Kind.NUMERIC),
        candidate("m1", "C", Kind.MULTIPLE),
    ]
    draws = [Draw(1, "C"), Draw(2, kind=Kind.SINGLE), Draw(2, kind=Kind.NUMERIC), Draw(1, "A")]
    with pytest.raises(TooFewQuestionsError) as caught:
        draw("seed", draws, bank)
    told = caught.value
    assert (told.entry, told.rivals, told.wanted, told.available) == (4, [2, 3], 5, 4)


@given(
    seed=seeds,
    draws=entries,
    bank=banks.filter(lambda bank: len(bank) <= 8),
    turns=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    data=st.data(),
)
def test_as_little_is_seen_again_as_can_be_and_that_longest_ago(
    seed: str, draws: list[Draw], bank: list[Candidate], turns: list[int], data: st.DataObject
) -> None:
    seen = {each.code: turn for each, turn in zip(bank, turns, strict=False) if turn}
    try:
        drawn = draw(seed, draws, bank, seen)
    except TooFewQuestionsError:
        return
    assert drawn == draw(seed, draws, data.draw(st.permutations(bank)), seen)
    mine = sorted(seen.get(each.code, 0) for each in drawn)
    for others in combinations(bank, len(drawn)):
        try:
            draw(seed, draws, others)
        except TooFewQuestionsError:
            continue
        theirs = sorted(seen.get(each.code, 0) for each in others)
        assert all(own <= other for own, other in zip(mine, theirs, strict=True))


def test_nothing_seen_draws_as_if_nobody_asked() -> None:
    bank = [candidate(f"q{n}") for n in range(9)]
    assert draw("s", [Draw(4)], bank, {"q99": 3}) == draw("s", [Draw(4)], bank)


@given(seeds)
def test_safety_questions_are_drawn_where_an_exam_asks(seed: str) -> None:
    bank = [candidate(f"q{n}", tag=SAFETY if n < 3 else "t") for n in range(12)]
    drawn = draw(seed, [Draw(3), Draw(2, safety=True)], bank)
    assert sum(SAFETY in each.tags for each in drawn) >= 2
    with pytest.raises(TooFewQuestionsError, match="4 questions are asked for, 3 are there"):
        draw(seed, [Draw(3), Draw(4, safety=True)], bank)
    assert {each.code for each in draw(seed, [Draw(3, tags=(SAFETY,))], bank)} == {"q0", "q1", "q2"}


@given(
    seed=seeds,
    tagged=st.lists(st.frozensets(st.sampled_from("abc")), min_size=1, max_size=12),
    asked=st.lists(st.lists(st.sampled_from("abc"), unique=True), min_size=1, max_size=3),
)
def test_a_question_has_all_the_tags_that_its_entry_names(
    seed: str, tagged: list[frozenset[str]], asked: list[list[str]]
) -> None:
    bank = [replace(candidate(f"q{n}"), tags=tags) for n, tags in enumerate(tagged)]
    draws = [Draw(1, tags=tuple(each)) for each in asked]
    for entry, wanted in zip(draws, asked, strict=True):
        for each in bank:
            assert fits(entry, each) is (set(wanted) <= each.tags)
    try:
        drawn = draw(seed, draws, bank)
    except TooFewQuestionsError:
        assert not any(
            all(fits(entry, each) for entry, each in zip(draws, some, strict=True))
            for some in permutations(bank, len(draws))
        )
        return
    assert any(
        all(fits(entry, each) for entry, each in zip(draws, some, strict=True))
        for some in permutations(drawn)
    )


RULES = {"code": "x", "title": {}, "minutes": 1, "pass_percent": 1, "attempts": 1}


def test_a_seed_gives_the_same_paper_in_every_release() -> None:
    bank = [
        *(replace(candidate(f"q{n}"), version_id=n) for n in range(8)),
        replace(candidate("m", kind=Kind.MATCHING), version_id=8, things=tuple("12345"), points=3),
    ]
    rules = ExamRules.read(RULES | {"draw": [{"count": 5, "kind": "single"}, {"kind": "matching"}]})
    assert layout("seed", rules, bank) == [
        [4, "D B A C", 1],
        [5, "B A D C", 1],
        [7, "B A C D", 1],
        [1, "C A D B", 1],
        [6, "D A C B", 1],
        [8, "1 5 4 2 3 | D C B A", 3],
    ]
    plain = replace(rules, shuffle_questions=False)
    assert [slot[0] for slot in layout("seed", plain, bank)] == [1, 4, 5, 6, 7, 8]


def test_a_paper_is_laid_out_of_what_was_not_seen() -> None:
    bank = [replace(candidate(f"q{n}"), version_id=n) for n in range(8)]
    rules = ExamRules.read(RULES | {"draw": [{"count": 3}]})
    seen = {f"q{n}": 1 for n in range(5)}
    paper = layout("seed", rules, bank, seen)
    assert {version for version, _order, _points in paper} == {5, 6, 7}


def test_a_case_is_as_hard_as_its_hardest_part_and_has_the_tags_of_all() -> None:
    parts = [
        replace(candidate("c-1", "B", tag="log"), difficulty=2, points=1),
        replace(candidate("c-2", "B", Kind.NUMERIC, SAFETY), difficulty=5, points=3),
    ]
    drawn = case("c", parts)
    assert (drawn.code, drawn.unit, drawn.kind) == ("c", "B", Kind.CASE)
    assert (drawn.difficulty, drawn.points) == (5, 4)
    assert drawn.tags == {"log", SAFETY}
    assert (drawn.options, drawn.things, drawn.parts) == ((), (), tuple(parts))


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


@pytest.mark.parametrize("kind", [Kind.ESSAY, Kind.UPLOAD])
def test_what_needs_a_person_is_drawn_only_where_an_exam_asks(kind: Kind) -> None:
    bank = [candidate("q1", kind=kind), candidate("q2")]
    assert [each.code for each in draw("seed", [Draw(1)], bank)] == ["q2"]
    with pytest.raises(TooFewQuestionsError):
        draw("seed", [Draw(2)], bank)
    assert len(draw("seed", [Draw(1), Draw(1, kind=kind)], bank)) == 2
