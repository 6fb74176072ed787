"""What this process has answered since it began, for whoever watches it; kept in memory only."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds; the last interval is open."""


@dataclass(slots=True)
class Traffic:
    """Counts by endpoint. A page that does not exist counts under ``none``."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Endpoint and class of status, such as ``2xx``."""
    durations: dict[str, list[int]] = field(default_factory=dict)
    """Endpoint -> how many took as long as each interval of `BOUNDS` says."""
    seconds: Counter[str] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)

    def copy(self) -> "Traffic":
        """Return these counts as they are now."""
        return Traffic(
            Counter(self.requests),
            {name: list(counts) for name, counts in self.durations.items()},
            Counter(self.seconds),
            Counter(self.statements),
        )


_traffic = Traffic()
_mutex = Lock()


def note(endpoint: str, status: int, seconds: float, statements: int) -> None:
    """Count one request."""
    interval = bisect_left(BOUNDS, seconds)
    with _mutex:
        _traffic.requests[endpoint, f"{status // 100}xx"] += 1
        _traffic.durations.setdefault(endpoint, [0] * (len(BOUNDS) + 1))[interval] += 1
        _traffic.seconds[endpoint] += seconds  # type: ignore[assignment]  # any number will do
        _traffic.statements[endpoint] += statements


def so_far() -> Traffic:
    """Return what was counted until now."""
    with _mutex:
        return _traffic.copy()
