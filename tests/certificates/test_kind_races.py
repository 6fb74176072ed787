"""Kinds of certificates under eight hands at once."""

from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import making, meeting, services
from lms.certificates.errors import (
    CodeTakenError,
    NobodyLeftError,
    NotForThemError,
    PrefixTakenError,
)
from lms.certificates.models import Certificate, CertificateDefinition
from lms.core.db import db
from lms.core.errors import found
from lms.courses import services as courses
from lms.courses.models import Enrolment
from lms.courses.queries import programme_with
from tests import factories
from tests.conftest import HowOften
from tests.factories import NOON
from tests.test_races import THREADS, together


@pytest.fixture
def rounds(how_often: HowOften) -> int:
    return how_often(10, 200)


@pytest.fixture
def admin_id(live_app: Flask) -> int:
    with live_app.app_context():
        return factories.person(roles={Role.ADMIN}).id


def begun(code: str) -> int:
    """A run of a programme by somebody new; its id."""
    return factories.enrolment(factories.person(), found(programme_with(code))).id


def test_who_earns_two_kinds_in_either_order_gets_both(live_app: Flask, rounds: int) -> None:
    """One programme earns them in one order, the other in the other: nobody waits for ever."""
    with live_app.app_context():
        kept = [factories.programme({"A": ["A-1"]}, exams=False) for _ in range(2)]
        codes = [each.code for each in kept]
        stages = [{"programme": code, "stage": "stage-1"} for code in codes]
        wholes = [{"programme": code} for code in codes]
        factories.certificate_definition("one", prefix="ONE", earned=[stages[0], wholes[1]])
        factories.certificate_definition("two", prefix="TWO", earned=[stages[1], wholes[0]])
    for _ in range(rounds):
        with live_app.app_context():
            runs = [begun(codes[number % 2]) for number in range(THREADS)]

        def finish(number: int, runs: list[int] = runs) -> None:
            run = db.session.get_one(Enrolment, runs[number])
            courses.finish_lesson(run.id, "A-1", actor=run.person, at=NOON)

        together(live_app, finish)
        with live_app.app_context():
            held = select(func.count(Certificate.id)).where(Certificate.enrolment_id.in_(runs))
            assert db.session.scalar(held) == 2 * THREADS


def test_two_ways_to_issue_make_one_certificate(live_app: Flask, rounds: int) -> None:
    """From the list of those who meet it, by hand, and as the event does: one, and one number."""
    with live_app.app_context():
        hr_id = factories.person(roles={Role.HR}).id
    for number in range(rounds):
        kind = f"c{number}"
        with live_app.app_context():
            code = factories.programme({"A": ["A-1"]}, exams=False).code
            run_id = begun(code)
            run = db.session.get_one(Enrolment, run_id)
            courses.finish_lesson(run_id, "A-1", actor=run.person, at=NOON)
            name, person_id = run.person.login or "", run.person_id
            factories.certificate_definition(
                kind, prefix=f"C{number}", earned=[{"programme": code}]
            )

        def issue(
            number: int,
            kind: str = kind,
            run_id: int = run_id,
            name: str = name,
            person_id: int = person_id,
        ) -> None:
            actor = db.session.get_one(Person, hr_id)
            if number % 3 == 0:
                with suppress(NobodyLeftError):
                    meeting.issue(kind, [person_id], reason="met", actor=actor, at=NOON)
            elif number % 3 == 1:
                with suppress(NotForThemError):
                    services.issue(kind, [name], reason="hand", actor=actor, at=NOON)
            else:
                services.award(kind, db.session.get_one(Enrolment, run_id), stage=None, at=NOON)

        together(live_app, issue)
        with live_app.app_context():
            row = db.session.scalars(select(Certificate).filter_by(person_id=person_id)).one()
            assert (row.cycle, row.definition.issued) == (1, 1)


def test_one_kind_of_a_name_begins(live_app: Flask, rounds: int, admin_id: int) -> None:
    for number in range(rounds):
        code = f"k{number}"

        def start(which: int, code: str = code, number: int = number) -> bool:
            """Half of them want the same code, and all of them the same letters."""
            said = {
                "code": f"{code}-{which % 2}",
                "prefix": f"K{number}",
                "title": factories.both("K"),
                "validity_months": 12,
            }
            try:
                making.start(said, actor=db.session.get_one(Person, admin_id), at=NOON)
            except (CodeTakenError, PrefixTakenError):
                return False
            return True

        assert sum(together(live_app, start)) == 1
        with live_app.app_context():
            count = select(func.count(CertificateDefinition.id))
            assert db.session.scalar(count) == number + 1
