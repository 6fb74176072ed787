"""The writer of a SQLite file: many callers, one transaction, an answer for each."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from lms.core import gate, statements, writer
from lms.core.db import db, engine_options, transaction
from lms.core.writer import Execute, NotWrittenError
from tests.test_serve import wait_until


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    engine = create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    yield engine
    engine.dispose()


def put(number: int) -> Callable[[Execute], int]:
    def work(execute: Execute) -> int:
        execute("INSERT INTO t VALUES (?)", (number,))
        return number

    return work


def numbers(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return {row[0] for row in connection.exec_driver_sql("SELECT n FROM t")}


@pytest.fixture
def held_up(engine: Engine) -> Iterator[Event]:
    """The writer is busy until this is set: what comes meanwhile is one batch."""
    begun, go_on = Event(), Event()

    def hold(_execute: Execute) -> None:
        begun.set()
        go_on.wait(20)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(writer.of(engine).do, hold)
        begun.wait(20)
        yield go_on
        go_on.set()


def all_waiting(engine: Engine, count: int) -> None:
    wait_until(lambda: len(writer.of(engine)._queue) == count)  # noqa: SLF001


def test_it_answers_each_caller_with_its_own_result(engine: Engine) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda n: writer.of(engine).do(put(n)), range(200)))
    assert done == list(range(200))
    assert numbers(engine) == set(range(200))


def test_what_gathered_is_committed_once_and_a_bad_item_fails_alone(
    engine: Engine, held_up: Event
) -> None:
    def bad(execute: Execute) -> int:
        execute("INSERT INTO t VALUES (?)", (99,))
        raise LookupError("mine alone")

    with ThreadPoolExecutor(9) as pool:
        good = [pool.submit(writer.of(engine).do, put(n)) for n in range(8)]
        all_waiting(engine, 8)
        failing = pool.submit(writer.of(engine).do, bad)
        all_waiting(engine, 9)
        held_up.set()
        assert [each.result() for each in good] == list(range(8))
        with pytest.raises(LookupError, match="mine alone"):
            failing.result()
    assert numbers(engine) == set(range(8))


def test_who_comes_while_another_process_writes_is_in_the_same_transaction(
    engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.core.statements._limit.seconds", 0.0)
    ours, door = writer.of(engine), gate.beside(str(engine.url.database))
    with ThreadPoolExecutor(5) as pool:
        with door.held():
            first = pool.submit(ours.do, put(0))
            wait_until(lambda: len(door._queue) == 1)  # noqa: SLF001  it is on its way in
            others = [pool.submit(ours.do, put(each)) for each in range(1, 5)]
            all_waiting(engine, 5)
        assert [each.result() for each in (first, *others)] == list(range(5))
    engine.dispose()
    (said,) = [each.getMessage() for each in caplog.records if "slow write" in each.getMessage()]
    assert " items=5 " in said


def test_when_the_gate_does_not_open_all_who_wait_are_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, door = writer.of(engine), gate.beside(str(engine.url.database))
    ours.do(put(0))
    monkeypatch.setattr(gate, "PATIENCE", 0.2)
    with ThreadPoolExecutor(2) as pool, door.held():
        waiting = [pool.submit(ours.do, put(each)) for each in (1, 2)]
        for each in waiting:
            with pytest.raises(NotWrittenError, match="waited"):
                each.result(20)
    assert ours.do(put(3)) == 3
    assert numbers(engine) == {0, 3}


def test_a_constraint_is_told_to_the_one_who_broke_it(engine: Engine) -> None:
    writer.of(engine).do(put(1))
    with pytest.raises(Exception, match="UNIQUE"):
        writer.of(engine).do(put(1))
    assert writer.of(engine).do(put(2)) == 2


def test_when_the_database_cannot_write_everyone_is_told_and_it_begins_anew(
    engine: Engine, held_up: Event
) -> None:
    made: list[object] = []

    def full(execute: Execute) -> None:
        pages = execute("PRAGMA page_count", ())[0][0]
        execute(f"PRAGMA max_page_count = {pages}", ())
        for _ in range(3):
            execute("INSERT INTO t SELECT coalesce(max(n), 0) + 1 FROM t", ())
        execute("CREATE TABLE big AS SELECT zeroblob(100000)", ())

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(writer.of(engine).do, put(7))
        all_waiting(engine, 1)
        failing = pool.submit(writer.of(engine).do, full)
        all_waiting(engine, 2)
        event.listen(engine, "connect", lambda connection, _record: made.append(connection))
        held_up.set()
        for each in (first, failing):
            with pytest.raises(NotWrittenError, match="full"):
                each.result()
    assert numbers(engine) == set()
    assert writer.of(engine).do(put(8)) == 8
    assert made, "on a new connection"


def test_closing_writes_what_waits_and_a_new_one_can_begin(engine: Engine) -> None:
    before = writer.of(engine)
    before.do(put(1))
    engine.dispose()
    with pytest.raises(NotWrittenError):
        before.do(put(2))
    assert writer.of(engine).do(put(3)) == 3
    assert numbers(engine) == {1, 3}


def test_it_moves_the_log_into_the_file_when_that_has_grown(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAL_LIMIT", 0)
    monkeypatch.setattr(writer, "LOOK_EVERY", 0.01)
    file = tmp_path / "x.sqlite"
    size = file.stat().st_size
    with engine.connect():  # somebody else has it open: closing alone would move nothing
        writer.of(engine).do(
            lambda execute: execute("CREATE TABLE b AS SELECT zeroblob(99999)", ())
        )
        wait_until(lambda: file.stat().st_size > size)


def test_what_it_does_counts_with_the_caller_and_so_does_the_wait(
    engine: Engine, held_up: Event
) -> None:
    def two(execute: Execute) -> float:
        execute("INSERT INTO t VALUES (?)", (1,))
        execute("INSERT INTO t VALUES (?)", (2,))
        return 0.0

    def three_and_fail(execute: Execute) -> float:
        for number in (3, 4, 3):
            execute("INSERT INTO t VALUES (?)", (number,))
        return 0.0

    def asked(work: Callable[[Execute], float]) -> tuple[int, float]:
        statements.begin(request="3f")
        with suppress(Exception):
            writer.of(engine).do(work)
        return statements.so_far()

    with ThreadPoolExecutor(2) as pool:
        good, bad = pool.submit(asked, two), pool.submit(asked, three_and_fail)
        all_waiting(engine, 2)
        began = time.perf_counter()
        wait_until(lambda: time.perf_counter() - began > 0.01)
        waited = time.perf_counter() - began
        held_up.set()
        assert [each.result()[0] for each in (good, bad)] == [2, 3]
        assert all(each.result()[1] >= waited for each in (good, bad))


def test_a_slow_transaction_is_logged_with_what_took_so_long(
    engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.core.statements._limit.seconds", 0.0)
    monkeypatch.setattr(writer, "WAL_LIMIT", 0)
    monkeypatch.setattr(writer, "LOOK_EVERY", 0.01)

    def said(words: str) -> list[str]:
        messages = [each.getMessage() for each in caplog.records]
        return [each for each in messages if each.startswith(f"{words}: ")]

    writer.of(engine).do(put(4711))
    wait_until(lambda: bool(said("slow write") and said("slow checkpoint")))
    pattern = r"slow write: ms=\d+ items=1 statements=1 gate_ms=\d+ work_ms=\d+ commit_ms=\d+"
    assert re.fullmatch(pattern, said("slow write")[0])
    assert re.fullmatch(
        r"slow checkpoint: ms=\d+ gate_ms=\d+ work_ms=\d+", said("slow checkpoint")[0]
    )
    assert "4711" not in caplog.text


def test_what_is_not_slow_is_not_logged(
    engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.core.statements._limit.seconds", None)
    writer.of(engine).do(put(1))
    engine.dispose()  # the thread has ended by now, and said what it had to say
    assert "slow" not in caplog.text


def test_inside_a_transaction_it_is_part_of_it(session: Session) -> None:
    with transaction() as outer:
        assert writer.write(lambda execute: execute("SELECT 1", ())[0][0]) == 1
        assert outer is session


def test_on_a_real_file_the_thread_does_it(live_app: Flask) -> None:
    with live_app.app_context():
        statements.begin()
        assert writer.write(lambda execute: execute("SELECT 1", {})[0][0]) == 1
        assert statements.so_far()[0] == 1
        is_sqlite = db.engine.dialect.name == "sqlite"
        assert (db.engine in writer._writers) == is_sqlite  # noqa: SLF001
