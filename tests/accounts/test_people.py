from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people, queries, services
from lms.accounts.errors import (
    InactiveError,
    LastAdministratorError,
    NoScopeError,
    NotYoursError,
    ProtectedError,
    TakenError,
)
from lms.accounts.models import Person, RoleGrant
from lms.accounts.rules import Details, Role
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError, NotFoundError
from tests import factories
from tests.factories import NOON

LI = Details(name="Li Wei", login="li@example.com", email="li@example.com", staff_no="S1")


def audited(session: Session) -> list[tuple[str, dict[str, object]]]:
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(row.action, row.detail) for row in rows]


class TestAddPerson:
    def test_notes_who_did_it(self, admin: Person, session: Session) -> None:
        person = people.add_person(LI, actor=admin, roles=[Role.TRAINEE], at=NOON)
        assert (person.name, person.password_hash) == ("Li Wei", None)
        assert person.roles == {Role.TRAINEE}
        assert audited(session) == [
            ("accounts.added", {"name": "Li Wei", "login": "li@example.com"}),
            ("accounts.role_granted", {"role": "trainee", "unit": None}),
        ]
        entry = session.scalars(select(AuditEntry)).first()
        assert entry is not None
        assert (entry.actor_id, entry.at) == (admin.id, NOON)

    @pytest.mark.parametrize(
        ("field", "details"),
        [
            ("login", Details(name="X", login="LI@example.com")),
            ("email", Details(name="X", login="x", email="Li@Example.com")),
            ("staff_no", Details(name="X", login="x", staff_no="S1")),
        ],
    )
    def test_refuses_what_is_taken_and_says_which(
        self, admin: Person, field: str, details: Details
    ) -> None:
        people.add_person(LI, actor=admin)
        with pytest.raises(TakenError) as refused:
            people.add_person(details, actor=admin)
        assert refused.value.context["field"] == field

    def test_many_may_have_neither_address_nor_number(self, admin: Person) -> None:
        for login in ("a", "b"):
            people.add_person(Details(name="X", login=login), actor=admin)


class TestUpdatePerson:
    def test_notes_before_and_after(self, admin: Person, session: Session) -> None:
        unit = factories.unit(name="Support")
        person = people.add_person(LI, actor=admin)
        people.update_person(
            person,
            Details(
                name="Li Wei", login="li@example.com", email="", staff_no="S2", unit_id=unit.id
            ),
            actor=admin,
        )
        changes = {
            "email": ["li@example.com", ""],
            "staff_no": ["S1", "S2"],
            "unit": ["", "Support"],
        }
        assert audited(session)[-1] == ("accounts.changed", {"changes": changes})

    def test_changing_nothing_notes_nothing(self, admin: Person, session: Session) -> None:
        person = people.add_person(LI, actor=admin)
        people.update_person(person, LI, actor=admin)
        assert len(audited(session)) == 1

    def test_refuses_what_is_taken_and_changes_nothing(self, admin: Person) -> None:
        people.add_person(LI, actor=admin)
        other = people.add_person(Details(name="Other", login="other"), actor=admin)
        with pytest.raises(TakenError):
            people.update_person(other, LI, actor=admin)
        assert (other.name, other.login) == ("Other", "other")


class TestRoles:
    def test_a_role_for_a_unit_reaches_those_below_it(self, admin: Person) -> None:
        unit = factories.unit()
        below = factories.unit(parent=unit)
        inside, outside = factories.person(unit=below), factories.person()
        boss = factories.person(roles=set())
        people.grant_role(boss, Role.MANAGER, unit=unit, actor=admin)
        managers = frozenset({Role.MANAGER})
        assert queries.person_for(boss, inside.id, roles=managers) is inside
        with pytest.raises(NotFoundError):
            queries.person_for(boss, outside.id, roles=managers)

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.TRAINEE])
    def test_some_roles_know_no_scope(self, admin: Person, trainee: Person, role: Role) -> None:
        with pytest.raises(NoScopeError):
            people.grant_role(trainee, role, unit=factories.unit(), actor=admin)

    def test_granting_twice_is_granting_once(
        self, admin: Person, trainee: Person, session: Session
    ) -> None:
        for _ in range(2):
            people.grant_role(trainee, Role.HR, actor=admin)
        assert len(trainee.grants) == 2
        assert len(audited(session)) == 1

    def test_an_ended_role_stays_on_record_and_can_be_granted_again(
        self, admin: Person, trainee: Person, session: Session
    ) -> None:
        people.end_role(trainee, trainee.grants[0].id, actor=admin)
        assert trainee.roles == frozenset()
        people.grant_role(trainee, Role.TRAINEE, actor=admin)
        assert len(session.scalars(select(RoleGrant).filter_by(person_id=trainee.id)).all()) == 2

    def test_another_person_s_role_is_not_there(
        self, admin: Person, trainee: Person, trainer: Person
    ) -> None:
        with pytest.raises(NotFoundError):
            people.end_role(trainee, trainer.grants[0].id, actor=admin)

    def test_a_change_ends_the_sign_ins(self, admin: Person, trainee: Person) -> None:
        row = services.sign_in(trainee, device="", address="")
        people.end_role(trainee, trainee.grants[0].id, actor=admin)
        assert row.ended_at is not None


class TestTheLastAdministrator:
    def test_cannot_be_deactivated(self, admin: Person) -> None:
        with pytest.raises(LastAdministratorError):
            people.deactivate(admin, actor=admin)
        assert admin.is_active

    def test_cannot_lose_the_role(self, admin: Person) -> None:
        with pytest.raises(LastAdministratorError):
            people.end_role(admin, admin.grants[0].id, actor=admin)
        assert admin.roles == {Role.ADMIN}

    def test_is_last_even_if_others_are_deactivated(self, admin: Person) -> None:
        other = factories.person(roles={Role.ADMIN})
        people.deactivate(other, actor=admin)
        with pytest.raises(LastAdministratorError):
            people.deactivate(admin, actor=admin)

    def test_may_go_when_there_is_another(self, admin: Person) -> None:
        factories.person(roles={Role.ADMIN})
        people.deactivate(admin, actor=admin)
        assert not admin.is_active

    def test_two_who_remove_each_other_at_once_leave_one(self, live_app: Flask) -> None:
        with live_app.app_context():
            ids = [factories.person(roles={Role.ADMIN}).id for _ in range(2)]
        together = Barrier(2)

        def remove(place: int) -> None:
            with live_app.app_context():
                actor = db.session.get_one(Person, ids[place])
                other = db.session.get_one(Person, ids[1 - place])
                together.wait()
                with suppress(LastAdministratorError, NotAllowedError):
                    people.end_role(other, other.grants[0].id, actor=actor)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(remove, range(2)))
        with live_app.app_context():
            assert queries.administrators() == 1


class TestDeactivate:
    def test_twice_is_once(self, admin: Person, trainee: Person, session: Session) -> None:
        for _ in range(2):
            people.deactivate(trainee, actor=admin)
        assert [action for action, _ in audited(session)] == ["accounts.deactivated"]

    def test_no_link_is_made_for_who_is_deactivated(self, admin: Person, trainee: Person) -> None:
        people.deactivate(trainee, actor=admin)
        with pytest.raises(InactiveError):
            people.invite(trainee, actor=admin)

    def test_reactivating_gives_password_and_roles_back(
        self, admin: Person, trainee: Person
    ) -> None:
        factories.with_password(trainee)
        people.deactivate(trainee, actor=admin)
        people.reactivate(trainee, actor=admin)
        assert trainee.roles == {Role.TRAINEE}
        assert services.check_password(trainee.login, factories.PASSWORD, address="") is trainee


KEEPING = [
    lambda _person, actor: people.add_person(LI, actor=actor),
    lambda person, actor: people.update_person(person, LI, actor=actor),
    lambda person, actor: people.invite(person, actor=actor),
    lambda person, actor: people.make_reset_link(person, actor=actor),
    lambda person, actor: people.deactivate(person, actor=actor),
    lambda person, actor: people.reactivate(person, actor=actor),
]
RULING = [
    lambda person, actor: people.grant_role(person, Role.ADMIN, actor=actor),
    lambda person, actor: people.end_role(person, 0, actor=actor),
]
KEEPERS = frozenset({Role.HR, Role.ADMIN})
Act = Callable[[Person, Person], object]


def refused(session: Session, act: Act, person: Person, actor: Person, error: type) -> bool:
    """Whether an act is refused and leaves no trace."""
    with pytest.raises(error):
        act(person, actor)
    return session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("act", KEEPING)
@pytest.mark.parametrize("role", [role for role in Role if role not in KEEPERS])
def test_only_hr_and_administrators_keep_people(session: Session, act: Act, role: Role) -> None:
    actor = factories.person(roles={role})
    assert refused(session, act, actor, actor, NotAllowedError)


@pytest.mark.parametrize("act", RULING)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_give_and_end_roles(session: Session, act: Act, role: Role) -> None:
    actor = factories.person(roles={role})
    assert refused(session, act, actor, actor, NotAllowedError)


@pytest.mark.usefixtures("session")
class TestHr:
    @pytest.fixture
    def hr(self) -> Person:
        return factories.person(name="Hu", roles={Role.HR})

    @pytest.fixture
    def hr_of_a_unit(self) -> Person:
        return factories.person(name="Hu", roles={Role.HR}, scope=factories.unit())

    @pytest.mark.parametrize("act", KEEPING)
    def test_keeps_trainees(self, hr: Person, trainee: Person, act: Act) -> None:
        act(trainee, hr)

    @pytest.mark.parametrize("act", KEEPING[1:])
    def test_keeps_nobody_outside_their_scope(
        self, session: Session, hr_of_a_unit: Person, trainee: Person, act: Act
    ) -> None:
        assert refused(session, act, trainee, hr_of_a_unit, NotFoundError)

    @pytest.mark.parametrize("act", KEEPING[1:])
    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRAINEE])
    def test_has_no_say_over_how_people_with_more_rights_sign_in(
        self, session: Session, hr: Person, act: Act, role: Role
    ) -> None:
        assert refused(session, act, factories.person(roles={role}), hr, ProtectedError)

    def test_may_correct_the_name_of_anyone(self, hr: Person, admin: Person) -> None:
        details = Details(name="Zhao", login=admin.login, email=admin.email or "")
        people.update_person(admin, details, actor=hr)
        assert admin.name == "Zhao"

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRAINEE])
    def test_adds_nobody_with_another_role(self, hr: Person, role: Role) -> None:
        with pytest.raises(NotAllowedError):
            people.add_person(LI, actor=hr, roles=[Role.TRAINEE, role])
        assert queries.person_with_login(LI.login) is None

    def test_puts_nobody_where_they_would_not_see_them(self, hr_of_a_unit: Person) -> None:
        scope = hr_of_a_unit.grants[0].unit
        person = factories.person(unit=scope)
        with pytest.raises(NotYoursError):
            people.add_person(LI, actor=hr_of_a_unit)
        moved = Details(name="x", login=person.login, email=person.email or "")
        with pytest.raises(NotYoursError):
            people.update_person(person, moved, actor=hr_of_a_unit)
