"""Which certificates rest on attempts: what somebody who corrects a key is told."""

from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import resting, services
from lms.certificates.models import Certificate, RevocationReason
from lms.core.db import db
from lms.courses import services as courses
from lms.courses.models import Enrolment, Programme
from lms.exams import certified
from tests import factories
from tests.factories import NOON
from tests.statements import counted


@pytest.fixture
def programme(session: Session) -> Programme:
    assert not session.new
    row = factories.programme({"A": ["A-1"]}, {"B": ["B-1"]})
    for stage in ("stage-1", "stage-2"):
        source = {"programme": row.code, "stage": stage}
        factories.certificate_definition(f"of-{stage}", months=None, earned=[source])
    factories.certificate_definition("whole", months=None, earned=[{"programme": row.code}])
    return row


def complete(run: Enrolment, *, first_attempt: int) -> None:
    for number, lesson in enumerate(("A-1", "B-1")):
        courses.finish_lesson(run.id, lesson, actor=run.person, at=NOON)
        courses.note_stage_passed(run.id, f"stage-{number + 1}", score=Fraction(1),
                                  attempt_id=first_attempt + number, at=NOON)  # fmt: skip


def serials(person: Person) -> dict[str, str]:
    rows = db.session.scalars(select(Certificate).filter_by(person_id=person.id))
    return {each.definition.code: each.serial for each in rows}


def test_an_attempt_bears_what_its_stage_and_the_whole_run_earn(
    programme: Programme, trainee: Person
) -> None:
    complete(factories.enrolment(trainee, programme), first_attempt=1)
    other = factories.person()
    complete(factories.enrolment(other, programme), first_attempt=3)
    found = resting.certificates_on([1, 2, 3, 99])
    own, others = serials(trainee), serials(other)
    told = {each: {one.serial for one in certificates} for each, certificates in found.items()}
    assert told == {
        1: {own["of-stage-1"], own["whole"]},
        2: {own["of-stage-2"], own["whole"]},
        3: {others["of-stage-1"], others["whole"]},
    }
    assert {one.state for certificates in found.values() for one in certificates} == {"Valid"}
    assert resting.certificates_on([]) == {}


def test_it_says_what_they_are_worth_today(programme: Programme, trainee: Person) -> None:
    complete(factories.enrolment(trainee, programme), first_attempt=1)
    row = db.session.scalars(
        select(Certificate).where(Certificate.serial == serials(trainee)["of-stage-1"])
    ).one()
    services.revoke(row.id, reason=RevocationReason.ISSUED_IN_ERROR,
                    actor=factories.person(roles={Role.HR}), at=NOON)  # fmt: skip
    worth = {each.serial: (each.tone, each.state) for each in resting.certificates_on([1])[1]}
    assert worth == {
        row.serial: ("bad", "Revoked"),
        serials(trainee)["whole"]: ("ok", "Valid"),
    }


def test_what_the_programme_does_not_earn_any_more_is_told_all_the_same(
    programme: Programme, trainee: Person
) -> None:
    run = factories.enrolment(trainee, programme)
    courses.finish_lesson(run.id, "A-1", actor=trainee, at=NOON)
    courses.note_stage_passed(run.id, "stage-1", score=Fraction(1), attempt_id=1, at=NOON)
    kind = factories.certificate_definition("by-hand", months=None)
    services.award(kind.code, run, stage=None, at=NOON)
    found = {each.serial for each in resting.certificates_on([1])[1]}
    assert found == {serials(trainee)["of-stage-1"], serials(trainee)["by-hand"]}


def test_many_attempts_take_as_many_statements_as_one(
    programme: Programme, trainee: Person
) -> None:
    complete(factories.enrolment(trainee, programme), first_attempt=1)
    for number in range(4):
        run = factories.enrolment(factories.person(), programme)
        complete(run, first_attempt=10 + 2 * number)
    for ids, bearing in (([1], 1), (list(range(30)), 10)):
        db.session.expire_all()
        with counted() as sent:
            found = resting.certificates_on(ids)
        assert (len(sent), len(found)) == (3, bearing)
    with counted() as sent:
        assert resting.certificates_on([500]) == {}
    assert len(sent) == 1


def test_wired_twice_it_is_asked_once(programme: Programme, trainee: Person) -> None:
    complete(factories.enrolment(trainee, programme), first_attempt=1)
    certified.ask(resting.certificates_on)
    assert [len(each) for each in certified.certificates_on([1]).values()] == [2]
