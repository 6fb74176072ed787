"""A small page while twice as many people as there are threads fetch a large file, slowly."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import site
from benchmarks.browser import Browser
from benchmarks.figures import Goals, percentile
from benchmarks.site import Site
from lms.core import deliverables

THREADS = 16
CLIENTS = 2 * THREADS
LARGE = 64 * 1024 * 1024
SIP = 64 * 1024
"""Bytes that a slow client takes four times a second."""
FETCHES = 200


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    goals = Goals(f"A small page while {CLIENTS} people download slowly")
    with site.application(running.folder, running.port):
        (login,) = site.add_people("fetcher", 1)
        owner = site.person_with(login).id
        kept = deliverables.write(bytes(LARGE))
        row = deliverables.add(kept, owner_id=owner, name="large.bin", mime="application/zip")
        path = f"/downloads/{row.id}"
    browser = Browser(running.port)
    browser.sign_in(login, site.PASSWORD)
    _p50(running.port)
    idle = _p50(running.port)
    with _slowly(running.port, path, browser.cookie) as taken:
        beside = _p50(running.port)
    goals.plain("bytes taken meanwhile", sum(taken))
    goals.plain("p50 at rest", 1000 * idle, "ms")
    goals.plain("p50 meanwhile", 1000 * beside, "ms")
    goals.most("the second over the first", beside / idle, 1.5)
    return goals.missed


def _p50(port: int) -> float:
    browser = Browser(port)
    times = []
    for _ in range(FETCHES):
        browser.get("/sign-in")
        times.append(browser.seconds)
        time.sleep(0.005)
    browser.close()
    return percentile(times, 0.5)


@contextmanager
def _slowly(port: int, path: str, cookies: str) -> Iterator[list[int]]:
    """Let the slow clients fetch; give how many bytes each has taken."""
    stop = threading.Event()
    taken = [0] * CLIENTS
    asking = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n".encode()

    def fetch(place: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SIP)
            connection.sendall(asking)
            while not stop.wait(0.25) and (got := connection.recv(SIP)):
                taken[place] += len(got)

    clients = [threading.Thread(target=fetch, args=(place,)) for place in range(CLIENTS)]
    for each in clients:
        each.start()
    time.sleep(2)
    if not all(taken):
        stop.set()
        raise RuntimeError("not everybody gets something")
    try:
        yield taken
    finally:
        stop.set()
        for each in clients:
            each.join()
