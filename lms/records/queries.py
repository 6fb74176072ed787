"""What pages, jobs and commands look up about training records.

Each query takes the actor, where it matters, and puts what they may see into WHERE: what is not
there and what is not theirs are one and the same 404.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, select

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.db import db
from lms.records import rules
from lms.records.models import RecordEnd, RecordEntry
from lms.records.rules import EMPTY, End, Fact, Link, Problem

READERS = frozenset({Role.HR, Role.ADMIN, Role.MANAGER})
"""Who sees the records of the people in their scope."""
CHUNK = 1000
"""Rows that are held at once while all chains are walked."""
END = (RecordEnd.number.label("end_number"), RecordEnd.hash.label("end_hash"))


@dataclass(frozen=True, slots=True)
class Chain:
    """One person's entries, in order, and what is wrong with them."""

    links: Sequence[Link]
    problems: Sequence[Problem]
    head: str
    """Hash of the last entry."""


def person_for(actor: Person, person_id: int) -> Person:
    """Return a person whose record the actor may read."""
    return accounts.person_for(actor, person_id, roles=READERS)


def manager_name(person: Person) -> str | None:
    """Return the name of a person's line manager, as far as one is known."""
    return db.session.scalar(select(Person.name).where(Person.id == person.manager_id))


def chain_of(person_id: int) -> Chain:
    """Return a person's chain, walked. The caller has asked `person_for`."""
    rows = db.session.execute(_entries().where(RecordEntry.person_id == person_id)).all()
    links = [_link(row) for row in rows]
    if rows:
        return Chain(links, rules.verify_chain(links, _end(rows[0])), links[-1].hash)
    ends = _ends_without_entries().where(RecordEnd.person_id == person_id)
    row = db.session.execute(ends).one_or_none()
    return Chain([], rules.verify_chain([], _end(row) if row else EMPTY), EMPTY.hash)


def verified() -> Iterator[tuple[int, int, list[Problem]]]:
    """Walk every chain, one person in memory at a time.

    Yields:
        Person id, number of entries and what is wrong; also for people all of whose entries are
        gone.
    """
    rows = db.session.execute(_entries(), execution_options={"yield_per": CHUNK})
    for person_id, group in groupby(rows, key=lambda row: int(row.person_id)):
        entries = list(group)
        links = [_link(row) for row in entries]
        yield person_id, len(links), rules.verify_chain(links, _end(entries[0]))
    for row in db.session.execute(_ends_without_entries()):
        yield row.person_id, 0, rules.verify_chain([], _end(row))


def _entries() -> Select[*tuple[Any, ...]]:
    """Columns, not entities: a record has hundreds of rows, and nobody changes one.

    With the end beside each, so that both are of the same moment: an entry that is added between
    two statements would look like one that nobody added.
    """
    return (
        select(*RecordEntry.__table__.columns, *END)
        .outerjoin(RecordEnd, RecordEnd.person_id == RecordEntry.person_id)
        .order_by(RecordEntry.person_id, RecordEntry.number, RecordEntry.id)
    )


def _ends_without_entries() -> Select[*tuple[Any, ...]]:
    entries = select(RecordEntry.id).where(RecordEntry.person_id == RecordEnd.person_id)
    return select(RecordEnd.person_id, *END).where(~entries.exists())


def _link(row: Row[*tuple[Any, ...]]) -> Link:
    fact = Fact(
        number=row.number,
        person_id=row.person_id,
        at=hashed_instant(row.at),
        verb=row.verb,
        enrolment_id=row.enrolment_id,
        actor_id=row.actor_id,
        detail=row.detail,
    )
    return Link(row.id, fact, row.previous_hash, row.hash)


def _end(row: Row[*tuple[Any, ...]]) -> End:
    return EMPTY if row.end_number is None else End(row.end_number, row.end_hash)


def hashed_instant(at: datetime) -> str:
    """Return an instant in the one spelling that is hashed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
