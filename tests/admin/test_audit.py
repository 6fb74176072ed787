from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.accounts import people
from lms.accounts.models import Person
from lms.accounts.rules import Details, Role
from lms.admin import queries
from lms.core import audit
from lms.core.audit import AuditEntry
from lms.core.db import db
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON
from tests.statements import counted


def found(**filters: object) -> list[AuditEntry]:
    return list(db.session.scalars(queries.audit_entries(**filters)))  # type: ignore[arg-type]


def test_lines_say_who_did_what_to_whom(admin: Person, session: Session) -> None:
    unit = factories.unit(name="East")
    person = people.add_person(Details(name="Li Wei", login="li", locale="zh"), actor=admin)
    people.grant_role(person, Role.MANAGER, unit=unit, actor=admin)
    people.update_person(person, Details(name="Li Wei", login="li", locale="en"), actor=None)
    changed, granted, added = queries.in_words(found())
    assert (added.actor, added.action, added.object) == ("Zhao Min", "Person added", "Li Wei")
    assert [(each.label, each.before, each.after) for each in granted.changes] == [
        ("Role", "", "Line manager"),
        ("Unit", "", "East"),
    ]
    assert (changed.actor, changed.person_id) == ("", person.id)
    assert [(each.label, each.before, each.after) for each in changed.changes] == [
        ("Language", "中文", "English")
    ]


def test_an_action_without_words_is_shown_by_its_name(session: Session) -> None:
    audit.note("moon.landed", kind="moon", object_id="crater-1", actor_id=None, stones=[1, 2])
    (line,) = queries.in_words(found())
    assert (line.action, line.object, line.person_id) == ("moon.landed", "moon crater-1", None)
    assert [(each.label, each.after) for each in line.changes] == [("stones", "1, 2")]


def test_lines_are_found_by_person_action_and_day(
    admin: Person, trainee: Person, trainer: Person
) -> None:
    people.invite(trainee, actor=admin, at=NOON)
    late = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # past midnight in Shanghai
    people.deactivate(trainer, actor=admin, at=late)
    invited, deactivated = "accounts.invited", "accounts.deactivated"

    def actions(**filters: object) -> list[str]:
        return [each.action for each in found(**filters)]

    assert actions() == [deactivated, invited]
    assert actions(who="li wei") == [invited]
    assert actions(who="zhao") == [deactivated, invited]
    assert actions(who=trainer.login) == [deactivated]
    assert actions(who="%") == []
    assert actions(action=invited) == [invited]
    assert actions(first=date(2026, 3, 3)) == [deactivated]
    assert actions(last=date(2026, 3, 2)) == [invited]
    assert actions(last=date.max) == [deactivated, invited]


def test_many_lines_take_as_many_statements_as_one(admin: Person) -> None:
    for number in range(20):
        person = people.add_person(Details(name="X", login=f"x{number}"), actor=admin)
        people.grant_role(person, Role.HR, actor=admin)
    entries = found()
    with counted() as statements:
        assert len(queries.in_words(entries)) == 40
    assert len(statements) == 2


def test_the_page_filters_and_keeps_the_filters_over_pages(
    client: FlaskClient, admin: Person, trainee: Person
) -> None:
    for _ in range(51):
        people.invite(trainee, actor=admin)
    people.deactivate(trainee, actor=admin)
    sign_in(client, admin)
    page = client.get("/admin/audit?action=accounts.invited")
    assert "page=2&amp;action=accounts.invited" in page.text
    assert page.text.count("<tr role") == 51
    assert "Person deactivated</td>" not in page.text


@pytest.mark.parametrize("query", ["first=soon", "last=0000-00-00", "action=nonsense", "who=%00"])
def test_nonsense_is_said_not_crashed_on(client: FlaskClient, admin: Person, query: str) -> None:
    sign_in(client, admin)
    assert client.get(f"/admin/audit?{query}").status_code == 200
