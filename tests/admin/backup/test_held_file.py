"""SQLite's own file is read as it lies there, and does not change meanwhile, whatever is written."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest
from flask import Flask

from lms.admin.backup import creating, snapshots
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from tests.admin.backup import sites

pytestmark = pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="about SQLite's file")


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Flask]:
    with sites.new_site(tmp_path / "site") as app:
        sites.fill(certificates=1)
        yield app


def write(count: int) -> None:
    for _time in range(count):
        with transaction():
            db.session.add(AuditEntry(at=clock.now(), actor_id=None, action="a",
                                      object_kind="k", object_id="1", detail={}))  # fmt: skip


def content(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def locks() -> int:
    """How many locks this process has on the database's own file, as the kernel says."""
    inode = Path(str(db.engine.url.database)).stat().st_ino
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return sum(
        each[1] == "POSIX" and int(each[4]) == os.getpid() and int(each[5].split(":")[2]) == inode
        for each in lines
        if "->" not in each
    )


def checkpoint() -> tuple[int, int, int]:
    taken = db.engine.raw_connection()
    try:
        found = taken.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(found[0]), int(found[1]), int(found[2])
    finally:
        taken.close()


@pytest.mark.usefixtures("filled")
def test_stays_while_others_write_and_move_their_log(tmp_path: Path) -> None:
    write(3)
    with snapshots.taken(tmp_path) as (file, before):
        assert os.fstat(file.fileno()).st_ino == Path(str(db.engine.url.database)).stat().st_ino
        was = content(file)
        write(20)
        _busy, logged, moved = checkpoint()
        assert moved < logged
        assert content(file) == was
        (tmp_path / "copy").write_bytes(was)
    _busy, logged, moved = checkpoint()
    assert moved == logged
    with snapshots.taken(tmp_path) as (file, _after):
        assert content(file) != was
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = copy.execute("SELECT count(*) FROM audit_entry").fetchone()
    assert found == (before.rows["audit_entry"],)


@pytest.mark.usefixtures("filled")
def test_a_backup_leaves_this_process_its_locks() -> None:
    """Without them others would believe that nobody uses the database, and delete its log."""
    before = locks()
    assert before
    assert creating.create().is_verified
    assert locks() == before


@pytest.mark.usefixtures("filled")
def test_is_copied_where_an_older_read_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "TRIES", 1)
    write(1)
    older = db.engine.raw_connection()
    try:
        cursor = older.cursor()
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM audit_entry").fetchone()
        write(2)
        with snapshots.taken(tmp_path) as (file, known):
            assert Path(file.name).parent == tmp_path
            with closing(sqlite3.connect(file.name)) as copy:
                found = copy.execute("SELECT count(*) FROM audit_entry").fetchone()
        assert found == (known.rows["audit_entry"],)
    finally:
        cursor.execute("ROLLBACK")
        older.close()
