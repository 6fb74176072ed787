"""Every release's data comes along: up, down, and when the upgrade is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import Engine, event, inspect

from lms.admin.backup import creating, examining, snapshots
from lms.admin.backup.models import BackupRun
from lms.config import PROJECT
from lms.core import schema as known
from lms.core.db import db
from lms.start import _migrate as migrate
from tests import released
from tests.conftest import new_app, new_database
from tests.test_migrations import details

CHANGES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")
KILLED = f"""
import os, signal, sys
from sqlalchemy import Engine, event
left = int(sys.argv.pop())

@event.listens_for(Engine, "after_cursor_execute")
def count(_connection, _cursor, statement, *_rest):
    global left
    left -= statement.lstrip().upper().startswith({CHANGES!r})
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

from flask.cli import main
main()
"""
"""``flask``, killed the hard way when it has changed so much and committed nothing."""
STARTS = ["base", *(each for each in released.REVISIONS if each != known.head())]
"""From where there is a way up. Rows of the head itself wait for the next migration."""
ROLL_UPS = {"answer_tally", "score_tally"}
"""Caches that 0022 empties on either way, with the mark of each paper that it is ``counted``."""


@contextmanager
def site_at(folder: Path, revision: str) -> Iterator[Flask]:
    """A site as a released revision left it; "base" is an empty database."""
    folder.mkdir()
    with new_database(folder) as url, new_app(folder, url) as app, app.app_context():
        if revision != "base":
            flask_migrate.upgrade(revision=revision)
            released.load(db.engine, released.frozen(revision))
        yield app
        db.session.remove()


def flask(app: Flask, *arguments: str, kill_after: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command of the product on a site, in a process of its own."""
    settings = app.config["SETTINGS"]
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
    environ |= {"LMS_DATA_DIR": str(settings.data_dir), "LMS_SECRET_KEY": "x" * 32,
                "LMS_DATABASE_URL": settings.database_url}  # fmt: skip
    start = [sys.executable, "-c", KILLED] if kill_after else [sys.executable, "-m", "flask"]
    end = [str(kill_after)] if kill_after else []
    return subprocess.run(  # noqa: S603  ourselves
        [*start, "--app", "app", *arguments, *end], cwd=PROJECT, env=environ, check=False,
        capture_output=True, text=True,
    )  # fmt: skip


def changes_of_an_upgrade(folder: Path, revision: str) -> int:
    """How many statements change something on the way from a revision to this release."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(CHANGES):
            seen.append(statement)

    with site_at(folder, revision):
        event.listen(Engine, "after_cursor_execute", note)
        flask_migrate.upgrade()
        event.remove(Engine, "after_cursor_execute", note)
    return len(seen)


def schema() -> tuple[set[str], set[tuple[str, str]]]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}, details()


def revision_now() -> str:
    with db.engine.connect() as connection:
        return snapshots.revision_of(connection)


@pytest.mark.parametrize("revision", released.REVISIONS)
def test_data_of_a_release_comes_up_and_goes_down_whole(tmp_path: Path, revision: str) -> None:
    rows = released.frozen(revision)
    with site_at(tmp_path / "site", revision):
        assert released.freeze(db.engine, rows) == rows
        flask_migrate.upgrade()
        assert released.freeze(db.engine, rows) == rows
        # Stored files were left behind when the rows were frozen.
        findings = examining.examine({}).findings
        assert {reason for reason, _context in findings} == {"stored-file"}
        flask_migrate.downgrade(revision=revision)
        assert released.freeze(db.engine, rows) == rows
        flask_migrate.upgrade()
        assert released.freeze(db.engine, rows) == rows


def test_the_newest_rows_are_of_every_table(tmp_path: Path) -> None:
    revision = released.REVISIONS[-1]
    with site_at(tmp_path / "site", revision):
        assert schema()[0] == set(released.frozen(revision))


@pytest.mark.parametrize(("before", "revision"), list(combinations(released.REVISIONS, 2)))
def test_an_update_that_is_taken_back_keeps_what_the_earlier_release_knows(
    tmp_path: Path, before: str, revision: str
) -> None:
    with site_at(tmp_path / "site", revision):
        flask_migrate.downgrade(revision=before)
        rows = as_known_here(released.frozen(revision))
        assert "person" in rows
        assert released.freeze(db.engine, rows) == rows
        flask_migrate.upgrade(revision=revision)
        assert released.freeze(db.engine, rows) == rows


def test_what_takes_the_place_of_what_is_known_again_above_0014(tmp_path: Path) -> None:
    certificates = released.frozen("0023")["certificate"]
    rows = {"certificate": [{"id": each["id"], "reissue_of_id": each["reissue_of_id"]}
                            for each in certificates]}  # fmt: skip
    rows["certificate"].sort(key=lambda row: json.dumps(row, sort_keys=True))
    assert any(each["reissue_of_id"] for each in rows["certificate"])
    with site_at(tmp_path / "site", "0023"):
        flask_migrate.downgrade(revision="0014")
        flask_migrate.upgrade()
        assert released.freeze(db.engine, rows) == rows


def as_known_here(rows: released.Rows) -> released.Rows:
    """Return what of some rows there is room for in the tables that there are."""
    looked_at = inspect(db.engine)
    known_here: released.Rows = {}
    for table in sorted(rows.keys() & set(looked_at.get_table_names()) - ROLL_UPS):
        names = {each["name"] for each in looked_at.get_columns(table)} - {"counted"}
        kept = [{name: row[name] for name in row if name in names} for row in rows[table]]
        known_here[table] = sorted(kept, key=lambda row: json.dumps(row, sort_keys=True))
    return known_here


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("revision", STARTS)
def test_an_upgrade_that_is_killed_leaves_nothing_half_and_is_done_again(
    tmp_path: Path, revision: str, share: float
) -> None:
    total = changes_of_an_upgrade(tmp_path / "count", revision)
    rows = {} if revision == "base" else released.frozen(revision)
    with site_at(tmp_path / "site", revision) as app:
        before = schema()
        db.engine.dispose()
        killed = flask(app, "db", "upgrade", kill_after=max(1, round(share * total)))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert schema() == before
        assert revision_now() == ("" if revision == "base" else revision)
        db.engine.dispose()
        again = flask(app, "db", "upgrade")
        assert again.returncode == 0, again.stderr
        assert revision_now() == known.head()
        assert released.freeze(db.engine, rows) == rows
        with site_at(tmp_path / "fresh", "base"):
            flask_migrate.upgrade()
            wanted = schema()
        assert schema() == wanted


class TestTheStart:
    def test_makes_a_backup_before_it_migrates_and_says_so(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with site_at(tmp_path / "site", released.REVISIONS[0]):
            without_its_file()
            migrate()
            said = capsys.readouterr().out
            assert "a backup is made first" in said
            (made,) = creating.folder().glob("*.tar")
            assert str(made) in said
            assert revision_now() == known.head()
            assert db.session.query(BackupRun).one().file == str(made)
            migrate()
            assert capsys.readouterr().out == ""

    def test_touches_nothing_when_there_is_no_backup(self, tmp_path: Path) -> None:
        with site_at(tmp_path / "site", released.REVISIONS[0]):
            with pytest.raises(SystemExit, match="not touched"):
                migrate()  # the file of a material is missing
            assert revision_now() == released.REVISIONS[0]

    def test_refuses_a_database_of_a_later_release(self, tmp_path: Path) -> None:
        with site_at(tmp_path / "site", "base"):
            flask_migrate.upgrade()
            with db.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
            with pytest.raises(SystemExit, match="revision 9999"):
                migrate()

    def test_makes_none_on_an_empty_machine(self, tmp_path: Path) -> None:
        with site_at(tmp_path / "site", "base"):
            migrate()
            assert revision_now() == known.head()
            assert not creating.folder().exists()


def without_its_file() -> None:
    """Let the frozen site have no materials, whose files lie outside of the database."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE material SET published_id = NULL")
        connection.exec_driver_sql("DELETE FROM material_version")
