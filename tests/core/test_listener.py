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
