"""The F distribution and the incomplete beta function, beside published values."""

from itertools import pairwise
from math import comb

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.distributions import f_quantile, incomplete_beta


@pytest.mark.parametrize(
    ("share", "first", "second", "value"),
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.3, upper critical values.
    [(0.95, 1, 1, 161.448), (0.95, 5, 10, 3.326), (0.95, 20, 100, 1.676), (0.99, 10, 20, 3.368)],
)
def test_quantiles_of_f(share: float, first: int, second: int, value: float) -> None:
    assert f_quantile(share, first, second) == pytest.approx(value, abs=6e-4)


@given(st.floats(0, 1), st.floats(0.5, 50))
def test_the_incomplete_beta_where_it_has_a_closed_form(x: float, a: float) -> None:
    # NIST Digital Library of Mathematical Functions, 8.17.7 and 8.17.5.
    assert incomplete_beta(x, a, 1) == pytest.approx(x**a, abs=1e-12)
    assert incomplete_beta(x, 1, a) == pytest.approx(1 - (1 - x) ** a, abs=1e-12)
    binomial = sum(comb(9, n) * x**n * (1 - x) ** (9 - n) for n in range(3, 10))
    assert incomplete_beta(x, 3, 7) == pytest.approx(binomial, abs=1e-12)


def test_quantiles_of_f_where_many_sat_a_long_exam() -> None:
    low, high = (f_quantile(at, 19_999, 19_999 * 39) for at in (0.025, 0.975))
    # Nearly normal: 1 ± 1.96 √(2/19999 + 2/779961).
    assert (low, high) == pytest.approx((0.9804, 1.0198), abs=2e-4)


COARSE = 2**20


@given(st.integers(0, COARSE), st.floats(0.5, 50), st.floats(0.5, 50))
def test_the_incomplete_beta_is_symmetric(part: int, a: float, b: float) -> None:
    x = part / COARSE  # 1 - x is exact then: near 0 the function is as steep as a root
    assert incomplete_beta(x, a, b) == pytest.approx(1 - incomplete_beta(1 - x, b, a), abs=1e-9)


def test_the_incomplete_beta_rises() -> None:
    values = [incomplete_beta(at / 50, 2.5, 3.5) for at in range(51)]
    assert all(low <= high for low, high in pairwise(values))
    assert incomplete_beta(0.25, 0.5, 0.5) == pytest.approx(1 / 3)  # arcsine law
