"""Many people at once, in a process of their own: what they cost is not the server's.

Reads an order as JSON on standard input and writes what was seen, as JSON, to standard output.
Bounded in count and in time: nobody goes on when `PATIENCE` is over.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.browser import Browser
from lms.config import PROJECT

PATIENCE = 300.0
"""Seconds after which whoever still sends stops."""
SAVES = 20
"""Answers in a journey, each durable before the next."""
_SLOT = re.compile(r"data-slot=")


def sent_out(kind: str, **order: object) -> Any:
    """Send a crowd out and return what it saw."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.crowd"],
        input=json.dumps({"kind": kind, **order}),
        cwd=PROJECT,
        text=True,
        capture_output=True,
        check=False,
        timeout=2 * PATIENCE,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


class Notes:
    """What one person saw, step by step."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.steps: list[tuple[str, float, int, str]] = []
        """Name, seconds, bytes, number of the request."""

    def did(self, step: str) -> None:
        """Note the browser's last request under a name."""
        seen = self.browser
        self.steps.append((step, seen.seconds, seen.bytes, seen.request_id))


def journey(port: int, login: str, order: dict[str, Any]) -> Notes:
    """From the sign-in page to the review of an exam."""
    browser = Browser(port)
    notes = Notes(browser)
    browser.get("/sign-in")
    notes.did("sign-in page")
    browser.post("/sign-in", login=login, password=order["password"], next="")
    notes.did("sign in")
    browser.get("/home")
    notes.did("map")
    browser.get(f"/home?stage={order['stage']}")
    notes.did("stage")
    for code in order["lessons"]:
        lesson = browser.get(f"/lessons/{code}")
        notes.did("lesson, first time")
        browser.submit(lesson, f"/lessons/{code}/finish")
        notes.did("lesson is read")
    browser.get(f"/exams/{order['exam']}")
    notes.did("exam page")
    paper = browser.post(f"/exams/{order['exam']}/attempts")
    notes.did("start")
    slots = len(_SLOT.findall(browser.get(paper)))
    notes.did("paper")
    for number in range(SAVES):
        _save(browser, paper, number, slots)
        notes.did("answer")
    result = browser.send(f"{paper}/hand-in", {"answers": []})["url"]
    notes.did("hand in")
    browser.get(result)
    notes.did("review")
    browser.close()
    return notes


def _save(browser: Browser, paper: str, number: int, slots: int) -> None:
    seq = int(time.time() * 1000) + number
    answer = {"slot": number % slots + 1, "seq": seq, "answer": ["A"], "flagged": False}
    reply = browser.send(f"{paper}/answers", {"answers": [answer]})
    if str(answer["slot"]) not in reply["saved"]:
        raise RuntimeError(f"not saved: {reply}")


def journeys(order: dict[str, Any]) -> object:
    """So many people at once, each going on to the next journey until all are made."""
    began = time.perf_counter()
    until = began + PATIENCE

    def one(login: str) -> list[tuple[str, float, int, str]]:
        if time.perf_counter() > until:
            return []
        return journey(order["port"], login, order).steps

    with ThreadPoolExecutor(order["people"]) as pool:
        made = [each for each in pool.map(one, order["logins"]) if each]
    return {"seconds": time.perf_counter() - began, "journeys": made}


def saves(order: dict[str, Any]) -> object:
    """People who are sitting the exam save one answer after the other, for so many seconds."""
    began = time.perf_counter()
    until = began + order["seconds"]

    def one(cookies: dict[str, str], token: str, paper: str) -> list[float]:
        browser = Browser(order["port"])
        browser.cookies, browser.token = dict(cookies), token
        times, number = [], 0
        while time.perf_counter() < until:
            _save(browser, paper, number, order["slots"])
            times.append(browser.seconds)
            number += 1
            time.sleep(order.get("pause", 0))
        browser.close()
        return times

    with ThreadPoolExecutor(len(order["sittings"])) as pool:
        waits = pool.map(lambda each: one(*each), order["sittings"])
        times = [each for person in waits for each in person]
    return {"seconds": time.perf_counter() - began, "times": times}


def sign_ins(order: dict[str, Any]) -> object:
    """People come one after the other, evenly over so many seconds, and sign in."""
    began = time.perf_counter()
    logins = order["logins"]

    def one(place: int) -> float:
        time.sleep(max(0.0, began + place * order["seconds"] / len(logins) - time.perf_counter()))
        browser = Browser(order["port"])
        browser.get("/sign-in")
        browser.post("/sign-in", login=logins[place], password=order["password"], next="")
        browser.close()
        return browser.seconds

    with ThreadPoolExecutor(32) as pool:
        times = list(pool.map(one, range(len(logins))))
    return {"seconds": time.perf_counter() - began, "times": times}


def rush(order: dict[str, Any]) -> object:
    """People who are signed in begin one exam, evenly over a while; then all hand in."""
    port, exam, papers = order["port"], order["exam"], {}
    browsers = {login: Browser(port) for login in order["logins"]}

    def begin(login: str) -> float:
        browser = browsers[login]
        browser.get(f"/exams/{exam}")
        waited = browser.seconds
        papers[login] = browser.post(f"/exams/{exam}/attempts")
        waited += browser.seconds
        browser.get(papers[login])
        return waited + browser.seconds

    def hand_in(login: str) -> float:
        browsers[login].send(f"{papers[login]}/hand-in", {"answers": []})
        return browsers[login].seconds

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: browsers[each].sign_in(each, order["password"]), browsers))
    return {
        "begin": _evenly(list(browsers), order["begin"], begin),
        "hand in": _evenly(list(browsers), order["hand_in"], hand_in),
    }


def _evenly(logins: list[str], seconds: float, come: Callable[[str], float]) -> object:
    """Let each come at its moment; a slow server lets them pile up, as it would in life."""
    began = time.perf_counter()

    def one(place: int) -> float:
        time.sleep(max(0.0, began + place * seconds / len(logins) - time.perf_counter()))
        return come(logins[place])

    with ThreadPoolExecutor(64) as pool:
        times = list(pool.map(one, range(len(logins))))
    return {"seconds": time.perf_counter() - began, "times": times}


KINDS: dict[str, Callable[[dict[str, Any]], object]] = {
    "journeys": journeys,
    "saves": saves,
    "sign-ins": sign_ins,
    "rush": rush,
}

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump(KINDS[asked["kind"]](asked), sys.stdout)
