"""What a page would refuse is kept nowhere: over a real line, to a server of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask

from lms.web import uploads

SITE = """
import tempfile
from flask import Flask, request
from lms.core import listener

app = Flask("small")
app.config["MAX_CONTENT_LENGTH"] = 64_000_000
opened = []
plain = tempfile.TemporaryFile

def noted(*args, **kwargs):
    opened.append(1)
    return plain(*args, **kwargs)

tempfile.TemporaryFile = noted  # where the server puts what is too large for memory

@app.post("/small")
@app.post("/large")
def page():
    return {"said": request.content_length, "got": len(request.environ["wsgi.input"].read()), "files": len(opened)}

def most(method, path):
    return 1000 if (method, path) == ("POST", "/small") else None

listening = listener.listen("127.0.0.1", 0)
print(listening.getsockname()[1], flush=True)
listener.serve(app, listening, threads=2, most_bytes=most)
"""
LARGE = b"x" * 8_000_000


@pytest.fixture
def port() -> Iterator[int]:
    root = Path(__file__).parents[2]
    with subprocess.Popen(  # noqa: S603  the text above
        [sys.executable, "-c", SITE], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def test_what_a_page_refuses_is_kept_nowhere_and_the_line_goes_on(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    answers = []
    for path, body in (
        ("/small", b"x" * 1000),
        ("/small", LARGE),
        ("/small", b"y"),
        ("/large", LARGE),
    ):
        connection.request("POST", path, body=body)
        told = json.load(connection.getresponse())
        answers.append((told["said"], told["got"], told["files"] > 0))
    connection.close()
    assert answers == [
        (1000, 1000, False),
        (len(LARGE), 0, False),
        (1, 1, False),
        (len(LARGE), len(LARGE), True),  # as a page without a limit of its own gets it
    ]


def test_the_server_is_told_how_much_a_page_takes(app: Flask) -> None:
    most = uploads.most_bytes(app)
    assert most("POST", "/certificates/templates/7/markup") == 12 * uploads.MIB
    assert most("POST", "/certificates/templates") is None
    assert most("DELETE", "/certificates/templates/7/markup") is None
    assert most("POST", "/nowhere/\xff") is None
