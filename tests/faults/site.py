"""A site of one's own to break: the product's processes on a small curriculum, over HTTP."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask
from sqlalchemy import NullPool, create_engine

from lms.config import PROJECT, Settings
from lms.core.db import db
from lms.factory import create_app
from tests import content_tree
from tests.test_serve import free_port

START = 60.0
"""Seconds that a start may take on a busy machine."""
KINDS = ("single", "multiple", "truefalse", "fillin", "numeric")
SERVE = ("-m", "lms.serve")
CARELESS = (
    "-c",
    """
import sys
from lms import serve
from lms.core import db
db.SYNCHRONOUS = "NORMAL"
sys.exit(serve.main())
""",
)
"""The product as it must not be: it acknowledges before the disk has it."""
RESTLESS = (
    "-c",
    """
import sys
from lms import serve
from lms.core import writer
writer.WAL_LIMIT, writer.LOOK_EVERY = 0, 0.02
sys.exit(serve.main())
""",
)
"""The product as it is when much was written: each process moves the log into the file, again and
again, and what one of them could not finish because somebody reads, another one does."""


class Site:
    """A data directory, and the one command that runs on it, again and again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "serve.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "LMS_DATA_DIR": str(self.data),
            "LMS_CONTENT_DIR": str(folder / "content"),
            "LMS_PORT": str(self.port),
            "LMS_LANGUAGES": "en,zh",
            "LMS_DEMO": "no",
        } | settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(
        self, command: tuple[str, ...] = SERVE, *, preload: Mapping[str, str] | None = None
    ) -> float:
        """Start, wait until it says that it is ready, and return the seconds that this took."""
        environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
        environ |= self.settings | dict(preload or {})
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=PROJECT,
                env=environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while self.readiness() != 200:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() - began < START, self.said()
            time.sleep(0.01)
        return time.monotonic() - began

    def readiness(self) -> int:
        """Return the status of the page that says whether the site can serve; 0 for no answer."""
        try:
            with urlopen(f"{self.url}/readyz", timeout=20) as reply:
                return int(reply.status)
        except URLError as error:
            return int(getattr(error, "code", 0))
        except OSError:
            return 0

    def is_running(self) -> bool:
        """Whether the command has not ended yet."""
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[int]:
        """Return the processes of web and jobs, as far as they live."""
        assert self.process is not None
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with suppress(OSError):
            return [int(each) for each in listing.read_text().split()]
        return []

    def web(self) -> list[int]:
        """Return the processes that listen."""
        return [each for each in self.children() if self._listens(each)]

    def jobs(self) -> int:
        """Return the one that does not."""
        return next(each for each in self.children() if not self._listens(each))

    def is_whole(self) -> bool:
        """Whether everything works: as many processes answer as should, and one does jobs."""
        with suppress(OSError, StopIteration):
            wanted = Settings.from_env(self.settings).web_processes
            return len(self.web()) == wanted and self._has_database(self.jobs())
        return False

    def _has_database(self, pid: int) -> bool:
        """Whether a process has the database open: the one that does jobs looks for some."""
        opened = [each.readlink() for each in Path(f"/proc/{pid}/fd").iterdir()]
        return self.data / "lms.sqlite" in opened

    @staticmethod
    def _listens(pid: int) -> bool:
        """Whether a process has more threads than the one that watches its keeper."""
        return len(list(Path(f"/proc/{pid}/task").iterdir())) > 4

    def kill_all(self) -> None:
        """End every process at once, without a word: what a power cut does to them."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let it end by itself."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def said(self) -> str:
        """Return what it wrote to its terminal."""
        return self.log.read_text("utf-8")

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        """Give an application on the same data, in this process."""
        app = create_app(Settings.from_env(self.settings))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Look into the database; never write."""
        if "LMS_DATABASE_URL" in self.settings:
            engine = create_engine(self.settings["LMS_DATABASE_URL"], poolclass=NullPool)
            with engine.connect() as connection:
                return list(connection.exec_driver_sql(query.replace("?", "%s"), values).all())
        file = f"file:{self.data / 'lms.sqlite'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()


def _curriculum(root: Path) -> None:
    """Leave in a content tree what these tests can answer: `KINDS`, and an exam of three."""
    known = [each for each in content_tree.QUESTIONS if each["kind"] in KINDS]
    content_tree.put(root, "questions/s1-a.yaml", {"unit": "S1-A", "questions": known})
    exam = content_tree.EXAM | {"draw": [{"unit": "S1-A", "count": 3}]}
    content_tree.put(root, "exams/stage-1.yaml", exam)


@contextmanager
def new_site(folder: Path, **settings: str) -> Iterator[Site]:
    """Give a site that has run once: its database is made, its curriculum imported."""
    _curriculum(content_tree.make(folder / "content"))
    site = Site(folder, **settings)
    try:
        site.start()
        site.stop()
        yield site
    finally:
        if site.is_running():
            site.kill_all()
        shutil.rmtree(site.data, ignore_errors=True)
