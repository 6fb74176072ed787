"""The web server ends without dropping anybody. In a process of its own: signals are for one."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from lms.core import listener

SLOW_SITE = """
import sys, time
from flask import Flask, request
from lms.core import listener

app = Flask("slow")
app.config["MAX_CONTENT_LENGTH"] = 1000

@app.get("/")
def page():
    time.sleep(float(request.args.get("seconds", 0)))
    return "x" * 500_000

listening = listener.listen("127.0.0.1", 0)
print(listening.getsockname()[1], flush=True)
listener.serve(app, listening, threads=4)
print("ended", flush=True)
"""


@pytest.fixture
def site() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running server and its port."""
    command = [sys.executable, "-c", SLOW_SITE]
    root = Path(__file__).parents[2]
    with subprocess.Popen(  # noqa: S603  the text above
        command, cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        fetch(port, "/", [])  # from now on it hears signals
        yield process, port
        process.kill()


def fetch(port: int, path: str, into: list[int]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    reply = connection.getresponse()
    into += [reply.status, len(reply.read())]
    connection.close()


def test_a_request_in_hand_is_finished_and_no_new_one_is_taken(
    site: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = site
    got: list[int] = []
    asking = Thread(target=fetch, args=[port, "/?seconds=1", got])
    asking.start()
    time.sleep(0.4)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    asking.join()
    assert got == [200, 500_000]
    assert process.wait(10) == 0


def test_a_connection_is_heard_again_and_requests_that_come_at_once_are_answered_in_turn(
    site: tuple[subprocess.Popen[str], int],
) -> None:
    _process, port = site
    request = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for _ in range(3):
            connection.sendall(request % b"/?seconds=0.05" + request % b"/none")
            assert bodies(connection, 2) == [(200, 500_000), (404, 207)]


def test_who_reads_slowly_or_leaves_keeps_nobody_waiting(
    site: tuple[subprocess.Popen[str], int],
) -> None:
    _process, port = site
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(30)]
    for each in slow:
        each.sendall(request)
    for each in slow[20:]:
        each.close()
    got: list[int] = []
    fetch(port, "/", got)
    assert got == [200, 500_000]
    for each in slow[:20]:
        assert bodies(each, 1) == [(200, 500_000)]
        each.close()


def bodies(connection: socket.socket, count: int) -> list[tuple[int, int]]:
    """Read so many replies; return the status and the length of each."""
    seen: list[tuple[int, int]] = []
    data = b""
    while len(seen) < count:
        head, end, rest = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0]) if end else 0
        if end and len(rest) >= length:
            seen.append((int(head.split()[1]), length))
            data = rest[length:]
            continue
        piece = connection.recv(100_000)
        assert piece
        data += piece
    return seen


def test_without_a_request_in_hand_it_ends_at_once(
    site: tuple[subprocess.Popen[str], int],
) -> None:
    process, _port = site
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert time.monotonic() - began < 5


def test_a_port_that_is_taken_is_said_in_words() -> None:
    with listener.listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(listener.PortTakenError, match="in use"):
            listener.listen("127.0.0.1", port)
