"""What is published, with the accommodations of one person: read in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import OrgUnit, Person
from lms.exams.models import Exam, ExamVersion
from lms.exams.paper_models import Accommodation
from lms.exams.rules.allowances import Allowance, combined, counts_on

_ROOM, _GROUP = aliased(OrgUnit), aliased(OrgUnit)
_GROUPS = (
    select(_GROUP.id)
    .join(_ROOM, _ROOM.path.like("%/" + cast(_GROUP.id, String) + "/%"))
    .join(Person, Person.unit_id == _ROOM.id)
    .where(Person.id == bindparam("person"))
)
"""The unit that a person is in, and all above it."""
PUBLISHED = (
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


def allowances(rows: Iterable[Any], *, day: date) -> Mapping[str, Allowance]:
    """Return exam code -> what the person is allowed on a day, of rows of `PUBLISHED`."""
    own: defaultdict[str, list[Allowance]] = defaultdict(list)
    of_groups: defaultdict[str, list[Allowance]] = defaultdict(list)
    codes = set()
    for row in rows:
        codes.add(row.code)
        if row.from_on is None or not counts_on(day, row.from_on, row.until_on):
            continue
        given = Allowance(row.extra_percent, row.is_untimed, row.extra_attempts)
        (of_groups if row.person_id is None else own)[row.code].append(given)
    return {code: combined(own[code], of_groups[code]) for code in codes}
