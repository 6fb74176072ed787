"""Means, spreads and correlations of values that each occur so many times."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum, sqrt
from operator import mul

SLACK = 1e-9
"""What rounding may add; smaller differences are none."""

Values = Sequence[float]
Counts = Sequence[float]


def mean(values: Values, counts: Counts) -> float:
    """Return the mean; there is at least one value."""
    return fsum(map(mul, values, counts)) / fsum(counts)


def covariance(first: Values, second: Values, counts: Counts | None = None) -> float | None:
    """Return the covariance of a sample (n - 1); None for fewer than two.

    Args:
        first: values.
        second: as many, each beside one of the first.
        counts: how often each pair occurs; once each if not said.
    """
    counts = [1] * len(first) if counts is None else counts
    total = fsum(counts)
    if total < 2:  # noqa: PLR2004  one point has no spread
        return None
    return fsum(map(mul, map(mul, _centred(first, counts), _centred(second, counts)), counts)) / (
        total - 1
    )


def correlation(first: Values, second: Values, counts: Counts | None = None) -> float | None:
    """Return Pearson's r; None where one of them has no spread. Args: as for `covariance`."""
    counts = [1] * len(first) if counts is None else counts
    together = covariance(first, second, counts)
    alone, other = covariance(first, first, counts), covariance(second, second, counts)
    if together is None or alone is None or other is None:
        return None
    spread = alone * other * (fsum(counts) - 1) ** 2
    if spread <= SLACK * SLACK:
        return None
    return max(-1.0, min(1.0, together / sqrt(alone * other)))


def greatest_covariance(first: Values, second: Values, counts: Counts) -> float | None:
    """Return the covariance that the same values would have if both stood in the same order."""
    left, right = _runs(first, counts), _runs(second, counts)
    a, b, both = [], [], []
    at = there = 0
    while at < len(left) and there < len(right):
        (one, many), (other, more) = left[at], right[there]
        taken = min(many, more)
        a.append(one)
        b.append(other)
        both.append(taken)
        left[at], right[there] = (one, many - taken), (other, more - taken)
        at, there = at + (many == taken), there + (more == taken)
    return covariance(a, b, both)


def tails(values: Values, counts: Counts, share: float) -> tuple[list[float], list[float]]:
    """Return how much of each value belongs to the lowest and to the highest `share` of all.

    Those who tie at the border of a group belong to it in part, so that no order decides.

    Returns:
        For each place the share of its count, from 0 to 1, in the lower and in the upper group.
    """
    size = int(fsum(counts) * share + 0.5)
    runs = _runs(values, counts)
    lower = _part_of(runs, size)
    upper = _part_of(runs[::-1], size)
    return [lower[each] for each in values], [upper[each] for each in values]


def _part_of(runs: Sequence[tuple[float, float]], size: float) -> dict[float, float]:
    ends = accumulate(count for _value, count in runs)
    return {
        value: max(0.0, min(1.0, (size - end + count) / count))
        for (value, count), end in zip(runs, ends, strict=True)
    }


def _runs(values: Values, counts: Counts) -> list[tuple[float, float]]:
    found: dict[float, float] = {}
    for value, count in zip(values, counts, strict=True):
        found[value] = found.get(value, 0) + count
    return sorted(found.items())


@dataclass(frozen=True, slots=True)
class Moments:
    """Of a sample of scores."""

    mean: float | None = None
    median: float | None = None
    variance: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None


def moments(values: Values, counts: Counts) -> Moments:
    """Return mean, median and k-statistics: k2, k3/k2^1.5, k4/k2².

    Fisher, Moments and product moments of sampling distributions (1929), as Moodle computes them;
    the kurtosis is the excess over the normal distribution's.
    """
    count = fsum(counts)
    if not count:
        return Moments()
    middle, centre = median(values, counts), mean(values, counts)
    if count < 2:  # noqa: PLR2004  one score has no spread
        return Moments(centre, middle)
    centred = [each - centre for each in values]
    second, third, fourth = (
        fsum(times * each**power for each, times in zip(centred, counts, strict=True)) / count
        for power in (2, 3, 4)
    )
    variance = count * second / (count - 1)
    if variance < SLACK or count < 4:  # noqa: PLR2004  needed by the divisors
        return Moments(centre, middle, variance)
    k3 = count**2 * third / ((count - 1) * (count - 2))
    k4 = count**2 * ((count + 1) * fourth - 3 * (count - 1) * second**2)
    k4 /= (count - 1) * (count - 2) * (count - 3)
    return Moments(centre, middle, variance, k3 / variance**1.5, k4 / variance**2)


def median(values: Values, counts: Counts) -> float:
    """Return the middle value, or the mean of the two in the middle; there is at least one."""
    runs = _runs(values, counts)
    ends = list(accumulate(count for _value, count in runs))
    half = ends[-1] / 2
    at = next(place for place, end in enumerate(ends) if end >= half)
    is_between = ends[at] == half and at + 1 < len(runs)
    return (runs[at][0] + runs[at + 1][0]) / 2 if is_between else runs[at][0]


def _centred(values: Values, counts: Counts) -> list[float]:
    centre = mean(values, counts)
    return [each - centre for each in values]
