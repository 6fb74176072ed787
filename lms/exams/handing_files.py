"""Files that are handed in as answers: taken in, and taken back while the attempt is open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import NotFoundError, found
from lms.courses import materials, upload_rules
from lms.courses.errors import UploadRefusedError
from lms.courses.materials import Stored
from lms.exams import body, queries, sitting
from lms.exams.errors import (
    AttemptClosedError,
    NoFileError,
    QuestionLeftError,
    TakenOverError,
    TooManyFilesError,
)
from lms.exams.models import Attempt, ResponseFile
from lms.exams.rules.kinds import Kind
from lms.exams.sitting import Answer

LARGEST_MB = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file goes."""

    attempt_id: int
    slot: int
    client: str
    """Token of the page."""


def take_in(name: str | None, file: BinaryIO) -> Stored:
    """Check a file and store it, before and outside any transaction, as materials are.

    Raises:
        NoFileError: none was chosen.
        UploadRefusedError: it is not taken; the message says why.
    """
    if not name:
        raise NoFileError
    return materials.take_in(name, file, limit_mb=LARGEST_MB)


@transaction()
def add(
    place: Place, stored: Stored, name: str, *, actor: Person, at: datetime | None = None
) -> ResponseFile:
    """Put a file into an answer; the answer names it from then on.

    Args:
        place: in one of the actor's own attempts.
        stored: by `take_in`.
        name: as the file was called.
        actor: the trainee.
        at: the instant of arrival.

    Raises:
        NotFoundError: it is someone else's, or the slot takes no files.
        AttemptClosedError, TakenOverError: as for `services.save_answers`.
        TooManyFilesError: the question takes no more.
        UploadRefusedError: the question does not take this kind of file.
    """
    at = at or clock.now()
    attempt, slot = _held(place, actor), place.slot
    types, most = _wanted(attempt, slot)
    if stored.suffix not in types:
        raise UploadRefusedError(upload_rules.Refusal.KIND)
    if len(_named(attempt, slot)) >= most:
        raise TooManyFilesError(most=most)
    row = ResponseFile(
        attempt_id=attempt.id,
        slot=slot,
        name=name.rpartition(".")[0][:120] or name[:120],
        suffix=stored.suffix,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        added_at=at,
    )
    db.session.add(row)
    db.session.flush()
    _answer(attempt, slot, lambda named: [*named, str(row.id)], at)
    return row


@transaction()
def remove(place: Place, file_id: str, *, actor: Person, at: datetime | None = None) -> None:
    """Take a file out of an answer; it stays in storage. Arguments and refusals as for `add`."""
    attempt = _held(place, actor)
    _answer(
        attempt, place.slot, lambda named: [e for e in named if e != file_id], at or clock.now()
    )


def _held(place: Place, actor: Person) -> Attempt:
    own = select(Attempt).where(Attempt.id == place.attempt_id, Attempt.person_id == actor.id)
    own = own.options(undefer(Attempt.layout)).with_for_update(of=Attempt)
    attempt = found(db.session.scalar(own.execution_options(populate_existing=True)))
    if not attempt.is_open:
        raise AttemptClosedError
    if attempt.client != place.client:
        raise TakenOverError
    if attempt.position not in {None, place.slot}:
        raise QuestionLeftError
    return attempt


def _wanted(attempt: Attempt, slot: int) -> tuple[tuple[str, ...], int]:
    if not 1 <= slot <= len(attempt.layout):
        raise NotFoundError
    version_id = attempt.layout[slot - 1][0]
    question = queries.questions([version_id])[version_id]
    types, most = body.files_wanted(Kind(question.kind), question.body)
    if not most:
        raise NotFoundError
    return tuple(types), most


def _named(attempt: Attempt, slot: int) -> list[str]:
    stored = queries.responses(attempt)
    return [str(each.id) for each in queries.files_of(attempt, stored).get(slot, [])]


def _answer(
    attempt: Attempt, slot: int, change: Callable[[list[str]], list[str]], at: datetime
) -> None:
    _wanted(attempt, slot)
    stored = queries.responses(attempt).get(slot)
    answer = tuple(change(_named(attempt, slot)))
    newest = max(int(at.timestamp() * 1000), stored.seq + 1 if stored else 1)
    flagged = stored.flagged if stored else False
    sitting.upsert(attempt, [Answer(slot, newest, answer, flagged)], at=at)
