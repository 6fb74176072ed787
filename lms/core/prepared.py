"""Queries of a few columns that very many requests ask: compiled once, and sent straight to the driver.

SQLAlchemy takes several times as long to execute such a query as the database to answer it. What it
knows is kept: the query is written once for both databases, values go and come in the types of their
columns, and what goes wrong is raised, counted and logged as for every other statement.
"""

import time
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Dialect, Engine, Select
from sqlalchemy.exc import DBAPIError

from lms.core import statements
from lms.core.db import db

LONGEST = 100
"""Values of one list up to which a query is kept for that length; longer ones are rare."""

Convert = Callable[[Any], Any]


@dataclass(slots=True)
class _Form:
    """A query as one database has it, for lists of one length."""

    text: str
    names: Sequence[str] | None
    """Of its values, in their order; None where the driver takes them by name."""
    fixed: dict[str, Any]
    """The values that stand in the query itself."""
    parts: Mapping[str, Sequence[str]]
    """Name of a list -> the names of its values."""
    writers: Mapping[str, Convert]
    """What makes of a value what the driver takes, where it does not take the value itself."""
    readers: Sequence[tuple[int, Convert]] | None = None
    """Place of a column -> what makes of it what its type says; known after the first answer."""

    def sent(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        flat = self.fixed | self.flat(values)
        return flat if self.names is None else [flat[name] for name in self.names]

    def flat(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values under the names that they have in the text, each of a list its own."""
        flat: dict[str, Any] = {}
        for name, value in values.items():
            write, parts = self.writers.get(name), self.parts.get(name)
            if parts is not None:
                each = value if write is None else map(write, value)
                flat.update(zip(parts, each, strict=True))
            else:
                flat[name] = value if write is None else write(value)
        return flat


class Prepared:
    """A query of columns.

    Args:
        query: with a ``bindparam`` for each value; ``expanding`` for a list.
    """

    def __init__(self, query: Select[*tuple[Any, ...]] | CompoundSelect[Any]) -> None:
        self._query = query
        self._forms: dict[tuple[object, ...], _Form] = {}

    def rows(self, **values: Any) -> list[Any]:
        """Return the rows, each a named tuple, as the session's transaction sees them.

        Raises:
            DBAPIError: the database did not answer, or not well.
        """
        lists = [len(each) for each in values.values() if isinstance(each, list)]
        session = db.session()
        if lists and max(lists) > LONGEST:
            return list(session.execute(self._query, values))
        session.flush()
        connection = session.connection()
        form = self._form(connection.dialect, values, lists)
        return self._read(form, connection.dialect, connection, values)

    def row(self, **values: Any) -> Any:
        """Return the only row, or None. Raises as `rows`."""
        found = self.rows(**values)
        assert len(found) <= 1, "more than one row"
        return found[0] if found else None

    def alone(self, **values: Any) -> list[Any]:
        """Return what `rows` does, on a connection that is given back at once.

        For whoever asks no more than this: to begin and end the session's transaction costs more
        than the query. Within a writing one it is as `rows`. Raises as that; takes no lists.
        """
        bind: Any = db.engine
        # In the tests, a connection stands in place of the engine.
        if not isinstance(bind, Engine) or db.session().info.get("writing"):
            return self.rows(**values)
        form = self._form(bind.dialect, values, [])
        with closing(_lent(bind)) as lent:
            return self._read(form, bind.dialect, lent, values)

    @cached_property
    def _row(self) -> Any:
        names = [column.key or "" for column in self._query.selected_columns]
        return namedtuple("Row", names, rename=True)  # noqa: PYI024  its columns are known only here

    def _form(self, dialect: Dialect, values: Mapping[str, Any], lists: Sequence[int]) -> _Form:
        key = (dialect.name, *lists)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _form_of(self._query, dialect, values)
        return form

    def _read(
        self, form: _Form, dialect: Dialect, holder: Any, values: Mapping[str, Any]
    ) -> list[Any]:
        described, rows = _fetched(holder, dialect, form.text, form.sent(values))
        if form.readers is None:
            form.readers = _readers(self._query, dialect, described)
        made = self._row._make
        if not form.readers:
            return [made(row) for row in rows]
        return [made(_converted(row, form.readers)) for row in rows]


def _form_of(query: Any, dialect: Dialect, values: Mapping[str, Any]) -> _Form:
    compiled: Any = query.compile(dialect=dialect)
    state = compiled.construct_expanded_state(values)
    writers = {
        name: write
        for bind, name in compiled.bind_names.items()
        if (write := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    form = _Form(state.statement, state.positiontup, {}, state.parameter_expansion, writers)
    own = {
        name: bind.effective_value
        for bind, name in compiled.bind_names.items()
        if name not in values
    }
    form.fixed = form.flat(own)
    return form


def _readers(query: Any, dialect: Dialect, described: Any) -> list[tuple[int, Convert]]:
    columns = zip(query.selected_columns, described, strict=True)
    readers = [
        (place, column.type.dialect_impl(dialect).result_processor(dialect, its[1]))
        for place, (column, its) in enumerate(columns)
    ]
    return [(place, read) for place, read in readers if read is not None]


def _converted(row: Sequence[Any], readers: Sequence[tuple[int, Convert]]) -> list[Any]:
    converted = list(row)
    for place, read in readers:
        converted[place] = read(converted[place])
    return converted


def _lent(engine: Engine) -> Any:
    """Return a connection of the pool."""
    try:
        return engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(None, None, error, engine.dialect.loaded_dbapi.Error) from error


def _fetched(holder: Any, dialect: Dialect, text: str, sent: Any) -> tuple[Any, Sequence[Any]]:
    """Send a query; return how the driver describes its columns, and its rows.

    Args:
        holder: of the driver's connection: the session's own, or what the pool has lent.
        dialect: of the database.
        text: of the query.
        sent: its values.
    """
    began = time.perf_counter()
    lent = holder.connection if isinstance(holder, Connection) else holder
    try:
        cursor = lent.cursor()
        cursor.execute(text, sent)
        return cursor.description, cursor.fetchall()
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, lent.dbapi_connection, None):
            holder.invalidate(error)
        raise DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error) from error
    finally:
        statements.note(text, time.perf_counter() - began)
