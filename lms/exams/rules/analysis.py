"""Classical item analysis: what answers say about each question and about the exam as a whole.

Sources, named where they are used: Crocker and Algina, Introduction to Classical and Modern Test
Theory (1986); Moodle's quiz statistics calculations
(docs.moodle.org/dev/Quiz_statistics_calculations); Cronbach, Coefficient alpha and the internal
structure of tests, Psychometrika 16 (1951), 297–334.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from math import fsum, sqrt
from operator import add, mul, sub
from statistics import median

from lms.exams.rules.distributions import f_quantile
from lms.exams.rules.figures import Doubt, Figures, Item, ItemFigures, OptionFigures, Sign
from lms.exams.rules.statistics import wilson_of_share

SMALLEST = 20
"""Fewer answers than this say too little about a question."""
FEWEST_ITEMS = 5
"""Fewer questions than this say too little about an exam's reliability."""
EASY, HARD = 0.95, 0.30
TAIL = 0.27
"""Share of people in the upper and in the lower group: Kelley, The selection of upper and lower
groups for the validation of test items, Journal of Educational Psychology 30 (1939), 17–24."""
SLACK = 1e-9
"""What rounding may add; smaller differences are none."""


def analyse(items: Sequence[Item]) -> Figures:
    """Return the figures of an exam.

    Args:
        items: the questions; all of them about the same people, in the same order. Somebody who was
            not asked a question has nothing there; their score is the sum of what they were asked.
    """
    people = max((len(each.marks) for each in items), default=0)
    scores = _scores([each.marks for each in items], people)
    groups = _tails(scores)
    variances = [_variance([mark for mark in each.marks if mark is not None]) for each in items]
    moments = _moments(scores)
    alpha = cronbach(variances, moments.variance)
    is_whole = all(None not in each.marks for each in items)
    doubts: dict[str, Doubt] = {}
    if people < SMALLEST:
        doubts["alpha"] = Doubt.FEW_ANSWERS
    elif len(items) < FEWEST_ITEMS:
        doubts["alpha"] = Doubt.FEW_ITEMS
    elif alpha is not None and alpha < 0:
        doubts["alpha"] = Doubt.NEGATIVE_ALPHA
    elif alpha is None or not is_whole:
        doubts["alpha"] = Doubt.NO_SPREAD if is_whole else Doubt.FEW_ANSWERS
    if "alpha" in doubts:
        doubts["sem"] = doubts["alpha"]
    if people < SMALLEST:
        doubts |= {"skewness": Doubt.FEW_ANSWERS, "kurtosis": Doubt.FEW_ANSWERS}
    return Figures(
        people=people,
        items=tuple(
            _figures(each, scores, groups, weight)
            for each, weight in zip(items, _weights(items, scores), strict=True)
        ),
        mean=moments.mean,
        median=median(scores) if scores else None,
        sd=None if moments.variance is None else sqrt(moments.variance),
        skewness=moments.skewness,
        kurtosis=moments.kurtosis,
        alpha=alpha,
        alpha_interval=None if alpha is None else alpha_interval(alpha, people, len(items)),
        sem=_sem(alpha, moments.variance),
        doubts=doubts,
    )


def cronbach(variances: Sequence[float | None], whole: float | None) -> float | None:
    """Return Cronbach's alpha: k/(k - 1) · (1 - sum of the items' variances / variance of the sum).

    Cronbach 1951; in percent it is Moodle's coefficient of internal consistency.

    Args:
        variances: of the items, as samples.
        whole: of the scores.
    """
    known = [each for each in variances if each is not None]
    count = len(known)
    if count != len(variances) or count < 2 or not whole or whole < SLACK:  # noqa: PLR2004
        return None
    return count / (count - 1) * (1 - fsum(known) / whole)


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Pearson's r; None where one of them has no spread."""
    count = len(first)
    if count < 2:  # noqa: PLR2004  one point has no spread
        return None
    first, second = _centred(first), _centred(second)
    spread = sum(map(mul, first, first)) * sum(map(mul, second, second))
    if spread <= SLACK * SLACK:
        return None
    return max(-1.0, min(1.0, float(sum(map(mul, first, second))) / sqrt(spread)))


def covariance(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return the covariance of a sample; None for fewer than two."""
    count = len(first)
    if count < 2:  # noqa: PLR2004  one point has no spread
        return None
    return float(sum(map(mul, _centred(first), _centred(second)))) / (count - 1)


def alpha_interval(alpha: float, people: int, items: int) -> tuple[float, float]:
    """Return the 95 % interval of an alpha.

    Feldt, Woodruff and Salih, Statistical inference for coefficient alpha, Applied Psychological
    Measurement 11 (1987), 93–103.
    """
    degrees = (people - 1, (people - 1) * (items - 1))
    low, high = (1 - (1 - alpha) * f_quantile(at, *degrees) for at in (0.975, 0.025))
    return low, high


@dataclass(frozen=True, slots=True)
class Moments:
    """Of a sample of scores."""

    mean: float | None = None
    variance: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None


def _moments(scores: Sequence[float]) -> Moments:
    """Return mean and k-statistics: k2, k3/k2^1.5, k4/k2².

    Fisher, Moments and product moments of sampling distributions (1929), as Moodle computes them;
    the kurtosis is the excess over the normal distribution's.
    """
    count = len(scores)
    if not count:
        return Moments()
    mean = fsum(scores) / count
    if count < 2:  # noqa: PLR2004  one score has no spread
        return Moments(mean)
    centred = list(map(sub, scores, repeat(mean)))
    squares = list(map(mul, centred, centred))
    second = fsum(squares) / count
    variance = count * second / (count - 1)
    if variance < SLACK or count < 4:  # noqa: PLR2004  needed by the divisors
        return Moments(mean, variance)
    third = fsum(map(mul, squares, centred)) / count
    fourth = fsum(map(mul, squares, squares)) / count
    k3 = count**2 * third / ((count - 1) * (count - 2))
    k4 = count**2 * ((count + 1) * fourth - 3 * (count - 1) * second**2)
    k4 /= (count - 1) * (count - 2) * (count - 3)
    return Moments(mean, variance, k3 / variance**1.5, k4 / variance**2)


def _sem(alpha: float | None, variance: float | None) -> float | None:
    """Return the standard error of measurement: sd · √(1 - alpha). Crocker and Algina, chapter 7."""
    if alpha is None or variance is None:
        return None
    return sqrt(variance * (1 - alpha))


def _weights(items: Sequence[Item], scores: Sequence[float]) -> list[float | None]:
    """Return each question's effective weight: the root of its covariance with the score."""
    roots: list[float | None] = []
    for item in items:
        marks, rest, _is_asked = _asked(item, scores)
        found = covariance(marks, list(map(add, marks, rest)))
        roots.append(None if found is None or found < 0 else sqrt(found))
    whole = sum(each for each in roots if each is not None)
    return [None if each is None or not whole else each / whole for each in roots]


def _scores(columns: Sequence[Sequence[float | None]], people: int) -> list[float]:
    if all(None not in each for each in columns):
        return list(map(sum, zip(*columns, strict=True))) if columns else [0.0] * people
    return [sum(mark for mark in row if mark is not None) for row in zip(*columns, strict=True)]


def _tails(scores: Sequence[float]) -> tuple[list[int], list[int]]:
    """Return who is in the lower and who in the upper group, by their places."""
    size = int(len(scores) * TAIL + 0.5)
    order = sorted(range(len(scores)), key=scores.__getitem__)
    return order[:size], order[len(order) - size :]


def _figures(
    item: Item,
    scores: Sequence[float],
    groups: tuple[list[int], list[int]],
    weight: float | None,
) -> ItemFigures:
    marks, rest, is_asked = _asked(item, scores)
    count = len(marks)
    if not count:
        return ItemFigures(item.name, 0, None, None, None, None, None, None, None, None, (), (),
                           Doubt.FEW_ANSWERS)  # fmt: skip
    facility = fsum(marks) / count / item.most
    variance = _variance(marks)
    item_rest = correlation(marks, rest)
    options = _options(item, rest, is_asked)
    is_enough = count >= SMALLEST
    return ItemFigures(
        name=item.name,
        count=count,
        facility=facility,
        interval=wilson_of_share(min(1.0, max(0.0, facility)), count),
        sd=None if variance is None else sqrt(variance),
        item_rest=item_rest,
        covariance=covariance(marks, rest),
        greatest_covariance=covariance(sorted(marks), sorted(rest)),
        weight=weight,
        upper_lower=_upper_lower(item, groups),
        options=options,
        signs=tuple(_signs(facility, item_rest, options)) if is_enough else (),
        doubt=None if is_enough else Doubt.FEW_ANSWERS,
    )


def _asked(
    item: Item, scores: Sequence[float]
) -> tuple[list[float], list[float], list[bool] | None]:
    """Return marks and scores in the rest of those who were asked; and who was, unless everyone."""
    if None not in item.marks:
        marks: list[float] = list(item.marks)  # type: ignore[arg-type]
        return marks, list(map(sub, scores, marks)), None
    is_asked = [mark is not None for mark in item.marks]
    marks = [mark for mark in item.marks if mark is not None]
    return marks, list(map(sub, compress(scores, is_asked), marks)), is_asked


def _upper_lower(item: Item, groups: tuple[list[int], list[int]]) -> float | None:
    means = []
    for group in groups:
        known = [mark for place in group if (mark := item.marks[place]) is not None]
        if not known:
            return None
        means.append(fsum(known) / len(known) / item.most)
    return means[1] - means[0]


def _options(
    item: Item, rest: Sequence[float], is_asked: Sequence[bool] | None
) -> tuple[OptionFigures, ...]:
    if not item.chosen:
        return ()
    chosen = list(item.chosen if is_asked is None else compress(item.chosen, is_asked))
    names = sorted({*item.options, *filter(None, chosen), *filter(None, [item.key])})
    by_option: dict[str, list[float]] = {name: [] for name in names}
    for name, score in zip(chosen, rest, strict=True):
        if name:
            by_option[name].append(score)
    mean, spread = fsum(rest) / len(rest), _variance(rest)
    return tuple(
        OptionFigures(
            option=name,
            count=len(own),
            share=len(own) / len(chosen),
            mean_rest=fsum(own) / len(own) if own else None,
            correlation=_point_biserial(own, len(chosen), mean, spread),
            is_key=name == item.key,
        )
        for name, own in by_option.items()
    )


def _point_biserial(
    own: Sequence[float], count: int, mean: float, variance: float | None
) -> float | None:
    """Return the correlation of belonging to a group with the score, from the group's mean."""
    if not own or len(own) == count or not variance or variance < SLACK:
        return None
    share = len(own) / count
    biased = variance * (count - 1) / count
    return (fsum(own) / len(own) - mean) * sqrt(share / (1 - share)) / sqrt(biased)


def _signs(
    facility: float, item_rest: float | None, options: Iterable[OptionFigures]
) -> Iterable[Sign]:
    key = next((each for each in options if each.is_key), None)
    wrong = [each for each in options if not each.is_key]
    if key is not None:
        best = max(
            (each.correlation for each in wrong if each.correlation is not None), default=None
        )
        own = key.correlation if key.correlation is not None else 0.0
        if best is not None and best > own + SLACK and best > 0:
            yield Sign.KEY_DOUBTFUL
    if item_rest is not None and item_rest < -SLACK:
        yield Sign.NEGATIVE
    if facility > EASY:
        yield Sign.TOO_EASY
    if facility < HARD:
        yield Sign.TOO_HARD
    if any(not each.count for each in wrong):
        yield Sign.UNUSED


def _centred(values: Sequence[float]) -> list[float]:
    return list(map(sub, values, repeat(fsum(values) / len(values))))


def _variance(values: Sequence[float]) -> float | None:
    if len(values) < 2:  # noqa: PLR2004  one value has no spread
        return None
    centred = _centred(values)
    return float(sum(map(mul, centred, centred))) / (len(values) - 1)
