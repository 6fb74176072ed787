"""Who has met already what a kind of certificate asks for, and holds none of it.

They met it before the kind was there, before its terms were what they are, or while it was retired.
Nobody gets one for it by itself: HR looks at the list and issues.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, select
from sqlalchemy.orm import defer, lazyload

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.certificates import awarding, choosing, queries, services, snapshot
from lms.certificates.errors import NobodyLeftError, ReasonMissingError
from lms.certificates.events import CertificatesChanging
from lms.certificates.models import Certificate
from lms.certificates.rules import earning as rules
from lms.core import clock, events
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found
from lms.core.queue import Job
from lms.courses.models import (
    Enrolment,
    Lesson,
    LessonRead,
    ProgrammeVersion,
    StagePass,
)
from lms.courses.outlines import outline_in
from lms.courses.rules import Outline, Stage

_AT_ONCE = 500
"""Runs of which the scores are read in one statement."""


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody who meets it, and by which run."""

    person_id: int
    name: str
    staff_no: str | None
    run_id: int
    stage: Stage | None
    """None: by the whole of the programme."""
    programme: Mapping[str, str]
    at: datetime
    """When that was."""


def meeting(actor: Person, settings: Mapping[str, Any], definition_id: int | None) -> Sequence[Met]:
    """Return the people in the actor's scope who meet what settings say, each once, by name.

    Somebody who ever held one is none of them, revoked or not: that was decided before.

    Args:
        actor: an administrator or someone from HR.
        settings: of the kind, published or a draft.
        definition_id: the kind; None for one that is not there yet.
    """
    latest: dict[int, Met] = {}
    for met in _enough(_all(actor, settings, definition_id), settings.get("score")):
        known = latest.get(met.person_id)
        if known is None or known.run_id < met.run_id:  # the first part of the latest run
            latest[met.person_id] = met
    return sorted(latest.values(), key=lambda each: (each.name, each.person_id))


@transaction()
def issue(
    code: str,
    person_ids: Collection[int],
    *,
    reason: str,
    actor: Person,
    at: datetime | None = None,
) -> tuple[list[Certificate], Job | None]:
    """Issue certificates to people who meet a kind; who holds one meanwhile gets none.

    Args:
        code: the kind.
        person_ids: of those whom `meeting` named, `choosing.MOST` at most.
        reason: why now; the audit log keeps it.
        actor: an administrator or someone from HR.
        at: the instant: the certificates are valid from then on.

    Returns:
        As `services.issue_for`.

    Raises:
        NotAllowedError: the actor issues no certificates.
        NotFoundError: there is no such kind.
        KindRetiredError: it is awarded no more.
        ReasonMissingError: it is empty.
        NobodyLeftError: none of them meets it and holds none, now.
    """
    if not actor.roles & queries.READERS:
        raise NotAllowedError
    if not reason.strip():
        raise ReasonMissingError
    definition = found(queries.definition_with(code))
    asked = set(sorted(person_ids)[: choosing.MOST])
    seen = {each.person_id for each in meeting(actor, definition.settings, definition.id)}
    for person_id in sorted(asked & seen):
        events.publish(CertificatesChanging(person_id))
    awarding.hold_kind(definition.id)  # from here on nobody else awards one
    now = meeting(actor, definition.settings, definition.id)
    chosen = [each for each in now if each.person_id in asked & seen]
    if not chosen:
        raise NobodyLeftError
    runs = [(db.session.get_one(Enrolment, each.run_id), each.stage) for each in chosen]
    return services.issue_for(code, runs, reason=reason, actor=actor, at=at or clock.now())


def _all(actor: Person, settings: Mapping[str, Any], definition_id: int | None) -> Iterator[Met]:
    """Yield every run that passed something that earns it, whatever its score, part by part."""
    for parts in _alike(settings):
        query = _passed(parts, *next(iter(parts.values())))  # they all ask for the same
        query = query.where(_holds_none(definition_id), Person.deactivated_at.is_(None))
        query = query.where(accounts.visible_to(actor, roles=queries.READERS))
        for person_id, name, staff_no, version_id, run_id, at in db.session.execute(query):
            outline, stage = parts[version_id]
            yield Met(person_id, name, staff_no, run_id, stage, outline.title, at)


Parts = dict[int, tuple[Outline, Stage | None]]
"""Version of a programme -> what it is there."""


def _alike(settings: Mapping[str, Any]) -> list[Parts]:
    """Return the parts of programmes that earn a kind; those that ask for the same together."""
    query = select(ProgrammeVersion).options(
        defer(ProgrammeVersion.structure), lazyload(ProgrammeVersion.programme)
    )
    found: dict[object, Parts] = {}
    for version in db.session.scalars(query):
        outline = outline_in(version)
        for number, stage in enumerate(rules.stages(settings, outline)):
            asked = None if stage is None else _asked(outline, stage)
            found.setdefault((number, asked), {})[version.id] = (outline, stage)
    return list(found.values())


def _asked(outline: Outline, stage: Stage) -> tuple[frozenset[str], frozenset[str]]:
    """Return the exams' stages that have to be passed, and the lessons to be read, for a stage.

    An exam is sat when the lessons before it are read and the stages before it are done: to have
    passed it is enough. A stage without one is done when it is open and its lessons are read.
    """
    if stage.exam:
        return frozenset({stage.code}), frozenset()
    before = outline.stages[: stage.number]
    exams = frozenset(each.code for each in before if each.exam)
    bare = (each.lessons for each in before if not each.exam)
    return exams, frozenset(code for lessons in bare for code in lessons)


def _passed(versions: Collection[int], outline: Outline, stage: Stage | None) -> Select[Any]:
    """Return the query for the runs of these versions that passed a stage, or all, and when."""
    who = (Person.id, Person.name, Person.staff_no, Enrolment.version_id, Enrolment.id)
    runs = select(*who).join(Enrolment, Enrolment.person_id == Person.id)
    runs = runs.where(Enrolment.version_id.in_(list(versions)))
    if stage is None:
        done = Enrolment.completed_at
        return runs.add_columns(done).where(done.is_not(None))
    exams, lessons = _asked(outline, stage)
    passed = _facts(StagePass.enrolment_id, StagePass.passed_at, StagePass.stage.in_(exams))
    read = _facts(LessonRead.enrolment_id, LessonRead.read_at, LessonRead.lesson_id.in_(
        select(Lesson.id).where(Lesson.code.in_(lessons))))  # fmt: skip
    if exams:
        runs = runs.join(passed, (passed.c.run == Enrolment.id) & (passed.c.number == len(exams)))
    if lessons:
        runs = runs.join(read, (read.c.run == Enrolment.id) & (read.c.number == len(lessons)))
    return runs.add_columns((read if lessons else passed).c.at)


def _facts(run: Any, at: Any, which: ColumnElement[bool]) -> Subquery:
    """Return run, number and latest instant of some facts."""
    columns = (run.label("run"), func.count().label("number"), func.max(at).label("at"))
    return select(*columns).where(which, at.is_not(None)).group_by(run).subquery()


def _holds_none(definition_id: int | None) -> ColumnElement[bool]:
    same = Certificate.definition_id == definition_id
    return ~exists().where(Certificate.person_id == Person.id, same)


def _enough(met: Iterator[Met], needed: int | None) -> list[Met]:
    """Return those who reached the score that is asked for."""
    found = list(met)
    if needed is None:
        return found
    scores: dict[int, dict[str, Fraction]] = {}
    query = select(StagePass.enrolment_id, StagePass.stage, StagePass.score)
    for start in range(0, len(found), _AT_ONCE):
        runs = [each.run_id for each in found[start : start + _AT_ONCE]]
        for run, stage, score in db.session.execute(query.where(StagePass.enrolment_id.in_(runs))):
            scores.setdefault(run, {})[stage] = score
    return [
        each
        for each in found
        if awarding.reaches(snapshot.percent_of(scores.get(each.run_id, {}), each.stage), needed)
    ]
