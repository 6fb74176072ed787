"""Questions about people, units and sign-ins.

Each query takes the actor, where it matters, and puts what they may see into WHERE: what is not
there and what is not theirs are one and the same 404.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, lazyload

from lms.accounts import rules
from lms.accounts.models import AccessLink, OrgUnit, Person, RoleGrant, SignIn
from lms.accounts.rules import Purpose, Role
from lms.core import clock
from lms.core.db import db
from lms.core.errors import found
from lms.core.prepared import Prepared


def token_hash(token: str) -> str:
    """Return what is stored of a token. Unsalted: it is 256 random bits, not a password."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_with(token: str) -> SignIn | None:
    """Return the sign-in that a cookie stands for, unless it has ended or the person has left."""
    found = db.session.scalars(_SIGNED_IN, {"token": token_hash(token)})
    row = found.unique().one_or_none()
    return None if row is None or _has_run_out(row.signed_in_at, row.seen_at) else row


def read_again(row: SignIn) -> None:
    """Read a sign-in, its person and their roles after a transaction; lazily it would be three."""
    found = db.session.scalars(_AGAIN, {"sign_in_id": row.id})
    found.unique().one_or_none()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, without their rows."""

    id: int
    """Of the person."""
    name: str
    is_demo: bool
    roles: frozenset[Role]
    sign_in_id: int
    token_hash: str
    signed_in_at: datetime
    seen_at: datetime


Actor = Person | Visitor
"""Who does something, where no more is asked of them than who they are."""


def visitor_with(token: str, *, asks_more: bool = True) -> Visitor | None:
    """Return what `sign_in_with` would, as a few columns: a fifth of its cost.

    Args:
        token: of the cookie.
        asks_more: whether the page asks the database for anything else. Saving an answer does not.
    """
    hashed = token_hash(token)
    rows = (_VISITOR.rows if asks_more else _VISITOR.alone)(token=hashed)
    if not rows or _has_run_out(rows[0].signed_in_at, rows[0].seen_at):
        return None
    roles = frozenset(row.role for row in rows if row.role is not None)
    person_id, name, is_demo, sign_in_id, signed_in_at, seen_at, _role = rows[0]
    return Visitor(person_id, name, is_demo, roles, sign_in_id, hashed, signed_in_at, seen_at)


def visitor_of(row: SignIn) -> Visitor:
    """Return the same of a sign-in that was read with its person."""
    person = row.person
    return Visitor(
        id=person.id,
        name=person.name,
        is_demo=person.is_demo,
        roles=person.roles,
        sign_in_id=row.id,
        token_hash=row.token_hash,
        signed_in_at=row.signed_in_at,
        seen_at=row.seen_at,
    )


_VISITOR = Prepared(
    select(
        Person.id,
        Person.name,
        Person.is_demo,
        SignIn.id.label("sign_in_id"),
        SignIn.signed_in_at,
        SignIn.seen_at,
        RoleGrant.role,
    )
    .select_from(SignIn)
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(
        RoleGrant, and_(RoleGrant.person_id == SignIn.person_id, RoleGrant.ended_at.is_(None))
    )
    .where(
        SignIn.token_hash == bindparam("token"),
        SignIn.ended_at.is_(None),
        Person.deactivated_at.is_(None),
    )
)


_WITH_PERSON = (
    select(SignIn)
    .join(SignIn.person)
    .outerjoin(Person.grants)
    .options(
        contains_eager(SignIn.person).options(
            contains_eager(Person.grants).lazyload(RoleGrant.unit), lazyload(Person.unit)
        )
    )
)
"""One statement, built once, without what few pages show."""
_SIGNED_IN = _WITH_PERSON.where(
    SignIn.token_hash == bindparam("token"),
    SignIn.ended_at.is_(None),
    Person.deactivated_at.is_(None),
)
"""Asked for by every request."""
_AGAIN = _WITH_PERSON.where(SignIn.id == bindparam("sign_in_id")).execution_options(
    populate_existing=True
)


def _has_run_out(signed_in_at: datetime, seen_at: datetime) -> bool:
    idle = timedelta(minutes=current_app.config["IDLE_MINUTES"])
    absolute = timedelta(days=current_app.config["SESSION_DAYS"])
    return rules.is_over(signed_in_at, seen_at, at=clock.now(), idle=idle, absolute=absolute)


def sign_ins_of(actor: Person) -> Sequence[SignIn]:
    """Return where the actor is signed in, latest first."""
    current = select(SignIn).filter_by(person_id=actor.id, ended_at=None)
    rows = db.session.scalars(current.order_by(SignIn.seen_at.desc())).all()
    return [row for row in rows if not _has_run_out(row.signed_in_at, row.seen_at)]


def sign_in_of(actor: Person, sign_in_id: int) -> SignIn:
    """Return one of the actor's own sign-ins; anything else is a 404."""
    own = select(SignIn).filter_by(id=sign_in_id, person_id=actor.id)
    return found(db.session.scalar(own))


def person_with_login(login: str) -> Person | None:
    """Return who signs in under this name, typed in any case."""
    return db.session.scalar(_WITH_LOGIN, {"login": rules.one_line(login).lower()})


_WITH_LOGIN = (
    select(Person)
    .where(Person.login == bindparam("login"))
    .options(lazyload(Person.unit), lazyload(Person.grants))
)


def person_to_remind(name: str) -> Person | None:
    """Return the active person with this login or mail address, if mail can reach them."""
    typed = rules.one_line(name).lower()
    named = select(Person).where(or_(Person.login == typed, Person.email == typed))
    reachable = named.where(Person.email.is_not(None), Person.deactivated_at.is_(None))
    # Someone's login may be another's mail address: the login counts.
    return db.session.scalar(reachable.order_by((Person.login == typed).desc()).limit(1))


def link_address(purpose: Purpose, token: str) -> str:
    """Return where a one-time link leads: known to commands and jobs too, without a request."""
    page = "setup" if purpose is Purpose.SETUP else "link"
    return f"{current_app.config['SETTINGS'].base_url}/{page}/{token}"


def usable_link(token: str, purposes: Iterable[Purpose], *, at: datetime) -> AccessLink | None:
    """Return an unused, unexpired link for one of `purposes`, unless its person has left."""
    query = select(AccessLink).outerjoin(AccessLink.person)
    query = query.where(
        AccessLink.token_hash == token_hash(token),
        AccessLink.purpose.in_(list(purposes)),
        AccessLink.used_at.is_(None),
        AccessLink.expires_at > at,
        Person.deactivated_at.is_(None),
    )
    return db.session.scalar(query)


def person_for(actor: Person, person_id: int, *, roles: frozenset[Role]) -> Person:
    """Return a person whom the actor may see in one of `roles`."""
    seen = select(Person).where(Person.id == person_id, visible_to(actor, roles=roles))
    return found(db.session.scalar(seen))


def visible_to(actor: Person, *, roles: frozenset[Role]) -> ColumnElement[bool]:
    """Whom the actor sees by holding one of `roles`: themselves, and the people in its scope.

    In the scope of a manager are those who report to them as well, wherever they work.
    """
    scopes: list[ColumnElement[bool]] = [Person.id == actor.id]
    for grant in actor.grants:
        if grant.role not in roles:
            continue
        if grant.unit_id is None:
            return true()
        if grant.role is Role.MANAGER:
            scopes.append(Person.manager_id == actor.id)
        below = select(OrgUnit.id).where(OrgUnit.path.like(f"%/{grant.unit_id}/%"))
        scopes.append(Person.unit_id.in_(below))
    return or_(*scopes)


def units_in_scope(actor: Person, *, roles: frozenset[Role]) -> frozenset[int] | None:
    """Return the units in which one of `roles` counts for the actor; None: everywhere."""
    grants = [each for each in actor.grants if each.role in roles]
    if any(each.unit_id is None for each in grants):
        return None
    below = [OrgUnit.path.like(f"%/{each.unit_id}/%") for each in grants]
    return frozenset(db.session.scalars(select(OrgUnit.id).where(or_(false(), *below))))


def people(
    actor: Person, *, roles: frozenset[Role], search: str = "", active: bool | None = None
) -> Select[Person]:
    """Return the people whom the actor sees, by name.

    Args:
        actor: who looks.
        roles: the actor's roles that count for it.
        search: words; each is part of name, staff number, login or unit.
        active: only those who may sign in, or only those who may not.
    """
    query = select(Person).outerjoin(Person.unit).where(visible_to(actor, roles=roles))
    query = query.where(*matching(search))
    if active is not None:
        query = query.where(Person.deactivated_at.is_(None) == active)
    return query.order_by(Person.name, Person.id)


def matching(search: str) -> list[ColumnElement[bool]]:
    """Return what people found by `search` fulfil, as `people` says; their units are joined."""
    columns = (Person.name, Person.latin_name, Person.login, Person.staff_no, OrgUnit.name)
    words = rules.one_line(search).split()
    return [or_(*(each.icontains(word, autoescape=True) for each in columns)) for word in words]


def trainees(actor: Person, *, roles: frozenset[Role], below: OrgUnit) -> Select[int]:
    """Return the ids of the active trainees of a unit and all below it whom the actor sees."""
    learning = select(RoleGrant.person_id).filter_by(role=Role.TRAINEE, ended_at=None)
    inside = select(OrgUnit.id).where(OrgUnit.path.like(f"{below.path}%"))
    query = select(Person.id).where(visible_to(actor, roles=roles), Person.unit_id.in_(inside))
    query = query.where(Person.deactivated_at.is_(None), Person.id.in_(learning))
    return query.order_by(Person.name, Person.id)


def units() -> Sequence[OrgUnit]:
    """Return all units that are not closed, parents before their children."""
    return db.session.scalars(
        select(OrgUnit).where(OrgUnit.closed_at.is_(None)).order_by(OrgUnit.path)
    ).all()


def unit_in_use(unit: OrgUnit) -> bool:
    """Whether active people or open units stand in a unit."""
    people = select(Person.id).filter_by(unit_id=unit.id, deactivated_at=None)
    below = select(OrgUnit.id).filter_by(parent_id=unit.id, closed_at=None)
    return db.session.scalars(select(or_(people.exists(), below.exists()))).one()


def grant_of(person: Person, grant_id: int) -> RoleGrant:
    """Return a role that the person has now; anything else is a 404."""
    current = select(RoleGrant).filter_by(id=grant_id, person_id=person.id, ended_at=None)
    return found(db.session.scalar(current))


def unit_or_404(unit_id: int) -> OrgUnit:
    """Return a unit that is not closed."""
    return found(db.session.scalar(select(OrgUnit).filter_by(id=unit_id, closed_at=None)))


def administrators() -> int:
    """Return how many active people may run the whole site."""
    query = select(func.count(func.distinct(RoleGrant.person_id))).join(
        Person, Person.id == RoleGrant.person_id
    )
    return db.session.scalars(
        query.where(
            RoleGrant.role == Role.ADMIN,
            RoleGrant.unit_id.is_(None),
            RoleGrant.ended_at.is_(None),
            Person.deactivated_at.is_(None),
            Person.is_demo.is_(False),  # a demo's administrator goes with the demo
        )
    ).one()


def administrators_to_tell() -> Sequence[Person]:
    """Return the active people who run the whole site, for mails about what they should mend."""
    query = select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
    query = query.where(
        RoleGrant.role == Role.ADMIN,
        RoleGrant.unit_id.is_(None),
        RoleGrant.ended_at.is_(None),
        Person.deactivated_at.is_(None),
    )
    return db.session.scalars(query.order_by(Person.id).distinct()).all()


def has_people() -> bool:
    """Whether anyone but the demo's people exists: if not, this is the first start."""
    return (
        db.session.scalar(select(Person.id).where(Person.is_demo.is_(False)).limit(1)) is not None
    )


def sees_everyone(actor: Person, *, roles: frozenset[Role]) -> bool:
    """Whether the actor holds one of `roles` for the whole organisation."""
    return any(each.role in roles and each.unit_id is None for each in actor.grants)
