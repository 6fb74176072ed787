"""When a mistake comes again, and which questions a round has."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from lms.practice.rules import (
    LONGEST_DAYS,
    SOON,
    Entry,
    Last,
    Rated,
    due_after,
    pick,
    rated,
    siblings,
    took,
)
from tests.factories import NOON

SECOND = timedelta(seconds=1)
steps = st.tuples(st.sampled_from(Rated), st.integers(0, 400 * 24 * 3600))
histories = st.lists(steps, min_size=0, max_size=12)


def as_reviews(history: list[tuple[Rated, int]]) -> list[tuple[Rated, datetime]]:
    """Turn ratings and the seconds after which they were given into reviews."""
    at, reviews = NOON, []
    for how, seconds in history:
        at += timedelta(seconds=seconds)
        reviews.append((how, at))
    return reviews


@given(histories, steps)
def test_nothing_is_due_before_it_was_reviewed(
    history: list[tuple[Rated, int]], last: tuple[Rated, int]
) -> None:
    reviews = as_reviews([*history, last])
    due, at = due_after(reviews), reviews[-1][1]
    assert at + SOON <= due <= at + timedelta(days=LONGEST_DAYS)


@given(histories, st.integers(0, 400 * 24 * 3600))
def test_the_worse_an_answer_the_sooner_it_comes_again(
    history: list[tuple[Rated, int]], seconds: int
) -> None:
    again, hard, good, easy = (due_after(as_reviews([*history, (how, seconds)])) for how in Rated)
    assert again < good
    assert again <= hard <= good <= easy


@given(histories.filter(bool))
def test_the_same_answers_always_give_the_same_day(history: list[tuple[Rated, int]]) -> None:
    reviews = as_reviews(history)
    assert due_after(reviews) == due_after(list(reviews))


@given(st.integers(1, 8))
def test_what_is_known_rests_longer_each_time(times: int) -> None:
    reviews = [(Rated.AGAIN, NOON)]
    rests = []
    for _ in range(times):
        at = due_after(reviews)
        rests.append(at - reviews[-1][1])
        reviews.append((Rated.GOOD, at))
    assert rests == sorted(rests)


def test_a_mistake_comes_again_in_minutes_and_then_in_days() -> None:
    wrong = [(Rated.AGAIN, NOON)]
    assert due_after(wrong) == NOON + SOON
    right = [*wrong, (Rated.GOOD, NOON + SOON)]
    assert due_after(right) >= NOON + timedelta(days=1)
    relapse = [*right, (Rated.AGAIN, NOON + timedelta(days=3))]
    assert due_after(relapse) == NOON + timedelta(days=3) + SOON


@pytest.mark.parametrize(
    ("mark", "seconds", "expected", "how"),
    [
        ("0", 5, 60, Rated.AGAIN),
        ("1/2", 5, 60, Rated.AGAIN),
        ("1", 120, 60, Rated.GOOD),
        ("1", 121, 60, Rated.HARD),
        ("1", 121, None, Rated.HARD),
        ("1", 121, 90, Rated.GOOD),
        ("1", None, 60, Rated.GOOD),
    ],
)
def test_an_answer_is_rated_by_itself(
    mark: str, seconds: int | None, expected: int | None, how: Rated
) -> None:
    assert rated(Fraction(mark), seconds, expected) is how


@pytest.mark.parametrize(
    ("shown_at", "seconds"),
    [
        (None, None),
        (NOON, 0),
        (NOON - 59 * SECOND, 59),
        (NOON + SECOND, None),
        (NOON - timedelta(hours=2), None),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
    ],
)
def test_a_time_that_cannot_be_is_no_time(shown_at: datetime | None, seconds: int | None) -> None:
    assert took(shown_at, NOON) == seconds


def entries_of(sizes: list[int], near: set[int]) -> list[Entry]:
    first = 1
    made = []
    for number, size in enumerate(sizes):
        made.append(Entry(f"q{number}", tuple(range(first, first + size)), number in near))
        first += size
    return made


banks = st.lists(st.integers(1, 3), min_size=1, max_size=12)
lasts = st.dictionaries(
    st.integers(1, 20), st.builds(Last, st.integers(1, 99), st.booleans()), max_size=20
)


@given(banks, lasts, st.sets(st.integers(0, 11)), st.integers(1, 10), st.text(max_size=5))
def test_a_round_has_what_was_asked_for(
    sizes: list[int], known: dict[int, Last], near: set[int], count: int, seed: str
) -> None:
    entries = entries_of(sizes, near)
    chosen = pick(entries, known, count, seed=seed)
    assert len(set(chosen)) == len(chosen)
    assert min(count, sum(sizes)) <= len(chosen) < count + 3
    for entry in entries:  # a case is asked whole and in order, or not at all
        found = [each for each in chosen if each in entry.questions]
        assert found in ([], list(entry.questions))
    assert pick(reversed(entries), known, count, seed=seed) == chosen


def test_a_wrong_answer_gets_one_sibling_of_its_lesson_and_each_only_once() -> None:
    near = {("m", "a"): [1, 2, 3], ("m", "b"): [3, 4], ("m", "c"): []}
    wrong = [("m", "a"), ("m", "b"), ("m", "a"), ("m", "c"), ("m", "d")]
    assert siblings(wrong, near, held={1}) == [2, 3]
    assert siblings([*wrong, ("m", "b")], near, held=()) == [1, 3, 2, 4]


def test_new_comes_before_wrong_and_wrong_before_right_and_the_lesson_before_all() -> None:
    entries = [Entry(code, (number,)) for number, code in enumerate("abcdef", start=1)]
    known = {
        1: Last(5, is_right=True),
        2: Last(1, is_right=True),
        3: Last(9, is_right=False),
        4: Last(2, is_right=False),
    }
    chosen = pick(entries, known, 6, seed="x")
    assert set(chosen[:2]) == {5, 6}
    assert chosen[2:] == [4, 3, 2, 1]
    near = [Entry("a", (1,), is_near=True), *entries[1:]]
    assert pick(near, known, 1, seed="x") == [1]
