"""Saving answers at 16 and 64 clients, beside the same endpoint without a database."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import ports, site, sitting
from benchmarks.figures import Goals, percentile
from benchmarks.site import Site
from benchmarks.sitting import Room
from lms.config import PROJECT

CLIENTS = (16, 64)
SECONDS = 5.0
ROUNDS = 2
"""How often the two are measured in turn: what else the machine does then meets both."""
LEAST_SHARE = 0.5
MOST_TAIL = 3.0


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    people = sitting.room(running, "saver", max(CLIENTS))
    missed = []
    with _bare(running) as port:
        bare = Room([_bared(*each) for each in people.sittings], people.slots)
        for clients in CLIENTS:
            goals = Goals(f"Saves: {clients} clients")
            ours: list[float] = []
            theirs: list[float] = []
            for _ in range(ROUNDS):
                ours += _round(running.port, people, clients)
                theirs += _round(port, bare, clients)
            _compare(goals, clients, ours, theirs)
            missed += goals.missed
    return missed


def _round(port: int, people: Room, clients: int) -> list[float]:
    return list(sitting.order(port, people, clients=clients, seconds=SECONDS)["times"])


def _compare(goals: Goals, clients: int, ours: list[float], theirs: list[float]) -> None:
    goals.plain("saves a second", len(ours) / SECONDS / ROUNDS)
    goals.plain("the same without a database", len(theirs) / SECONDS / ROUNDS)
    half, tail = percentile(ours, 0.5), percentile(ours, 0.99)
    goals.plain("p50", 1000 * half, "ms")
    goals.plain("p99", 1000 * tail, "ms")
    share = len(ours) / len(theirs)
    if clients == max(CLIENTS):
        goals.least("share of it", share, LEAST_SHARE)
        goals.most("p99 over p50", tail / half, MOST_TAIL)
        goals.most("the longest of all", max(ours), 1.0, "s")
    else:
        goals.plain("share of it", share)
        goals.plain("p99 over p50", tail / half)
        goals.plain("the longest of all", max(ours), "s")


def _bared(cookies: dict[str, str], token: str, paper: str) -> sitting.Sitting:
    return cookies, token, paper.replace("/attempts/", "/attempts/bare/")


@contextmanager
def _bare(running: Site) -> Iterator[int]:
    """Serve the endpoint without a database, with the site's secret: its cookies are good there."""
    port = ports.free()
    with (running.folder.parent / "bare-output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare"],
            cwd=PROJECT,
            env=site.settings_of(running.folder, port),
            stdout=output,
            stderr=output,
        )
    try:
        while not site.answers(port, "/bare"):
            if process.poll() is not None:
                raise RuntimeError((running.folder.parent / "bare-output").read_text())
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)
