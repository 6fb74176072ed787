"""What a request or a job asks of the database: how many statements, how long, and the slow ones.

Counted per thread, since a thread does one thing at a time. What the writer's thread does for a
request is added to the request, with all the time that it waited: for its turn, for the gate, and
for the disk. The time of another COMMIT, which waits for the disk as well, is not in it.
"""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from lms.core import logging as lines

log = logging.getLogger(__name__)

BOOKKEEPING = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
LONGEST_SHOWN = 2000
"""Characters of a slow statement that are logged."""


@dataclass(slots=True)
class Limit:
    """From when on a statement is slow."""

    seconds: float | None = None
    """None: nothing is."""


class Tally(threading.local):
    """What the thread at hand has asked for since `begin`."""

    cause: dict[str, object]
    """What for, as a log line says it: ``{"request": "3f…"}``."""

    def __init__(self) -> None:
        self.cause = {}
        self.count = 0
        self.seconds = 0.0


_limit = Limit()
_tally = Tally()


def configure(slow_ms: int) -> None:
    """Log statements that take so long or longer; 0: none."""
    _limit.seconds = slow_ms / 1000 if slow_ms else None


def begin(**cause: object) -> None:
    """Count from nothing; what is slow from now on is logged with this cause."""
    _tally.cause = cause
    _tally.count = 0
    _tally.seconds = 0.0


def so_far() -> tuple[int, float]:
    """Return how many statements there were since `begin`, and how many seconds they took."""
    return _tally.count, _tally.seconds


def add(count: int, seconds: float) -> None:
    """Count what another thread did for this one, and how long this one waited for it."""
    _tally.count += count
    _tally.seconds += seconds


def note(statement: str, seconds: float) -> None:
    """Count a statement, and log it if it was slow. Whoever sends one past SQLAlchemy says so here."""
    _tally.count += 1
    _tally.seconds += seconds
    if _limit.seconds is not None and seconds >= _limit.seconds:
        # Without its values: they are people's names and answers.
        words = " ".join(statement.split())[:LONGEST_SHOWN]
        lines.event(log, "slow statement", level=logging.WARNING, **_tally.cause,
                    ms=round(1000 * seconds), statement=words)  # fmt: skip


def note_long(words: str, seconds: float, **parts: float) -> None:
    """Log something of many statements that took as long as a slow one.

    Args:
        words: what it was.
        seconds: how long it took.
        **parts: what it consisted of: numbers, and seconds under names that end in ``_ms``.
    """
    if _limit.seconds is not None and seconds >= _limit.seconds:
        shown = {
            name: round(1000 * value) if name.endswith("_ms") else value
            for name, value in parts.items()
        }
        lines.event(log, words, level=logging.WARNING, ms=round(1000 * seconds), **shown)


@event.listens_for(Engine, "before_cursor_execute")
def _begins(
    _connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: Any
) -> None:
    context.lms_began = time.perf_counter()


@event.listens_for(Engine, "after_cursor_execute")
def _ends(
    _connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: Any
) -> None:
    if not statement.startswith(BOOKKEEPING):
        note(statement, time.perf_counter() - context.lms_began)
