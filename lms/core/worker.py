"""The process that runs jobs: one after the other, and the chores that are due in between."""

import logging
from threading import Event

from sqlalchemy.exc import DBAPIError

from lms.core import chores, clock, queue
from lms.core.db import db

log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks at an empty queue: the longest that a new job waits."""
PATIENCE = 5.0
"""Seconds until the next try after the database did not answer."""


def work(stop: Event, *, until_empty: bool = False) -> int:
    """Run jobs until `stop` is set; the job at hand is finished first.

    Args:
        stop: set by whoever wants the worker to end.
        until_empty: end as well when nothing is due.

    Returns:
        How many jobs were run, whether they succeeded or not.
    """
    count = 0
    while not stop.is_set():
        try:
            chores.run_due(clock.now())
            _forget()
            has_run = queue.run_one()
        except (DBAPIError, TimeoutError) as error:
            log.error("the database does not answer: %s", error)  # noqa: TRY400  no news in a trace
            _forget()
            stop.wait(PATIENCE)
            continue
        _forget()
        count += has_run
        if not has_run:
            if until_empty:
                break
            stop.wait(PAUSE)
    return count


def _forget() -> None:
    """Let go of the rows and the connection: the next job begins with what is true then."""
    db.session.rollback()
    db.session.remove()
