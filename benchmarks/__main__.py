"""Measures the product as people meet it: its start, its pages, and a class that sits an exam.

Everything goes through the real server, over HTTP, in a scratch directory. The figures say how
this machine does; compare them only with others of the same machine.
"""

import os
import random
import socket
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import site
from benchmarks.browser import Browser

CLASS = int(os.environ.get("BENCH_CLIENTS", "16"))
"""People who sit the exam at once."""
ROUNDS = 30
"""How often each page is fetched, and how often each person saves."""
EXAM = "stage-1"
LESSON = "S1-A-4"


def main() -> int:
    """Print the figures."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before\n")
    with TemporaryDirectory(prefix="stairway-bench-") as scratch:
        folder = Path(scratch) / "data"
        port = _free_port()
        with site.running(folder, port) as seconds:
            print(f"first start, empty data directory   {seconds:8.2f} s to the first page")
        logins = site.add_trainees(folder, port, CLASS + 1)
        with site.running(folder, port) as seconds:
            print(f"start with nothing to do            {seconds:8.2f} s to the first page")
            _pages(folder, port, logins[0])
            _exam(port, logins[1:])
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _pages(folder: Path, port: int, login: str) -> None:
    """Print time and weight of the pages that people open most, one person at a time."""
    browser = Browser(port)
    print(f"\n{'page':<28}{'p50 ms':>9}{'p95 ms':>9}{'bytes':>9}{'statements':>12}")

    def page(name: str, path: str) -> None:
        times = []
        for _ in range(ROUNDS):
            browser.get(path)
            times.append(browser.seconds)
        sent = site.statements(folder, port, browser.cookie, path)
        print(f"{name:<28}{_line(times)}{browser.bytes:>9}{sent:>12}")

    page("sign-in", "/sign-in")
    browser.get("/sign-in")
    began = time.perf_counter()
    browser.post("/sign-in", login=login, password=site.PASSWORD, next="")
    print(f"{'signing in, with password':<28}{1000 * (time.perf_counter() - began):>9.1f}")
    page("learning map", "/home")
    page("lesson", f"/lessons/{LESSON}")
    page("start of the exam", f"/exams/{EXAM}")
    page("paper", browser.post(f"/exams/{EXAM}/attempts"))


def _exam(port: int, logins: list[str]) -> None:
    """Let a class sit the exam: each of them saves many answers and hands in."""
    browsers = [Browser(port) for _ in logins]
    papers = []
    for browser, login in zip(browsers, logins, strict=True):
        browser.sign_in(login, site.PASSWORD)
        browser.get(f"/exams/{EXAM}")
        papers.append(browser.post(f"/exams/{EXAM}/attempts"))
        browser.get(papers[-1])
    began = time.perf_counter()
    with ThreadPoolExecutor(len(browsers)) as pool:
        saves = [each for times in pool.map(_save, browsers, papers) for each in times]
        took = time.perf_counter() - began
        hand_ins = list(pool.map(_hand_in, browsers, papers))
    print(f"\n{len(browsers)} people at once{'':<12}{'p50 ms':>9}{'p95 ms':>9}{'most ms':>9}")
    most = f"{1000 * max(saves):>9.1f}"
    print(
        f"{'saving an answer, durably':<28}{_line(saves)}{most}{len(saves) / took:>9.0f} a second"
    )
    print(f"{'handing in':<28}{_line(hand_ins)}{1000 * max(hand_ins):>9.1f}")


def _save(browser: Browser, paper: str) -> list[float]:
    times = []
    for seq in range(1, ROUNDS + 1):
        slot = random.randint(1, 10)  # noqa: S311  any slot will do
        answer = {"slot": slot, "seq": seq, "answer": ["A"], "flagged": False}
        browser.send(f"{paper}/answers", {"answers": [answer]})
        times.append(browser.seconds)
    return times


def _hand_in(browser: Browser, paper: str) -> float:
    browser.send(f"{paper}/hand-in", {"answers": []})
    return browser.seconds


def _line(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"{1000 * statistics.median(ordered):>9.1f}{1000 * p95:>9.1f}"


if __name__ == "__main__":
    sys.exit(main())
