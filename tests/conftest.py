"""Fixtures for every test.

The schema is built once per worker; each test runs in a transaction that is rolled back, so
tests are independent without being slow. Nothing here is autouse: a test that needs the database
says so by asking for `session` (or something built on it).

The database is a SQLite file. With ``TEST_DATABASE_URL`` set to a PostgreSQL database whose user
may create others, the same tests run there. Never one in memory: nobody runs the product on that.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session
from typing_extensions import override
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.config import Settings
from lms.core import kept, schema
from lms.core.db import Base, db
from lms.factory import create_app
from tests import factories


class Browser(FlaskClient):
    """Asks for pages, and takes none that says that the product has failed.

    What is not on such a page proves nothing.
    """

    @override
    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        reply = super().open(*args, **kwargs)
        assert reply.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, reply.request.path
        return reply


HowOften = Callable[[int, int], int]
REPORT = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="hours of bad luck instead of seconds")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPORT] = []
    # No deadline: how long a case takes says how busy the machine is, not whether it is right.
    # The same cases each time, so that a red run is about the change; `--soak` looks for new ones.
    soaks = config.getoption("--soak")
    hypothesis.settings.register_profile(
        "ours", max_examples=2000 if soaks else 200, deadline=None, derandomize=not soaks
    )
    # For mutants, which are many: a few cases each, and a case that fails need not be made small.
    # One process runs a test again and again, so the instance of its class differs.
    hypothesis.settings.register_profile(
        "mutants",
        max_examples=25,
        deadline=None,
        derandomize=True,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=[hypothesis.HealthCheck.differing_executors],
    )
    hypothesis.settings.load_profile("ours")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash[REPORT]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def how_often(pytestconfig: pytest.Config) -> HowOften:
    """Chooses between a number for `make test` and a larger one for `make soak`."""
    long = bool(pytestconfig.getoption("--soak"))
    return lambda short, soak: soak if long else short


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Each test reads what it needs, whatever ran before it in this process."""
    kept.forget_everything()


@pytest.fixture
def report(pytestconfig: pytest.Config) -> list[str]:
    """Lines for the end of the run: what was measured on the way."""
    return pytestconfig.stash[REPORT]


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """Give the URL of a database that is empty and vanishes afterwards."""
    server = os.environ.get("TEST_DATABASE_URL")
    if server is None:
        yield f"sqlite:///{folder / 'lms.sqlite'}"
        return
    url = make_url(server).set(database=f"test_{uuid.uuid4().hex}")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {url.database}"))
        yield url.render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))
    engine.dispose()


@contextmanager
def new_app(folder: Path, database_url: str) -> Iterator[Flask]:
    settings = Settings(
        data_dir=folder, secret_key="x" * 32, database_url=database_url, languages="en,zh"
    )
    app = create_app(settings)
    schema.init_app(app)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_database(tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with new_app(tmp_path_factory.mktemp("data"), database_url) as app:
        with app.app_context():
            Base.metadata.create_all(db.engine)
        yield app


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, without tables: for migrations."""
    with new_database(tmp_path) as url, new_app(tmp_path, url) as app:
        yield app


@pytest.fixture
def live_app(empty_app: Flask) -> Flask:
    """An application on a database of its own, where commits are real: for races."""
    with empty_app.app_context():
        Base.metadata.create_all(db.engine)
    return empty_app


@pytest.fixture
def session(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The database session; whatever a test commits is gone afterwards."""
    with app.app_context(), db.engine.connect() as connection:
        outer = connection.begin()
        monkeypatch.setitem(cast("dict[str | None, Any]", db.engines), None, connection)
        db.session.configure(join_transaction_mode="create_savepoint")
        yield db.session()
        db.session.remove()
        db.session.configure(join_transaction_mode="conditional_savepoint")
        outer.rollback()


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def trainee(session: Session) -> Person:
    return factories.person(name="Li Wei")


@pytest.fixture
def trainer(session: Session) -> Person:
    return factories.person(name="Wang Fang", roles={Role.TRAINER})


@pytest.fixture
def admin(session: Session) -> Person:
    return factories.person(name="Zhao Min", roles={Role.ADMIN})
