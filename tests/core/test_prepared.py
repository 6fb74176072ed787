"""What is sent straight to the driver says the same, and fails the same, as through SQLAlchemy."""

import logging
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, Table, bindparam, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from lms.accounts.models import RoleGrant
from lms.accounts.rules import Role
from lms.core import statements
from lms.core.db import db, transaction
from lms.core.prepared import Prepared
from tests import factories
from tests.statements import counted

GRANTS = Prepared(
    select(RoleGrant.role, RoleGrant.granted_at, RoleGrant.ended_at)
    .where(RoleGrant.person_id == bindparam("person"), RoleGrant.role != bindparam("other"))
    .order_by(RoleGrant.role)
)


def granted(roles: set[Role]) -> tuple[int, list[list[Any]]]:
    """A person with roles: their number, and what SQLAlchemy says of it."""
    person = factories.person(roles=frozenset(roles))
    rows = [[each.role, each.granted_at, each.ended_at] for each in person.grants]
    return person.id, sorted(rows)


def test_values_come_in_the_types_of_their_columns(live_app: Flask) -> None:
    with live_app.app_context():
        number, rows = granted({Role.TRAINEE, Role.HR, Role.TRAINER})
        db.session.rollback()
        found = GRANTS.rows(person=number, other="trainer")
        assert found == [each for each in rows if each[0] is not Role.TRAINER]
        assert [type(each) for each in found[0]] == [Role, datetime, type(None)]
        assert found[0][1].tzinfo is UTC


def test_it_leaves_nothing_open(live_app: Flask) -> None:
    with live_app.app_context():
        number, _rows = granted({Role.TRAINEE})
        db.session.remove()
        GRANTS.rows(person=number, other="")
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with transaction() as session:  # nobody who reads is in the way
            session.execute(text("DELETE FROM role_grant"))
        assert GRANTS.rows(person=number, other="") == []


def test_within_a_transaction_it_sees_what_that_has_done(live_app: Flask) -> None:
    with live_app.app_context(), transaction() as session:
        number, rows = granted({Role.TRAINEE})
        session.flush()
        assert GRANTS.rows(person=number, other="") == rows


@pytest.mark.usefixtures("session")
def test_and_what_a_test_has_done() -> None:
    number, rows = granted({Role.TRAINEE})
    assert GRANTS.rows(person=number, other="") == rows


def test_it_is_counted_and_logged_when_slow(
    live_app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.core.statements._limit.seconds", 0.0)
    with live_app.app_context():
        statements.begin(request="3f")
        with caplog.at_level(logging.WARNING, "lms.core.statements"), counted() as sent:
            GRANTS.rows(person=4711, other="hr")
    assert statements.so_far()[0] == 1
    (line,) = [each.message for each in caplog.records]
    assert re.search(r"slow statement: request=3f ms=\d+ statement=.*role_grant", line)
    assert "4711" not in line
    assert len(sent) == 1


def test_what_goes_wrong_is_an_error_like_any_other(live_app: Flask) -> None:
    there = Table("nowhere", MetaData())
    query = Prepared(select(text("1")).select_from(there))
    with live_app.app_context():
        for _ in range(3):
            with pytest.raises(DBAPIError, match="nowhere"):
                query.rows()
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert GRANTS.rows(person=1, other="") == []


def test_a_connection_that_broke_is_not_used_again(live_app: Flask) -> None:
    with live_app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite's connections are not cut")
        GRANTS.rows(person=1, other="")
        cut = Prepared(select(text("pg_terminate_backend(pg_backend_pid())")))
        with pytest.raises(OperationalError):
            cut.rows()
        assert GRANTS.rows(person=1, other="") == []
