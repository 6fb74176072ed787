from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core import queue
from lms.core.audit import AuditEntry
from lms.core.errors import NotAllowedError
from lms.core.queue import Job
from lms.courses import assigning
from lms.courses.assigning import LEFT, NO_TRAINEE, RUNNING
from lms.courses.errors import NobodyChosenError, NotPublishedError
from lms.courses.models import Enrolment, EnrolmentSource, Programme
from lms.records.models import RecordEntry
from tests import factories
from tests.factories import NOON
from tests.statements import counted

DUE = date(2027, 3, 1)


@pytest.fixture
def hr(session: Session) -> Person:
    return factories.person(name="Hu", roles={Role.HR})


@pytest.fixture
def programme(session: Session) -> Programme:
    return factories.programme()


@pytest.fixture
def support(session: Session) -> OrgUnit:
    return factories.unit(name="Support")


class TestAssign:
    def test_begins_a_run_for_each_with_date_source_and_giver(
        self, hr: Person, programme: Programme, session: Session
    ) -> None:
        chosen = [factories.person().id for _ in range(3)]
        done = assigning.assign(chosen, programme, actor=hr, due_on=DUE, at=NOON)
        assert (sorted(done.enrolled), done.skipped) == (chosen, ())
        runs = session.scalars(select(Enrolment)).all()
        assert {(run.source, run.due_on, run.assigned_by_id, run.opened_at) for run in runs} == {
            (EnrolmentSource.ASSIGNED, DUE, hr.id, NOON)
        }

    def test_each_stands_in_the_audit_log_and_on_the_record(
        self, hr: Person, programme: Programme, session: Session
    ) -> None:
        chosen = [factories.person().id for _ in range(2)]
        assigning.assign(chosen, programme, actor=hr, at=NOON)
        notes = session.scalars(select(AuditEntry).filter_by(action="courses.enrolled")).all()
        assert [each.actor_id for each in notes] == [hr.id] * 2
        assert sorted(session.scalars(select(RecordEntry.person_id))) == chosen

    def test_skips_and_names_who_cannot(self, hr: Person, programme: Programme) -> None:
        running, gone = factories.person(name="A"), factories.person(name="B")
        trainer = factories.person(name="C", roles={Role.TRAINER})
        factories.enrolment(running, programme)
        people.deactivate(gone, actor=None)
        done = assigning.assign([running.id, gone.id, trainer.id], programme, actor=hr)
        assert done.enrolled == ()
        assert done.skipped == ((running.id, RUNNING), (gone.id, LEFT), (trainer.id, NO_TRAINEE))

    def test_once_more_with_the_same_instant_counts_as_the_same_assignment(
        self, hr: Person, programme: Programme, trainee: Person
    ) -> None:
        first = assigning.assign([trainee.id], programme, actor=hr, at=NOON)
        assert assigning.assign([trainee.id], programme, actor=hr, at=NOON) == first
        later = assigning.assign([trainee.id], programme, actor=hr)
        assert later.skipped == ((trainee.id, RUNNING),)

    def test_people_outside_the_scope_are_not_there(
        self, programme: Programme, support: OrgUnit
    ) -> None:
        hr = factories.person(roles={Role.HR}, scope=support)
        inside, outside = factories.person(unit=support), factories.person()
        done = assigning.assign([inside.id, outside.id], programme, actor=hr)
        assert (done.enrolled, done.skipped) == ((inside.id,), ())

    @pytest.mark.parametrize("role", [Role.TRAINEE, Role.TRAINER, Role.MANAGER])
    def test_is_for_hr_and_administrators(
        self, role: Role, programme: Programme, trainee: Person
    ) -> None:
        actor = factories.person(roles={role})
        with pytest.raises(NotAllowedError):
            assigning.assign([trainee.id], programme, actor=actor)
        with pytest.raises(NotAllowedError):
            assigning.assign_later([trainee.id], programme, actor=actor)

    def test_all_or_nobody(self, hr: Person, trainee: Person, session: Session) -> None:
        unready = factories.programme(published=False)
        with pytest.raises(NotPublishedError):
            assigning.assign([trainee.id], unready, actor=hr)
        assert session.scalars(select(Enrolment)).all() == []

    def test_takes_a_handful_of_statements_each(self, hr: Person, programme: Programme) -> None:
        chosen = [factories.person().id for _ in range(20)]
        with counted() as sent:
            assigning.assign(chosen, programme, actor=hr)
        assert len(sent) <= 7 * len(chosen) + 10


class TestInUnit:
    def test_are_active_trainees_of_the_unit_and_all_below(
        self, hr: Person, support: OrgUnit
    ) -> None:
        north = factories.unit(name="North", parent=support)
        here = factories.person(name="A", unit=support)
        below = factories.person(name="B", unit=north)
        gone = factories.person(name="C", unit=north)
        people.deactivate(gone, actor=None)
        factories.person(name="D", unit=north, roles={Role.TRAINER})
        factories.person(name="E")
        assert assigning.in_unit(hr, support.id) == [here.id, below.id]
        assert assigning.in_unit(hr, north.id) == [below.id]

    def test_are_nobody_for_whom_the_unit_is_foreign(self, support: OrgUnit) -> None:
        factories.person(unit=support)
        stranger = factories.person(roles={Role.HR}, scope=factories.unit(name="Sales"))
        assert assigning.in_unit(stranger, support.id) == []


class TestTheJob:
    def test_enrols_part_by_part_and_says_what_came_of_it(
        self, hr: Person, programme: Programme, session: Session
    ) -> None:
        chosen = [factories.person().id for _ in range(60)]
        running = factories.person()
        factories.enrolment(running, programme)
        job = assigning.assign_later([*chosen, running.id], programme, actor=hr, due_on=DUE)
        assert queue.run_one()
        session.refresh(job)
        assert (job.steps_done, job.steps_total) == (61, 61)
        assert job.result is not None
        assert job.result["page"] == f"/admin/assign/{job.payload['token']}"
        assert job.result["enrolled"] == 60
        assert job.result["skipped"] == [[running.id, RUNNING]]

    def test_for_nobody_is_not_begun(
        self, hr: Person, programme: Programme, session: Session
    ) -> None:
        with pytest.raises(NobodyChosenError):
            assigning.assign_later([], programme, actor=hr)
        assert session.scalars(select(Job)).all() == []
