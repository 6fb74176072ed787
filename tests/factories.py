"""Build rows with sensible defaults; a test states only what it is about."""

import itertools
from collections.abc import Mapping, Sequence, Set as AbstractSet
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import func, select

from lms.accounts import passwords
from lms.accounts.models import OrgUnit, Person, RoleGrant
from lms.accounts.rules import Role
from lms.certificates import services as certificates, versions
from lms.certificates.models import Certificate, CertificateDefinition
from lms.core import text
from lms.core.db import db, transaction
from lms.courses import services as courses
from lms.courses.models import (
    Enrolment,
    EnrolmentSource,
    Lesson,
    LessonVersion,
    Programme,
    ProgrammeVersion,
)
from lms.courses.rules import Outline

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The instant at which tests take place, unless they say otherwise."""

_numbers = itertools.count(1)
T = TypeVar("T")


def person(
    *,
    name: str = "Someone",
    roles: AbstractSet[Role] = frozenset({Role.TRAINEE}),
    unit: OrgUnit | None = None,
    scope: OrgUnit | None = None,
    latin_name: str = "",
    locale: str = "en",
) -> Person:
    """A person with `roles`, for the whole organisation or for the unit `scope`."""
    number = next(_numbers)
    with transaction():
        row = Person(
            name=name,
            latin_name=latin_name,
            staff_no=f"N{number}",
            login=f"person{number}@example.com",
            email=f"person{number}@example.com",
            locale=locale,
            unit=unit,
            created_at=NOON,
        )
        db.session.add(row)
        db.session.flush()
        for role in sorted(roles):
            db.session.add(RoleGrant(person_id=row.id, role=role, unit=scope, granted_at=NOON))
    db.session.refresh(row)
    return row


def unit(*, name: str = "Support", parent: OrgUnit | None = None) -> OrgUnit:
    """An organisation unit below `parent`."""
    with transaction():
        row = OrgUnit(
            code=f"U{next(_numbers)}", name=name, path="/", parent_id=parent and parent.id
        )
        db.session.add(row)
        db.session.flush()
        row.path = f"{parent.path if parent else '/'}{row.id}/"
    return row


def programme(
    *stages: Mapping[str, Sequence[str]], exams: bool = True, published: bool = True
) -> Programme:
    """A programme; a stage is module code -> lesson codes, which are published as well.

    Stage n has the code ``stage-n`` and, with `exams`, the exam ``exam-n``.
    """
    stages = stages or ({"A": ["A-1", "A-2"]}, {"B": ["B-1"]})
    codes = [code for stage in stages for module in stage.values() for code in module]
    for code in dict.fromkeys(codes):
        lesson(code)
    row = save(Programme(code=f"programme-{next(_numbers)}"))
    version = save(
        ProgrammeVersion(
            programme_id=row.id,
            number=1,
            structure=(said := structure(row.code, stages, exams=exams)),
            digest=text.digest(said),
            made_at=NOON,
        )
    )
    with transaction():
        row.published_id = version.id if published else None
    return row


def structure(
    code: str, stages: Sequence[Mapping[str, Sequence[str]]], *, exams: bool
) -> dict[str, Any]:
    """What a programme's file says; stages as in `programme`."""
    return {
        "code": code,
        "title": both("Programme"),
        "summary": both("All of it"),
        "weeks": 16,
        "certificate": code,
        "stages": [
            {
                "code": f"stage-{number}",
                "title": both(f"Stage {number}"),
                "exam": f"exam-{number}" if exams else None,
                "certificate": f"stage-{number}",
                "modules": [
                    {
                        "code": module,
                        "title": both(f"Module {module}"),
                        "goals": {"zh": ["会做"], "en": ["Do it"]},
                        "lessons": list(lessons),
                    }
                    for module, lessons in stage.items()
                ],
            }
            for number, stage in enumerate(stages, start=1)
        ],
    }


def both(text: str) -> dict[str, str]:
    """A text in both languages."""
    return {"zh": f"{text}（中文）", "en": text}


OPTIONS: list[dict[str, Any]] = [
    {"key": "A", "text": both("Restart"), "why": both("That destroys evidence.")},
    {"key": "B", "text": both("Ask"), "why": both("That narrows it down."), "right": True},
    {"key": "C", "text": both("Wait"), "why": both("Nothing will change.")},
]
CHECK: dict[str, Any] = {"id": "c1", "stem": both("What comes first?"), "options": OPTIONS}
"""A self-check of which B is right."""


def lesson(
    code: str, *, html: str = "<p>Text.</p>", checks: Sequence[Mapping[str, Any]] = ()
) -> Lesson:
    """A published lesson; calling it again publishes a further version."""
    row = db.session.scalar(select(Lesson).filter_by(code=code)) or save(Lesson(code=code))
    last = db.session.scalar(select(func.max(LessonVersion.number)).filter_by(lesson_id=row.id))
    version = save(
        LessonVersion(
            lesson_id=row.id,
            number=(last or 0) + 1,
            title=both(f"Lesson {code}"),
            minutes=10,
            meta={"class": "generic", "objectives": {"zh": ["会做"], "en": ["Do it"]}},
            source=both("Text."),
            html={"zh": html, "en": html},
            outline={"zh": [["first", "第一"]], "en": [["first", "First"]]},
            checks=list(checks),
            digest=text.digest([code, html, list(checks)]),
            made_at=NOON,
        )
    )
    with transaction():
        row.published_id = version.id
    return row


def enrolment(
    person: Person, programme: Programme, *, due_on: date | None = None, at: datetime = NOON
) -> Enrolment:
    """A run of a programme that the person chose."""
    return courses.enrol(
        person, programme, source=EnrolmentSource.SELF, actor=person, due_on=due_on, at=at
    )


def certificate_definition(
    code: str = "stage-1", *, months: int | None = 24, prefix: str = "", **terms: object
) -> CertificateDefinition:
    """A kind of certificate; `programme` names ``stage-1``, ``stage-2`` and its own code."""
    settings = {
        "code": code,
        "prefix": prefix or f"T{next(_numbers)}",
        "title": {"zh": f"合格证书 {code}", "en": f"Certificate {code}"},
        "validity_months": months,
        **terms,
    }
    row = save(
        CertificateDefinition(
            code=code, prefix=settings["prefix"], settings=settings, digest="0" * 64
        )
    )
    with transaction():
        versions.publish(row, settings, at=NOON)
    return row


def certificate(person: Person, *, months: int | None = 24, at: datetime = NOON) -> Certificate:
    """A certificate for the first stage of a programme that the person takes."""
    run = enrolment(person, programme(), at=at)
    definition = certificate_definition(f"stage-1-{next(_numbers)}", months=months)
    stage = Outline.read(run.version.structure).stages[0]
    return certificates.award(definition.code, run, stage=stage, at=at)


def save(row: T) -> T:
    """Save one row."""
    with transaction() as session:
        session.add(row)
    return row


PASSWORD = "a horse in the rain"


def with_password(row: Person, password: str = PASSWORD) -> Person:
    """The person, who can now sign in with `password`."""
    stored = passwords.hashed(password)
    with transaction():
        row.password_hash = stored
    return row
