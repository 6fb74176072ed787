"""Counting tries, so that nobody can go on guessing.

A try is counted before it is made: any number of them at the same instant cannot slip through.
Only hashes of names and addresses are kept, and only for as long as they count.
"""

import hashlib
from datetime import datetime
from functools import cache
from math import ceil
from typing import Any

from sqlalchemy import bindparam, delete, update

from lms.accounts import rules
from lms.accounts.errors import TooManyTriesError
from lms.accounts.models import Throttle
from lms.core import upsert
from lms.core.db import db, transaction


@transaction()
def count_password(login: str, address: str, *, at: datetime) -> None:
    """Count one try of a password, by account and address and by address alone.

    Raises:
        TooManyTriesError: this would be one too many.
    """
    _forget_old(at)
    _count(_account(login, address), rules.THROTTLE_LIMIT, at)
    _count(_key("address", address), rules.ADDRESS_LIMIT, at)


@transaction()
def count_reset(address: str, *, at: datetime) -> None:
    """Count one request for a reset link. Raises as `count_password`."""
    _forget_old(at)
    _count(_key("reset", address), rules.THROTTLE_LIMIT, at)


@transaction()
def count_wrong_link(address: str, *, at: datetime) -> None:
    """Count one link that leads nowhere. Raises as `count_password`."""
    _forget_old(at)
    _count(_key("link", address), rules.THROTTLE_LIMIT, at)


@transaction()
def forget_wrong_passwords(login: str, address: str) -> None:
    """After the right password: the account's tries are forgotten, and this one was not wrong."""
    db.session.execute(_FORGETTING, {"its_key": _account(login, address)})
    db.session.execute(_TAKING_BACK, {"its_key": _key("address", address)})


_THROTTLE: Any = Throttle.__table__
# Of the table, not of the model: each request that tries a password sends all of them.
_FORGETTING = delete(_THROTTLE).where(_THROTTLE.c.key == bindparam("its_key"))
_FORGETTING_OLD = delete(_THROTTLE).where(_THROTTLE.c.since <= bindparam("until"))
_TAKING_BACK = (
    update(_THROTTLE)
    .where(_THROTTLE.c.key == bindparam("its_key"), _THROTTLE.c.tries > 0)
    .values(tries=_THROTTLE.c.tries - 1)
)


def _forget_old(at: datetime) -> None:
    db.session.execute(_FORGETTING_OLD, {"until": at - rules.THROTTLE_WINDOW})


@cache
def _counting(_dialect: str) -> Any:
    first = upsert.insert(_THROTTLE).values(key=bindparam("key"), since=bindparam("since"), tries=1)
    more = first.on_conflict_do_update(
        index_elements=["key"], set_={"tries": _THROTTLE.c.tries + 1}
    )
    return more.returning(_THROTTLE.c.tries, _THROTTLE.c.since)


def _count(key: str, limit: int, at: datetime) -> None:
    counting = _counting(db.engine.dialect.name)
    row = db.session.execute(counting, {"key": key, "since": at}).one()
    if row.tries > limit:
        left = row.since + rules.THROTTLE_WINDOW - at
        raise TooManyTriesError(minutes=max(1, ceil(left.total_seconds() / 60)))


def _account(login: str, address: str) -> str:
    return _key("account", login.strip().lower(), address)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
