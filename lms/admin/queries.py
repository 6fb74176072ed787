"""What operator pages look up: programmes to choose from, and the audit log in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, String, and_, cast, func, or_, select

from lms.accounts import queries as accounts
from lms.accounts.models import OrgUnit, Person
from lms.accounts.policies import KEEPERS
from lms.accounts.rules import Role, one_line
from lms.admin import words
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import found
from lms.courses.models import Programme, ProgrammeVersion
from lms.web import i18n

PERSON, UNIT = "person", "unit"
NAMES_AT_ONCE = 1000
"""Values that go into one statement."""


def programmes() -> dict[int, str]:
    """Return id and title of the programmes that people can be enrolled in."""
    titles = select(Programme.id, ProgrammeVersion.structure["title"])
    titles = titles.join(ProgrammeVersion, ProgrammeVersion.id == Programme.published_id)
    rows = db.session.execute(titles.order_by(Programme.id))
    return {number: i18n.local(title) for number, title in rows}


def programme_or_404(programme_id: int) -> Programme:
    """Return one of them."""
    one = select(Programme).where(Programme.id == programme_id)
    return found(db.session.scalar(one.where(Programme.published_id.is_not(None))))


def programme_id_of(code: str) -> int | None:
    """Return the id of a programme that people can be enrolled in; None if there is none."""
    one = select(Programme.id).where(Programme.code == code, Programme.published_id.is_not(None))
    return db.session.scalar(one)


def people_named(actor: Person, names: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return the ids of people whom the actor keeps, by how they are called, and the names of none.

    Args:
        actor: HR or an administrator.
        names: staff numbers, sign-in names or mail addresses.
    """
    ids: dict[str, int] = {}
    mine = accounts.visible_to(actor, roles=KEEPERS)
    columns = select(Person.id, Person.staff_no, Person.login, Person.email).where(mine)
    for place in range(0, len(names), NAMES_AT_ONCE):
        some = names[place : place + NAMES_AT_ONCE]
        small = [each.lower() for each in some]
        named = or_(Person.staff_no.in_(some), Person.login.in_(small), Person.email.in_(small))
        for number, staff_no, login, email in db.session.execute(columns.where(named)):
            ids |= {each.lower(): number for each in (email, login, staff_no) if each}
    known = [(each, ids.get(each.lower())) for each in names]
    unknown = [each for each, number in known if number is None]
    return [number for _each, number in known if number is not None], unknown


def names_of(actor: Person, people_ids: Sequence[int]) -> list[str]:
    """Return how `people_named` knows these people, by name; without whom the actor keeps not."""
    mine = accounts.visible_to(actor, roles=KEEPERS)
    query = select(Person.staff_no, Person.login).where(mine, Person.id.in_(people_ids))
    return [
        staff_no or login for staff_no, login in db.session.execute(query.order_by(Person.name))
    ]


def skipped_people(
    actor: Person, skipped: Sequence[tuple[int, str]]
) -> list[tuple[int, str, str, str]]:
    """Return id, name, staff number and, in words, why each was skipped."""
    mine = accounts.visible_to(actor, roles=KEEPERS)
    reasons = {number: str(words.SKIPPED[reason]) for number, reason in skipped}
    columns = (Person.id, Person.name, Person.staff_no)
    found_rows = []
    numbers = list(reasons)
    for place in range(0, len(numbers), NAMES_AT_ONCE):
        some = numbers[place : place + NAMES_AT_ONCE]
        query = select(*columns).where(mine, Person.id.in_(some)).order_by(Person.name)
        found_rows += [
            (number, name, staff_no or "–", reasons[number])
            for number, name, staff_no in db.session.execute(query)
        ]
    return found_rows


def unit_choices() -> dict[str, str]:
    """Return id and name of the open units, indented by their depth; the empty id first."""
    units = sorted(_open_units(), key=lambda each: each[0])
    return {"": "–"} | {str(number): "\u2003" * (len(path) - 1) + name
                        for path, number, name in units}  # fmt: skip


def own_unit_choices(actor: Person) -> dict[str, str]:
    """Return the units in which the actor keeps people; the empty one first, if it is theirs."""
    scope = accounts.units_in_scope(actor, roles=KEEPERS)
    choices = unit_choices()
    if scope is None:
        return choices
    return {number: name for number, name in choices.items() if number and int(number) in scope}


def _open_units() -> Sequence[tuple[tuple[int, ...], int, str]]:
    columns = select(OrgUnit.path, OrgUnit.id, OrgUnit.name).where(OrgUnit.closed_at.is_(None))
    return [
        (tuple(int(part) for part in path.strip("/").split("/")), number, name)
        for path, number, name in db.session.execute(columns)
    ]


@dataclass(slots=True)
class Branch:
    """A unit and what stands below it."""

    id: int
    name: str
    people: int
    below: list["Branch"]


def unit_tree() -> list[Branch]:
    """Return the open units as trees, each with its number of active people."""
    counts = people_per_unit()
    branches: dict[int, Branch] = {}
    roots: list[Branch] = []
    for path, number, name in sorted(_open_units()):
        branch = branches[number] = Branch(number, name, counts.get(number, 0), [])
        above = branches.get(path[-2]) if len(path) > 1 else None
        (above.below if above else roots).append(branch)
    return roots


def people_per_unit() -> Mapping[int, int]:
    """Return how many active people are in each unit itself."""
    counted = select(Person.unit_id, func.count()).where(Person.deactivated_at.is_(None))
    rows = db.session.execute(counted.group_by(Person.unit_id))
    return {number: count for number, count in rows if number is not None}


@dataclass(frozen=True, slots=True)
class Change:
    """One value that an act left behind, and what was there before."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One privileged act, in words."""

    at: datetime
    actor: str
    """Name; empty for the system."""
    action: str
    object: str
    person_id: int | None
    """Of the person acted on, for a link."""
    changes: Sequence[Change]


def audit_entries(
    *, who: str = "", action: str = "", first: date | None = None, last: date | None = None
) -> Select[AuditEntry]:
    """Return audit entries, latest first.

    Args:
        who: part of the name or login of the person who acted or was acted on.
        action: one action's stable name.
        first: from this day on, in the organisation's time zone.
        last: up to and including this day.
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc())
    if who := one_line(who):
        like = [each.icontains(who, autoescape=True) for each in (Person.name, Person.login)]
        ids = select(Person.id).where(or_(*like))
        texts = select(cast(Person.id, String)).where(or_(*like))
        acted_on = and_(AuditEntry.object_kind == PERSON, AuditEntry.object_id.in_(texts))
        query = query.where(or_(AuditEntry.actor_id.in_(ids), acted_on))
    if action:
        query = query.where(AuditEntry.action == action)
    if first is not None:
        query = query.where(AuditEntry.at >= _midnight(first))
    if last is not None and last < date.max:
        query = query.where(AuditEntry.at < _midnight(last + timedelta(days=1)))
    return query


def audit_actions() -> dict[str, str]:
    """Return the actions that have happened, each in words, for a choice; the empty one first."""
    seen = db.session.scalars(select(AuditEntry.action).distinct())
    named = sorted((str(words.ACTIONS.get(each, each)), each) for each in seen)
    return {"": "–"} | {each: name for name, each in named}


def in_words(entries: Iterable[AuditEntry]) -> Sequence[AuditLine]:
    """Return audit entries as people read them; two statements, however many there are."""
    entries = list(entries)
    actors = {each.actor_id for each in entries if each.actor_id is not None}
    people = _names(Person, actors | _ids(entries, PERSON))
    units = _names(OrgUnit, _ids(entries, UNIT))
    return [_line(each, people, units) for each in entries]


def _ids(entries: Iterable[AuditEntry], kind: str) -> set[int]:
    objects = {_number(each) for each in entries if each.object_kind == kind}
    named = (each.detail.get(kind) for each in entries)
    return objects | {each for each in named if isinstance(each, int)}


def _number(entry: AuditEntry) -> int:
    """Return what was acted on, if it is known by a number; else 0, which nothing is."""
    return int(entry.object_id) if entry.object_id.isdecimal() else 0


def _names(table: type[Person | OrgUnit], ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(table.id, table.name).where(table.id.in_(ids)))
    return {number: name for number, name in rows}  # noqa: C416  rows are no pairs to mypy


def _line(entry: AuditEntry, people: Mapping[int, str], units: Mapping[int, str]) -> AuditLine:
    is_person = entry.object_kind == PERSON
    named = people if is_person else units if entry.object_kind == UNIT else {}
    number = _number(entry)
    kind = str(words.KINDS.get(entry.object_kind, entry.object_kind))
    return AuditLine(
        at=entry.at,
        actor="" if entry.actor_id is None else people.get(entry.actor_id, str(entry.actor_id)),
        action=str(words.ACTIONS.get(entry.action, entry.action)),
        object=named.get(number) or f"{kind} {entry.object_id}",
        person_id=number if is_person else None,
        changes=_changes(entry.detail, people),
    )


def _changes(detail: Mapping[str, Any], people: Mapping[int, str]) -> list[Change]:
    """Return ``changes``, a mapping of names to before and after; all else has no before."""
    pairs: list[tuple[str, Any, Any]] = [
        (name, None, value) for name, value in detail.items() if name != "changes"
    ]
    pairs += [(name, before, after) for name, (before, after) in detail.get("changes", {}).items()]
    return [
        Change(
            str(words.FIELDS.get(name, name)),
            _shown(name, before, people),
            _shown(name, after, people),
        )
        for name, before, after in pairs
        if before or after
    ]


def _shown(name: str, value: Any, people: Mapping[int, str]) -> str:
    if value is None or value == "":
        return ""
    if name == "role" and value in set(Role):
        return str(words.ROLES[Role(value)])
    if name == "locale":
        return words.LANGUAGES.get(value, str(value))
    if name == PERSON and isinstance(value, int):
        return people.get(value, str(value))
    if isinstance(value, dict):
        value = [f"{words.FIELDS.get(key, key)} {number}" for key, number in value.items()]
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=i18n.zone())
