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


def correlation_of(left: list[float], right: list[float]) -> float | None:
    has_spread = len(set(left)) > 1 and len(set(right)) > 1
    return statistics.correlation(left, right) if has_spread else None


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
        assert weighted.covariance(left, right) == pytest.approx(together, abs=1e-9)
        greatest = weighted.greatest_covariance(first, second, counts)
        expected = statistics.covariance(sorted(left), sorted(right))
        assert greatest == pytest.approx(expected, abs=1e-9)
        assert greatest is not None
        assert together is not None
        assert together <= greatest + 1e-9
        r = correlation_of(left, right)
        assert weighted.correlation(first, second, counts) == pytest.approx(r, abs=1e-9)
        assert weighted.correlation(left, right) == pytest.approx(r, abs=1e-9)
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


def test_skewness_and_kurtosis_are_those_of_a_sample() -> None:
    # The worked examples of SKEW and KURT in Microsoft's reference of spreadsheet functions.
    found = weighted.moments([2, 3, 4, 5, 6, 7], [1, 2, 3, 2, 1, 1])
    assert found.skewness == pytest.approx(0.359543071)
    assert found.kurtosis == pytest.approx(-0.151799637)
    assert (found.mean, found.median) == (4.3, 4)
    assert found.variance == pytest.approx(20.1 / 9)


@pytest.mark.parametrize(
    ("values", "counts", "expected"),
    [
        ([], [], weighted.Moments()),
        ([3], [1], weighted.Moments(3, 3)),
        ([3], [2], weighted.Moments(3, 3, 0)),
        ([3], [9], weighted.Moments(3, 3, 0)),
        ([1, 2, 6], [1, 1, 1], weighted.Moments(3, 2, 7)),
    ],
)
def test_what_too_few_or_equal_values_do_not_tell(
    values: list[float], counts: list[float], expected: weighted.Moments
) -> None:
    assert weighted.moments(values, counts) == expected
    four = weighted.moments([1, 2, 3, 6], [1, 1, 1, 1])
    assert None not in {four.skewness, four.kurtosis}


def test_the_median_lies_between_the_two_in_the_middle() -> None:
    assert weighted.median([4, 1, 9], [1, 2, 1]) == 2.5
    assert weighted.median([4, 1, 9], [2, 1, 2]) == 4
    assert weighted.median([4, 1], [3, 3]) == 2.5
    assert weighted.median([7], [2]) == 7


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
    # Each of them twice: variance 4/5; between 2/5; within (6 - 10/2) / 6 = 1/6.
    assert drawn_reliability([2, 1, 0], [2, 2, 2], 6.0, 2) == pytest.approx(7 / 12)
    # 1 1 0, 1 0 0: variance 1/2; between 1/6; within (3 - 5/3) / 4 = 1/3.
    assert drawn_reliability([2, 1], [1, 1], 3.0, 3) == pytest.approx(-1)
    # One question, or one person: nothing to compare.
    assert drawn_reliability([1, 0], [1, 1], 1.0, 1) is None
    assert drawn_reliability([2], [1], 2.0, 2) is None
