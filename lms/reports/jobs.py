"""Deferred work on reports: they are computed and written in here, never in the web process."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask_babel import force_locale

from lms.accounts.models import Person
from lms.core import deliverables
from lms.core.db import db
from lms.core.queue import Effect, handler, note_progress
from lms.reports import cover, files, frames, queries, services
from lms.reports.rules import Spec


@handler("reports.effectiveness")
def make(spec: Mapping[str, Any], actor_id: int, at: str) -> Effect:
    """Compute a report as of the instant at which it was asked for; a second try gives the same."""
    asked_at = datetime.fromisoformat(at)
    actor = db.session.get_one(Person, actor_id)
    chosen = queries.selection(Spec.read(spec), actor=actor, at=asked_at)
    figures = frames.compute(chosen, note=note_progress)
    db.session.rollback()  # the read is over; it should not be held any longer

    def keep() -> dict[str, str]:
        asker = db.session.get_one(Person, actor_id)
        run = services.keep(chosen, figures, actor=asker, at=asked_at)
        return {"page": f"/reports/{run.id}"}

    return keep


@handler("reports.export")
def export(run_id: int, form: str, language: str, actor_id: int) -> Effect:
    """Write a report as a file for whoever asked for it, from the stored figures alone."""
    run, name = queries.run_for(db.session.get_one(Person, actor_id), run_id)
    report = cover.of_run(run, name)
    db.session.rollback()
    note_progress(0, 1)
    with force_locale(language), TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        rows = files.write(report, form, path)
        file_name = files.name_of(report, form)
        stored = deliverables.write(path.read_bytes())

    def hand_over() -> dict[str, int]:
        row = deliverables.add(
            stored, owner_id=actor_id, name=file_name, mime=files.MIMES[form], rows=rows
        )
        return {"deliverable": row.id}

    return hand_over
