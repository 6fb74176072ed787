"""What the web processes have answered since the site began, for whoever watches it.

Kept in memory that the processes share and nowhere else: each counts in a place of its own, so
nobody waits for anybody, and whichever is asked adds them up. One that replaces a dead one goes on
counting where that one was.
"""

import mmap
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds; the last interval is open."""
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
NONE = "none"
"""What a page that does not exist counts under."""
_WIDTH = len(CLASSES) + len(BOUNDS) + 1 + 2
"""Numbers of an endpoint: by class of status, by duration, seconds, statements."""


@dataclass(slots=True)
class Traffic:
    """Counts by endpoint. A page that does not exist counts under ``none``."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Endpoint and class of status, such as ``2xx``."""
    durations: dict[str, list[int]] = field(default_factory=dict)
    """Endpoint -> how many took as long as each interval of `BOUNDS` says."""
    seconds: dict[str, float] = field(default_factory=dict)
    statements: Counter[str] = field(default_factory=Counter)


class Counts:
    """The numbers of all processes, each process in a place of its own."""

    def __init__(self, endpoints: Iterable[str], processes: int = 1) -> None:
        names = dict.fromkeys([*endpoints, NONE])
        self._rows = {name: 1 + row * _WIDTH for row, name in enumerate(names)}
        self._size = 1 + len(names) * _WIDTH
        """Numbers of a process: its id, and its rows."""
        self._numbers = memoryview(mmap.mmap(-1, 8 * self._size * processes)).cast("d")
        self._processes = processes
        self._mutex = Lock()
        self.count_in(0)

    def with_places(self, processes: int) -> "Counts":
        """Return empty counts of the same endpoints, for so many processes."""
        return Counts(self._rows, processes)

    def count_in(self, place: int) -> None:
        """Count in this place from now on: the process at hand has it for itself."""
        self._own = place * self._size
        self._numbers[self._own] = os.getpid()

    def note(self, endpoint: str, status: int, seconds: float, statements: int) -> None:
        """Count one request."""
        row = self._own + self._rows.get(endpoint, self._rows[NONE])
        by_status, by_time = min(max(status // 100, 1), 5) - 1, bisect_left(BOUNDS, seconds)
        with self._mutex:
            self._numbers[row + by_status] += 1
            self._numbers[row + len(CLASSES) + by_time] += 1
            self._numbers[row + _WIDTH - 2] += seconds
            self._numbers[row + _WIDTH - 1] += statements

    def so_far(self) -> Traffic:
        """Add up what all processes have counted."""
        seen = Traffic()
        for name, row in self._rows.items():
            total = [sum(each) for each in zip(*self._of_all(row), strict=True)]
            if not any(total):
                continue
            for each, count in zip(CLASSES, total, strict=False):
                if count:
                    seen.requests[name, each] = int(count)
            seen.durations[name] = [int(each) for each in total[len(CLASSES) : -2]]
            seen.seconds[name] = total[-2]
            seen.statements[name] = int(total[-1])
        return seen

    def processes(self) -> list[int]:
        """Return the id of each process that counts, in the order of their places."""
        firsts = range(0, self._size * self._processes, self._size)
        return [int(self._numbers[each]) for each in firsts if self._numbers[each]]

    def _of_all(self, row: int) -> list[list[float]]:
        firsts = range(row, self._size * self._processes, self._size)
        return [list(map(float, self._numbers[each : each + _WIDTH])) for each in firsts]


_counts = Counts(())


def init(endpoints: Iterable[str]) -> None:
    """Begin to count these endpoints, in one process."""
    global _counts  # noqa: PLW0603  one process has one
    _counts = Counts(endpoints)


def share(processes: int) -> None:
    """Begin anew, for so many processes, which are forked from this one."""
    global _counts  # noqa: PLW0603
    _counts = _counts.with_places(processes)


def count_in(place: int) -> None:
    """Take a place, from 0."""
    _counts.count_in(place)


def note(endpoint: str, status: int, seconds: float, statements: int) -> None:
    """Count one request."""
    _counts.note(endpoint, status, seconds, statements)


def so_far() -> Traffic:
    """Return what was counted until now."""
    return _counts.so_far()


def processes() -> list[int]:
    """Return the ids of the web processes."""
    return _counts.processes()
