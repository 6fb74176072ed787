"""What is done with a file of questions: checked, chosen from, brought in or dropped."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from lms.accounts.models import Person
from lms.core import audit, clock, disk, queue, uploads
from lms.core.db import db, transaction
from lms.core.queue import Job
from lms.exams.errors import ImportNotOpenError, NothingChosenError
from lms.exams.exchange import storing
from lms.exams.exchange.report import Report, Severity
from lms.exams.exchange.storing import Order
from lms.exams.import_models import QuestionImport, QuestionImportRow
from lms.exams.importing import queries
from lms.exams.importing.checking import ODD, Check, Checked, as_row
from lms.exams.importing.pictures import Kept
from lms.exams.models import Pool
from lms.exams.rules.arrivals import OPEN, PICKED

SHOWN = 200
"""Characters of a title or a key that a row keeps."""
PLACE = 80
AT_ONCE = 500
"""Rows per statement."""


@transaction()
def receive(
    stored_as: str, *, name: str, wanted: str, actor: Person, at: datetime | None = None
) -> tuple[QuestionImport, Job]:
    """Take a file in and have it checked by a job.

    Args:
        stored_as: by `files.write`.
        name: as the person calls it; empty for a text that was pasted.
        wanted: a format, or `reading.AUTO`.
        actor: a trainer or an administrator.
        at: now.
    """
    at = at or clock.now()
    row = QuestionImport(
        asked_by_id=actor.id,
        file_name=name[-SHOWN:],
        stored_as=stored_as,
        wanted=wanted,
        asked_at=at,
        expires_at=at + uploads.KEPT,
        summary={},
        order={},
    )
    db.session.add(row)
    db.session.flush()
    key = f"exams.import-check.{row.id}"
    return row, queue.enqueue(
        "exams.import-check", key=key, run_at=at, owner_id=actor.id, import_id=row.id
    )


@transaction()
def note_check(import_id: int, checked: Check, kept: Kept, *, at: datetime) -> None:
    """Keep what a check found, for its bringer to look at and choose from; its pictures are `kept`."""
    row = db.session.get(QuestionImport, import_id)
    if row is None or row.checked_at is not None:  # swept away, or checked by another worker
        return
    row.checked_at = at
    row.summary = checked.summary()
    row.pictures = kept
    rows = [_stored(import_id, each) for each in checked.questions]
    for start in range(0, len(rows), AT_ONCE):
        db.session.execute(insert(QuestionImportRow), rows[start : start + AT_ONCE])


def _stored(import_id: int, each: Checked) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "number": each.number,
        "place": each.question.where[:PLACE],
        "kind": each.question.sort.value,
        "title": each.title[:SHOWN],
        "key": each.key[:SHOWN],
        "verdict": each.verdict,
        "problems": [as_row(problem) for problem in each.problems],
        "shown": each.shown or None,
        "is_chosen": each.verdict in PICKED,
        "is_in": False,
    }


@transaction()
def choose(row: QuestionImport, shown: Collection[int], ticked: Collection[int]) -> None:
    """Keep the ticks of a page: of the questions that it showed, those that shall go in.

    Raises:
        ImportNotOpenError: it was decided, dropped, or has expired.
    """
    _require_open(row, clock.now())
    for is_chosen in (True, False):
        numbers = [each for each in shown if (each in ticked) is is_chosen]
        _tick(row.id, QuestionImportRow.number.in_(numbers), is_chosen=is_chosen)


@transaction()
def choose_all(row: QuestionImport, *, is_chosen: bool) -> None:
    """Tick every question that is new, or none at all.

    Raises:
        ImportNotOpenError: it was decided, dropped, or has expired.
    """
    _require_open(row, clock.now())
    if is_chosen:
        _tick(row.id, QuestionImportRow.verdict.in_(PICKED), is_chosen=True)
    else:
        _tick(row.id, is_chosen=False)


def _tick(import_id: int, *which: ColumnElement[bool], is_chosen: bool) -> None:
    own = (QuestionImportRow.import_id == import_id, QuestionImportRow.verdict.in_(OPEN))
    db.session.execute(update(QuestionImportRow).where(*own, *which).values(is_chosen=is_chosen))


@transaction()
def decide(row: QuestionImport, order: Order, *, actor: Person, at: datetime | None = None) -> Job:
    """Have the chosen questions brought in by a job; twice is once.

    Raises:
        NothingChosenError: no question is ticked.
        NoRoomForFilesError: there are pictures, and the disk is almost full.
        ImportNotOpenError: it was dropped, or has expired.
    """
    at = at or clock.now()
    chosen, _in, _left = queries.tally(row.id)
    if not chosen:
        raise NothingChosenError
    if row.pictures:
        disk.need_room_for_files()
    if row.decided_at is None:
        kept = {"bank": order.bank, "pool": order.pool.value, "unit": order.unit}
        _end(row, at, decided_at=at, order=kept)
        audit.note("exams.import_decided", kind="question-import", object_id=row.id,
                   actor_id=actor.id, at=at, file=row.file_name, chosen=chosen, **kept)  # fmt: skip
    return queue.enqueue(
        "exams.import", key=f"exams.import.{row.id}", run_at=at, owner_id=actor.id,
        import_id=row.id,
    )  # fmt: skip


@transaction()
def cancel(row: QuestionImport, *, at: datetime | None = None) -> None:
    """Drop a file: nothing of it is brought in.

    Raises:
        ImportNotOpenError: it was decided, dropped, or has expired.
    """
    at = at or clock.now()
    _end(row, at, cancelled_at=at)


def _require_open(row: QuestionImport, at: datetime) -> None:
    if row.decided_at or row.cancelled_at or row.expires_at <= at or row.checked_at is None:
        raise ImportNotOpenError


def _end(row: QuestionImport, at: datetime, **values: object) -> None:
    """Decide, unless someone else has; one guarded UPDATE decides between two clicks."""
    still_open = update(QuestionImport).where(
        QuestionImport.id == row.id,
        QuestionImport.checked_at.is_not(None),
        QuestionImport.decided_at.is_(None),
        QuestionImport.cancelled_at.is_(None),
        QuestionImport.expires_at > at,
    )
    if db.session.scalar(still_open.values(**values).returning(QuestionImport.id)) is None:
        raise ImportNotOpenError
    db.session.refresh(row)


@transaction()
def bring_in(
    import_id: int, some: Sequence[Checked], known: dict[str, str], *, at: datetime
) -> None:
    """Put some of the chosen questions into their bank, and note what became of each.

    Args:
        import_id: of a decided import.
        some: questions of its file.
        known: what the bank has, by `storing.known_in`; those that go in are added.
        at: when it was decided.
    """
    row = db.session.get_one(QuestionImport, import_id)
    report = Report(
        str(row.summary.get("format", "")),
        [replace(each.question, where=str(each.number)) for each in some],
    )
    order = order_of(row)
    storing.store(report, order, actor_id=row.asked_by_id, at=at, known=known)
    refused = {
        int(each.where)
        for each in report.problems
        if each.severity is Severity.ERROR or each.code in ODD
    }
    taken = [each for each in some if each.number not in refused]
    known |= {storing.fingerprint(each.question): storing.code_in(order.bank, each.question)
              for each in taken}  # fmt: skip
    _mark(import_id, [each.number for each in taken], report)


def order_of(row: QuestionImport) -> Order:
    """Return where the questions of a decided import go."""
    return Order(row.order["bank"], Pool(row.order["pool"]), row.order["unit"])


def _mark(import_id: int, taken: Sequence[int], report: Report) -> None:
    own = QuestionImportRow.import_id == import_id
    db.session.execute(
        update(QuestionImportRow).where(own, QuestionImportRow.number.in_(taken)).values(is_in=True)
    )
    said = [each for each in report.problems if int(each.where) not in taken]
    numbers = {int(each.where) for each in said}
    rows = select(QuestionImportRow).where(own, QuestionImportRow.number.in_(numbers))
    for row in db.session.scalars(rows):
        new = [as_row(each) for each in said if int(each.where) == row.number]
        codes = {each[1] for each in new}
        row.problems = [*(each for each in row.problems if each[1] not in codes), *new]


@transaction()
def note_done(import_id: int, *, at: datetime) -> None:
    """Keep that an import is through."""
    row = db.session.get_one(QuestionImport, import_id)
    row.done_at = row.done_at or at
