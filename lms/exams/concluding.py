"""Making the result of an attempt of which nothing waits any more: marked, or ruled upon."""

from lms.core.db import db
from lms.exams import queries, regrade_plan, sitting, verdict
from lms.exams.models import Attempt
from lms.exams.rules import marks


def conclude_if_marked(attempt: Attempt) -> None:
    """Write the result of an attempt that was handed in, unless a person has yet to mark some of it.

    Corrections of keys that could not be weighed while marks were missing are weighed now: whoever
    would lose by one keeps the own mark, where the regrade says so.

    Args:
        attempt: without a result, held until the transaction ends.
    """
    stored = queries.responses(attempt)
    every = range(1, len(attempt.layout) + 1)
    marked = {slot: stored[slot].mark if slot in stored else marks.ZERO for slot in every}
    if None in verdict.counted(marked, attempt.regraded).values():
        return
    shown = queries.questions(entry[0] for entry in attempt.layout)
    for regrade in regrade_plan.latest_of(shown):
        change = regrade_plan.plan(attempt, regrade)
        if change is not None:
            attempt.regraded = change.regraded
    db.session.flush()
    sitting.conclude(attempt, marked, shown)
