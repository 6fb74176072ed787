"""Rows as each released revision of the schema had them, frozen: what an upgrade starts from.

``NNNN.json`` is table -> rows. A release adds the file of its revision, made from a site of that
release with ``freeze``, and never changes one that is there:

- Its code loads the demo into an empty data directory and runs the jobs; what the demo leaves
  empty is filled through the services, so that each table has a row.
- Of what ``freeze`` gives, few rows are kept: some people with whole chains of records, their
  papers, something of every other table, and all that their foreign keys name. (The layout of a
  paper names questions in JSON; of some papers they are missing.) Files stay behind; a PDF is
  a stub with its hash. No link works, no path of a machine is in it.
- Written with ``json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True)``.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
    update,
)

FOLDER = Path(__file__).parent
POINTER = "published_id"
"""Refers to a row that refers back: filled in when both are there."""
REVISIONS = sorted(path.stem for path in FOLDER.glob("*.json"))

Rows = dict[str, list[dict[str, Any]]]


def frozen(revision: str) -> Rows:
    """The rows of a revision, as JSON values."""
    found: Rows = json.loads((FOLDER / f"{revision}.json").read_text("utf-8"))
    return found


def load(engine: Engine, rows: Rows) -> None:
    """Bring rows into tables that are empty."""
    with engine.begin() as connection:
        tables = _tables(engine)
        for table in tables:
            for row in rows.get(table.name, []):
                values = {name: _from_json(table, name, value) for name, value in row.items()}
                connection.execute(insert(table).values(values | _pointer(row, None)))
        for table in tables:
            for row in rows.get(table.name, []):
                if pointer := _pointer(row, row.get(POINTER)):
                    connection.execute(update(table).where(table.c.id == row["id"]).values(pointer))
        if engine.dialect.name == "postgresql":  # the next row gets the next number
            for table in tables:
                if "id" in table.c and rows.get(table.name):
                    last = max(row["id"] for row in rows[table.name])
                    counter = func.pg_get_serial_sequence(table.name, "id")
                    connection.execute(select(func.setval(counter, last)))


def freeze(engine: Engine, wanted: Rows | None = None) -> Rows:
    """What the tables hold, as JSON values in one order.

    Args:
        engine: of the database.
        wanted: the tables and columns that are looked at; all of them by default.
    """
    result: Rows = {}
    with engine.connect() as connection:
        for table in _tables(engine):
            if table.name == "alembic_version" or (wanted is not None and table.name not in wanted):
                continue
            found = [
                {name: _as_json(value) for name, value in row._mapping.items()}  # noqa: SLF001
                for row in connection.execute(select(table))
            ]
            if wanted is not None:
                names = wanted[table.name][0].keys()
                found = [{name: row[name] for name in names} for row in found]
            if found:
                result[table.name] = sorted(found, key=lambda row: json.dumps(row, sort_keys=True))
    return result


def _tables(engine: Engine) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(engine)
    for table in metadata.tables.values():  # without what goes round, there is an order
        for constraint in list(table.foreign_key_constraints):
            if constraint.column_keys == [POINTER]:
                table.constraints.discard(constraint)
                for key in constraint.elements:
                    key.column.table  # noqa: B018  resolved while it is still there
                    table.foreign_keys.discard(key)
    return metadata.sorted_tables


def _pointer(row: dict[str, Any], value: int | None) -> dict[str, Any]:
    return {POINTER: value} if POINTER in row else {}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _from_json(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return bytes.fromhex(value) if isinstance(kind, LargeBinary) else value
