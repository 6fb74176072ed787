"""What administrators do with organisation units. Each function is one transaction, and audited."""

import secrets
from datetime import datetime

from sqlalchemy import select

from lms.accounts import queries, rules
from lms.accounts.errors import UnitCircleError, UnitInUseError, UnitTooDeepError
from lms.accounts.models import OrgUnit
from lms.accounts.people import require_admin
from lms.accounts.policies import Actor
from lms.core import audit, clock
from lms.core.db import db, transaction


@transaction()
def add_unit(
    name: str,
    *,
    actor: Actor,
    parent: OrgUnit | None = None,
    code: str = "",
    at: datetime | None = None,
) -> OrgUnit:
    """Add a unit below `parent`, or a root of its own.

    Args:
        name: as people read it.
        actor: the administrator; None for the operator.
        parent: what it is part of.
        code: stable name for imports; by default one is made up.
        at: now.

    Raises:
        UnitTooDeepError: the tree would get too deep.
    """
    require_admin(actor)
    unit = OrgUnit(code=code or f"U-{secrets.token_hex(4)}", name=rules.one_line(name), path="/")
    unit.parent_id = None if parent is None else parent.id
    db.session.add(unit)
    db.session.flush()
    unit.path = _path_below(parent, unit)
    _note("accounts.unit_added", unit, actor, at, name=unit.name)
    return unit


@transaction()
def rename_unit(unit: OrgUnit, name: str, *, actor: Actor, at: datetime | None = None) -> None:
    """Give a unit another name; what was printed keeps the old one."""
    require_admin(actor)
    before, unit.name = unit.name, rules.one_line(name)
    if before != unit.name:
        _note("accounts.unit_renamed", unit, actor, at, changes={"name": [before, unit.name]})


@transaction()
def move_unit(
    unit: OrgUnit, parent: OrgUnit | None, *, actor: Actor, at: datetime | None = None
) -> None:
    """Put a unit with all below it elsewhere; None makes it a root.

    Raises:
        UnitCircleError: `parent` is the unit itself or stands below it.
        UnitTooDeepError: the tree would get too deep.
    """
    require_admin(actor)
    whole_tree = select(OrgUnit).order_by(OrgUnit.id).with_for_update()
    units = {each.id: each for each in db.session.scalars(whole_tree)}  # two movers: a circle
    new_parent_id = None if parent is None else parent.id
    if unit.parent_id == new_parent_id:
        return
    if parent is not None and parent.path.startswith(unit.path):
        raise UnitCircleError
    before = units.get(unit.parent_id or 0)
    old_path = unit.path
    unit.parent_id = new_parent_id
    new_path = _path_below(parent, unit)
    for each in units.values():
        if each.path.startswith(old_path):
            each.path = new_path + each.path.removeprefix(old_path)
            _refuse_deep(each.path)
    names = [before and before.name, parent and parent.name]
    _note("accounts.unit_moved", unit, actor, at, changes={"parent": names}, name=unit.name)


@transaction()
def change_unit(
    unit: OrgUnit, *, name: str, parent: OrgUnit | None, actor: Actor, at: datetime | None = None
) -> None:
    """Rename and move a unit: both, or neither. Raises as `move_unit`."""
    rename_unit(unit, name, actor=actor, at=at)
    move_unit(unit, parent, actor=actor, at=at)


@transaction()
def close_unit(unit: OrgUnit, *, actor: Actor, at: datetime | None = None) -> None:
    """Close a unit that nobody is in; the records of those who were keep naming it.

    Raises:
        UnitInUseError: active people or open units are in it.
    """
    require_admin(actor)
    if queries.unit_in_use(unit):
        raise UnitInUseError
    unit.closed_at = unit.closed_at or at or clock.now()
    _note("accounts.unit_closed", unit, actor, at, name=unit.name)


def _path_below(parent: OrgUnit | None, unit: OrgUnit) -> str:
    path = f"{'/' if parent is None else parent.path}{unit.id}/"
    _refuse_deep(path)
    return path


def _refuse_deep(path: str) -> None:
    if path.count("/") > rules.DEEPEST_UNIT + 1:
        raise UnitTooDeepError(levels=rules.DEEPEST_UNIT)


def _note(action: str, unit: OrgUnit, actor: Actor, at: datetime | None, **detail: object) -> None:
    actor_id = None if actor is None else actor.id
    audit.note(action, kind="unit", object_id=unit.id, actor_id=actor_id, at=at, **detail)
