"""What the database knows already, loaded once: a file is checked against this, not row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from sqlalchemy import select

from lms.accounts import policies, queries
from lms.accounts.importing.joining import Runs, enroller
from lms.accounts.models import OrgUnit, Person, RoleGrant
from lms.accounts.policies import Actor
from lms.accounts.rules import Role
from lms.core.db import db


class Known(NamedTuple):
    """One person as they stand in the table."""

    id: int
    staff_no: str | None
    login: str
    email: str | None
    name: str
    latin_name: str
    locale: str
    unit_id: int | None
    manager_id: int | None
    deactivated_at: object


class Found(NamedTuple):
    """What a text in the unit's column names: a unit, or why none."""

    id: int | None
    code: str
    values: Mapping[str, str]


class Units:
    """The open units that the actor may put people in: by code, name, or end of the path of names."""

    def __init__(self, rows: Sequence[tuple[int, str, str, str]], mine: frozenset[int]) -> None:
        """Take rows of id, code, name and path; those in `mine` are to be found."""
        names = {number: name for number, _code, name, _path in rows}
        self.codes = {number: code for number, code, _name, _path in rows}
        self.paths: dict[int, str] = {}
        self._found: dict[str, list[int]] = {}
        self._cache: dict[str, Found] = {}
        for number, code, name, path in rows:
            ids = [int(each) for each in path.strip("/").split("/")]
            self.paths[number] = " / ".join(names[each] for each in ids if each in names)
            if number in mine:
                parts = self.paths[number].split(" / ")
                ends = {_key("/".join(parts[place:])) for place in range(len(parts))}
                for key in {_key(code), _key(name), *ends}:
                    self._found.setdefault(key, []).append(number)
        self._by_code = {_key(self.codes[number]): number for number in mine}

    def find(self, text: str) -> Found:
        """Return the unit that a text names."""
        if text not in self._cache:
            self._cache[text] = self._find(text)
        return self._cache[text]

    def _find(self, text: str) -> Found:
        key = _key(text)
        if key in self._by_code:
            return Found(self._by_code[key], "", {})
        numbers = self._found.get(key, [])
        if len(numbers) == 1:
            return Found(numbers[0], "", {})
        if numbers:
            paths = "; ".join(sorted(self.paths[each] for each in numbers)[:3])
            return Found(None, "many-units", {"value": text, "paths": paths})
        near = get_close_matches(key, self._found, n=1)
        if near:
            unit = self._found[near[0]][0]
            nearest = f"{self.paths[unit]} ({self.codes[unit]})"
            return Found(None, "unknown-unit-near", {"value": text, "nearest": nearest})
        return Found(None, "unknown-unit", {"value": text})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a file is checked against."""

    people: Mapping[int, Known]
    by_staff_no: Mapping[str, Known]
    by_login: Mapping[str, Known]
    by_email: Mapping[str, Known]
    units: Units
    is_limited: bool
    """Whether the actor may do less than an administrator."""
    scope: frozenset[int] | None
    """Units in which the actor may add and change people; None: everywhere."""
    more_than_trainees: frozenset[int]
    """People with other roles than trainee; loaded for a limited actor only."""
    trainees: frozenset[int] = frozenset()
    programmes: Mapping[str, str] = field(default_factory=dict)
    """Code in small letters -> code."""
    runs: Runs = field(default_factory=dict)


def snapshot(actor: Actor, *, with_programmes: bool) -> Snapshot:
    """Load what a file of this actor is checked against, in a handful of statements.

    Args:
        actor: whose file it is; None for the operator, who may do everything.
        with_programmes: whether the file asks for programmes.
    """
    columns = [getattr(Person, name) for name in Known._fields]
    people = [Known._make(row) for row in db.session.execute(select(*columns))]
    units: Any = db.session.execute(
        select(OrgUnit.id, OrgUnit.code, OrgUnit.name, OrgUnit.path).where(
            OrgUnit.closed_at.is_(None)
        )
    ).all()
    scope = None if actor is None else queries.units_in_scope(actor, roles=policies.KEEPERS)
    codes = enroller().codes() if with_programmes else []
    is_limited = actor is not None and not policies.is_admin(actor)
    return Snapshot(
        people={each.id: each for each in people},
        by_staff_no={each.staff_no: each for each in people if each.staff_no},
        by_login={each.login: each for each in people},
        by_email={each.email: each for each in people if each.email},
        units=Units(
            units, frozenset(each[0] for each in units if scope is None or each[0] in scope)
        ),
        is_limited=is_limited,
        scope=scope,
        more_than_trainees=_holding(is_trainee=False) if is_limited else frozenset(),
        trainees=_holding(is_trainee=True) if codes else frozenset(),
        programmes={each.lower(): each for each in codes},
        runs=enroller().runs(codes) if codes else {},
    )


def _holding(*, is_trainee: bool) -> frozenset[int]:
    """Return who is a trainee, or who is something else as well."""
    grants = select(RoleGrant.person_id).where(RoleGrant.ended_at.is_(None))
    return frozenset(
        db.session.scalars(grants.where((RoleGrant.role == Role.TRAINEE) == is_trainee))
    )


def _key(text: str) -> str:
    """Return a text as units are compared: case, blanks and the kind of slash do not matter."""
    for each in "＞>\\／｜|":
        text = text.replace(each, "/")
    return "/".join("".join(part.split()) for part in text.casefold().split("/"))
