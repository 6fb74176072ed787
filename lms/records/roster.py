"""Who stands where: one line per person and latest run of a programme, in few statements.

What a line says is computed by the database from facts: it can then be counted, filtered and
sorted there, and only the lines of one page are ever read. Statements are built here and run by
whoever wants them: a page, or an export that reads for minutes.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from lms.accounts import queries as accounts
from lms.accounts.models import OrgUnit, Person, RoleGrant
from lms.accounts.rules import Role
from lms.certificates import queries as certificates
from lms.certificates.models import Certificate
from lms.core.db import db
from lms.courses.models import Enrolment, LessonRead, Programme, ProgrammeVersion, StagePass
from lms.courses.outlines import outline_with
from lms.courses.rules import DUE_SOON_DAYS, EnrolmentStatus
from lms.exams.models import Attempt
from lms.records.lines import NOT_ENROLLED, VIEW_OF, Asked, Line, Sort, Version, View
from lms.records.models import RecordEntry
from lms.records.queries import READERS
from lms.records.rules import Verb
from lms.web import i18n

Statement = Select[*tuple[Any, ...]]
Later, Manager = aliased(Enrolment), aliased(Person)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Before anything that was done: for what was never done."""
DAYS = 4
"""For as many days the parts of statements are kept: to build them took longer than to ask."""


def versions(session: Session | None = None) -> dict[int, Version]:
    """Return id -> version of those that are published or in use, in one statement."""
    asked = session or db.session()
    return {row.id: _version(row, asked) for row in asked.execute(_VERSIONS).all()}


_VERSIONS = (
    select(ProgrammeVersion.id, ProgrammeVersion.number, ProgrammeVersion.digest)
    .add_columns(Programme.id.label("programme_id"), Programme.published_id)
    .join(Programme, Programme.id == ProgrammeVersion.programme_id)
    .where(
        or_(
            ProgrammeVersion.id == Programme.published_id,
            ProgrammeVersion.id.in_(select(Enrolment.version_id).distinct()),
        )
    )
    .order_by(Programme.id, ProgrammeVersion.number)
)


def _version(row: Row[*tuple[Any, ...]], session: Session) -> Version:
    outline = outline_with(row.id, row.digest, session)
    lessons = sum(len(stage.lessons) for stage in outline.stages)
    return Version(
        id=row.id,
        programme_id=row.programme_id,
        code=outline.code,
        number=row.number,
        is_published=row.id == row.published_id,
        title=outline.title,
        stages=tuple(stage.title for stage in outline.stages),
        lessons=lessons,
        steps=lessons + sum(bool(stage.exam) for stage in outline.stages),
    )


def seen_by(actor: Person | None) -> ColumnElement[bool]:
    """Whom an actor sees on the list; None is the operator at the command line, who sees all."""
    return true() if actor is None else accounts.visible_to(actor, roles=READERS)


def units_seen_by(actor: Person) -> list[tuple[int, str, int]]:
    """Return id, name and depth of the open units in the actor's scope, as a tree."""
    query = select(OrgUnit.path, OrgUnit.id, OrgUnit.name).where(OrgUnit.closed_at.is_(None))
    scopes = {grant.unit_id for grant in actor.grants if grant.role in READERS}
    if None not in scopes:
        query = query.where(or_(*(OrgUnit.path.like(f"%/{each}/%") for each in scopes)))
    rows = sorted(
        (tuple(int(part) for part in path.strip("/").split("/")), number, name)
        for path, number, name in db.session.execute(query)
    )
    top = min((len(path) for path, _id, _name in rows), default=0)
    return [(number, name, len(path) - top) for path, number, name in rows]


def tally(who: ColumnElement[bool], asked: Asked, *, today: date) -> dict[View, int]:
    """Return how many lines each view has under the filters of `asked`, in one statement."""
    status = status_on(today).label("status")
    leaver = Person.deactivated_at.is_not(None).label("leaver")
    each = _select(who, asked).with_only_columns(status, leaver).subquery()
    grouped = select(each.c.status, each.c.leaver, func.count()).group_by(
        each.c.status, each.c.leaver
    )
    counts = dict.fromkeys(View, 0)
    for found, is_leaver, count in db.session.execute(grouped):
        for view in {View.LEAVERS} if is_leaver else {View.ALL, VIEW_OF[found]}:
            counts[view] += count
    return counts


def counted(who: ColumnElement[bool], asked: Asked, *, today: date) -> Select[int]:
    """Return the statement that counts the lines."""
    rows = _chosen(who, asked, today).with_only_columns(Person.id).subquery()
    return select(func.count()).select_from(rows)


def people_of(who: ColumnElement[bool], asked: Asked, *, today: date) -> Select[int]:
    """Return the statement that finds the ids of the people on the lines."""
    return _chosen(who, asked, today).with_only_columns(Person.id)


def lines(
    who: ColumnElement[bool],
    asked: Asked,
    known: Mapping[int, Version],
    *,
    today: date,
    first: int = 0,
    most: int | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return the statement that reads the lines: see `read_line`.

    Args:
        who: whom the reader may see.
        asked: which of them.
        known: from `versions`.
        today: the day on which things are due, in the organisation's time zone.
        first: how many lines to leave out.
        most: how many to read; None: all.
    """
    chosen, order = _chosen(who, asked, today), _order(asked, known, today)
    if most is None:
        return chosen.with_only_columns(*_columns(today)).order_by(*order)
    # Only the keys of all lines are sorted; what a line says is looked up for those of the page.
    keys = chosen.with_only_columns(Person.id.label("p"), Enrolment.id.label("e")).order_by(*order)
    page = keys.limit(most).offset(first).subquery()
    query = select(*_columns(today)).select_from(page).join(Person, Person.id == page.c.p)
    query = query.outerjoin(Enrolment, Enrolment.id == page.c.e).outerjoin(Person.unit)
    return query.order_by(*order)


def read_line(row: Row[*tuple[Any, ...]], known: Mapping[int, Version]) -> Line:
    """Return a row of `lines`."""
    said: list[Any] = [*row]
    said[-1] = None if said[-1] is None else known[said[-1]]
    return Line(*said)


def runs_of(person: Person) -> list[Line]:
    """Return where a person stands now in each programme that they took: two statements.

    The caller has asked whether it may.
    """
    now, known = i18n.today(), versions()
    asked = Asked(view=None, people=(person.id,), sort=Sort.DUE)
    rows = db.session.execute(lines(Person.id == person.id, asked, known, today=now))
    return [line for line in (read_line(row, known) for row in rows) if line.version]


@lru_cache(DAYS)
def status_on(today: date) -> ColumnElement[str]:
    """Where a run stands on a day: `courses.rules.enrolment_status` in SQL, or `NOT_ENROLLED`."""
    soon = today + timedelta(days=DUE_SOON_DAYS)
    return case(
        (Enrolment.id.is_(None), literal(NOT_ENROLLED)),
        (Enrolment.completed_at.is_not(None), literal(EnrolmentStatus.COMPLETED.value)),
        (Enrolment.due_on < today, literal(EnrolmentStatus.OVERDUE.value)),
        (Enrolment.due_on <= soon, literal(EnrolmentStatus.DUE_SOON.value)),
        else_=literal(EnrolmentStatus.OPEN.value),
    )


def _select(who: ColumnElement[bool], asked: Asked) -> Statement:
    """People and their latest runs, under the filters of `asked` but for its view."""
    latest = select(func.max(Later.cycle)).where(
        Later.person_id == Enrolment.person_id, Later.programme_id == Enrolment.programme_id
    )
    run = and_(
        Enrolment.person_id == Person.id,
        Enrolment.cycle == latest.correlate(Enrolment).scalar_subquery(),
    )
    if asked.programme_id is not None:
        run = and_(run, Enrolment.programme_id == asked.programme_id)
    learns = select(RoleGrant.id).where(
        RoleGrant.person_id == Person.id,
        RoleGrant.role == Role.TRAINEE,
        RoleGrant.ended_at.is_(None),
    )
    query = select(Person.id).outerjoin(Enrolment, run).outerjoin(Person.unit)
    # Whoever takes no programme, such as a trainer, is not missing from one.
    query = query.where(who, or_(Enrolment.id.is_not(None), learns.exists()))
    query = query.where(*accounts.matching(asked.text))
    if asked.unit_id is not None:
        query = query.where(OrgUnit.path.like(f"%/{asked.unit_id}/%"))
    if asked.people:
        query = query.where(Person.id.in_(asked.people))
    if asked.stage is not None:
        query = query.where(
            Enrolment.completed_at.is_(None),
            Enrolment.id.is_not(None),
            _stages_done() == asked.stage - 1,
        )
    return query


def _chosen(who: ColumnElement[bool], asked: Asked, today: date) -> Statement:
    """As `_select`, and in the view of `asked`."""
    query = _select(who, asked)
    if asked.view is None:
        return query
    if asked.view is View.LEAVERS:
        return query.where(Person.deactivated_at.is_not(None))
    query = query.where(Person.deactivated_at.is_(None))
    if asked.view is View.ALL:
        return query
    status = next(status for status, view in VIEW_OF.items() if view is asked.view)
    return query.where(status_on(today) == status)


def _order(
    asked: Asked, known: Mapping[int, Version], today: date
) -> list[SQLColumnExpression[Any]]:
    """What to sort by; who has nothing there comes last, and equals come by name."""
    if asked.sort is Sort.PROGRESS:
        column: SQLColumnExpression[Any] = case((Enrolment.id.is_not(None), _percent(known)))
    else:
        column = _sorted_by(today)[asked.sort]
    ordered = column.desc() if asked.down else column.asc()
    return [column.is_(None), ordered, Person.name, Person.id, Enrolment.programme_id]


@lru_cache(DAYS)
def _sorted_by(today: date) -> Mapping[Sort, SQLColumnExpression[Any]]:
    """Whatever a list is sorted by, but for the progress: that depends on the programmes."""
    ranks = {status: rank for rank, status in enumerate(VIEW_OF)}
    last_activity = _later(_last_lesson(), _last_exam())
    return {
        Sort.NAME: Person.name,
        Sort.STAFF_NO: Person.staff_no,
        Sort.UNIT: OrgUnit.name,
        Sort.STAGE: case((Enrolment.id.is_not(None), _stages_done())),
        Sort.DUE: Enrolment.due_on,
        Sort.STATUS: case(ranks, value=status_on(today)),
        Sort.ACTIVITY: case((last_activity > LONG_AGO, last_activity)),
        Sort.CERTIFICATES: _certificates(func.count(), today),
    }


@lru_cache(DAYS)
def _columns(today: date) -> list[SQLColumnExpression[Any]]:
    """The fields of a `Line`, in its order; for the version, its id."""
    manager = select(Manager.name).where(Manager.id == Person.manager_id).correlate(Person)
    return [
        *(Person.id, Person.name, Person.latin_name, Person.staff_no, Person.is_demo),
        *(Person.deactivated_at, OrgUnit.name, manager.scalar_subquery()),
        *(Enrolment.id, Enrolment.cycle, Enrolment.opened_at, Enrolment.due_on),
        *(Enrolment.completed_at, status_on(today)),
        *(_read(), _passed(), _stages_done(), _last_lesson(), _last_exam()),
        _certificates(func.count(), today),
        _certificates(func.min(Certificate.valid_until), today),
        Enrolment.version_id,
    ]


@cache
def _read() -> ScalarSelect[int]:
    read = select(func.count()).where(LessonRead.enrolment_id == Enrolment.id)
    return read.where(LessonRead.read_at.is_not(None)).correlate(Enrolment).scalar_subquery()


@cache
def _passed() -> ScalarSelect[int]:
    passed = select(func.count()).where(StagePass.enrolment_id == Enrolment.id)
    return passed.correlate(Enrolment).scalar_subquery()


@cache
def _stages_done() -> ScalarSelect[int]:
    """How many stages are done, as the record has it: only `courses.rules` knows when one is."""
    done = select(func.count()).where(RecordEntry.enrolment_id == Enrolment.id)
    done = done.where(RecordEntry.verb == Verb.STAGE_COMPLETED.value)
    return done.correlate(Enrolment).scalar_subquery()


@cache
def _last_lesson() -> ScalarSelect[Any]:
    at = func.max(func.coalesce(LessonRead.read_at, LessonRead.opened_at))
    last = select(at).where(LessonRead.enrolment_id == Enrolment.id)
    return last.correlate(Enrolment).scalar_subquery()


@cache
def _last_exam() -> ScalarSelect[Any]:
    at = func.max(func.coalesce(Attempt.submitted_at, Attempt.started_at))
    last = select(at).where(Attempt.enrolment_id == Enrolment.id)
    return last.correlate(Enrolment).scalar_subquery()


def _certificates(what: ColumnElement[Any], today: date) -> ScalarSelect[Any]:
    """Something about the certificates of a person that are valid today."""
    valid = (
        select(what)
        .select_from(Certificate)
        .where(
            Certificate.person_id == Person.id,
            or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today),
            certificates.stands(),
        )
    )
    return valid.correlate(Person).scalar_subquery()


def _percent(known: Mapping[int, Version]) -> ColumnElement[int]:
    """`Line.percent` in SQL."""
    steps = {each.id: max(1, each.steps) for each in known.values()} or {0: 1}
    return 100 * (_read() + _passed()) // case(steps, value=Enrolment.version_id, else_=1)


def _later(one: ScalarSelect[Any], other: ScalarSelect[Any]) -> ColumnElement[Any]:
    """The later of two instants, of which either may be missing: no function has it everywhere."""
    one_or, other_or = func.coalesce(one, LONG_AGO), func.coalesce(other, LONG_AGO)
    return case((one_or >= other_or, one_or), else_=other_or)
