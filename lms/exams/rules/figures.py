"""What answers say about questions and exams: the figures, and why some of them are doubted."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Sign(enum.StrEnum):
    """What somebody should look at in a question."""

    KEY_DOUBTFUL = "key-may-be-wrong"
    """Those who choose a wrong option do better in the rest than those who choose the key."""
    NEGATIVE = "negative-discrimination"
    """Those who get it right do worse in the rest."""
    TOO_EASY = "too-easy"
    TOO_HARD = "too-hard"
    UNUSED = "unused-option"
    """Nobody chooses a wrong option."""


class Doubt(enum.StrEnum):
    """Why a figure is not to be relied upon."""

    FEW_ANSWERS = "too-few-answers"
    FEW_ITEMS = "too-few-items"
    NEGATIVE_ALPHA = "alpha-negative"
    """Questions that contradict each other: there is no one thing that they measure."""
    NO_SPREAD = "no-spread"
    """Everyone has the same mark."""


@dataclass(frozen=True, slots=True)
class Item:
    """The answers to one question: one entry per person, in the same order for all items."""

    name: str
    marks: Sequence[float | None]
    """What each answer earned; None for somebody who was not asked."""
    most: float = 1
    """What it is worth."""
    chosen: Sequence[str] = ()
    """The option that each person chose, empty for a blank; nothing at all for typed answers."""
    key: str = ""
    """The option that is right."""
    options: Sequence[str] = ()
    """All options, where it is known; else those that somebody chose."""


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """How an option was used."""

    option: str
    count: int
    share: float
    mean_rest: float | None
    """Mean score in the other questions of those who chose it; None if nobody did."""
    correlation: float | None
    """Of choosing it with that score (point-biserial)."""
    is_key: bool
    lower: float
    """Share of the lower group that chose it: of the 27 % with the lowest scores."""
    upper: float
    """Share of the upper group."""


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """What the answers say about a question."""

    name: str
    count: int
    blank: int
    """How many left it blank."""
    facility: float | None
    """Mean mark as a share of what it is worth. Crocker and Algina, chapter 14."""
    interval: tuple[float, float] | None
    """Wilson's 95 % interval of the facility."""
    sd: float | None
    """Of the marks, as a sample (n - 1)."""
    item_rest: float | None
    """Correlation of the mark with the score in the other questions."""
    covariance: float | None
    """Of the mark with the score in the other questions, as a sample."""
    greatest_covariance: float | None
    """That these marks and these scores could have with each other: both sorted (Moodle)."""
    weight: float | None
    """Share of the scores' differences that comes from this question (Moodle, “effective weight”)."""
    upper_lower: float | None
    """Facility in the upper less that in the lower group, by the whole score (`TAIL`)."""
    options: tuple[OptionFigures, ...]
    signs: tuple[Sign, ...]
    doubt: Doubt | None

    @property
    def efficiency(self) -> float | None:
        """The covariance as a share of the greatest: Moodle's “discriminative efficiency”."""
        most = self.greatest_covariance
        return None if self.covariance is None or not most else self.covariance / most


@dataclass(frozen=True, slots=True)
class Figures:
    """What the answers say about the exam as a whole."""

    people: int
    items: tuple[ItemFigures, ...]
    mean: float | None
    median: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    alpha: float | None
    alpha_interval: tuple[float, float] | None
    """95 % interval of alpha (Feldt)."""
    sem: float | None
    """Standard error of measurement, in points of the score."""
    doubts: Mapping[str, Doubt]
    """Name of a figure -> why it is not to be relied upon."""
