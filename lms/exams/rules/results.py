"""Results of an exam, counted: what is needed for its figures, however many people sat it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

BANDS = 10
"""Of a distribution: 0 to 9 %, 10 to 19 %, …, 90 to 100 %."""


@dataclass(frozen=True, slots=True)
class Result:
    """What several papers have in common."""

    score: Fraction
    """From 0 to 1: by which it passes or not."""
    points: Fraction
    """Earned by all questions together."""
    worth: int
    """Points that there were."""
    questions: int
    is_passed: bool


@dataclass(slots=True)
class Sum:
    """How many papers have a result, and what adds up over them."""

    papers: int = 0
    seconds: int = 0
    """From start to handing in."""
    squares: Fraction = Fraction(0)
    """Of the points that each question earned."""

    def add(self, other: "Sum", *, times: int = 1) -> None:
        """Add another one, or with `times` -1 take it away."""
        self.papers += times * other.papers
        self.seconds += times * other.seconds
        self.squares += times * other.squares


Results = dict[Result, Sum]


def written(results: Mapping[Result, Sum]) -> dict[str, list[int | str]]:
    """Return results as JSON values; those that nobody has are left out."""
    return {
        f"{key.score}|{key.points}|{key.worth}|{key.questions}|{int(key.is_passed)}": [
            each.papers,
            each.seconds,
            str(each.squares),
        ]
        for key, each in results.items()
        if each.papers
    }


def read(stored: Mapping[str, Sequence[int | str]]) -> Results:
    """Return results from their JSON values."""
    found: Results = {}
    for text, (papers, seconds, squares) in stored.items():
        score, points, worth, questions, passed = text.split("|")
        key = Result(Fraction(score), Fraction(points), int(worth), int(questions), passed == "1")
        found[key] = Sum(int(papers), int(seconds), Fraction(squares))
    return found


def added(parts: Iterable[Mapping[Result, Sum]]) -> Results:
    """Return the sum of several."""
    total: Results = {}
    for part in parts:
        for key, each in part.items():
            total.setdefault(key, Sum()).add(each)
    return total


def bands(results: Mapping[Result, Sum]) -> tuple[int, ...]:
    """Return how many scores lie in each of the `BANDS`."""
    counts: Counter[int] = Counter()
    for key, each in results.items():
        counts[min(BANDS - 1, floor(key.score * BANDS))] += each.papers
    return tuple(counts[band] for band in range(BANDS))


def mean(results: Mapping[Result, Sum]) -> Fraction | None:
    """Return the mean score, exact; None without any."""
    papers = sum(each.papers for each in results.values())
    total = sum((key.score * each.papers for key, each in results.items()), Fraction(0))
    return total / papers if papers else None


def median(results: Mapping[Result, Sum]) -> Fraction | None:
    """Return the middle score, or the mean of the two in the middle, exact; None without any."""
    order = sorted((key.score, each.papers) for key, each in results.items() if each.papers)
    papers, passed = sum(count for _score, count in order), 0
    lower: Fraction | None = None
    for score, count in order:
        passed += count
        if lower is not None:
            return (lower + score) / 2
        if 2 * passed == papers:
            lower = score
        elif 2 * passed > papers:
            return score
    return None


def percent(share: Fraction) -> int:
    """Return a share in whole percent, rounded half up."""
    return floor(100 * share + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Near:
    """How many papers lie so near a mark that, sat once more, they could fall on its other side."""

    below: int
    reached: int
    """At the mark, or above it."""

    @property
    def papers(self) -> int:
        """How many on both sides."""
        return self.below + self.reached


def is_near(score: Fraction, mark: Fraction, margin: float) -> bool:
    """Whether a score lies within a margin of a mark; its bounds belong to it."""
    return abs(score - mark) <= margin


def near(results: Mapping[Result, Sum], mark: Fraction, margin: float) -> Near:
    """Return how many papers lie within a margin of a mark, such as a standard error."""
    below = reached = 0
    for key, each in results.items():
        if is_near(key.score, mark, margin):
            below += each.papers if key.score < mark else 0
            reached += each.papers if key.score >= mark else 0
    return Near(below, reached)


def would_pass(results: Mapping[Result, Sum], mark: Fraction) -> int:
    """Return how many papers reach a pass mark, if nothing else were asked of them."""
    return sum(each.papers for key, each in results.items() if key.score >= mark)
