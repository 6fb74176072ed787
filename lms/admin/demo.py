"""The demo: one trainee who is three weeks into the programme, made through the usual services.

What it makes is marked (`Person.is_demo`). Evidence is never deleted, so clearing the demo locks
the trainee out and revokes their certificates; both stay on record as what they are.
"""

import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_never

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from lms.accounts import people, services as accounts
from lms.accounts.models import Person, RoleGrant
from lms.accounts.rules import Details, Role
from lms.certificates import queries as certificates, services as certificate_services
from lms.certificates.errors import AlreadyRevokedError
from lms.certificates.models import RevocationReason
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import LmsError, found
from lms.courses import queries as courses, services as learning
from lms.courses.models import Enrolment, EnrolmentSource
from lms.courses.rules import Stage
from lms.exams import body, queries as exams, services as sittings
from lms.exams.models import Attempt
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import FillIn, Key, MultipleChoice, Numeric, SingleChoice
from lms.exams.sitting import Answer

group = AppGroup("demo", help="The demo trainee.")

PROGRAMME = "after-sales"
LOGIN = "demo-trainee"
FILE = "demo-accounts.txt"
"""In the data directory; readable by its owner only."""
BEGAN = timedelta(days=21)
FIRST_TRY, SECOND_TRY, NEXT_STAGE = timedelta(days=9), timedelta(days=12), timedelta(days=15)
SITTING = timedelta(minutes=11)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""


@group.command("load")
def load_command() -> None:
    """Make the demo trainee and print how to sign in."""
    try:
        click.echo(load(), nl=False)
    except LmsError as error:
        raise click.ClickException(str(error)) from None


@group.command("clear")
def clear_command() -> None:
    """Lock the demo trainee out and revoke what they earned; the record stays."""
    administrator = _an_administrator()
    if administrator is None:
        raise click.ClickException("set up the administrator first: flask accounts setup-link")
    click.echo(f"{clear(actor=administrator)} people of the demo locked out")


def demo_people() -> list[Person]:
    """Return the people of the demo who may still sign in."""
    query = select(Person).where(Person.is_demo, Person.deactivated_at.is_(None))
    return list(db.session.scalars(query.order_by(Person.id)))


def accounts_text() -> str:
    """Return how to sign in to the demo; empty if there is none."""
    file = _file()
    return file.read_text(encoding="utf-8") if file.exists() and demo_people() else ""


def load(*, at: datetime | None = None) -> str:
    """Make the demo trainee; return how to sign in, which is kept in `FILE` as well.

    Args:
        at: the instant that the demo leads up to; now, unless a test says otherwise.

    Raises:
        TakenError: there is a demo already.
        NotFoundError: the programme was not imported.
    """
    at = at or clock.now()
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    with transaction():
        person = _trainee(at - BEGAN)
        _walk(person, at - BEGAN)
    link = people.invite(person, actor=None, at=at)
    accounts.use_link(link.rpartition("/")[2], password, address="demo", at=at)
    text = f"{LOGIN} / {password}\n"
    _keep(text)
    return text


def clear(*, actor: Person, at: datetime | None = None) -> int:
    """End the demo: lock its people out, revoke their certificates. Return how many people."""
    with transaction():
        gone = demo_people()
        for person in gone:
            people.deactivate(person, actor=actor, at=at)
            for certificate in certificates.certificates_of(person):
                try:
                    certificate_services.revoke(
                        certificate.id,
                        reason=RevocationReason.OTHER,
                        note="demo",
                        actor=actor,
                        at=at,
                    )
                except AlreadyRevokedError:
                    continue
    _file().unlink(missing_ok=True)
    return len(gone)


def _an_administrator() -> Person | None:
    """Return who has been administrator for longest: in whose name a command acts."""
    query = select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
    query = query.where(Person.deactivated_at.is_(None), RoleGrant.ended_at.is_(None))
    query = query.where(RoleGrant.role == Role.ADMIN, RoleGrant.unit_id.is_(None))
    return db.session.scalars(query.order_by(RoleGrant.id).limit(1)).first()


def _trainee(at: datetime) -> Person:
    details = Details(name="林晓（演示）", latin_name="Lin Xiao (demo)", login=LOGIN, locale="zh")
    return people.add_person(details, actor=None, roles=[Role.TRAINEE], is_demo=True, at=at)


def _walk(person: Person, began: datetime) -> None:
    """Take the trainee through stage 1 and into stage 2."""
    programme = found(courses.programme_with(PROGRAMME))
    enrolment = learning.enrol(
        person,
        programme,
        source=EnrolmentSource.ASSIGNED,
        actor=None,
        due_on=(began + timedelta(weeks=16)).date(),
        at=began,
    )
    first, *later = courses.outline_of(enrolment).stages
    _read(enrolment, person, first.lessons, began + timedelta(hours=1), FIRST_TRY)
    _sit(person, first, began + FIRST_TRY, right=0.5)
    _sit(person, first, began + SECOND_TRY, right=1.0)
    for second in later[:1]:
        half = second.lessons[: max(1, len(second.lessons) // 2)]
        _read(enrolment, person, half, began + NEXT_STAGE, BEGAN - NEXT_STAGE)


def _read(
    enrolment: Enrolment,
    person: Person,
    lessons: Iterable[str],
    since: datetime,
    within: timedelta,
) -> None:
    """Read lessons one after the other, spread over a time."""
    codes = list(lessons)
    for number, code in enumerate(codes):
        at = since + (within - timedelta(days=1)) * number / len(codes)
        learning.open_lesson(enrolment.id, code, actor=person, at=at)
        learning.finish_lesson(
            enrolment.id, code, actor=person, at=at + timedelta(minutes=14 + number)
        )


def _sit(person: Person, stage: Stage, at: datetime, *, right: float) -> None:
    """Sit the exam of a stage; about the share `right` of the answers is right."""
    attempt, _is_new = sittings.start_attempt(found(stage.exam), actor=person, at=at)
    sittings.hand_in(
        attempt.id,
        _answers(attempt, right=right),
        client=attempt.client,
        actor=person,
        at=at + SITTING,
    )


def _answers(attempt: Attempt, *, right: float) -> list[Answer]:
    """Answer the first questions rightly and leave the others blank."""
    shown = exams.questions(version_id for version_id, _order, _points in attempt.layout)
    known = round(right * len(attempt.layout))
    answers = []
    for slot, (version_id, _order, _points) in enumerate(attempt.layout[:known], start=1):
        question = shown[version_id]
        key = body.key_of(Kind(question.kind), question.body)
        answers.append(Answer(slot, 1, _right_answer(key)))
    return answers


def _right_answer(key: Key) -> tuple[str, ...]:
    match key:
        case SingleChoice(answer):
            return (answer,)
        case MultipleChoice():
            return tuple(sorted(key.answers))
        case FillIn(blanks):
            return tuple(min(forms) for forms in blanks)
        case Numeric():
            return (str(key.value),)
        case _:
            assert_never(key)


def _file() -> Path:
    return Path(current_app.instance_path) / FILE


def _keep(text: str) -> None:
    file = _file()
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
