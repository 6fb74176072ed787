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
