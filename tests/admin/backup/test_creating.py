"""A backup is one only when it was restored and found to be whole."""

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from lms.accounts.models import Person
from lms.admin.backup import (
    archive,
    creating,
    examining,
    postgres,
    queries,
    rules,
    services,
    snapshots,
)
from lms.admin.backup.models import BackupRun
from lms.core import clock, site, storage
from lms.core.audit import AuditEntry
from lms.core.db import Base, db, transaction
from tests import factories
from tests.admin.backup import sites

ON_POSTGRESQL = "TEST_DATABASE_URL" in os.environ
only_sqlite = pytest.mark.skipif(ON_POSTGRESQL, reason="about SQLite's files")
only_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="about PostgreSQL's programs")


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Flask]:
    with sites.new_site(tmp_path / "site") as app:
        sites.fill()
        yield app


def reasons(report: creating.Report) -> list[str]:
    return [reason for reason, _context in report.findings]


def names_in(path: Path) -> set[str]:
    with tarfile.open(path) as archive:
        return set(archive.getnames())


@pytest.mark.usefixtures("filled")
def test_a_backup_is_one_file_that_has_everything_and_was_tried_out() -> None:
    report = creating.create()
    assert report.findings == []
    assert report.is_verified
    assert report.file is not None
    assert report.file.parent == creating.folder()
    assert report.file.stat().st_mode & 0o777 == 0o600
    assert report.sha256 == hashlib.sha256(report.file.read_bytes()).hexdigest()
    db.session.remove()
    assert report.summary == examining.summary()
    assert report.summary["certificates"] == report.summary["pdfs"] == 2
    names = names_in(report.file)
    assert {"database", "keys/secret_key", "manifest.json"} <= names
    assert not [each for each in names if "lms.sqlite" in each or "tmp" in each]
    assert len([each for each in names if each.startswith("data/files/")]) == 1
    assert list((site.settings().data_dir / "tmp").iterdir()) == []


@pytest.mark.usefixtures("filled")
def test_what_came_of_it_is_noted() -> None:
    report = creating.create()
    services.note_run(report, actor_id=None)
    run = db.session.query(BackupRun).one()
    assert (run.file, run.sha256) == (str(report.file), report.sha256)
    assert run.verified_at == run.finished_at
    assert db.session.query(AuditEntry).filter_by(action="backup.created").count() == 1


def test_nobody_waits_for_the_copy_and_the_copy_waits_for_nobody(
    filled: Flask, tmp_path: Path
) -> None:
    """Someone writes for as long as it takes, at the gate and in the database."""
    began, ends = Event(), Event()

    def write() -> None:
        with filled.app_context(), transaction():
            db.session.add(AuditEntry(at=clock.now(), actor_id=None, action="a", object_kind="k",
                                      object_id="1", detail={}))  # fmt: skip
            db.session.flush()
            began.set()
            ends.wait(20)

    writer = Thread(target=write)
    writer.start()
    try:
        assert began.wait(10)
        with snapshots.taken(tmp_path) as (copy, before):
            assert ON_POSTGRESQL or Path(copy.name).parent == tmp_path
    finally:
        ends.set()
        writer.join()
    (tmp_path / "again").mkdir()
    with snapshots.taken(tmp_path / "again") as (_file, after):
        assert after.rows["audit_entry"] == before.rows["audit_entry"] + 1


def test_no_table_refers_to_stored_files_without_being_asked() -> None:
    """A column for the hash of a stored file says so: `storage.stored_file`. These are others."""
    others = {"backup_run.sha256", "certificate.pdf_sha256"}
    asked = {f"{each.table.name}.{each.name}" for each in storage.columns(Base.metadata)}
    hashes = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "sha256" in column.name
    }
    assert hashes - asked == others
    assert asked == {f"{table}.sha256" for table in sites.REFERRING}


class TestWhatIsWrongWithTheSite:
    """Then the copy of it is wrong as well, and it is not called a backup."""

    def broken(self, statement: str) -> creating.Report:
        with db.engine.begin() as connection:
            if "record_entry" in statement:
                connection.execute(text(self.trigger_off("record_entry")))
            connection.execute(text(statement))
        report = creating.create()
        assert not report.is_verified
        assert report.file is not None
        assert report.file.name.endswith(".unverified")
        assert sorted(creating.folder().glob("*.tar")) == []
        return report

    @staticmethod
    def trigger_off(table: str) -> str:
        sqlite = f"DROP TRIGGER {table}_no_update"
        return f"{sqlite} ON {table}" if ON_POSTGRESQL else sqlite

    @pytest.mark.usefixtures("filled")
    def test_a_training_record_that_was_tampered_with(self) -> None:
        report = self.broken("UPDATE record_entry SET verb = 'exam.passed' WHERE id = 1")
        assert reasons(report) == ["chain"]

    @pytest.mark.usefixtures("filled")
    def test_a_certificate_with_another_pdf(self) -> None:
        report = self.broken("UPDATE certificate SET pdf_sha256 = 'x' WHERE id = 1")
        assert reasons(report) == ["pdf"]

    @pytest.mark.usefixtures("filled")
    def test_answers_that_were_not_handed_in(self) -> None:
        report = self.broken("""UPDATE response SET answer = '["C"]' WHERE slot = 1""")
        assert reasons(report) == ["receipt"]

    @pytest.mark.usefixtures("filled")
    def test_a_database_of_a_later_release(self) -> None:
        report = self.broken("UPDATE alembic_version SET version_num = '9999'")
        assert reasons(report) == ["newer-schema"]

    @only_sqlite
    @pytest.mark.usefixtures("filled")
    def test_references_to_nothing(self) -> None:
        with db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("UPDATE enrolment SET person_id = 4711")
            connection.invalidate()
        report = creating.create()
        assert "references" in reasons(report)

    def test_a_stored_file_that_is_gone(self, filled: Flask) -> None:
        shutil.rmtree(Path(filled.instance_path) / "files")
        assert reasons(creating.create()) == ["stored-file"]

    @pytest.mark.usefixtures("filled")
    def test_a_stored_file_of_any_table(self) -> None:
        """Of a lesson, a material, a question, and one that was handed in as an answer."""
        stored = {table: storage.put(table.encode()) for table in (*sites.REFERRING, "another")}
        for table in sites.REFERRING:
            sites.refer_to(stored[table], table)
        db.session.remove()
        for digest in stored.values():
            storage.path_of(digest).unlink()
        missing = sorted(stored[table] for table in sites.REFERRING)
        report = creating.create()
        assert report.findings == [("stored-file", {"sha256": each}) for each in missing]

    def test_a_stored_file_that_was_changed(self, filled: Flask) -> None:
        (stored,) = (Path(filled.instance_path) / "files").glob("*/*")
        stored.write_bytes(b"%PDF-1.7 another")
        assert reasons(creating.create()) == ["stored-file"]

    def test_of_those_that_failed_the_last_two_are_kept(self, filled: Flask) -> None:
        shutil.rmtree(Path(filled.instance_path) / "files")
        creating.folder().mkdir()
        for day in (1, 2, 3):
            (creating.folder() / f"stairway-2026010{day}T000000Z.tar.unverified").touch()
        creating.create()
        kept = sorted(path.name for path in creating.folder().glob("*.unverified"))
        assert len(kept) == 2
        assert kept[0] == "stairway-20260103T000000Z.tar.unverified"


@pytest.mark.usefixtures("filled")
class TestWhenItCannotBeMade:
    def nothing_was_made(self) -> bool:
        folder = creating.folder()
        return not folder.exists() or {path.name for path in folder.iterdir()} <= {
            ".stairway-backup.lock"
        }

    def test_for_want_of_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "margin", lambda total: total)
        report = creating.create()
        assert reasons(report) == ["no-space"]
        assert self.nothing_was_made()
        services.note_run(report, actor_id=None)
        assert "LMS_BACKUP_DIR" in queries.state().problems[0]

    def test_while_another_one_is_made(self) -> None:
        creating.folder().mkdir()
        with (creating.folder() / ".stairway-backup.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert reasons(creating.create()) == ["busy"]
        assert self.nothing_was_made()

    def test_in_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        assert reasons(creating.create(tmp_path / "nowhere")) == ["no-folder"]

    def test_when_the_disk_is_full_in_the_middle(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write = archive.write

        def full(draft: Path, *args: object, **options: object) -> None:
            write(draft, *args, **options)  # type: ignore[arg-type]
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(archive, "write", full)
        report = creating.create()
        assert reasons(report) == ["io"]
        assert self.nothing_was_made()

    @only_postgresql
    def test_without_pg_dump(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(postgres, "INSTALLED", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        report = creating.create()
        assert report.findings[0][0] == "no-program"
        assert report.findings[0][1]["program"] == "pg_dump"

    @only_postgresql
    def test_with_a_pg_dump_older_than_the_server(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        old = tmp_path / "9.6" / "bin" / "pg_dump"
        old.parent.mkdir(parents=True)
        old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
        old.chmod(0o755)
        monkeypatch.setattr(postgres, "INSTALLED", tmp_path)
        monkeypatch.setattr(shutil, "which", lambda _name: None)
        report = creating.create()
        assert reasons(report) == ["old-program"]
        assert report.findings[0][1]["found"] == 9


@only_postgresql
def test_without_the_right_to_a_scratch_database_it_is_kept_and_called_not_verified(
    filled: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = filled.config["SETTINGS"]
    own = make_url(settings.database_url)
    role = f"plain_{os.getpid()}"
    admin = create_engine(own, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE ROLE {role} LOGIN NOCREATEDB"))
            connection.execute(text(f"GRANT pg_read_all_data TO {role}"))
        url = own.set(username=role).render_as_string(hide_password=False)
        monkeypatch.setitem(
            filled.config, "SETTINGS", dataclasses.replace(settings, database_url=url)
        )
        report = creating.create()
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))
        admin.dispose()
    assert reasons(report) == ["no-scratch"]
    assert report.file is not None
    assert report.file.name.endswith(".unverified")


def test_old_ones_make_room_for_a_new_one_that_is_good(filled: Flask) -> None:
    creating.folder().mkdir()
    old = [f"stairway-2025{month:02}15T000000Z.tar" for month in range(1, 13)]
    for name in [*old, "something-else.tar"]:
        (creating.folder() / name).touch()
    report = creating.create()
    assert report.file is not None
    kept = {path.name for path in creating.folder().glob("*.tar")}
    assert kept == {*old[1:], "something-else.tar", report.file.name}


def test_elsewhere_nothing_is_removed(filled: Flask, tmp_path: Path) -> None:
    old = tmp_path / "stairway-20200115T000000Z.tar"
    old.touch()
    report = creating.create(tmp_path)
    assert report.is_verified
    assert old.exists()
    assert not creating.folder().exists()


def test_the_commands_say_what_they_did(filled: Flask, tmp_path: Path) -> None:
    runner = filled.test_cli_runner()
    made = runner.invoke(args=["backup", "create", "--json"])
    assert made.exit_code == 0
    told = json.loads(made.output.splitlines()[-1])
    assert told["verified"]
    assert told["summary"]["attempts"] == 1
    verified = runner.invoke(args=["backup", "verify", told["file"]])
    last = verified.output.splitlines()[-1]  # above it: log lines, where the machine is slow
    assert (verified.exit_code, last) == (0, f"{told['file']} is whole.")
    absent = runner.invoke(args=["backup", "verify", str(tmp_path / "no"), "--json"])
    assert absent.exit_code == 1
    assert json.loads(absent.output)["findings"][0]["reason"] == "not-there"
    readable = runner.invoke(args=["backup", "create", "--to", str(tmp_path)])
    assert readable.exit_code == 0
    assert "restored and found to be whole" in readable.output
    nowhere = runner.invoke(args=["backup", "create", "--to", "/nowhere"])
    assert nowhere.exit_code == 1
    assert "There is no folder /nowhere" in nowhere.output


def test_people_are_counted(filled: Flask) -> None:
    count = db.session.query(Person).count()
    factories.person()
    assert creating.create().summary["people"] == count + 1
