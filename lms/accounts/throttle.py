"""Counting tries, so that nobody can go on guessing.

A try is counted before it is made: any number of them at the same instant cannot slip through.
Only hashes of names and addresses are kept, and only for as long as they count.
"""

import hashlib
from datetime import datetime
from math import ceil

from sqlalchemy import delete, update

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
    db.session.execute(delete(Throttle).filter_by(key=_account(login, address)))
    counted = update(Throttle).filter_by(key=_key("address", address)).where(Throttle.tries > 0)
    db.session.execute(counted.values(tries=Throttle.tries - 1))


def _forget_old(at: datetime) -> None:
    db.session.execute(delete(Throttle).where(Throttle.since <= at - rules.THROTTLE_WINDOW))


def _count(key: str, limit: int, at: datetime) -> None:
    first = upsert.insert(Throttle).values(key=key, since=at, tries=1)
    more = first.on_conflict_do_update(index_elements=["key"], set_={"tries": Throttle.tries + 1})
    row = db.session.execute(more.returning(Throttle.tries, Throttle.since)).one()
    if row.tries > limit:
        left = row.since + rules.THROTTLE_WINDOW - at
        raise TooManyTriesError(minutes=max(1, ceil(left.total_seconds() / 60)))


def _account(login: str, address: str) -> str:
    return _key("account", login.strip().lower(), address)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
