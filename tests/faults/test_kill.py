"""Processes are killed at random instants while people sit an exam."""

import os
import random
import signal
import statistics
import time

import pytest

from tests.conftest import HowOften
from tests.faults.ledger import acknowledged, damage, finish_jobs, lost, miscounted, told
from tests.faults.site import Site
from tests.faults.sitters import Room, enrol

SEATS = 4
READY = 2.0
"""Seconds that are promised; what the middle one of many takes, on a machine with nothing else to do."""
AT_MOST = 15.0
"""Seconds; far above that, for a machine that is busy with other things."""


def test_what_was_acknowledged_survives_every_kill_and_counts_once(
    site: Site, how_often: HowOften, report: list[str]
) -> None:
    kills = how_often(10, 200)
    people = 30 * kills
    sitters = enrol(site, people, passing=range(0, people, how_often(10, 50)))
    again: dict[str, list[float]] = {"web": [], "jobs": [], "keeper": []}
    site.start()
    with Room(site, sitters, seats=SEATS, pause=0.05) as room:
        for _ in range(kills):
            time.sleep(random.uniform(0.05, 1.2))
            before = told(sitters)
            victim = random.choice(list(again))
            again[victim].append(kill(site, victim))
            assert lost(site, before) == []
            assert room.errors == []
            assert not room.is_empty(), "everyone has gone: the test needs more people"
        time.sleep(0.5)
    site.stop()
    assert room.errors == []
    assert lost(site, told(sitters)) == []
    assert damage(site) == []
    by_hand = finish_jobs(site)
    assert miscounted(site, sitters) == []
    papers = sum(each.receipt is not None for each in sitters)
    assert papers
    report.append(
        f"{kills} kills: {acknowledged(sitters)} answers acknowledged, {papers} papers handed in,"
        f" 0 lost, 0 counted twice, {by_hand} jobs tried again by a person"
    )
    report += [
        f"  ready again after {len(times)} × {victim}: {statistics.median(times):.2f} s, at most"
        f" {max(times):.2f} s"
        for victim, times in again.items()
        if times
    ]
    assert max(map(max, filter(None, again.values()))) < AT_MOST
    if how_often(0, 1):
        assert all(statistics.median(times) <= READY for times in again.values() if times)


def kill(site: Site, victim: str) -> float:
    """Kill a process of a site, and wait until all of them are there again.

    Returns:
        Seconds from the kill; where the command has to be started again, from that start.
    """
    assert site.process is not None
    until_whole(site)
    began = time.monotonic()
    if victim != "keeper":
        place = random.choice(site.web()) if victim == "web" else site.jobs()
        os.kill(place, signal.SIGKILL)
        while site.is_running() and (place in site.children() or not site.is_whole()):
            time.sleep(0.01)
        if site.is_running() and site.readiness() == 200:
            return time.monotonic() - began
    else:
        site.process.kill()
        site.process.wait()
    wait_for_the_others(site)
    return site.start()


def until_whole(site: Site) -> None:
    """A start is over when one of its processes answers; the others take a moment more."""
    until = time.monotonic() + 20
    while not site.is_whole():
        assert time.monotonic() < until, site.said()
        time.sleep(0.01)


def wait_for_the_others(site: Site) -> None:
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
