"""Time goes on as it passes, whatever somebody sets the machine's clock to."""

import time

import pytest

from lms.core import clock


@pytest.mark.parametrize("seconds", [7200.0, -7200.0])
def test_a_clock_that_was_set_changes_nothing_and_its_drift_is_known(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    before, wall = clock.now(), time.time
    monkeypatch.setattr(time, "time", lambda: wall() + seconds)
    assert 0 <= (clock.now() - before).total_seconds() < 3600
    assert abs(clock.drift() - seconds) < clock.LEEWAY


def test_without_that_there_is_next_to_none() -> None:
    assert abs(clock.drift()) < clock.LEEWAY
