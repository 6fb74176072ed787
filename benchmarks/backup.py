"""What a backup of a large database costs, and what people who save answers meanwhile notice.

``python -m benchmarks.backup [megabytes]``: a site of its own, a class that saves answers, a plain
copy for comparison, and a backup.
"""

import json
import os
import random
import shutil
import socket
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

from benchmarks import site
from benchmarks.browser import Browser
from lms.config import PROJECT

CLASS = 8
EXAM = "stage-1"
PAUSE = 0.25
"""Seconds between two answers of one person."""


def main(megabytes: int = 1000) -> int:
    """Print the figures."""
    with TemporaryDirectory(prefix="stairway-bench-") as scratch:
        folder, port = Path(scratch) / "data", _free_port()
        with site.running(folder, port):
            pass
        logins = site.add_trainees(folder, port, CLASS)
        _grow(folder / "lms.sqlite", megabytes * 1000 * 1000)
        plain = _plain_copy(folder / "lms.sqlite", Path(scratch) / "copy")
        with site.running(folder, port):
            papers = [_paper(port, login) for login in logins]
            quiet, _nothing = _saves_during(papers, _wait)
            busy, told = _saves_during(papers, lambda: _backup(folder, port))
    took = told["seconds"]
    copied = took["copy"] + took["pack"]
    print(f"{told['size_bytes'] / 1e6:.0f} MB, verified: {told['verified']}")
    print(f"plain copy, flushed   {plain:6.2f} s")
    print(f"copied and packed     {copied:6.2f} s   {copied / plain:.1f} times")
    print(
        f"tried out             {took['try']:6.2f} s   {(copied + took['try']) / plain:.1f} times, all"
    )
    print(f"saves without a backup p99 {quiet:6.0f} ms, with one {busy:6.0f} ms")
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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


def _paper(port: int, login: str) -> tuple[Browser, str]:
    browser = Browser(port)
    browser.sign_in(login, site.PASSWORD)
    browser.get(f"/exams/{EXAM}")
    paper = browser.post(f"/exams/{EXAM}/attempts")
    browser.get(paper)
    return browser, paper


def _saves_during(
    papers: list[tuple[Browser, str]], work: Callable[[], dict[str, Any]]
) -> tuple[float, dict[str, Any]]:
    """Let people save while something is done; return the p99 in milliseconds and what it gave."""
    stop, times = Event(), list[float]()
    threads = [Thread(target=_save, args=(*paper, stop, times)) for paper in papers]
    for thread in threads:
        thread.start()
    try:
        told = work()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    ordered = sorted(times)
    return 1000 * ordered[int(0.99 * (len(ordered) - 1))], told


def _save(browser: Browser, paper: str, stop: Event, times: list[float]) -> None:
    while not stop.wait(PAUSE):
        answer = {"slot": 1, "seq": time.monotonic_ns() // 1000, "answer": ["A"], "flagged": False}
        browser.send(f"{paper}/answers", {"answers": [answer]})
        times.append(browser.seconds)


def _wait() -> dict[str, Any]:
    time.sleep(10)
    return {}


def _backup(folder: Path, port: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "backup", "create", "--json"],
        cwd=PROJECT, env=site.settings_of(folder, port), capture_output=True, text=True, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
