"""What many transactions do side by side, and one that has to be sure that none of them is half done.

Each of the many *shares* a name until it ends; whoever wants it *alone* waits for those that share
it, and lets newer ones wait. On SQLite there is one writer at a time, so nothing has to be done.
"""

import zlib
from typing import Any

from sqlalchemy import func, select

from lms.core.db import db


def share(name: str) -> None:
    """Go on side by side with others that share `name`, until the caller's transaction ends.

    What is read after this call is what was committed by whoever had the name alone.
    """
    _lock(func.pg_advisory_xact_lock_shared, name)


def alone(name: str) -> None:
    """Wait until nobody shares `name`, and keep everybody from it until the transaction ends."""
    _lock(func.pg_advisory_xact_lock, name)


def _lock(lock: Any, name: str) -> None:
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(select(lock(zlib.crc32(name.encode()))))
