"""What may keep the exchange itself from coming about, on PostgreSQL above all."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import URL, NullPool, create_engine, make_url, select, text

from lms.accounts.models import Person
from lms.admin.backup import archive, restoring
from lms.admin.backup.errors import BackupError
from lms.core import presence, site
from lms.core.db import db
from tests.admin.backup.test_creating import only_postgresql
from tests.admin.backup.test_restoring import refused
from tests.conftest import new_app


@only_postgresql
def test_not_while_others_are_connected(place: Flask, made: tuple[Path, dict[str, Any]]) -> None:
    other = create_engine(site.settings().database_url)
    with other.connect():
        why = refused(made[0])
    other.dispose()
    assert why == ["others-connected"]


@only_postgresql
def test_who_is_company(place: Flask) -> None:
    """What the server runs for itself is none; of another user's one cannot always see what it is.

    On a server of one's own nobody can order it to tidy up at this moment: its list is played.
    """
    kinds = [
        ("client backend", 10),
        (None, 11),  # another user's, for whom may not see it
        ("autovacuum worker", None),
        (None, None),  # the same, for whom may not see it
        ("logical replication launcher", 10),
    ]
    with db.engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA played"))
        connection.execute(
            text("CREATE TABLE played.pg_stat_activity AS"
                 " SELECT datname, pid, usesysid, backend_type FROM pg_stat_activity"
                 " WHERE pid = pg_backend_pid()")
        )  # fmt: skip
        for number, (kind, user) in enumerate(kinds, start=1):
            connection.execute(
                text("INSERT INTO played.pg_stat_activity"
                     " VALUES (current_database(), -CAST(:pid AS int), :user, :kind)"),
                {"pid": number, "user": user, "kind": kind},
            )  # fmt: skip
        connection.execute(text("SET LOCAL search_path = played, pg_catalog"))
        assert restoring._company(connection) == 2  # noqa: SLF001
        connection.rollback()


@pytest.fixture
def guest(place: Flask) -> Iterator[URL]:
    """A user of the place's database who may read and make databases, and owns nothing in it."""
    own = make_url(site.settings().database_url)
    role = f"guest_{uuid.uuid4().hex[:12]}"
    admin = create_engine(own, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN CREATEDB"))
        connection.execute(text(f"GRANT pg_read_all_data TO {role}"))
    yield own.set(username=role)
    with admin.connect() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))


@contextmanager
def seen_by(url: URL, place: Flask) -> Iterator[Flask]:
    """The same place, for another user of its database."""
    db.engine.dispose()
    folder = Path(place.instance_path)
    with new_app(folder, url.render_as_string(hide_password=False)) as app, app.app_context():
        yield app
        db.session.remove()


@only_postgresql
def test_not_where_the_schema_is_somebody_elses(
    place: Flask, guest: URL, made: tuple[Path, dict[str, Any]]
) -> None:
    with seen_by(guest, place):
        assert refused(made[0]) == ["not-owner"]
        with pytest.raises(BackupError, match=f"ALTER SCHEMA public OWNER TO {guest.username}"):
            restoring.prepared(made[0]).__enter__()
    with presence.shared(Path(place.instance_path)):
        pass


@only_postgresql
def test_a_schema_that_cannot_be_set_aside_leaves_the_site_as_it_was(
    place: Flask, guest: URL, made: tuple[Path, dict[str, Any]]
) -> None:
    with restoring.prepared(made[0]) as copy, seen_by(guest, place):
        with pytest.raises(BackupError, match=r"everything is as it was.*must be owner"):
            restoring.exchange(copy, made[0])
        assert not list(site.settings().data_dir.glob(f"{archive.ASIDE}*"))
    assert db.session.scalars(select(Person.name)).all() == ["Of this place"]
    with presence.shared(Path(place.instance_path)):
        pass


def test_what_cuts_it_short_is_said_and_the_site_stays_closed(
    place: Flask, made: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, "_exchange_files", full)
    done = place.test_cli_runner().invoke(args=["backup", "restore", str(made[0]), "--yes"])
    assert done.exit_code == 1
    assert "cut short" in done.output
    assert "No space left on device" in done.output
    with pytest.raises(presence.BeingRestoredError):
        presence.shared(Path(place.instance_path)).__enter__()


@only_postgresql
def test_a_schema_comes_back_when_the_new_one_does_not_go_in(
    place: Flask, made: tuple[Path, dict[str, Any]]
) -> None:
    with restoring.prepared(made[0]) as copy:
        (copy.folder / "database").write_bytes(b"no dump")
        with pytest.raises(BackupError, match="pg_restore failed"):
            restoring.exchange(copy, made[0])
    assert db.session.scalars(select(Person.name)).all() == ["Of this place"]
    assert not list(Path(place.instance_path).glob(f"{archive.ASIDE}*"))
    with presence.shared(Path(place.instance_path)):
        pass
