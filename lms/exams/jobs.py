"""Deferred and recurring work on exams."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import current_app

from lms.core import clock, deliverables, queue
from lms.core.chores import every
from lms.core.db import db
from lms.core.queue import Effect, handler
from lms.exams import answer_sheets, regrade_plan, regrading, services, tallying
from lms.exams.exchange import aside, drawing, storing
from lms.exams.exchange.report import Report
from lms.exams.import_models import QuestionImport
from lms.exams.importing import checking, files, pictures, queries, services as importing

every(timedelta(seconds=20))(services.sweep)
every(timedelta(seconds=20))(tallying.keep_up)
every(timedelta(minutes=2))(tallying.renew_signs)
BROUGHT_AT_ONCE = 100
"""Questions per transaction."""


@handler("exams.import-check")
def check(import_id: int) -> Effect:
    """Read a file and say what each question would do."""
    row = db.session.get(QuestionImport, import_id)
    if row is None:  # swept away before anyone came to look
        return lambda: None
    report = aside.read_aside(files.read(row.stored_as), row.wanted)
    drawings = pictures.drawn(report)
    kept = pictures.keep(drawings)
    found = checking.check(drawing.settled(report, drawings))
    db.session.rollback()  # the read is over; the effect begins anew

    def keep() -> dict[str, str]:
        importing.note_check(import_id, found, kept, at=clock.now())
        return {"page": _page(import_id)}

    return keep


@handler("exams.import")
def bring_in(import_id: int) -> Effect:
    """Bring the chosen questions in, part by part; the effect notes that it is done.

    The parts are written before the effect, for one transaction over thousands of questions would
    keep everyone else from saving. Tried again, it goes on with those that are not in.
    """
    row = db.session.get(QuestionImport, import_id)
    if row is None or row.decided_at is None:
        return lambda: None
    decided_at, order = row.decided_at, importing.order_of(row)
    report = aside.read_aside(files.read(row.stored_as), row.wanted)
    found = checking.check(drawing.settled(report, pictures.kept(report, row)))
    wanted = set(queries.left_to_do(import_id))
    chosen = [each for each in found.questions if each.number in wanted]
    known = storing.known_in(order.bank)
    db.session.rollback()
    for start in range(0, len(chosen), BROUGHT_AT_ONCE):
        some = chosen[start : start + BROUGHT_AT_ONCE]
        storing.put_pictures(Report("", [each.question for each in some]), known)
        importing.bring_in(import_id, some, known, at=decided_at)
        queue.note_progress(start + len(some), len(chosen))

    def done() -> dict[str, str]:
        importing.note_done(import_id, at=clock.now())
        return {"page": _page(import_id)}

    return done


@handler("exams.regrade-check")
def check_regrade(regrade_id: int) -> Effect:
    """Find out what a corrected key would change."""
    row = regrade_plan.regrade_or_404(regrade_id)
    ids = regrade_plan.attempts_with(row.question_version_id)
    plans = []
    for start in range(0, len(ids), regrading.AT_ONCE):
        plans += list(regrade_plan.planned(row, ids[start : start + regrading.AT_ONCE]))
        queue.note_progress(min(start + regrading.AT_ONCE, len(ids)), len(ids))
        db.session.expire_all()
    db.session.rollback()

    def keep() -> dict[str, str]:
        regrading.note_check(regrade_id, plans, len(ids), at=clock.now())
        return {"page": f"/studio/regrades/{regrade_id}"}

    return keep


@handler("exams.regrade")
def regrade(regrade_id: int) -> Effect:
    """Apply a corrected key, part by part; the effect notes that it is done.

    Each part is a transaction of its own and changes nothing the second time.
    """
    row = regrade_plan.regrade_or_404(regrade_id)
    ids = regrade_plan.attempts_with(row.question_version_id)
    db.session.rollback()
    for start in range(0, len(ids), regrading.AT_ONCE):
        some = ids[start : start + regrading.AT_ONCE]
        regrading.apply_to(regrade_id, some, at=clock.now())
        queue.note_progress(start + len(some), len(ids))

    def done() -> dict[str, str]:
        regrading.note_done(regrade_id, at=clock.now())
        return {"page": f"/studio/regrades/{regrade_id}"}

    return done


@handler("exams.sheets")
def sheets(**given: Any) -> Effect:
    """Write the results of an exam; the effect hands the file to whoever asked."""
    order = answer_sheets.Order(**given)
    with TemporaryDirectory(dir=current_app.instance_path) as folder:
        path = Path(folder) / "sheets"
        made = answer_sheets.make(order, path)
        stored_as = deliverables.write(path.read_bytes())
    db.session.rollback()

    def keep() -> dict[str, int]:
        row = deliverables.add(stored_as, owner_id=order.actor_id, name=made.name, mime=made.mime,
                               rows=made.rows)  # fmt: skip
        return {"deliverable": row.id}

    return keep


def _page(import_id: int) -> str:
    return f"/studio/questions/import/{import_id}"
