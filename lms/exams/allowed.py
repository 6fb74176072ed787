"""What people are allowed beyond the rules of exams, each read in one statement."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import String, and_, bindparam, cast, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import OrgUnit, Person
from lms.core.db import db
from lms.core.prepared import Prepared
from lms.exams.models import Exam, ExamVersion
from lms.exams.paper_models import Accommodation
from lms.exams.rules.allowances import NOTHING, Allowance, combined, counts_on

Owner = TypeVar("Owner")
_ROOM, _GROUP = aliased(OrgUnit), aliased(OrgUnit)
_GROUPS = (
    select(_GROUP.id)
    .join(_ROOM, _ROOM.path.like("%/" + cast(_GROUP.id, String) + "/%"))
    .join(Person, Person.unit_id == _ROOM.id)
    .where(Person.id == bindparam("person"))
)
"""The unit that a person is in, and all above it."""
PUBLISHED = Prepared(
    select(
        Exam.code,
        ExamVersion.id,
        ExamVersion.digest,
        Accommodation.person_id,
        Accommodation.extra_percent,
        Accommodation.is_untimed,
        Accommodation.extra_attempts,
        Accommodation.from_on,
        Accommodation.until_on,
    )
    .join(Exam.published)
    .outerjoin(
        Accommodation,
        and_(
            Accommodation.ended_at.is_(None),
            or_(Accommodation.exam_id.is_(None), Accommodation.exam_id == Exam.id),
            or_(
                Accommodation.person_id == bindparam("person"),
                Accommodation.unit_id.in_(_GROUPS),
            ),
        ),
    )
    .where(Exam.code.in_(bindparam("codes", expanding=True)))
)
"""Asked with ``codes`` and ``person``: a row per exam and accommodation."""
_OF_PEOPLE = (
    select(
        Person.id.label("owner"),
        Exam.code,
        Accommodation.person_id,
        Accommodation.extra_percent,
        Accommodation.is_untimed,
        Accommodation.extra_attempts,
        Accommodation.from_on,
        Accommodation.until_on,
    )
    .select_from(Person)
    .join(Exam, true())
    .outerjoin(_ROOM, _ROOM.id == Person.unit_id)
    .join(
        Accommodation,
        and_(
            Accommodation.ended_at.is_(None),
            or_(Accommodation.exam_id.is_(None), Accommodation.exam_id == Exam.id),
            or_(
                Accommodation.person_id == Person.id,
                _ROOM.path.like("%/" + cast(Accommodation.unit_id, String) + "/%"),
            ),
        ),
    )
    .where(
        Person.id.in_(bindparam("people", expanding=True)),
        Exam.code.in_(bindparam("codes", expanding=True)),
    )
)


def allowances(rows: Iterable[Any], *, day: date) -> Mapping[str, Allowance]:
    """Return exam code -> what the person is allowed on a day, of rows of `PUBLISHED`."""
    return _by_owner(((row.code, row) for row in rows), day=day)


def of_people(
    people: Collection[int], codes: Collection[str], *, day: date
) -> Mapping[tuple[int, str], Allowance]:
    """Return person id and exam code -> what is allowed on a day; `NOTHING` where nobody granted.

    Args:
        people: ids of persons.
        codes: of exams.
        day: on which grants count.
    """
    if not people:
        return {}
    rows = db.session.execute(_OF_PEOPLE, {"people": list(people), "codes": list(codes)}).all()
    found = _by_owner((((row.owner, row.code), row) for row in rows), day=day)
    return {(each, code): found.get((each, code), NOTHING) for each in people for code in codes}


def _by_owner(rows: Iterable[tuple[Owner, Any]], *, day: date) -> dict[Owner, Allowance]:
    own: defaultdict[Owner, list[Allowance]] = defaultdict(list)
    of_groups: defaultdict[Owner, list[Allowance]] = defaultdict(list)
    owners = set()
    for owner, row in rows:
        owners.add(owner)
        if row.from_on is None or not counts_on(day, row.from_on, row.until_on):
            continue
        given = Allowance(row.extra_percent, row.is_untimed, row.extra_attempts)
        (of_groups if row.person_id is None else own)[owner].append(given)
    return {owner: combined(own[owner], of_groups[owner]) for owner in owners}
