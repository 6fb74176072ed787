"""Brings planned rows into the tables, many at a time: for a file with thousands of people.

The same changes, audit lines and enrolments as one by one; only passwords are nobody's business
here, and invitations a job's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, func, insert, select, update

from lms.accounts.importing.columns import Field
from lms.accounts.importing.joining import Wish, enroller
from lms.accounts.importing.known import Snapshot
from lms.accounts.importing.planned import Planned
from lms.accounts.importing.planning import COMPARED
from lms.accounts.models import Person, RoleGrant
from lms.accounts.policies import Actor
from lms.accounts.rules import Role, Verdict
from lms.core.audit import AuditEntry
from lms.core.db import Base, db, transaction

MOST = 10_000
"""Rows per transaction: whoever else writes waits for one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch came to."""

    added: dict[int, int]
    """Row number -> id of the new person."""
    changed: int
    """Known people of whom something changed; a mere enrolment is none."""


Levelled = tuple[int, Planned]
"""A row, and how many new people stand above its person: they have to be written before."""


def batches(planned: Sequence[Planned], known: Snapshot) -> list[list[Levelled]]:
    """Return the rows that would change something, each batch for one transaction, in order."""
    rows = {each.row.get(Field.STAFF_NO): each for each in planned if each.verdict is Verdict.NEW}
    rows.pop("", None)
    level: dict[int, int] = {}
    wanted = [each for each in planned if each.verdict in {Verdict.NEW, Verdict.CHANGED}]
    for each in wanted:
        _put_on_level(each, rows, level, known)
    ordered = sorted(((level[each.row.number], each) for each in wanted), key=itemgetter(0))
    return [ordered[place : place + MOST] for place in range(0, len(ordered), MOST)]


def _put_on_level(
    each: Planned, rows: dict[str, Planned], level: dict[int, int], known: Snapshot
) -> None:
    """Count the new people above someone; circles were refused, so there is an end."""
    way = []
    here: Planned | None = each
    while here is not None and here.row.number not in level:
        way.append(here)
        is_new = here.manager not in known.by_staff_no
        here = rows.get(here.manager) if here.manager and is_new else None
    above = -1 if here is None else level[here.row.number]
    for place, person in enumerate(reversed(way), start=1):
        level[person.row.number] = above + place


@transaction()
def write(
    batch: Sequence[Levelled], ids: dict[str, int], *, actor: Actor, locale: str, at: datetime
) -> Written:
    """Bring a batch in: all of it, or nothing.

    Args:
        batch: one of `batches`, in their order.
        ids: staff number -> id of everyone whom a row can name as manager; new people are added.
        actor: who brings it.
        locale: of new people whose row says nothing.
        at: the instant.
    """
    actor_id = None if actor is None else actor.id
    added: dict[int, int] = {}
    changed: list[Planned] = []
    for _level, group in groupby(batch, key=itemgetter(0)):
        rows = [each for _, each in group]
        new = [each for each in rows if each.known is None]
        changed += [each for each in rows if each.known is not None]
        if new:
            added |= _add(new, ids, locale, at)
    _change(changed, ids)
    _grant(added.values(), actor_id, at)
    _note(batch, added, actor_id, at)
    return Written(added, sum(map(_is_changed, changed)))


@transaction()
def enrol(wishes: Sequence[Wish], *, actor: Actor, at: datetime) -> int:
    """Enrol people by the same rules as one by one; return how many were."""
    return enroller().enrol(wishes, actor=actor, at=at)


def wishes(planned: Iterable[Planned], added: dict[int, int]) -> list[Wish]:
    """Return who is to be enrolled in what.

    Args:
        planned: the rows that were brought in.
        added: row number -> id of the new people.
    """
    return [
        Wish(added[each.row.number] if each.known is None else each.known.id, each.programme,
             each.row.due_on)
        for each in planned
        if each.programme and (each.known is not None or each.row.number in added)
    ]  # fmt: skip


def _add(new: Sequence[Planned], ids: dict[str, int], locale: str, at: datetime) -> dict[int, int]:
    """Insert people; return row number -> id."""
    last = db.session.scalar(select(func.max(Person.id))) or 0
    insert_rows(Person, [_columns(each, ids, locale, at) for each in new])
    rows = db.session.execute(select(Person.login, Person.id).where(Person.id > last))
    numbers = {login: number for login, number in rows}  # noqa: C416  rows are no pairs to mypy
    added = {each.row.number: numbers[each.row.login] for each in new}
    for each in new:
        if staff_no := each.row.get(Field.STAFF_NO):
            ids[staff_no] = added[each.row.number]
    return added


def _grant(people: Iterable[int], actor_id: int | None, at: datetime) -> None:
    """Make new people trainees."""
    grants = [
        {"person_id": number, "role": Role.TRAINEE, "granted_by_id": actor_id, "granted_at": at}
        for number in people
    ]
    insert_rows(RoleGrant, grants)


def _note(
    batch: Sequence[Levelled], added: Mapping[int, int], actor_id: int | None, at: datetime
) -> None:
    """Write the audit lines, one for each person."""
    lines: list[dict[str, Any]] = []
    common = {"at": at, "actor_id": actor_id, "object_kind": "person"}
    for _level, each in batch:
        if each.known is None:
            number, action = added[each.row.number], "accounts.added"
            detail: dict[str, Any] = {"name": each.row.get(Field.NAME), "login": each.row.login}
        else:
            number, action = each.known.id, "accounts.changed"
            detail = {"changes": {name: [old, new] for name, old, new in each.changes
                                  if name != Field.PROGRAMME}}  # fmt: skip
        if each.known is None or _is_changed(each):
            lines.append({**common, "action": action, "object_id": str(number), "detail": detail})
    insert_rows(AuditEntry, lines)


def _is_changed(each: Planned) -> bool:
    """Whether a row does more to a known person than to enrol them."""
    return any(name != Field.PROGRAMME for name, _old, _new in each.changes)


def insert_rows(model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows by one statement, past the objects of the mapper."""
    table = model.__table__
    assert isinstance(table, Table)
    if rows:
        db.session.execute(insert(table), rows)


def _columns(each: Planned, ids: dict[str, int], locale: str, at: datetime) -> dict[str, Any]:
    row = each.row
    return {
        "staff_no": row.values.get(Field.STAFF_NO),
        "login": row.login,
        "name": row.values[Field.NAME],
        "latin_name": row.get(Field.LATIN_NAME),
        "email": row.values.get(Field.EMAIL),
        "locale": row.get(Field.LOCALE) or locale,
        "unit_id": each.unit_id,
        "manager_id": ids[each.manager] if each.manager else None,
        "created_at": at,
        "is_demo": False,
    }


def _change(changed: Sequence[Planned], ids: dict[str, int]) -> None:
    """Change people, those with the same columns to change in one go."""
    values = [_values(each, ids) for each in changed]
    for names in {tuple(each) for each in values}:
        same = [each for each in values if tuple(each) == names]
        if len(names) > 1:
            db.session.execute(update(Person), same)


def _values(each: Planned, ids: dict[str, int]) -> dict[str, Any]:
    """Return the columns of a known person that are to change, and the id."""
    assert each.known is not None, "new people are added"
    values: dict[str, Any] = {"id": each.known.id}
    for name, _old, value in each.changes:
        if name in COMPARED:
            values[name] = value
        elif name == Field.UNIT:
            values["unit_id"] = each.unit_id
        elif name == Field.MANAGER:
            values["manager_id"] = ids[each.manager]
    return values
