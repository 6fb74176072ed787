"""What can be done with the keys that sign. Each function is one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import services
from lms.certificates.models import StatusList
from lms.core import audit, clock, keys
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError
from lms.core.keys import Key, Kind


@transaction()
def rotate_keys(kinds: Sequence[Kind], *, at: datetime | None = None) -> list[Key]:
    """Replace the keys that sign. What the earlier ones signed stays valid, and can be checked.

    Raises:
        KeysLockedError: the instance secret is another one; nothing is replaced.
    """
    at = at or clock.now()
    made = keys.rotate(*kinds, at=at)
    _note_keys(made, at)
    services.ask_unsigned_again(at)
    for row in db.session.scalars(select(StatusList)).all():
        services.sign_list(row.id, f"key:{made[0].name}", at=at)
    return made


@transaction()
def take_package(
    content: bytes, password: str, *, actor: Person | None = None, at: datetime | None = None
) -> Key:
    """Sign PDFs with a bought certificate from now on.

    Args:
        content: a PKCS#12 file.
        password: of that file.
        actor: an administrator; None for the operator's command.
        at: the instant; now, unless a test says otherwise.

    Raises:
        NotAllowedError: the actor is no administrator.
        PackageRefusedError: see `lms.core.keys.take_package`.
    """
    if actor is not None and Role.ADMIN not in actor.roles:
        raise NotAllowedError
    at = at or clock.now()
    key = keys.take_package(content, password, at=at)
    _note_keys([key], at, actor)
    services.ask_unsigned_again(at)
    return key


def to_rotate(*, root: bool, replace_bought: bool) -> list[Kind]:
    """Return the kinds of keys that a rotation replaces.

    A bought certificate is kept, unless somebody asks otherwise: it was paid for, and others trust
    it. One that cannot be opened signs nothing any more, and is replaced in any case.
    """
    signer = keys.current(Kind.SIGNER)
    kinds = [Kind.CREDENTIAL, *([Kind.ROOT] if root else [])]
    if signer.is_bought and not replace_bought and _opens(signer):
        return kinds
    return [*kinds, Kind.SIGNER]


def _opens(key: Key) -> bool:
    try:
        keys.secret_of(key)
    except keys.KeysLockedError:
        return False
    return True


def _note_keys(made: Sequence[Key], at: datetime, actor: Person | None = None) -> None:
    names = [key.name for key in made]
    actor_id = None if actor is None else actor.id
    action, kind = "certificates.keys-rotated", "keys"
    audit.note(action, kind=kind, object_id=names[0], actor_id=actor_id, at=at, keys=names)
