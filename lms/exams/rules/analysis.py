"""Classical item analysis: what answers say about each question and about the exam as a whole.

Sources, named where they are used: Crocker and Algina, Introduction to Classical and Modern Test
Theory (1986); Moodle's quiz statistics calculations
(docs.moodle.org/dev/Quiz_statistics_calculations); Cronbach, Coefficient alpha and the internal
structure of tests, Psychometrika 16 (1951), 297–334.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import fsum, sqrt
from operator import mul

from lms.exams.rules import weighted
from lms.exams.rules.cells import TYPED, Answers, Cell
from lms.exams.rules.distributions import f_quantile
from lms.exams.rules.figures import Doubt, Figures, Item, ItemFigures, OptionFigures, Sign
from lms.exams.rules.statistics import wilson_of_share
from lms.exams.rules.weighted import SLACK, correlation, covariance

__all__ = ["alpha_interval", "analyse", "correlation", "covariance", "cronbach", "figures_of"]

SMALLEST = 20
"""Fewer answers than this say too little about a question."""
FEWEST_ITEMS = 5
"""Fewer questions than this say too little about an exam's reliability."""
EASY, HARD = 0.95, 0.30
TAIL = 0.27
"""Share of people in the upper and in the lower group: Kelley, The selection of upper and lower
groups for the validation of test items, Journal of Educational Psychology 30 (1939), 17–24."""


def analyse(items: Sequence[Item]) -> Figures:
    """Return the figures of an exam.

    Args:
        items: the questions; all of them about the same people, in the same order. Somebody who was
            not asked a question has nothing there; their score is the sum of what they were asked.
    """
    people = max((len(each.marks) for each in items), default=0)
    scores = _scores([each.marks for each in items], people)
    counted = Counter(scores)
    moments = weighted.moments(list(counted), list(counted.values()))
    answers = [_answers(each, scores) for each in items]
    figures = [figures_of(each) for each in answers]
    is_whole = all(None not in each.marks for each in items)
    variances = [None if each.sd is None else each.sd**2 for each in figures]
    alpha = cronbach(variances, moments.variance)
    doubts: dict[str, Doubt] = {}
    if doubt := doubt_of_alpha(alpha, people, len(items), is_whole=is_whole):
        doubts |= {"alpha": doubt, "sem": doubt}
    if people < SMALLEST:
        doubts |= {"skewness": Doubt.FEW_ANSWERS, "kurtosis": Doubt.FEW_ANSWERS}
    return Figures(
        people=people,
        items=tuple(
            replace(each, weight=weight)
            for each, weight in zip(figures, _weights(answers), strict=True)
        ),
        mean=moments.mean,
        median=moments.median,
        sd=None if moments.variance is None else sqrt(moments.variance),
        skewness=moments.skewness,
        kurtosis=moments.kurtosis,
        alpha=alpha,
        alpha_interval=None if alpha is None else alpha_interval(alpha, people, len(items)),
        sem=sem(alpha, moments.variance),
        doubts=doubts,
    )


def doubt_of_alpha(alpha: float | None, people: int, items: int, *, is_whole: bool) -> Doubt | None:
    """Return why an alpha is not to be relied upon; None if it is."""
    if people < SMALLEST:
        return Doubt.FEW_ANSWERS
    if items < FEWEST_ITEMS:
        return Doubt.FEW_ITEMS
    if alpha is not None and alpha < 0:
        return Doubt.NEGATIVE_ALPHA
    if alpha is None or not is_whole:
        return Doubt.NO_SPREAD if is_whole else Doubt.FEW_ANSWERS
    return None


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


def alpha_interval(alpha: float, people: int, items: int) -> tuple[float, float]:
    """Return the 95 % interval of an alpha.

    Feldt, Woodruff and Salih, Statistical inference for coefficient alpha, Applied Psychological
    Measurement 11 (1987), 93–103.
    """
    degrees = (people - 1, (people - 1) * (items - 1))
    low, high = (1 - (1 - alpha) * f_quantile(at, *degrees) for at in (0.975, 0.025))
    return low, high


def drawn_reliability(
    sums: Sequence[float], counts: Sequence[float], squares: float, items: int
) -> float | None:
    """Return how reliable the scores are where everyone has questions of their own.

    The index of dependability with questions nested in people: 1 - MS(within) / MS(between).
    Crocker and Algina, chapter 8; for a paper that is the same for all it would be a lower bound
    of alpha, as questions that differ in difficulty count as error.

    Args:
        sums: of points that people earned.
        counts: how many earned each.
        squares: sum over all people and questions of the squared points.
        items: how many questions each of them had.
    """
    people = fsum(counts)
    variance = covariance(sums, sums, counts)
    if variance is None or variance < SLACK or items < 2:  # noqa: PLR2004
        return None
    between = variance / items
    own = fsum(map(mul, map(mul, sums, sums), counts)) / items
    within = max(0.0, squares - own) / (people * (items - 1))
    return 1 - within / between


def sem(alpha: float | None, variance: float | None) -> float | None:
    """Return the standard error of measurement: sd · √(1 - alpha). Crocker and Algina, chapter 7."""
    if alpha is None or variance is None:
        return None
    return sqrt(max(0.0, variance * (1 - alpha)))


def _weights(items: Sequence[Answers]) -> list[float | None]:
    """Return each question's effective weight: the root of its covariance with the score."""
    roots: list[float | None] = []
    for item in items:
        cells, counts = list(item.cells), list(item.cells.values())
        marks, whole = [each.mark for each in cells], [each.whole for each in cells]
        found = covariance(marks, whole, counts)
        roots.append(None if found is None or found < 0 else sqrt(found))
    whole_root = sum(each for each in roots if each is not None)
    return [None if each is None or not whole_root else each / whole_root for each in roots]


def _scores(columns: Sequence[Sequence[float | None]], people: int) -> list[float]:
    if all(None not in each for each in columns):
        return list(map(sum, zip(*columns, strict=True))) if columns else [0.0] * people
    return [sum(mark for mark in row if mark is not None) for row in zip(*columns, strict=True)]


def _answers(item: Item, scores: Sequence[float]) -> Answers:
    """Count the answers of those who were asked."""
    chosen = item.chosen or [TYPED] * len(item.marks)
    counted = Counter(zip(item.marks, scores, chosen, strict=True))
    cells: Counter[Cell] = Counter()
    for (mark, score, option), count in counted.items():
        if mark is not None:
            cells[Cell(mark, score - mark, score, (option,) if option else ())] += count
    keys = frozenset({item.key} if item.key else ())
    return Answers(item.name, cells, item.most, keys, item.options, bool(item.chosen))


def figures_of(item: Answers) -> ItemFigures:
    """Return the figures of one question; its `weight` only `analyse` can say."""
    count = item.count
    if not count:
        return ItemFigures(item.name, 0, 0, None, None, None, None, None, None, None, None, (), (),
                           Doubt.FEW_ANSWERS)  # fmt: skip
    cells, counts = list(item.cells), list(item.cells.values())
    marks, rest = [each.mark for each in cells], [each.rest for each in cells]
    groups = weighted.tails([each.whole for each in cells], counts, TAIL)
    facility = weighted.mean(marks, counts) / item.most
    variance = covariance(marks, marks, counts)
    item_rest = correlation(marks, rest, counts)
    options = _options(item, groups) if item.is_chosen else ()
    is_enough = count >= SMALLEST
    return ItemFigures(
        name=item.name,
        count=count,
        blank=item.blank,
        facility=facility,
        interval=wilson_of_share(min(1.0, max(0.0, facility)), count),
        sd=None if variance is None else sqrt(variance),
        item_rest=item_rest,
        covariance=covariance(marks, rest, counts),
        greatest_covariance=weighted.greatest_covariance(marks, rest, counts),
        weight=None,
        upper_lower=_upper_lower(item, groups),
        options=options,
        signs=tuple(_signs(facility, item_rest, options)) if is_enough else (),
        doubt=None if is_enough else Doubt.FEW_ANSWERS,
    )


Groups = tuple[Sequence[float], Sequence[float]]
"""For each cell, how much of it belongs to the lower and to the upper group."""


def _upper_lower(item: Answers, groups: Groups) -> float | None:
    means = []
    for group in groups:
        parts = [share * count for share, count in zip(group, item.cells.values(), strict=True)]
        if not fsum(parts):
            return None
        means.append(weighted.mean([each.mark for each in item.cells], parts) / item.most)
    return means[1] - means[0]


def _options(item: Answers, groups: Groups) -> tuple[OptionFigures, ...]:
    used = (option for cell in item.cells for option in cell.chosen)
    names = sorted({*item.options, *used, *item.keys})
    cells, counts = list(item.cells), list(item.cells.values())
    rest = [each.rest for each in cells]
    mean, variance = weighted.mean(rest, counts), covariance(rest, rest, counts)
    sizes = [fsum(map(mul, group, counts)) or 1.0 for group in groups]
    found = []
    for name in names:
        own = [
            count if name in each.chosen else 0 for each, count in zip(cells, counts, strict=True)
        ]
        times = sum(own)
        mean_rest = weighted.mean(rest, own) if times else None
        lower, upper = (
            fsum(map(mul, group, own)) / size for group, size in zip(groups, sizes, strict=True)
        )
        found.append(
            OptionFigures(
                option=name,
                count=times,
                share=times / item.count,
                mean_rest=mean_rest,
                correlation=_point_biserial(mean_rest, times, item.count, mean, variance),
                is_key=name in item.keys,
                lower=lower,
                upper=upper,
            )
        )
    return tuple(found)


def _point_biserial(
    own: float | None, times: int, count: int, mean: float, variance: float | None
) -> float | None:
    """Return the correlation of belonging to a group with the score, from the group's mean."""
    if own is None or times == count or not variance or variance < SLACK * SLACK:
        return None
    share = times / count
    biased = variance * (count - 1) / count
    return (own - mean) * sqrt(share / (1 - share)) / sqrt(biased)


def _signs(
    facility: float, item_rest: float | None, options: Iterable[OptionFigures]
) -> Iterable[Sign]:
    keys = [each for each in options if each.is_key]
    wrong = [each for each in options if not each.is_key]
    if keys:
        best = max(
            (each.correlation for each in wrong if each.correlation is not None), default=None
        )
        own = min(each.correlation or 0.0 for each in keys)
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
