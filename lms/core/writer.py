"""One thread that writes for all the others: for small changes that many people make at once.

Threads that each commit for themselves wait for the disk one after the other. Here a caller hands
in what to do and waits; one thread takes whatever has gathered, does it in a single transaction,
and answers when that is on disk. One flush of the disk so serves a whole class, and whoever is
answered is as safe as before. Where one of them fails, all of them are done again, each in a
savepoint of its own: so it fails alone, and those that do not fail need no savepoints.

Only SQLite needs it. On PostgreSQL, inside a `transaction()`, and where the tests have put a
connection in place of the engine, the same work is done at once, in a transaction of the session.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Engine, event

from lms.core import gate, statements
from lms.core.db import WAL_LIMIT, db, transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
Rows = Sequence[Any]
Execute = Callable[[str, Any], Rows]
"""Sends one statement with its parameters, in the driver's own style; returns what comes back."""
Work = Callable[[Execute], T]

MOST = 512
"""Items of one transaction; the others wait for the next."""
PATIENCE = 60.0
"""Seconds after which a caller stops waiting: twice what the gate may take."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the size of the log."""
PRAGMAS = ("busy_timeout = 15000", "cache_size = -32768")
"""Of the writer's connection, beside those of every other."""
BROKEN = {7, 8, 10, 11, 13, 26}
"""SQLite's codes for: no memory, read-only, I/O error, damaged, full, not a database."""


class NotWrittenError(Exception):
    """The database could not write: nothing of it is on disk. The cause says why."""


class _Item(Generic[T]):
    """What one caller waits for."""

    __slots__ = ("count", "done", "error", "result", "work")

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.count = 0
        self.done = Lock()
        self.done.acquire()
        self.result: T | None = None
        self.error: Exception | None = None

    def end(self, error: Exception | None = None) -> None:
        """Let the caller go on."""
        if error is not None:
            self.error = error
        self.done.release()


class Writer:
    """The thread of one database file in this process; get it from `of`."""

    def __init__(self, engine: Engine) -> None:
        assert engine.url.database
        self._engine = engine
        self._gate = gate.beside(engine.url.database)
        self._log_file = Path(f"{engine.url.database}-wal")
        self._looked = 0.0
        self._sent = 0
        self._connection: Any = None
        self._queue: deque[_Item[Any]] = deque()
        self._news = Condition(Lock())
        self._is_ending = False
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def do(self, work: Work[T]) -> T:
        """Have something done, and return what it returned when that is on disk.

        Raises:
            NotWrittenError: the transaction failed; nothing of it is on disk.
            TimeoutError: nobody knows: the writer hangs.
            Exception: what `work` raised. Then only its own changes were undone.
        """
        item = _Item(work)
        began = time.perf_counter()
        with self._news:
            if self._is_ending:
                raise NotWrittenError("the writer has ended")
            self._queue.append(item)
            self._news.notify()
        is_done = item.done.acquire(timeout=PATIENCE)
        statements.add(item.count, time.perf_counter() - began)
        if not is_done:
            raise TimeoutError(f"waited {PATIENCE:.0f} s for the writer")
        if item.error is not None:
            raise item.error
        return cast("T", item.result)

    def close(self) -> None:
        """Write what waits, close the connection, and end. May be called again."""
        with self._news:
            self._is_ending = True
            self._news.notify()
        self._thread.join()
        _writers.pop(self._engine, None)

    def _run(self) -> None:
        while self._has_work():
            if self._queue:
                self._write()
            if time.monotonic() - self._looked >= LOOK_EVERY:
                self._looked = time.monotonic()
                self._keep_log_small()
        self._forget_connection()

    def _has_work(self) -> bool:
        """Wait for something to write, for a moment at most; whether to go on waiting."""
        with self._news:
            if not self._queue and not self._is_ending:
                self._news.wait(LOOK_EVERY)
            return bool(self._queue) or not self._is_ending

    def _take(self) -> list[_Item[Any]]:
        """Return what has gathered."""
        with self._news:
            return [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]

    def _write(self) -> None:
        """Write what has gathered when the gate opens: whoever came while others wrote is with it."""
        began, sent = time.perf_counter(), self._sent
        batch: list[_Item[Any]] = []
        try:
            with self._gate.held(goes_first=True):
                entered = time.perf_counter()
                batch = self._take()
                cursor = self._cursor()
                cursor.execute("BEGIN IMMEDIATE")
                if not self._do_all(cursor, batch):
                    cursor.execute("ROLLBACK")
                    cursor.execute("BEGIN IMMEDIATE")
                    for item in batch:
                        self._do(cursor, item)
                worked = time.perf_counter()
                cursor.execute("COMMIT")
            ended = time.perf_counter()
        except Exception as error:  # noqa: BLE001  each caller is told; the thread goes on
            batch = batch or self._take()  # who waited for a gate that did not open
            log.error("writer: %d items not written: %s", len(batch), error)  # noqa: TRY400
            # After a failed flush the system may believe that the pages are clean: nothing that
            # this connection knows may be trusted, and trying again on it would prove nothing.
            self._forget_connection()
            for item in batch:
                failed = NotWrittenError(str(error))
                failed.__cause__ = error
                item.end(failed)
        else:
            for item in batch:
                item.end()
            statements.note_long("slow write", ended - began, items=len(batch),
                                 statements=self._sent - sent, gate_ms=entered - began,
                                 work_ms=worked - entered, commit_ms=ended - worked)  # fmt: skip

    def _do_all(self, cursor: Any, batch: list[_Item[Any]]) -> bool:
        """Do what hardly ever fails, without a way back from each; whether all went well."""
        execute = self._executing(cursor)
        try:
            for item in batch:
                sent = self._sent
                item.result = item.work(execute)
                item.count = self._sent - sent
        except Exception as error:
            if _is_broken(error):
                raise
            return False
        return True

    def _do(self, cursor: Any, item: _Item[Any]) -> None:
        """Do one item; what it raises undoes it alone, unless the database itself is in trouble."""
        cursor.execute("SAVEPOINT item")
        sent = self._sent
        try:
            item.result = item.work(self._executing(cursor))
        except Exception as error:
            if _is_broken(error):
                raise
            cursor.execute("ROLLBACK TO item")
            item.error = error
        item.count = self._sent - sent
        cursor.execute("RELEASE item")

    def _executing(self, cursor: Any) -> Execute:
        def execute(statement: str, values: Any) -> Rows:
            self._sent += 1
            return cast("Rows", cursor.execute(statement, values).fetchall())

        return execute

    def _cursor(self) -> Any:
        if self._connection is None:
            self._connection = _alone(self._engine)
        return self._connection.cursor()

    def _forget_connection(self) -> None:
        """Close it, which rolls back; the next transaction gets a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception as error:  # noqa: BLE001  it was in trouble before
                log.warning("writer: %s", error)

    def _keep_log_small(self) -> None:
        """Move the log into the file when it has grown, under the gate: nobody writes meanwhile."""
        try:
            if self._log_file.stat().st_size <= WAL_LIMIT:
                return
            began = time.perf_counter()
            with self._gate.held():
                entered = time.perf_counter()
                self._cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            ended = time.perf_counter()
            statements.note_long("slow checkpoint", ended - began, gate_ms=entered - began,
                                 work_ms=ended - entered)  # fmt: skip
        except FileNotFoundError:
            return
        except Exception as error:  # noqa: BLE001  the log may grow until there is room again
            log.warning("writer: the log was not moved: %s", error)
            self._forget_connection()


_writers: dict[Engine, Writer] = {}
_making = Lock()
os.register_at_fork(after_in_child=_writers.clear)  # threads stay behind


def of(engine: Engine) -> Writer:
    """Return this process's writer for a database; the first call starts it."""
    with _making:
        if engine not in _writers:
            _writers[engine] = Writer(engine)
        return _writers[engine]


def write(work: Work[T]) -> T:
    """Do something to the database, and return what it returned when that is on disk.

    Args:
        work: sends statements by the function that it is given; no session, no rows of models,
            and nothing slow. It is done once more, from the beginning, when another one that came
            with it has failed: what it did before was undone.

    Raises: as `Writer.do`.
    """
    session = db.session()
    engine: object = db.engine  # or a connection, in tests
    has_thread = isinstance(engine, Engine) and engine.dialect.name == "sqlite"
    if has_thread and not session.info.get("writing"):
        assert isinstance(engine, Engine)
        session.rollback()  # a read that goes on for as long as we wait would help nobody
        return of(engine).do(work)
    with transaction() as own:
        connection = own.connection()

        def execute(statement: str, values: Any) -> Rows:
            return connection.exec_driver_sql(statement, values).all()

        return work(execute)


def named(statement: str) -> str:
    """Return a statement in the style of the driver at hand, with ``{name}`` for each value."""
    return statement.format_map(_POSTGRES if _is_postgres() else _SQLITE)


def instant(at: datetime) -> datetime | str:
    """Return an instant as it is stored: naive UTC, or text where the database has no type for it."""
    return at.astimezone(UTC).replace(tzinfo=None) if _is_postgres() else as_text(at)


def as_text(at: datetime) -> str:
    """Return an instant as SQLAlchemy stores it in SQLite."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _is_postgres() -> bool:
    return db.engine.dialect.name == "postgresql"


class _Style(dict[str, str]):
    """Name of a value -> how a driver wants it in a statement."""

    def __init__(self, form: str) -> None:
        self.form = form

    def __missing__(self, name: str) -> str:
        return self.form % name


_SQLITE, _POSTGRES = _Style(":%s"), _Style("%%(%s)s")


def start() -> None:
    """Start the writer, where the database needs one: it also keeps the log of others small."""
    if db.engine.dialect.name == "sqlite":
        of(db.engine)


def _is_broken(error: Exception) -> bool:
    """Whether the database is in trouble, and not only what was asked of it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in BROKEN


def _alone(engine: Engine) -> Any:
    """Return a driver's connection outside the pool."""
    pooled = engine.raw_connection()
    pooled.detach()
    connection: Any = pooled.dbapi_connection
    for each in PRAGMAS:
        connection.execute(f"PRAGMA {each}")
    return connection
