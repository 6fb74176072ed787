"""What is done with a file of people: checked, decided, brought in or dropped."""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from lms.accounts import keeping
from lms.accounts.errors import NotOpenError, PeopleFileError
from lms.accounts.importing import lines, planning, queries, writing
from lms.accounts.importing.bringing import Check
from lms.accounts.importing.columns import Field
from lms.accounts.importing.known import Snapshot
from lms.accounts.importing.planned import Planned
from lms.accounts.models import PeopleImport, PeopleImportRow, Person
from lms.accounts.rules import Verdict
from lms.core import audit, clock, queue, uploads
from lms.core.db import db, transaction
from lms.core.queue import Job

SHOWN = 80
"""Characters of a name that a row keeps."""


@transaction()
def receive(
    stored_as: str, *, name: str, invite: bool, actor: Person, at: datetime | None = None
) -> tuple[PeopleImport, Job]:
    """Take a file in and have it checked by a job.

    Args:
        stored_as: by `files.write`.
        name: as the person calls it.
        invite: whether new people get their invitations as soon as they are in.
        actor: HR or an administrator.
        at: now.
    """
    keeping.require_keeper(actor)
    at = at or clock.now()
    row = PeopleImport(
        asked_by_id=actor.id,
        file_name=name[-200:],
        stored_as=stored_as,
        invite=invite,
        asked_at=at,
        expires_at=at + uploads.KEPT,
        summary={},
        outcome={},
    )
    db.session.add(row)
    db.session.flush()
    key = f"accounts.import-check.{row.id}"
    return row, queue.enqueue(
        "accounts.import-check", key=key, run_at=at, owner_id=actor.id, import_id=row.id
    )


@transaction()
def note_check(import_id: int, checked: Check | PeopleFileError, *, at: datetime) -> None:
    """Keep what a check found, for its bringer to look at and decide."""
    row = db.session.get(PeopleImport, import_id)
    if row is None or row.checked_at is not None:  # swept away, or checked by another worker
        return
    row.checked_at = at
    if isinstance(checked, PeopleFileError):
        row.summary = {"problem": checked.reason, "values": checked.context}
        return
    row.summary = checked.summary()
    rows = [_stored(import_id, each, checked.known) for each in checked.planned]
    for place in range(0, len(rows), writing.MOST):
        writing.insert_rows(PeopleImportRow, rows[place : place + writing.MOST])


def _stored(import_id: int, each: Planned, known: Snapshot) -> dict[str, Any]:
    is_new = each.verdict is Verdict.NEW
    return {
        "import_id": import_id,
        "number": each.row.number,
        "verdict": each.verdict,
        "name": each.row.get(Field.NAME)[:SHOWN],
        "staff_no": (each.row.get(Field.STAFF_NO) or each.row.login)[:SHOWN],
        "detail": planning.arrival(each, known) if is_new else each.detail(),
    }


@transaction()
def decide(row: PeopleImport, *, actor: Person, at: datetime | None = None) -> Job:
    """Have the right rows brought in by a job; twice is once.

    Raises:
        NotOpenError: it was cancelled, has expired, or there is nothing to bring in.
    """
    keeping.require_keeper(actor)
    at = at or clock.now()
    counts = row.summary.get("counts", {})
    if not (counts.get(Verdict.NEW) or counts.get(Verdict.CHANGED)):
        raise NotOpenError
    if row.decided_at is None:
        _end(row, at, decided_at=at)
        audit.note("accounts.import_decided", kind="import", object_id=row.id, actor_id=actor.id,
                   at=at, name=row.file_name, **counts)  # fmt: skip
    return queue.enqueue(
        "accounts.import", key=f"accounts.import.{row.id}", run_at=at, owner_id=actor.id,
        import_id=row.id,
    )  # fmt: skip


@transaction()
def cancel(row: PeopleImport, *, actor: Person, at: datetime | None = None) -> None:
    """Drop a file: nothing of it is brought in.

    Raises:
        NotOpenError: it was decided, or has expired.
    """
    keeping.require_keeper(actor)
    _end(row, at or clock.now(), cancelled_at=at or clock.now())


def _end(row: PeopleImport, at: datetime, **values: datetime) -> None:
    """Decide, unless someone else has; one guarded UPDATE decides between two clicks."""
    still_open = update(PeopleImport).where(
        PeopleImport.id == row.id,
        PeopleImport.checked_at.is_not(None),
        PeopleImport.decided_at.is_(None),
        PeopleImport.cancelled_at.is_(None),
        PeopleImport.expires_at > at,
    )
    if db.session.scalar(still_open.values(**values).returning(PeopleImport.id)) is None:
        raise NotOpenError
    db.session.refresh(row)


def only_as_shown(import_id: int, checked: Check) -> None:
    """Note rows that would now do something else than what their bringer was shown.

    What is in by now is left in peace: this may be the second try of a job.
    """
    columns = (PeopleImportRow.number, PeopleImportRow.verdict, PeopleImportRow.detail)
    query = select(*columns).where(PeopleImportRow.import_id == import_id)
    shown = {number: (verdict, detail) for number, verdict, detail in db.session.execute(query)}
    for each in checked.planned:
        if not each.problems and not _is_as_shown(each, *shown[each.row.number]):
            each.row.wrong("", "moved-on")
    lines.spread(checked.planned, checked.known)


def _is_as_shown(each: Planned, verdict: Verdict, detail: list[Any]) -> bool:
    if each.known is None or verdict is Verdict.ERROR:
        return each.verdict is verdict
    enrolment = [Field.PROGRAMME.value] if verdict is Verdict.NEW else []
    return all(list(change) in detail or change[0] in enrolment for change in each.changes)


@transaction()
def note_part(import_id: int, counts: dict[str, int]) -> None:
    """Add to what has been brought in so far."""
    row = db.session.get_one(PeopleImport, import_id)
    row.outcome = dict(Counter(row.outcome) + Counter(counts))


@transaction()
def note_done(import_id: int, checked: Check | PeopleFileError, *, at: datetime) -> None:
    """Keep how a file ended; new people get their invitations, if that was asked for."""
    row = db.session.get_one(PeopleImport, import_id)
    if isinstance(checked, PeopleFileError):
        row.summary = {**row.summary, "problem": checked.reason, "values": checked.context}
    else:
        _keep_late(import_id, checked)
        row.outcome = {**row.outcome, "refused": checked.counts[Verdict.ERROR]}
    row.done_at = at
    audit.note("accounts.imported", kind="import", object_id=import_id, actor_id=row.asked_by_id,
               at=at, file=row.file_name, **row.outcome)  # fmt: skip
    assert row.decided_at is not None, "the table says so"
    if row.invite and (new := queries.waiting_for_invitation(row.asked_by_id, row.decided_at)):
        page = f"/admin/people/import/{import_id}"
        invite_all(new, actor_id=row.asked_by_id, page=page, at=at)


@transaction()
def invite_new(row: PeopleImport, *, actor: Person, at: datetime | None = None) -> Job | None:
    """Have those whom a file brought in invited; None if nobody is left to be.

    Raises:
        NotOpenError: the file was not brought in.
    """
    keeping.require_keeper(actor)
    if row.done_at is None or row.decided_at is None:
        raise NotOpenError
    new = queries.waiting_for_invitation(row.asked_by_id, row.decided_at)
    row.invite = True
    page = f"/admin/people/import/{row.id}"
    return invite_all(new, actor_id=actor.id, page=page, at=at or clock.now()) if new else None


@transaction()
def invite_all(
    people_ids: Sequence[int], *, actor_id: int | None, page: str = "", at: datetime
) -> Job:
    """Have many people invited by one job.

    Args:
        people_ids: whom.
        actor_id: who asked for it; None for the operator.
        page: where the actor goes on when it is done.
        at: now.
    """
    key = f"accounts.invite.{secrets.token_hex(16)}"
    return queue.enqueue(
        "accounts.invite", key=key, run_at=at, owner_id=actor_id, people_ids=list(people_ids),
        actor_id=actor_id, page=page,
    )  # fmt: skip


def _keep_late(import_id: int, checked: Check) -> None:
    """Let rows that were found wrong only now show as such."""
    query = select(PeopleImportRow.number).filter_by(import_id=import_id, verdict=Verdict.ERROR)
    known = set(db.session.scalars(query))
    for each in checked.planned:
        if each.problems and each.row.number not in known:
            stored = _stored(import_id, each, checked.known)
            where = {name: stored.pop(name) for name in ("import_id", "number")}
            db.session.execute(update(PeopleImportRow).filter_by(**where).values(**stored))
