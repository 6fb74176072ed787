"""However long a backup takes, whoever waits for it hears of it: a job keeps its lease."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.admin.backup import postgres, programs, snapshots
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.queue import LeaseLostError
from tests.admin.backup import sites
from tests.admin.backup.test_creating import only_postgresql, only_sqlite

WAITS = """
import pathlib, sys, time
heard = pathlib.Path(sys.argv[1])
for _ in range(3000):
    if heard.exists():
        print("said")
        sys.exit(7)
    time.sleep(0.02)
"""
"""A program that ends only when somebody heard of it."""
STAYS = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Flask]:
    with sites.new_site(tmp_path / "site") as app:
        sites.fill(certificates=1)
        yield app


def note_in_database(_count: int = 0) -> None:
    """What a job does: it writes, on a connection of its own."""
    with transaction():
        db.session.add(AuditEntry(at=clock.now(), actor_id=None, action="noted", object_kind="k",
                                  object_id="1", detail={}))  # fmt: skip


def notes() -> int:
    return len(db.session.scalars(select(AuditEntry.id).filter_by(action="noted")).all())


def test_a_program_is_heard_of_while_it_runs(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    command = [sys.executable, "-c", WAITS, str(heard)]
    done = programs.run(command, os.environ, lambda _count: heard.touch())
    assert (done.returncode, done.stdout) == (7, "said\n")


def test_a_program_ends_when_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    place = tmp_path / "pid"

    def lost(_count: int) -> None:
        if place.exists() and place.read_text():
            raise LeaseLostError

    with pytest.raises(LeaseLostError):
        programs.run([sys.executable, "-c", STAYS, str(place)], os.environ, lost)
    assert not Path(f"/proc/{place.read_text()}").exists()


@only_sqlite
@pytest.mark.usefixtures("filled")
def test_copying_a_file_is_heard_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "TRIES", 0)  # it is never still: a copy has to be made
    with snapshots.taken(tmp_path, note_in_database) as (file, known):
        assert Path(file.name).parent == tmp_path
        assert notes() > 0
    assert known.rows["audit_entry"] + notes() == len(db.session.scalars(select(AuditEntry)).all())


@only_postgresql
@pytest.mark.usefixtures("filled")
def test_dumping_and_restoring_are_heard_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL's programs as they are, only that they begin when somebody has heard of them."""
    with db.engine.connect() as connection:
        server = postgres.major_of(connection)
    heard = tmp_path / "heard"
    folder = tmp_path / "programs" / "15" / "bin"
    folder.mkdir(parents=True)
    for name in ("pg_dump", "pg_restore"):
        wrapper = folder / name
        wrapper.write_text(
            f"""#!/bin/sh
            if [ "$1" != --version ]; then
                for i in $(seq 3000); do [ -e "{heard}" ] && break; sleep 0.02; done
                rm "{heard}" || exit 9
            fi
            exec "{postgres.program(name, server)}" "$@"
            """
        )
        wrapper.chmod(0o755)

    def note(_count: int = 0) -> None:
        heard.touch()
        note_in_database()

    monkeypatch.setattr(postgres, "INSTALLED", tmp_path / "programs")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with snapshots.taken(tmp_path, note) as (file, _known):
        dumped = notes()
        assert dumped > 0
        own = db.engine.url
        heard.unlink(missing_ok=True)
        with postgres.scratch(own) as url:
            postgres.restore(Path(file.name), url, server=server, note=note)
    assert notes() > dumped
