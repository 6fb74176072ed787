"""Quantiles of the F distribution, by way of the incomplete beta function."""

from math import exp, lgamma, log, log1p

_STEPS = 300
_TINY = 1e-300
_EXACT = 1e-15
_HALVINGS = 200


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b).

    By its continued fraction, NIST Digital Library of Mathematical Functions, 8.17.22, evaluated by
    the modified Lentz method.

    Args:
        x: from 0 to 1.
        a: more than 0.
        b: more than 0.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, its mirror does not
        return 1 - incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front / _fraction(x, a, b)


def f_quantile(share: float, first: float, second: float) -> float:
    """Return the value below which a share of the F distribution lies.

    Args:
        share: more than 0, less than 1.
        first: degrees of freedom of the numerator.
        second: degrees of freedom of the denominator.
    """
    low, high = 0.0, 1.0
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        if incomplete_beta(middle, first / 2, second / 2) < share:
            low = middle
        else:
            high = middle
    x = (low + high) / 2
    return second * x / (first * (1 - x))


def _fraction(x: float, a: float, b: float) -> float:
    value, top, below = 1.0, 1.0, 0.0
    for step in range(1, _STEPS):
        half = step // 2
        if step % 2:
            factor = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            factor = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        below = 1 / (1 + factor * below or _TINY)
        top = 1 + factor / top or _TINY
        value *= top * below
        if abs(top * below - 1) < _EXACT:
            break
    return value
