"""What can be done with reports: asked for, kept, advised on, exported."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from lms.accounts.models import Person
from lms.core import audit, clock, queue, text
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found
from lms.core.queue import Job, JobState
from lms.reports import cover, queries
from lms.reports.errors import RecommendationsChangedError
from lms.reports.models import ReportRun
from lms.reports.queries import Selection
from lms.reports.rules import Spec

LONGEST_ADVICE = 8000
"""Characters of recommendations."""


@transaction()
def request_report(spec: Spec, *, actor: Person, at: datetime | None = None) -> Job:
    """Have a report made, as of `at`.

    Returns:
        The job, or the one that is making the same report for the actor already.

    Raises:
        ReportRefusedError: what was asked for does not fit together, or is not the actor's to see.
    """
    at = at or clock.now()
    queries.selection(spec, actor=actor, at=at)
    wanted = spec.as_json()
    return queue.enqueue(
        "reports.effectiveness",
        key=_key(f"reports.effectiveness:{actor.id}:{text.digest(wanted)}:"),
        run_at=at,
        owner_id=actor.id,
        spec=wanted,
        actor_id=actor.id,
        at=at.isoformat(),
    )


@transaction()
def keep(chosen: Selection, figures: dict[str, Any], *, actor: Person, at: datetime) -> ReportRun:
    """Store the figures of a report, for ever.

    Args:
        chosen: what it is about.
        figures: as `frames.compute` gives them.
        actor: who asked for it.
        at: when it was asked for.
    """
    run = ReportRun(
        spec=chosen.spec.as_json(),
        title=cover.title(figures),
        unit_id=chosen.unit.id if chosen.unit else None,
        requested_by_id=actor.id,
        made_at=at,
        as_of=chosen.as_of,
        digest=text.digest(figures),
        figures=figures,
    )
    db.session.add(run)
    db.session.flush()
    _note("reports.made", run, actor, at, spec=run.spec, digest=run.digest)
    return run


@transaction()
def save_recommendations(
    run_id: int, advice: str, *, seen: int, actor: Person, at: datetime | None = None
) -> None:
    """Write down what HR advises; the figures stay what they are.

    Args:
        run_id: a report in the actor's scope.
        advice: the text; it replaces the one before, which stays in the audit log.
        seen: `recommendations_no` of the text that was edited.
        actor: someone of HR, or an administrator.
        at: now.

    Raises:
        NotAllowedError: the actor only reads reports.
        NotFoundError: the report is not in the actor's scope.
        RecommendationsChangedError: someone else saved theirs meanwhile.
    """
    if not actor.roles & queries.ADVISERS:
        raise NotAllowedError
    run, _name = queries.run_for(actor, run_id)
    before = run.recommendations
    saving = update(ReportRun).where(ReportRun.id == run.id, ReportRun.recommendations_no == seen)
    saving = saving.values(recommendations=advice, recommendations_no=seen + 1)
    if db.session.scalar(saving.returning(ReportRun.id)) is None:
        raise RecommendationsChangedError
    changes = {"recommendations": [before, advice]}
    _note("reports.advised", run, actor, at or clock.now(), changes=changes)


@transaction()
def request_export(
    run_id: int, *, form: str, language: str, actor: Person, at: datetime | None = None
) -> Job:
    """Have a report written as a file.

    Args:
        run_id: a report in the actor's scope.
        form: ``xlsx``, ``csv``, ``pdf`` or ``json``.
        language: ``zh`` or ``en``.
        actor: who will get it.
        at: now.

    Raises:
        NotFoundError: the report is not in the actor's scope.
    """
    at = at or clock.now()
    run, _name = queries.run_for(actor, run_id)
    job = queue.enqueue(
        "reports.export",
        key=_key(f"reports.export:{actor.id}:{run.id}:{run.recommendations_no}:{form}:{language}:"),
        run_at=at,
        owner_id=actor.id,
        run_id=run.id,
        form=form,
        language=language,
        actor_id=actor.id,
    )
    _note("reports.exported", run, actor, at, form=form, language=language)
    return job


def _key(prefix: str) -> str:
    """Return the key of a job: the same until that job is over, so that two clicks are one."""
    over = Job.state.in_([JobState.DONE, JobState.DEAD])
    query = select(func.count(Job.id)).where(Job.key.startswith(prefix, autoescape=True), over)
    return f"{prefix}{found(db.session.scalar(query)) + 1}"


def _note(action: str, run: ReportRun, actor: Person, at: datetime, **detail: object) -> None:
    audit.note(action, kind="report", object_id=run.id, actor_id=actor.id, at=at, **detail)
