"""How many statements a page needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Dialect, Engine, event

from lms.core import prepared

BOOKKEEPING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PRAGMA")


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are sent to any database within the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(BOOKKEEPING):
            sent.append(statement)

    fetched = prepared._fetched  # noqa: SLF001  past the engine's events

    def note_and_fetch(holder: Any, dialect: Dialect, text: str, values: Any) -> Any:
        sent.append(text)
        return fetched(holder, dialect, text, values)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with patch.object(prepared, "_fetched", note_and_fetch):
            yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
