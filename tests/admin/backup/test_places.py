"""Database and backups may lie anywhere in the data directory: neither gets into a backup."""

import dataclasses
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.admin.backup import archive, creating, restoring
from lms.core.db import db
from tests import factories
from tests.admin.backup.test_creating import ON_POSTGRESQL, only_sqlite
from tests.admin.backup.test_held_file import locks
from tests.conftest import new_app, new_database


@pytest.fixture
def nested(tmp_path: Path) -> Iterator[Flask]:
    """A site with its database and its backups in folders of the data directory, beside files."""
    data = tmp_path / "data"
    for name in ("base", "store/backups"):
        (data / name).mkdir(parents=True)
    (data / "base" / "beside.txt").write_text("beside the database")
    (data / "store" / "beside.txt").write_text("beside the backups")
    (data / "secret_key").write_text("of-this-site-and-of-no-other-one-at-all", "ascii")
    with new_database(tmp_path) as server:
        url = server if ON_POSTGRESQL else f"sqlite:///{data}/base/site.sqlite"
        with new_app(data, url) as app, app.app_context():
            settings = app.config["SETTINGS"]
            backups = str(data / "store" / "backups")
            app.config["SETTINGS"] = dataclasses.replace(settings, backup_dir=backups)
            flask_migrate.upgrade()
            yield app
            db.session.remove()


def names_in(path: Path) -> set[str]:
    with closing(tarfile.open(path)) as tar:
        return {name for name in tar.getnames() if name.startswith(("data/", "keys/"))}


def test_what_lies_beside_them_is_in_a_backup_and_they_are_not(nested: Flask) -> None:
    factories.person(name="Li Wei")
    db.session.remove()
    assert creating.create().is_verified
    held = locks() if not ON_POSTGRESQL else 0
    second = creating.create()
    assert second.is_verified
    assert second.file is not None
    assert names_in(second.file) == {
        "keys/secret_key",
        "data/base/beside.txt",
        "data/store/beside.txt",
    }
    assert ON_POSTGRESQL or locks() == held > 0


def test_both_are_where_they_were_after_a_restore(nested: Flask) -> None:
    data = Path(nested.instance_path)
    factories.person(name="Li Wei")
    db.session.remove()
    report = creating.create()
    assert report.file is not None
    factories.person(name="Later")
    db.session.remove()
    (data / "base" / "beside.txt").write_text("changed")
    with restoring.prepared(report.file) as copy:
        restoring.exchange(copy, report.file)
    assert db.session.scalars(select(Person.name)).all() == ["Li Wei"]
    assert report.file.exists()
    for name in ("base", "store"):
        assert (data / name / "beside.txt").read_text().startswith("beside the")
    (aside,) = data.glob(f"{archive.ASIDE}*")
    assert (aside / "base" / "beside.txt").read_text() == "changed"
    assert not (aside / "store" / "backups").exists()
    if not ON_POSTGRESQL:
        assert (aside / "site.sqlite").exists()
        assert (data / "base" / "site.sqlite").exists()
    assert creating.create().is_verified


@only_sqlite
def test_the_files_that_a_link_leads_to_are_not_opened(nested: Flask) -> None:
    """SQLite's log lies beside the file itself, and not beside the link."""
    data = Path(nested.instance_path)
    (data / "lms.sqlite").symlink_to(data / "base" / "site.sqlite")
    settings = nested.config["SETTINGS"]
    nested.config["SETTINGS"] = dataclasses.replace(
        settings, database_url=f"sqlite:///{data}/lms.sqlite"
    )
    with closing(sqlite3.connect(data / "lms.sqlite")) as reading:
        reading.execute("SELECT count(*) FROM person").fetchone()
        assert (data / "base" / "site.sqlite-wal").exists()
        assert (data / "base" / "site.sqlite-shm").exists()
        found = {name for name, _path in archive.files_of(data, but=creating.not_ours())}
    assert found == {"keys/secret_key", "data/base/beside.txt", "data/store/beside.txt"}


def test_a_folder_elsewhere_that_a_link_leads_to_is_whole_all_the_same(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    (other / "ab").mkdir(parents=True)
    data.mkdir()
    (other / "ab" / "abc").write_text("x")
    (other / "site.sqlite").write_text("x")
    (data / "files").symlink_to(other)
    taken = {name for name, _path in archive.files_of(data, but=(other / "site.sqlite",))}
    assert taken == {"data/files/ab/abc"}
    assert (data / "files").readlink() == other
