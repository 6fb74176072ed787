"""What is sent straight to the driver says the same, and fails the same, as through SQLAlchemy."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, Table, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from lms.accounts.models import Person, RoleGrant
from lms.accounts.rules import Role
from lms.core import clock, statements
from lms.core.db import db, transaction
from lms.core.prepared import LONGEST, Prepared
from lms.courses.models import StagePass
from tests import factories
from tests.statements import counted

GRANTS = Prepared(
    select(RoleGrant.role, RoleGrant.granted_at, RoleGrant.ended_at)
    .where(RoleGrant.person_id == bindparam("person"), RoleGrant.role != bindparam("other"))
    .order_by(RoleGrant.role)
)
IN_LIST = Prepared(
    select(Person.id, Person.name)
    .where(
        Person.name.in_(bindparam("names", expanding=True)),
        Person.created_at <= bindparam("until"),
        Person.locale.in_(["en", "zh"]),
    )
    .order_by(Person.name)
)
BEFORE_NOW = Prepared(
    select(RoleGrant.id)
    .where(RoleGrant.role.in_([Role.HR, Role.ADMIN]), RoleGrant.granted_at <= bindparam("until"))
    .order_by(RoleGrant.id)
    .limit(2)
)
COMPLETED = Prepared(
    select(StagePass.score, func.count()).group_by(StagePass.score).order_by(StagePass.score)
)

Asking = Callable[..., list[Any]]


def granted(roles: set[Role]) -> tuple[int, list[Any]]:
    """A person with roles: their number, and what SQLAlchemy says of it."""
    person = factories.person(roles=frozenset(roles))
    rows = [(each.role, each.granted_at, each.ended_at) for each in person.grants]
    return person.id, sorted(rows)


@pytest.fixture(params=["rows", "alone"])
def asking(request: pytest.FixtureRequest) -> Asking:
    """The two ways of asking for grants."""
    way: Asking = getattr(GRANTS, request.param)
    return way


def test_values_come_in_the_types_of_their_columns(live_app: Flask, asking: Asking) -> None:
    with live_app.app_context():
        number, rows = granted({Role.TRAINEE, Role.HR, Role.TRAINER})
        db.session.rollback()
        found = asking(person=number, other="trainer")
        assert found == [each for each in rows if each[0] is not Role.TRAINER]
        assert [type(each) for each in found[0]] == [Role, datetime, type(None)]
        assert found[0].granted_at.tzinfo is UTC


@pytest.mark.usefixtures("session")
def test_values_are_sent_as_their_columns_want_them_and_lists_of_any_length() -> None:
    names = [f"Person {number:03}" for number in range(LONGEST + 2)]
    for name in names[:3]:
        factories.person(name=name)
    sooner, now = clock.now() - timedelta(days=9999), clock.now()
    for count in (1, 3, 2, LONGEST, LONGEST + 2, 3):
        rows = IN_LIST.rows(names=names[:count], until=now)
        assert [row.name for row in rows] == names[:3][:count]
    assert IN_LIST.rows(names=[], until=now) == []
    assert IN_LIST.rows(names=names[:3], until=sooner) == []
    assert IN_LIST.row(names=names[:1], until=sooner) is None
    assert IN_LIST.row(names=names[:1], until=now).name == names[0]
    with pytest.raises(AssertionError, match="more than one"):
        IN_LIST.row(names=names, until=now)


def test_alone_it_leaves_nothing_open(live_app: Flask) -> None:
    with live_app.app_context():
        number, _rows = granted({Role.TRAINEE})
        db.session.remove()
        GRANTS.alone(person=number, other="")
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with transaction() as session:  # nobody who reads is in the way
            session.execute(text("DELETE FROM role_grant"))
        assert GRANTS.alone(person=number, other="") == []


def test_a_page_asks_on_one_connection_and_sees_one_moment(live_app: Flask) -> None:
    with live_app.app_context():
        number, rows = granted({Role.TRAINEE})
        db.session.remove()
        assert GRANTS.rows(person=number, other="") == rows
        if db.engine.dialect.name == "sqlite":  # PostgreSQL shows each statement what is there
            with db.engine.begin() as other:
                other.execute(text("DELETE FROM role_grant"))
            assert GRANTS.rows(person=number, other="") == rows
        assert db.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
        db.session.remove()
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_within_a_transaction_it_sees_what_that_has_done(live_app: Flask, asking: Asking) -> None:
    with live_app.app_context(), transaction() as session:
        number, rows = granted({Role.TRAINEE})
        session.flush()
        assert asking(person=number, other="") == rows
        session.add(
            RoleGrant(person_id=number, role=Role.HR, granted_at=clock.now())
        )  # not flushed
        assert len(asking(person=number, other="")) == 2


@pytest.mark.usefixtures("session")
def test_and_what_a_test_has_done(asking: Asking) -> None:
    number, rows = granted({Role.TRAINEE})
    assert asking(person=number, other="") == rows


@pytest.mark.usefixtures("session")
def test_what_stands_in_the_query_itself_is_sent_as_well() -> None:
    numbers = [factories.person(roles=frozenset({Role.HR})).grants[0].id for _ in range(3)]
    factories.person(roles=frozenset({Role.TRAINEE}))
    assert [row.id for row in BEFORE_NOW.rows(until=clock.now())] == numbers[:2]
    assert BEFORE_NOW.rows(until=clock.now() - timedelta(days=9999)) == []


@pytest.mark.usefixtures("session")
def test_columns_without_a_name_and_types_of_our_own() -> None:
    assert COMPLETED.rows() == []


def test_it_is_counted_and_logged_when_slow(
    live_app: Flask,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    asking: Asking,
) -> None:
    monkeypatch.setattr("lms.core.statements._limit.seconds", 0.0)
    with live_app.app_context():
        statements.begin(request="3f")
        with caplog.at_level(logging.WARNING, "lms.core.statements"), counted() as sent:
            asking(person=4711, other="hr")
    assert statements.so_far()[0] == 1
    (line,) = [each.message for each in caplog.records]
    assert re.search(r"slow statement: request=3f ms=\d+ statement=.*role_grant", line)
    assert "4711" not in line
    assert len(sent) == 1


@pytest.mark.parametrize("way", ["rows", "alone"])
def test_what_goes_wrong_is_an_error_like_any_other(live_app: Flask, way: str) -> None:
    there = Table("nowhere", MetaData())
    query = Prepared(select(text("1")).select_from(there))
    with live_app.app_context():
        for _ in range(3):
            with pytest.raises(DBAPIError, match="nowhere"):
                getattr(query, way)()
            db.session.rollback()
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert getattr(GRANTS, way)(person=1, other="") == []


@pytest.mark.parametrize("way", ["rows", "alone"])
def test_a_connection_that_broke_is_not_used_again(live_app: Flask, way: str) -> None:
    with live_app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite's connections are not cut")
        getattr(GRANTS, way)(person=1, other="")
        cut = Prepared(select(text("pg_terminate_backend(pg_backend_pid())")))
        with pytest.raises(OperationalError):
            getattr(cut, way)()
        db.session.rollback()
        assert getattr(GRANTS, way)(person=1, other="") == []
