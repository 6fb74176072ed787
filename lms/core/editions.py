"""Publishing versions: what changed gets the next number, what did not stays as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.core.content import Counts
from lms.core.db import db, transaction


@dataclass(frozen=True, slots=True)
class Edition:
    """What one entry is to be."""

    code: str
    digest: str
    """Of all that makes a version differ from another."""
    columns: Mapping[str, Any]
    """Of the version, should a new one be needed."""
    place: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the entry itself: they follow the file without making a version."""


@transaction()
def publish(owners: Any, versions: Any, editions: Iterable[Edition], at: datetime) -> Counts:
    """Make a version of each entry whose digest is not the published one's, and publish it.

    Args:
        owners: the entries' table, with ``code`` and ``published_id``.
        versions: their versions' table; its one foreign key to `owners` is ``<table>_id``.
        editions: what is to be, each code once.
        at: when the versions are made.

    Returns:
        What was done; `gone` are the entries that `editions` does not name: they are left alone.
    """
    link = getattr(versions, f"{owners.__tablename__}_id")
    known = {owner.code: (owner, old) for owner, old in db.session.execute(
        select(owners, versions.digest).outerjoin(versions, versions.id == owners.published_id)
    )}  # fmt: skip
    numbers: dict[int, int] = dict(
        db.session.execute(select(link, func.max(versions.number)).group_by(link)).all()
    )
    counts, pending = Counts(), []
    wanted = {each.code: each for each in editions}
    counts.gone = sorted(known.keys() - wanted.keys())
    for code, each in wanted.items():
        owner, old = known.get(code, (None, None))
        if owner is None:
            counts.added += 1
            owner = owners(code=code, **each.place)
            db.session.add(owner)
        else:
            is_moved = _move(owner, each.place)
            counts.same += old == each.digest and not is_moved
            counts.changed += old != each.digest or is_moved
        if old != each.digest:
            pending.append((owner, each))
    db.session.flush()
    _make(versions, link.key, pending, numbers, at)
    return counts


def _move(owner: Any, place: Mapping[str, Any]) -> bool:
    """Set the entry's own columns; return whether that changed any."""
    changed = {key: value for key, value in place.items() if getattr(owner, key) != value}
    for key, value in changed.items():
        setattr(owner, key, value)
    return bool(changed)


def _make(
    versions: Any,
    link: str,
    pending: list[tuple[Any, Edition]],
    numbers: Mapping[int, int],
    at: datetime,
) -> None:
    rows = [
        versions(
            **{link: owner.id},
            number=numbers.get(owner.id, 0) + 1,
            digest=each.digest,
            made_at=at,
            **each.columns,
        )
        for owner, each in pending
    ]
    db.session.add_all(rows)
    db.session.flush()
    for (owner, _), row in zip(pending, rows, strict=True):
        owner.published_id = row.id
    db.session.flush()
