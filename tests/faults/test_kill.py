"""Processes are killed at random instants while people sit an exam."""

import os
import random
import signal
import statistics
import time

import pytest

from tests.faults.ledger import damage, finish_jobs, lost, miscounted, told
from tests.faults.site import Site
from tests.faults.sitters import Room, enrol

SEATS = 4
READY = 10.0
"""Seconds; far above what it takes (see the report), for a machine that is busy with other things."""


def test_what_was_acknowledged_survives_every_kill_and_counts_once(
    site: Site, soak: bool, report: list[str]
) -> None:
    kills, passing = (200, range(0, 4000, 50)) if soak else (10, range(0, 60, 15))
    sitters = enrol(site, 4000 if soak else 60, passing=passing)
    ready: list[float] = []
    site.start()
    with Room(site, sitters, seats=SEATS, pause=0.01) as room:
        for _ in range(kills):
            time.sleep(random.uniform(0.05, 1.2))
            before = told(sitters)
            _kill_one(site)
            if not _still_serves(site):
                ready.append(site.start())
            assert lost(site.data / "lms.sqlite", before) == []
            assert not room.errors
            assert not room.is_empty(), "everyone has gone: the test needs more people"
        time.sleep(0.5)
    site.stop()
    assert not room.errors
    assert lost(site.data / "lms.sqlite", told(sitters)) == []
    assert damage(site.data / "lms.sqlite") == []
    finish_jobs(site)
    assert miscounted(site, sitters) == []
    handed_in = sum(each.receipt is not None for each in sitters)
    assert handed_in
    report.append(
        f"{kills} kills: {len(told(sitters))} answers in {handed_in} papers handed in,"
        f" 0 lost, 0 counted twice; ready again {statistics.median(ready):.2f} s after the"
        f" restart, at most {max(ready):.2f} s ({len(ready)} restarts)"
    )
    assert max(ready) < READY


def _kill_one(site: Site) -> None:
    """Kill web, jobs, or the one that keeps both."""
    assert site.process is not None
    victims = [*site.children()[:2], site.process.pid]
    os.kill(random.choice(victims), signal.SIGKILL)


def _still_serves(site: Site) -> bool:
    """Whether the site goes on by itself; when its keeper has gone, wait until all have."""
    until = time.monotonic() + 3
    while time.monotonic() < until:
        if not site.is_running():
            _wait_for_the_others(site)
            return False
        if site.readiness() == 200 and len(site.children()) == 2:
            return True
        time.sleep(0.05)
    pytest.fail("neither running nor ended")


def _wait_for_the_others(site: Site) -> None:
    """The port is free again when the last process of the old run has ended."""
    assert site.process is not None
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.killpg(site.process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("a process outlived its keeper")
