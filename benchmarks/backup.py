"""What a backup of a large database costs, and what people who save answers meanwhile notice.

``python -m benchmarks.backup [megabytes]``: a site of its own, a class that saves answers, a plain
copy for comparison, and a backup.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from benchmarks import ports, site, sitting
from benchmarks.browser import Browser
from benchmarks.figures import Goals, percentile
from lms.config import PROJECT

MOST_TIMES, MOST_TAIL_MS = 5.0, 300.0
CLASS = 8
PAUSE = 0.25
"""Seconds between two answers of one person."""
QUIET = 10.0
"""Seconds for which they save before the backup begins, for comparison."""


def main(megabytes: int = 1000) -> list[str]:
    """Print the figures; return which goals were missed."""
    with TemporaryDirectory(prefix="stairway-bench-") as scratch:
        folder, port = Path(scratch) / "data", ports.free()
        with site.running(folder, port):
            pass
        _grow(folder / "lms.sqlite", megabytes * 1000 * 1000)
        plain = _plain_copy(folder / "lms.sqlite", Path(scratch) / "copy")
        with site.running(folder, port) as running:
            people = sitting.room(running, "saver", CLASS)
            quiet, _nothing = _saves_during(port, people, _wait)
            busy, told = _saves_during(port, people, lambda: _backup(folder, port))
    took = told["seconds"]
    copied = took["copy"] + took["pack"]
    goals = Goals(f"Backup of {told['size_bytes'] / 1e6:.0f} MB while a class saves")
    goals.plain("plain copy, flushed", plain, "s")
    goals.plain("copied and packed", copied, "s")
    goals.most("times a plain copy", copied / plain, MOST_TIMES)
    goals.plain("tried out, which nobody waits for", took["try"], "s")
    goals.plain("times a plain copy, all of it", (copied + took["try"]) / plain)
    goals.least("verified", int(told["verified"]), 1)
    for name, times in (("quiet", quiet), ("meanwhile", busy)):
        goals.plain(f"saves {name}, p50", 1000 * percentile(times, 0.5), "ms")
        goals.plain(f"saves {name}, longest", 1000 * max(times), "ms")
    goals.plain("saves quiet, p99", 1000 * percentile(quiet, 0.99), "ms")
    goals.most("saves meanwhile, p99", 1000 * percentile(busy, 0.99), MOST_TAIL_MS, "ms")
    return goals.missed


def _grow(file: Path, size: int) -> None:
    """Add lines to the audit log until the database has that size."""
    chance = random.Random(1)  # noqa: S311  the same each time
    add = (
        "INSERT INTO audit_entry (at, action, object_kind, object_id, detail)"
        " VALUES ('2026-01-01 00:00:00.000000', 'courses.enrolled', 'person', ?, ?)"
    )
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        while file.stat().st_size < size:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(add, (
                (str(number), json.dumps({"note": chance.randbytes(150).hex()}))
                for number in range(50_000)
            ))  # fmt: skip
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _plain_copy(source: Path, target: Path) -> float:
    began = time.perf_counter()
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    took = time.perf_counter() - began
    target.unlink()
    return took


def _saves_during(
    port: int, people: sitting.Room, work: Callable[[], dict[str, Any]]
) -> tuple[list[float], dict[str, Any]]:
    """Let people save while something is done; return how long each save took, and what it gave."""
    stop, times = Event(), list[float]()
    threads = [Thread(target=_save, args=(port, each, stop, times)) for each in people.sittings]
    for thread in threads:
        thread.start()
    try:
        told = work()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return times, told


def _save(port: int, sat: sitting.Sitting, stop: Event, times: list[float]) -> None:
    browser = Browser(port)
    cookies, browser.token, paper = sat
    browser.cookies = dict(cookies)
    while not stop.wait(PAUSE):
        answer = {"slot": 1, "seq": time.time_ns() // 1_000_000, "answer": ["A"], "flagged": False}
        browser.send(f"{paper}/answers", {"answers": [answer]})
        times.append(browser.seconds)
    browser.close()


def _wait() -> dict[str, Any]:
    time.sleep(QUIET)
    return {}


def _backup(folder: Path, port: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "backup", "create", "--json"],
        cwd=PROJECT, env=site.settings_of(folder, port), capture_output=True, text=True, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
