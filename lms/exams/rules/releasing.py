"""What a trainee may see of a paper that was handed in, and from when. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.exams.rules.settings import ExamRules, Shown


@dataclass(frozen=True, slots=True)
class Release:
    """What is shown from an instant on."""

    at: datetime
    what: frozenset[Shown]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown now, and what comes, the soonest first."""

    shows: frozenset[Shown]
    later: Sequence[Release] = ()


def seen(
    rules: ExamRules, *, at: datetime, closing: datetime | None, grace: timedelta = timedelta(0)
) -> Seen:
    """Return what the review policy shows.

    Args:
        rules: of the version that was sat.
        at: now.
        closing: when nobody can answer any more, by `closing`; None if that is not known: what
            waits for it is not shown.
        grace: how long after the closing answers are still taken. What waits for the closing waits
            for that too; nobody is told of it.
    """
    groups = [
        (
            rules.review_later,
            rules.review_at,
            rules.review_at is not None and at >= rules.review_at,
        ),
        (rules.review_after_closing, closing, closing is not None and at > closing + grace),
    ]
    shows = with_marks(rules.review.union(*(what for what, _opens, is_open in groups if is_open)))
    later = [
        Release(opens, with_marks(what) - shows)
        for what, opens, is_open in groups
        if opens is not None and not is_open and with_marks(what) - shows
    ]
    return Seen(shows, sorted(later, key=lambda each: each.at))


def with_marks(what: Iterable[Shown]) -> frozenset[Shown]:
    """Add the marks to what was right and wrong: who sees the one can tell the other."""
    known = frozenset(what)
    return known | {Shown.MARKS} if Shown.RIGHT_WRONG in known else known


def closing(
    closes_at: datetime | None,
    newer: Iterable[tuple[datetime, datetime | None]],
    sitting: Iterable[tuple[datetime, datetime]],
) -> datetime | None:
    """Return when nobody can sit an exam any more; None if it never closes.

    Args:
        closes_at: by the version that was sat.
        newer: of the later versions, oldest first: when each was made, and when it closes. One
            that was made before the closing moves it, but never forward.
        sitting: begin and deadline of the attempts that are open. Granted time moves a deadline
            beyond the closing; one that began after the closing is of another window.
    """
    if closes_at is None:
        return None
    last = closes_at
    for made_at, closes in newer:
        if made_at < last and closes is not None:
            last = max(last, closes)
    return max([last, *(deadline for began_at, deadline in sitting if began_at < last)])
