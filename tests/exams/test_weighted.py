"""Figures of values that occur so many times are those of the values written out."""

import statistics

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules import weighted
from lms.exams.rules.analysis import drawn_reliability

PAIRS = st.lists(
    st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 5)), min_size=1, max_size=20
)


def written_out(pairs: list[tuple[int, int, int]]) -> tuple[list[float], list[float]]:
    rows = [(float(a), float(b)) for a, b, count in pairs for _time in range(count)]
    return [a for a, _b in rows], [b for _a, b in rows]


@given(PAIRS)
def test_the_same_as_written_out(pairs: list[tuple[int, int, int]]) -> None:
    first, second, counts = [a for a, _b, _c in pairs], [b for _a, b, _c in pairs], [
        c for _a, _b, c in pairs
    ]  # fmt: skip
    left, right = written_out(pairs)
    assert weighted.mean(first, counts) == pytest.approx(statistics.mean(left))
    assert weighted.median(first, counts) == statistics.median(left)
    if len(left) > 1:
        together = weighted.covariance(first, second, counts)
        assert together == pytest.approx(statistics.covariance(left, right), abs=1e-9)
        greatest = weighted.greatest_covariance(first, second, counts)
        expected = statistics.covariance(sorted(left), sorted(right))
        assert greatest == pytest.approx(expected, abs=1e-9)
        assert greatest is not None
        assert together is not None
        assert together <= greatest + 1e-9
        moments = weighted.moments(first, counts)
        assert moments.variance == pytest.approx(statistics.variance(left), abs=1e-9)
    else:
        assert weighted.covariance(first, second, counts) is None


@given(PAIRS, st.floats(0.05, 0.5))
def test_tails_are_as_large_as_they_shall_be(
    pairs: list[tuple[int, int, int]], share: float
) -> None:
    values, counts = [a for a, _b, _c in pairs], [c for _a, _b, c in pairs]
    size = int(sum(counts) * share + 0.5)
    for tail in weighted.tails(values, counts, share):
        held = sum(part * count for part, count in zip(tail, counts, strict=True))
        assert held == pytest.approx(size, abs=1e-9)
        assert all(0 <= each <= 1 for each in tail)


def test_who_ties_at_the_border_belongs_to_a_group_in_part() -> None:
    lower, upper = weighted.tails([1, 2, 3], [1, 2, 1], 0.5)
    assert (lower, upper) == ([1, 0.5, 0], [0, 0.5, 1])


def test_papers_of_questions_of_their_own() -> None:
    # Two people, two questions each: 1 1 and 0 0. Nothing varies within, everything between.
    assert drawn_reliability([2, 0], [1, 1], 2.0, 2) == 1
    # 1 0 and 0 1: everything within, so nothing is told; no spread of the sums at all.
    assert drawn_reliability([1, 1], [1, 1], 2.0, 2) is None
    # 1 1, 1 0, 0 0: sums 2 1 0, variance 1; between 1/2; within (3 - 5/2) / 3 = 1/6.
    assert drawn_reliability([2, 1, 0], [1, 1, 1], 3.0, 2) == pytest.approx(2 / 3)
