"""Which questions a round has, and when a mistake comes again. Pure: no database, no clock.

When: FSRS, the free spaced repetition scheduler of the package `fsrs` (Ye and others, A Stochastic
Shortest Path Algorithm for Optimizing Spaced Repetition Scheduling, KDD 2022), without its random
fuzz, so that the same answers always give the same day.
"""

import enum
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from fsrs import Card, Rating, Scheduler

SOON = timedelta(minutes=10)
"""How soon a mistake comes again."""
LONGEST_DAYS = 365
"""Nothing in the notebook rests for longer."""
SLOW = 2
"""How many times the seconds that a question should take count as slow."""
USUAL_SECONDS = 60
"""For questions that do not say."""
LONGEST_SECONDS = 3600
"""Who takes longer has been away: it says nothing."""
_SCHEDULER = Scheduler(
    learning_steps=(SOON,),
    relearning_steps=(SOON,),
    maximum_interval=LONGEST_DAYS,
    enable_fuzzing=False,
)


class Rated(enum.StrEnum):
    """How well an answer went."""

    AGAIN = "again"
    HARD = "hard"
    GOOD = "good"
    EASY = "easy"


BY_ONESELF = (Rated.HARD, Rated.GOOD, Rated.EASY)
"""What one may say about a right answer."""
_RATINGS = {
    Rated.AGAIN: Rating.Again,
    Rated.HARD: Rating.Hard,
    Rated.GOOD: Rating.Good,
    Rated.EASY: Rating.Easy,
}


def rated(mark: Fraction, seconds: int | None, expected: int | None) -> Rated:
    """Return how well an answer went, by itself.

    Args:
        mark: from 0 to 1; only 1 is right.
        seconds: that it took; None if nobody knows.
        expected: seconds that the question should take; None if it does not say.
    """
    if mark < 1:
        return Rated.AGAIN
    is_slow = seconds is not None and seconds > SLOW * (expected or USUAL_SECONDS)
    return Rated.HARD if is_slow else Rated.GOOD


def took(shown_at: datetime | None, at: datetime) -> int | None:
    """Return the seconds from showing a question to its answer; None if they say nothing."""
    if shown_at is None:
        return None
    seconds = int((at - shown_at).total_seconds())
    return seconds if 0 <= seconds <= LONGEST_SECONDS else None


def due_after(reviews: Sequence[tuple[Rated, datetime]]) -> datetime:
    """Return when a question comes again: `SOON` after a mistake, days or months later else.

    Args:
        reviews: at least one answer since it is in the notebook, the first one first; UTC.
    """
    card = Card(card_id=0, due=reviews[0][1])
    for how, at in reviews:
        card, _log = _SCHEDULER.review_card(card, _RATINGS[how], at)
    return card.due


@dataclass(frozen=True, slots=True)
class Entry:
    """A question that may be practised, or a case, whose questions stay together."""

    code: str
    questions: tuple[int, ...]
    """Ids, in order."""
    is_near: bool = False
    """Whether it belongs to the lesson that was asked for."""


@dataclass(frozen=True, slots=True)
class Last:
    """How a question was answered the last time."""

    turn: int
    """Higher for later."""
    is_right: bool


def pick(
    entries: Iterable[Entry], answered: Mapping[int, Last], count: int, *, seed: str
) -> list[int]:
    """Return the questions of a round, in the order asked.

    What belongs to the lesson comes first; then what was never answered, then what was wrong the
    last time, then what was right, longest ago first. Among equals the seed decides.

    Args:
        entries: what may be asked, in any order.
        answered: question id -> last answer; what is not in here was never answered.
        count: how many questions; a case is not torn apart for it, so it may be a few more.
        seed: of this round.
    """

    def place(entry: Entry) -> tuple[bool, int, int, bytes]:
        known = [answered[each] for each in entry.questions if each in answered]
        if len(known) < len(entry.questions):
            standing = 0
        else:
            standing = 2 if all(each.is_right for each in known) else 1
        turn = max((each.turn for each in known), default=0)
        chance = hashlib.sha256(f"{seed}\0{entry.code}".encode()).digest()
        return not entry.is_near, standing, turn, chance

    chosen: list[int] = []
    for entry in sorted(entries, key=place):
        if len(chosen) >= count:
            break
        chosen += entry.questions
    return chosen


def siblings(
    wrong: Iterable[tuple[str, str]],
    near: Mapping[tuple[str, str], Sequence[int]],
    held: Collection[int],
) -> list[int]:
    """Return a question for each one that was not right: of its lesson, and each only once.

    Args:
        wrong: module and lesson of each.
        near: module and lesson -> questions to choose from, the first choice at the front.
        held: what is not to be chosen.
    """
    chosen: list[int] = []
    for each in wrong:
        fresh = (one for one in near.get(each, ()) if one not in held and one not in chosen)
        if (one := next(fresh, None)) is not None:
            chosen.append(one)
    return chosen
