"""Bringing the demo in, and how to sign in to it."""

import os
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from lms.accounts import passwords, people, units
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Details, Role
from lms.admin.demo import cast, history
from lms.admin.demo.cast import Part
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import LmsError, found
from lms.courses import queries as courses

PROGRAMME = "after-sales"
FILE = "demo-accounts.txt"
"""In the data directory; readable by its owner only."""
BEFORE = timedelta(days=100)
"""When the organisation was set up."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""


class DemoLoadedError(LmsError):
    """There is a demo organisation already, or what could not be removed of one."""

    code = "demo-loaded"
    message = _("There is a demo organisation already. Remove it first: flask demo clear")


def load(*, at: datetime | None = None) -> str:
    """Make the demo organisation; return how to sign in, which is kept in `FILE` as well.

    Args:
        at: the instant that the demo leads up to; now, unless a test says otherwise.

    Raises:
        DemoLoadedError: there is a demo already.
        NotFoundError: the programme was not imported.
    """
    at = at or clock.now()
    if demo_people():
        raise DemoLoadedError
    opened = {part.login: _password() for part in (*cast.STAFF, cast.FIRST)}
    hashes = {login: passwords.hashed(password) for login, password in opened.items()}
    with transaction():
        programme = found(courses.programme_with(PROGRAMME))
        in_units = _units(at - BEFORE)
        administrator, _hr, trainer, _manager = [
            _person(part, in_units, hashes, at=at - BEFORE) for part in cast.STAFF
        ]
        for part in cast.trainees():
            began = at - timedelta(days=part.began_days_ago + 1)
            person = _person(part, in_units, hashes, at=began)
            history.live(person, part, programme, actor=administrator, marker=trainer, at=at)
            if part.leaves and part.stops_after_days is not None:
                gone = began + timedelta(days=part.stops_after_days + 3)
                people.deactivate(person, actor=None, at=min(gone, at))
    text = "".join(f"{login} / {password}\n" for login, password in opened.items())
    _keep(text)
    return text


def _units(at: datetime) -> dict[str, OrgUnit]:
    made: dict[str, OrgUnit] = {}
    root: OrgUnit | None = None
    for code, name in cast.UNITS.items():
        made[code] = units.add_unit(name, code=code, parent=root, actor=None, at=at)
        root = root or made[code]
    return made


def _person(
    part: Part, in_units: dict[str, OrgUnit], hashes: dict[str, str], *, at: datetime
) -> Person:
    details = Details(
        name=part.name,
        latin_name=part.latin_name,
        login=part.login,
        staff_no=part.staff_no,
        locale="zh",
        unit_id=in_units[part.unit].id,
    )
    is_scoped = part.role is Role.MANAGER
    roles = [] if is_scoped else [part.role]
    person = people.add_person(details, actor=None, roles=roles, is_demo=True, at=at)
    if is_scoped:
        people.grant_role(person, part.role, actor=None, unit=in_units[part.unit], at=at)
    person.password_hash = hashes.get(part.login)
    return person


def demo_people() -> Sequence[Person]:
    """Return the people of the demo."""
    return db.session.scalars(select(Person).where(Person.is_demo).order_by(Person.id)).all()


def accounts_text() -> str:
    """Return how to sign in to the demo; empty if there is none."""
    path = file()
    is_there = db.session.scalar(select(Person.id).where(Person.is_demo).limit(1)) is not None
    return path.read_text(encoding="utf-8") if path.exists() and is_there else ""


def file() -> Path:
    """Return where the demo's passwords are kept."""
    return Path(current_app.instance_path) / FILE


def _password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _keep(text: str) -> None:
    path = file()
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
