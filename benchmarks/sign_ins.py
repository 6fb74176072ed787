"""500 people sign in within a minute while others sit an exam: what one takes from the other."""

from concurrent.futures import ThreadPoolExecutor

from benchmarks import crowd, processes, site, sitting
from benchmarks.browser import Browser
from benchmarks.figures import Goals, percentile
from benchmarks.site import Site

PEOPLE = 500
SECONDS = 60.0
SAVERS = 16
PAUSE = 0.25
"""Seconds that each of them thinks between two answers."""
ALONE = 20.0
"""Seconds for which they are measured by themselves."""
MOST_CPU = 25.0
FEW = 30
"""Sign-ins whose CPU time is measured, one after the other."""


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    goals = Goals(f"Signing in: {PEOPLE} within a minute, while {SAVERS} sit an exam")
    with site.application(running.folder, running.port):
        logins = site.add_people("comer", PEOPLE + FEW)
    goals.most("CPU of a sign-in", 1000 * _cpu(running, logins[PEOPLE:]), MOST_CPU, "ms")
    people = sitting.room(running, "thinker", SAVERS)
    alone = _saves(running, people, ALONE)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(
            crowd.sent_out,
            "sign-ins",
            port=running.port,
            logins=logins[:PEOPLE],
            password=site.PASSWORD,
            seconds=0.9 * SECONDS,
        )
        beside = _saves(running, people, SECONDS)
        seen = coming.result()
    goals.most("until all were signed in", seen["seconds"], SECONDS, "s")
    goals.plain("signing in, p95", 1000 * percentile(seen["times"], 0.95), "ms")
    before, after = percentile(alone, 0.99), percentile(beside, 0.99)
    goals.plain("saves' p99 by themselves", 1000 * before, "ms")
    goals.plain("saves' p99 meanwhile", 1000 * after, "ms")
    goals.most("the second over the first", after / before, 2.0)
    return goals.missed


def _saves(running: Site, people: sitting.Room, seconds: float) -> list[float]:
    seen = sitting.order(running.port, people, clients=SAVERS, seconds=seconds, pause=PAUSE)
    return list(seen["times"])


def _cpu(running: Site, logins: list[str]) -> float:
    """Return the server's CPU seconds for comparing one password and all that goes with it."""
    browsers = [Browser(running.port) for _ in logins]
    for browser in browsers:
        browser.get("/sign-in")
    before = processes.cpu_seconds(running.web)
    for browser, login in zip(browsers, logins, strict=True):
        browser.post("/sign-in", login=login, password=site.PASSWORD, next="")
        browser.close()
    return (processes.cpu_seconds(running.web) - before) / len(logins)
