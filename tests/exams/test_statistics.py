"""Wilson's interval: published values, and what must hold for every number."""

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.statistics import wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe, Two-sided confidence intervals for the single proportion, Statistics in
        # Medicine 17 (1998), 857–872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_agrees_with_published_values(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_may_be_asked_for_at_another_level() -> None:
    # Agresti and Coull, Approximate is better than “exact” for interval estimation of binomial
    # proportions, The American Statistician 52 (1998): 0 of n reaches up to z² / (n + z²).
    assert wilson(0, 20, 2.0) == pytest.approx((0, 4 / 24))


def test_nothing_tried_gives_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("successes", "trials"), [(3, 2), (-1, 2)])
def test_what_cannot_be_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="of"):
        wilson(successes, trials)


@st.composite
def results(draw: st.DrawFn) -> tuple[int, int]:
    trials = draw(st.integers(1, 5000))
    return draw(st.integers(0, trials)), trials


def test_at_the_ends_rounding_carries_no_bound_beyond() -> None:
    for trials in range(1, 500):
        none, everything = wilson(0, trials), wilson(trials, trials)
        assert none is not None
        assert everything is not None
        assert (none[0], everything[1]) == (0, 1)


@given(results())
def test_holds_the_rate_and_stays_between_none_and_all(result: tuple[int, int]) -> None:
    bounds = wilson(*result)
    assert bounds is not None
    assert 0 <= bounds[0] <= result[0] / result[1] <= bounds[1] <= 1
    assert bounds[0] < bounds[1]


@given(results())
def test_failures_mirror_successes(result: tuple[int, int]) -> None:
    successes, trials = result
    one, other = wilson(successes, trials), wilson(trials - successes, trials)
    assert one is not None
    assert other is not None
    assert (one[0], one[1]) == pytest.approx((1 - other[1], 1 - other[0]))


@given(results())
def test_more_of_the_same_is_surer(result: tuple[int, int]) -> None:
    few, many = wilson(*result), wilson(result[0] * 4, result[1] * 4)
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < few[1] - few[0]
