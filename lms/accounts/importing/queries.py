"""What pages look up about files of people. Each person sees their own only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from lms.accounts.models import AccessLink, PeopleImport, PeopleImportRow, Person, RoleGrant
from lms.accounts.rules import Purpose, Verdict
from lms.core import clock
from lms.core.db import db
from lms.core.errors import found

RECENT = 5


def import_of(actor: Person, import_id: int) -> PeopleImport:
    """Return an import that the actor asked for and that has not expired; else a 404."""
    own = select(PeopleImport).filter_by(id=import_id, asked_by_id=actor.id)
    return found(db.session.scalar(own.where(PeopleImport.expires_at > clock.now())))


def recent_imports(actor: Person) -> Sequence[PeopleImport]:
    """Return the actor's last imports, latest first."""
    own = select(PeopleImport).filter_by(asked_by_id=actor.id)
    current = own.where(PeopleImport.expires_at > clock.now())
    return db.session.scalars(current.order_by(PeopleImport.id.desc()).limit(RECENT)).all()


def rows_of(import_id: int, verdict: Verdict | None = None) -> Select[PeopleImportRow]:
    """Return the rows of an import, in the order of the file; those of one verdict, if given."""
    query = select(PeopleImportRow).filter_by(import_id=import_id)
    if verdict is not None:
        query = query.where(PeopleImportRow.verdict == verdict)
    return query.order_by(PeopleImportRow.number)


def waiting_for_invitation(actor_id: int | None, at: datetime) -> Sequence[int]:
    """Return who was brought in by someone at an instant and has no password yet."""
    new = select(Person.id).filter_by(created_at=at, password_hash=None, deactivated_at=None)
    granted = select(RoleGrant.person_id).filter_by(granted_by_id=actor_id, granted_at=at)
    return db.session.scalars(new.where(Person.id.in_(granted)).order_by(Person.id)).all()


def without_invitation(people_ids: Sequence[int], *, at: datetime) -> Sequence[Person]:
    """Return which of these active people have neither a password nor a usable invitation."""
    invited = select(AccessLink.person_id).filter_by(purpose=Purpose.INVITE, used_at=None)
    invited = invited.where(AccessLink.expires_at > at, AccessLink.person_id.is_not(None))
    waiting = select(Person).filter_by(password_hash=None, deactivated_at=None)
    waiting = waiting.where(Person.id.in_(people_ids), Person.id.not_in(invited))
    return db.session.scalars(waiting.order_by(Person.id)).all()
