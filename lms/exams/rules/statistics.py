"""What a handful of results says, and how sure it is."""

from math import sqrt

Z95 = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float] | None:
    """Return the Wilson score interval for a proportion, as shares from 0 to 1.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of
    the American Statistical Association 22 (1927), 209–212. It stays between 0 and 1 and holds
    its promise for small numbers, where the textbook's normal interval does not.

    Args:
        successes: how many of the `trials` went well.
        trials: how many there were.
        z: the normal quantile; by default for 95 %.

    Returns:
        Lower and upper bound; None when nothing was tried.

    Raises:
        ValueError: more successes than trials, or fewer than none.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}")
    return wilson_of_share(successes / trials, trials, z) if trials else None


def wilson_of_share(share: float, trials: int, z: float = Z95) -> tuple[float, float]:
    """Return `wilson` for a share that partial credit may have made no whole number of successes.

    Args:
        share: from 0 to 1.
        trials: how many there were, at least one.
        z: the normal quantile; by default for 95 %.
    """
    square = z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    spread = share * (1 - share) / trials + square / (4 * trials * trials)
    half = z * sqrt(spread) / (1 + square / trials)
    # At the ends the bounds are 0 and 1 exactly; rounding must not carry them beyond.
    low = 0.0 if share <= 0 else max(0.0, middle - half)
    return low, 1.0 if share >= 1 else min(1.0, middle + half)
