"""Queries of a few columns that very many requests ask: compiled once, and sent straight to the driver.

SQLAlchemy takes ten times as long to execute such a query as the database to answer it. What it
knows is kept: the query is written once for both databases, values come back in the types of their
columns, and what goes wrong is raised, counted and logged as for every other statement.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, Select
from sqlalchemy.exc import DBAPIError

from lms.core import statements
from lms.core.db import db


class _Form(NamedTuple):
    """A query as one database has it."""

    text: str
    names: Sequence[str] | None
    """Of its values, in their order; None where the driver takes them by name."""
    readers: Sequence[Callable[[Any], Any] | None]
    """What makes of a column what its type says."""


class Prepared:
    """A query whose values are plain text and numbers.

    Args:
        query: of columns, with a ``bindparam`` for each value.
    """

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._forms: dict[str, _Form] = {}

    def rows(self, **values: str | int) -> list[list[Any]]:
        """Return the rows, each as a list of its columns.

        Raises:
            DBAPIError: the database did not answer, or not well.
        """
        bind: Any = db.engine
        form = self._forms.get(bind.dialect.name) or self._form_for(bind.dialect)
        if isinstance(bind, Engine) and not db.session().info.get("writing"):
            sent = values if form.names is None else [values[each] for each in form.names]
            return [_read(form.readers, row) for row in _fetched(bind, form.text, sent)]
        # Within a transaction, and where the tests have put a connection in place of the engine.
        return [list(row) for row in db.session.connection().execute(self._query, values)]

    def _form_for(self, dialect: Dialect) -> _Form:
        compiled: Any = self._query.compile(dialect=dialect)
        readers = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in self._query.selected_columns
        ]
        form = _Form(str(compiled), compiled.positiontup, readers)
        self._forms[dialect.name] = form
        return form


def _read(readers: Sequence[Callable[[Any], Any] | None], row: Sequence[Any]) -> list[Any]:
    return [
        value if reader is None else reader(value)
        for reader, value in zip(readers, row, strict=True)
    ]


def _fetched(engine: Engine, text: str, values: Any) -> Sequence[Any]:
    """Send one statement on a connection of the pool; giving that back ends what it began."""
    began = time.perf_counter()
    pooled = None
    try:
        pooled = engine.raw_connection()
        cursor = pooled.cursor()
        cursor.execute(text, values)
        return cursor.fetchall()
    except engine.dialect.loaded_dbapi.Error as error:
        if pooled is not None and engine.dialect.is_disconnect(
            error, pooled.dbapi_connection, None
        ):
            pooled.invalidate(error)
        raise DBAPIError.instance(text, None, error, engine.dialect.loaded_dbapi.Error) from error
    finally:
        if pooled is not None:
            pooled.close()
        statements.note(text, time.perf_counter() - began)
