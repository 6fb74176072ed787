"""The one command of the product: ``python -m lms.serve``, which is what ``make run`` does.

Brings database and content up to date, says how to sign in, and then keeps its processes running:
web (waitress; two of them, where there are processors for two) and jobs (``flask jobs work``). All
are forks of this one, made when everything is imported: the modules are loaded once and shared.

A process that dies is replaced. Who asks for a page meanwhile is answered by the other one, or
waits: the port stays open here. When web processes die again and again, this one ends too, so that
someone notices. SIGTERM and SIGINT are passed on, and all finish what they have in hand.
"""

import gc
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import NoReturn

from flask import Flask

from lms.config import Settings
from lms.core import gate, listener, logging as lines, memory, presence, worker, writer
from lms.core.db import db
from lms.factory import create_app
from lms.start import prepare
from lms.web import traffic, uploads
from lms.web.preloading import preload

log = logging.getLogger(__name__)

LAST_WORD = int(listener.GRACE) + 5
"""Seconds after which a process that was told to end is killed."""
PAUSE = 5.0
"""Seconds until a jobs process is replaced that dies again and again."""
JOBS_NICE = 5
"""How much the jobs stand back where processors are short: whoever waits for a page comes first."""
LIVES = 5
"""How often a process may die within `LIVES_WITHIN` and is replaced all the same, and at once."""
LIVES_WITHIN = 60.0
"""Seconds."""
NEW_BEFORE_A_LOOK = 5_000
"""Objects that a web process makes before it looks for circles among them: a page makes thousands,
and hardly any circle. Looking after each 700 took a twentieth of the time of all pages."""


@dataclass(slots=True)
class Child:
    """One process that this one keeps running."""

    name: str
    run: Callable[[], None]
    pid: int = 0


def main() -> int:
    """Prepare, serve until told to stop, and return the exit status."""
    lines.configure()
    settings = Settings.from_env(os.environ)
    try:
        listening = listener.listen(settings.host, settings.port)
    except listener.PortTakenError as error:
        print(
            f"Port {settings.port} on {settings.host} cannot be used: {error}.\n"
            "If Stairway runs already, open it in the browser; else choose another port:"
            f" LMS_PORT={settings.port + 1} make run",
            file=sys.stderr,
        )
        return 1
    memory.give_back()
    app = create_app(settings)
    try:
        with presence.shared(settings.data_dir), _temporary_files_in(settings.data_dir / "tmp"):
            return _run(app, settings, listening)
    except presence.BeingRestoredError as error:
        with app.app_context():
            print(error, file=sys.stderr)
        return 1


def _run(app: Flask, settings: Settings, listening: socket) -> int:
    preparing = _in_a_process_of_its_own(lambda: _prepare(app, settings))
    preload(app)  # meanwhile
    if status := _status_of(preparing):
        return status
    status = keep(app, listening, web_processes=settings.web_processes, jobs=_jobs)
    with app.app_context():
        _checkpoint()
    return status


def keep(
    app: Flask, listening: socket, *, web_processes: int, jobs: Callable[[Flask, socket], None]
) -> int:
    """Fork what answers and what works, keep them running, and return the exit status."""
    gc.collect()
    memory.trim()
    gc.freeze()  # what they share is not looked through, which would write to it
    traffic.share(web_processes)
    return Keeper(
        web=[_web_child(app, listening, place) for place in range(web_processes)],
        jobs=Child("jobs", lambda: jobs(app, listening)),
    ).keep()


def _web_child(app: Flask, listening: socket, place: int) -> Child:
    return Child(f"web {place + 1}", lambda: _web(app, listening, place))


def _prepare(app: Flask, settings: Settings) -> None:
    with app.app_context():
        print(prepare(settings))


def _in_a_process_of_its_own(work: Callable[[], None]) -> int:
    """Begin something that needs much memory once, and gives it back; return the process.

    Importing the curriculum takes as much as the web process has for all its life.
    """
    pid = os.fork()
    if pid == 0:
        _do_and_exit(work)
    return pid


def _status_of(pid: int) -> int:
    """Wait for a process, and return its exit status."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _do_and_exit(work: Callable[[], None]) -> NoReturn:
    """Do something in a fork, which must not return into the code of whoever forked."""
    status = 1
    try:
        work()
        status = 0
    except SystemExit as error:
        print(error, file=sys.stderr)
    except BaseException:  # noqa: BLE001  see above
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


class Deaths:
    """When processes of one kind died."""

    def __init__(self, most: int) -> None:
        self._latest: deque[float] = deque(maxlen=most)

    def are_too_many(self) -> bool:
        """Note one more; whether it is more than `most` within `LIVES_WITHIN`."""
        now = time.monotonic()
        before = self._latest[0] if len(self._latest) == self._latest.maxlen else -LIVES_WITHIN
        self._latest.append(now)
        return now - before < LIVES_WITHIN


class Keeper:
    """Starts the processes and replaces what dies, as long as there is hope."""

    def __init__(self, *, web: Sequence[Child], jobs: Child) -> None:
        self.web = web
        self.jobs = jobs
        self.is_ending = False
        self._web_deaths = Deaths(LIVES * len(web))
        self._jobs_deaths = Deaths(LIVES)
        # Nothing is ever written: when this process is gone, however that came, reading ends.
        self.lifeline, self._held = os.pipe()

    def keep(self) -> int:
        """Return the exit status when all processes have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGALRM, self._kill)
        for child in self._all():
            self._start(child)
        status = 0
        while any(child.pid for child in self._all()):
            pid, code = os.waitpid(-1, 0)
            for child in self._all():
                if child.pid == pid:
                    child.pid = 0
                    status = max(status, self._ended(child, os.waitstatus_to_exitcode(code)))
        return status

    def _all(self) -> list[Child]:
        return [*self.web, self.jobs]

    def _ended(self, child: Child, code: int) -> int:
        """Replace a child; return this process's own exit status, as far as it follows."""
        if self.is_ending:
            return 0
        if child is self.jobs:
            self._jobs_ended(code)
            return 0
        return self._web_ended(child, code)

    def _web_ended(self, child: Child, code: int) -> int:
        if self._web_deaths.are_too_many():
            log.error("%s ended with status %d, once too often", child.name, code)
            self._end()
            return 1
        log.error("%s ended with status %d and is replaced", child.name, code)
        self._start(child)
        return 0

    def _jobs_ended(self, code: int) -> None:
        log.error("the jobs process ended with status %d and is replaced", code)
        self._start(self.jobs, pause=PAUSE if self._jobs_deaths.are_too_many() else 0)

    def _start(self, child: Child, *, pause: float = 0) -> None:
        child.pid = os.fork()
        if child.pid == 0:
            os.close(self._held)
            self._become(child, pause)

    def _become(self, child: Child, pause: float) -> NoReturn:
        """Be the child, from now on and to the end; the pause is the child's, not the keeper's."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the keeper passes it on
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        threading.Thread(target=self._end_with_keeper, daemon=True).start()

        def live() -> None:
            time.sleep(pause)
            child.run()

        _do_and_exit(live)

    def _end_with_keeper(self) -> None:
        os.read(self.lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _end(self, *_: object) -> None:
        self.is_ending = True
        signal.alarm(LAST_WORD)
        self._tell(signal.SIGTERM)

    def _kill(self, *_: object) -> None:
        self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        for child in self._all():
            if child.pid:
                with suppress(ProcessLookupError):
                    os.kill(child.pid, number)


def _web(app: Flask, listening: socket, place: int) -> None:
    gc.set_threshold(NEW_BEFORE_A_LOOK, *gc.get_threshold()[1:])
    traffic.count_in(place)
    with app.app_context():
        writer.start()
        engine = db.engine
    threads = app.config["SETTINGS"].threads
    listener.serve(app, listening, threads=threads, most_bytes=uploads.most_bytes(app))
    engine.dispose()  # and with it the writer, for whom nobody waits any more


def _jobs(app: Flask, listening: socket) -> None:
    listening.close()
    os.nice(JOBS_NICE)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with app.app_context():
        worker.work(stop)


def _checkpoint() -> None:
    """Move what SQLite has in its log into the file, so that the file alone is the database.

    After everyone else has gone: somebody who reads would keep it from being complete.
    """
    url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    with gate.beside(url.database).held(), db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Put large request bodies and the like into the data directory, as everything else.

    Each run has a folder of its own, and takes those away that a killed one left.
    """
    for left in folder.glob("*"):
        if not Path(f"/proc/{left.name}").exists():
            shutil.rmtree(left, ignore_errors=True)
    own = folder / str(os.getpid())
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    tempfile.tempdir = str(own)
    yield
    shutil.rmtree(own, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
