"""Long work on files of people: the check, the bringing in, the invitations."""

from functools import partial

from lms.accounts import people
from lms.accounts.errors import PeopleFileError
from lms.accounts.importing import bringing, files, queries, services
from lms.accounts.importing.bringing import Check
from lms.accounts.models import PeopleImport, Person
from lms.core import clock, queue
from lms.core.db import db, transaction
from lms.core.queue import Effect, handler

INVITED_AT_ONCE = 100
"""People per transaction."""


@handler("accounts.import-check")
def check(import_id: int) -> Effect:
    """Read a file and say what each row would do."""
    row = db.session.get(PeopleImport, import_id)
    if row is None:  # swept away before anyone came to look
        return lambda: None
    found = _checked(row)
    db.session.rollback()  # the read is over; the effect begins anew

    def keep() -> dict[str, str]:
        services.note_check(import_id, found, at=clock.now())
        return {"page": f"/admin/people/import/{import_id}"}

    return keep


@handler("accounts.import")
def bring_in(import_id: int) -> Effect:
    """Bring the right rows in, part by part; the effect notes that it is done.

    The parts are written before the effect, for one transaction over thousands of people would keep
    everyone else from saving. Tried again, it finds what is in and goes on behind it.
    """
    row = db.session.get(PeopleImport, import_id)
    if row is None or row.decided_at is None:
        return lambda: None
    actor = db.session.get_one(Person, row.asked_by_id)
    found = _checked(row)
    decided_at, page = row.decided_at, f"/admin/people/import/{import_id}"
    if isinstance(found, Check):
        services.only_as_shown(import_id, found)
        tally = partial(services.note_part, import_id)
        bringing.bring_in(found, actor=actor, at=decided_at, tally=tally)

    def done() -> dict[str, str]:
        services.note_done(import_id, found, at=clock.now())
        return {"page": page}

    return done


@handler("accounts.invite")
def invite(people_ids: list[int], actor_id: int | None, page: str) -> Effect:
    """Invite many people; whoever has a usable invitation or a password is left alone."""
    for place in range(0, len(people_ids), INVITED_AT_ONCE):
        some = people_ids[place : place + INVITED_AT_ONCE]
        with transaction():
            actor = None if actor_id is None else db.session.get_one(Person, actor_id)
            for person in queries.without_invitation(some, at=clock.now()):
                people.invite(person, actor=actor)
        queue.note_progress(place + len(some), len(people_ids))
    return lambda: {"page": page}


def _checked(row: PeopleImport) -> Check | PeopleFileError:
    """Read a file as its bringer may; that it cannot be read is an answer as well."""
    actor = db.session.get_one(Person, row.asked_by_id)
    try:
        return bringing.check(files.read(row.stored_as), row.file_name, actor=actor)
    except PeopleFileError as error:
        return error
