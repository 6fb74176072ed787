"""The migrations and the models must describe the same database, and no step may lose rows."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from lms.config import PROJECT
from lms.core import schema
from lms.core.db import Base, db

SCRIPTS = ScriptDirectory(str(PROJECT / "migrations"))
REVISIONS = [each.revision for each in reversed(list(SCRIPTS.walk_revisions()))]


@contextmanager
def unreflected_indexes_aside() -> Iterator[None]:
    """Alembic cannot compare an index on an expression; `details` below does."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        yield


def details() -> set[tuple[str, str]]:
    """What a schema has beside tables and columns: indexes and triggers, by table."""
    if db.engine.dialect.name == "sqlite":
        query = "SELECT tbl_name, name FROM sqlite_master WHERE type IN ('index', 'trigger')"
    else:
        query = (
            "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'"
            " UNION SELECT event_object_table, trigger_name FROM information_schema.triggers"
        )
    rows = db.session.execute(text(query)).all()
    db.session.rollback()
    return {(table, name) for table, name in rows if table != "alembic_version"}


def put(table: str, **values: object) -> None:
    """Add a row, as an earlier release would have."""
    named = f"{', '.join(values)}) VALUES (:{', :'.join(values)}"
    with db.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table} ({named})"), values)


def test_there_is_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1


def test_the_folder_is_the_history() -> None:
    files = sorted(path.name for path in Path(SCRIPTS.versions).glob("*.py"))
    assert [name[:4] for name in files] == REVISIONS
    assert [f"{number:04}" for number in range(1, len(files) + 1)] == REVISIONS
    assert list(schema.revisions()) == REVISIONS
    assert schema.head() == SCRIPTS.get_current_head()
    assert schema.is_known(REVISIONS[0])
    assert not schema.is_known("9999")


def test_upgrading_from_nothing_gives_the_models_schema(empty_app: Flask) -> None:
    with empty_app.app_context(), unreflected_indexes_aside():
        flask_migrate.upgrade()
        flask_migrate.check()


def test_indexes_and_triggers_are_the_models_too(app: Flask, empty_app: Flask) -> None:
    with app.app_context():
        wanted = details()
    with empty_app.app_context():
        flask_migrate.upgrade()
        assert details() == wanted


def test_every_step_can_be_taken_back(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_step_can_be_done_again_after_it_was_taken_back(
    empty_app: Flask, revision: str
) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(revision=revision)
        flask_migrate.downgrade(revision="-1")
        flask_migrate.upgrade(revision=revision)


def test_what_a_kind_is_printed_with_goes_into_its_latest_version_and_back(
    empty_app: Flask,
) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(revision="0019")
        at, empty = "2026-03-02 12:00:00", "{}"
        version, look = "certificate_definition_version", "certificate_look_version"
        put("person", id=1, name="W", latin_name="", login="w", locale="en", created_at=at,
            is_demo=False)  # fmt: skip
        put("certificate_definition", id=1, code="k", prefix="K", settings=empty, digest="",
            issued=0)  # fmt: skip
        for number in (1, 2):
            put(version, id=number, definition_id=1, number=number, settings=empty, digest="",
                published_at=at, note="")  # fmt: skip
        put("certificate_look", id=7, code="l", title="L")
        for number, published in ((1, at), (2, at), (3, None)):
            put(look, id=number, template_id=7, number=number, settings=empty, revision=1,
                changed_at=at, changed_by_id=1, published_at=published)  # fmt: skip
        put("certificate_look_use", definition_id=1, template_id=7)
        flask_migrate.upgrade()
        named = "SELECT number, template_version_id FROM certificate_definition_version"
        with db.engine.connect() as connection:
            rows = connection.execute(text(f"{named} ORDER BY number")).all()
        assert [tuple(row) for row in rows] == [(1, None), (2, 2)]
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text("UPDATE certificate_definition_version SET note = 'x'"))
        flask_migrate.downgrade(revision="0019")
        with db.engine.connect() as connection:
            used = connection.execute(text("SELECT * FROM certificate_look_use")).all()
        assert [tuple(row) for row in used] == [(1, 7)]


def test_references_are_checked_again_after_a_migration(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade()
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA foreign_keys")) == 1


def test_upgrading_twice_changes_nothing(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade()
        before = details()
        flask_migrate.upgrade()
        assert details() == before
        assert before
        assert Base.metadata.tables.keys() <= set(inspect(db.engine).get_table_names())
