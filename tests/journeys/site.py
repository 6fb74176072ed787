"""The product as people get it: its own processes, a data directory of its own, real requests."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
"""Seconds until the first page has to be there."""


class Site:
    """A running site."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "serve.log"

    def setup_link(self) -> str:
        """Return the one-time link that the start printed."""
        found = re.search(r"http\S+/setup/\S+", self.log.read_text(encoding="utf-8"))
        assert found, self.log.read_text(encoding="utf-8")
        return found[0]

    def invitation_of(self, login: str) -> str:
        """Return the link in the invitation that waits for the administrator to pass on."""
        query = (
            "SELECT body FROM message JOIN person ON person.id = person_id"
            " WHERE login = ? ORDER BY message.id DESC"
        )
        body = str(self.rows(query, login)[0][0])
        found = re.search(r"http\S+/link/\S+", body)
        assert found, body
        return found[0]

    def right_answers(self, attempt_id: int) -> dict[int, list[str]]:
        """Return slot -> what would be right, from the paper that the attempt pinned."""
        layout = json.loads(self.rows("SELECT layout FROM attempt WHERE id = ?", attempt_id)[0][0])
        return {slot: self.right_answer(entry[0]) for slot, entry in enumerate(layout, start=1)}

    def right_answer(self, version_id: int) -> list[str]:
        """Return what would be right, by the bank."""
        query = "SELECT kind, body FROM question_version WHERE id = ?"
        kind, text = self.rows(query, version_id)[0]
        body = json.loads(text)
        answers: Callable[[Any], list[str]] = _RIGHT.get(kind, itemgetter("answer"))
        return answers(body)

    def password_of(self, login: str) -> str:
        """Return the password of one of the demo's accounts."""
        accounts = (self.folder / "demo-accounts.txt").read_text(encoding="utf-8")
        return dict(line.split(" / ") for line in accounts.splitlines())[login]

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Look into the database; never write."""
        file = f"file:{self.folder / 'lms.sqlite'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as connection:
            return connection.execute(query, values).fetchall()


_RIGHT: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "truefalse": lambda body: [str(body["answer"]).lower()],
    "fillin": lambda body: [next(iter(each["accept"].values()))[0] for each in body["blanks"]],
    "numeric": lambda body: [str(body["answer"]["value"])],
    "text": lambda body: [body["accept"][0]["forms"]["en"][0].replace("*", "")],
    "matching": lambda body: [f"{each['key']}={each['answer']}" for each in body["things"]],
    "ordering": lambda body: [f"{key}={n}" for n, key in enumerate(body["answer"], start=1)],
    "essay": lambda _body: ["We call back at ten."],
    "upload": lambda _body: [],
    "cloze": lambda body: [_right_of_gap(each) for each in body["gaps"]],
}
"""Kind -> what would be right; where it is not here, the body's ``answer``."""


def _right_of_gap(gap: dict[str, Any]) -> str:
    if "accept" in gap:
        return str(gap["accept"]["en"][0])
    return str(gap["answer"] if "options" in gap else gap["value"])


@contextmanager
def running(folder: Path, *, demo: bool = False, content: Path | None = None) -> Iterator[Site]:
    """Start the product on an empty data directory and stop it afterwards.

    Args:
        folder: the data directory.
        demo: whether to make the demo's people up.
        content: another curriculum than the product's own.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = Site(folder, port)
    environ = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("LMS_") or key == "LMS_CONTENT_DIR"
    }
    environ |= {"LMS_DATA_DIR": str(folder), "LMS_PORT": str(port), "LMS_DEMO": str(int(demo))}
    if content:
        environ["LMS_CONTENT_DIR"] = str(content)
    with site.log.open("wb") as log:
        command = [sys.executable, "-u", "-m", "lms.serve"]
        process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environ, stdout=log, stderr=log
        )
        try:
            _wait(site, process)
            yield site
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait(site: Site, process: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        assert process.poll() is None, site.log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"{site.url}/readyz", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(site.log.read_text(encoding="utf-8"))
