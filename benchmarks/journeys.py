"""The journey that the product is for, made by 1, 10 and 50 people at once.

From the sign-in page to the review of an exam, with 20 answers, each durable before the next.
The three lessons are opened for the first time and read to their end, which the exam asks for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks import crowd, processes, site
from benchmarks.figures import Goals, percentile
from benchmarks.site import Site
from benchmarks.yardstick import BASE, Yardstick
from lms.courses.rules import Stage

CROWDS = {1: 8, 10: 40, 50: 50}
"""How many people at once -> how many journeys they make together."""
WARM = 8
"""Journeys that are made before anything is measured: every process has seen every page then."""
MOST_CPU = 0.20
ANSWERS = {10: 60.0, 50: 300.0}
"""People at once -> milliseconds within which 95 of 100 answers are durable."""
LEAST_RATE = 8.0


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    with site.application(running.folder, running.port):
        logins = site.add_people("walker", WARM + sum(CROWDS.values()), unread=site.UNREAD)
        stage = site.first_stage()
    _sent(running, 1, [logins.pop() for _ in range(WARM)], stage)
    missed = []
    for people, count in CROWDS.items():
        goals = Goals(f"Journey: {count} by {people} at once")
        own, logins = logins[:count], logins[count:]
        pids = processes.family_of(running.pid)
        before = processes.cpu_seconds(pids)
        with Yardstick() as speed:
            seen = _sent(running, people, own, stage)
        cpu = (processes.cpu_seconds(pids) - before) / len(seen["journeys"])
        _summary(goals, people, seen, cpu)
        goals.plain(
            f"a password's hash meanwhile; {BASE:.0f} when goals were set", speed.milliseconds, "ms"
        )
        _steps(seen["journeys"], running.statements())
        missed += goals.missed
    return missed


def _sent(running: Site, people: int, logins: Sequence[str], stage: Stage) -> Any:
    return crowd.sent_out(
        "journeys",
        port=running.port,
        people=people,
        logins=list(logins),
        password=site.PASSWORD,
        stage=stage.code,
        lessons=stage.lessons[-site.UNREAD :],
        exam=site.EXAM,
    )


def _summary(goals: Goals, people: int, seen: Any, cpu: float) -> None:
    journeys = seen["journeys"]
    goals.most("server CPU per journey", cpu, MOST_CPU, "s")
    rate = len(journeys) / seen["seconds"]
    if people == 10:  # noqa: PLR2004  what was promised was promised of ten
        goals.least("journeys a second", rate, LEAST_RATE)
    else:
        goals.plain("journeys a second", rate)
    waits = [1000 * each[1] for steps in journeys for each in steps if each[0] == "answer"]
    if people in ANSWERS:
        goals.most("answer durable, p95", percentile(waits, 0.95), ANSWERS[people], "ms")


def _steps(journeys: Sequence[Sequence[Sequence[Any]]], sent: Mapping[str, int]) -> None:
    """Print what each step took."""
    by_step: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for steps in journeys:
        for step in steps:
            by_step[step[0]].append(step)
    print(f"{'step':<20}{'p50 ms':>8}{'p95':>8}{'p99':>8}{'statements':>12}{'bytes':>8}")
    for name, seen in by_step.items():
        waits = [1000 * each[1] for each in seen]
        shares = "".join(f"{percentile(waits, share):>8.1f}" for share in (0.5, 0.95, 0.99))
        count = median(sent.get(each[3], 0) for each in seen)
        print(f"{name:<20}{shares}{count:>12.0f}{median(each[2] for each in seen):>8.0f}")
