"""Whose certificates run out: the list, its file, and issuing one anew on its page."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import expiring, jobs, making, queries, renewal_views, renewing, services
from lms.certificates.models import Certificate, RevocationReason
from lms.certificates.rules import Within
from lms.core import deliverables, queue
from lms.core.db import db, transaction
from lms.core.queue import Job
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON

DAY = date(2028, 1, 15)
"""46 days before NOON's certificate of 24 months ends."""


@pytest.fixture
def held(session: Session, trainee: Person, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """A certificate, looked at on DAY."""
    for module in (queries, renewal_views):
        monkeypatch.setattr(module, "today", lambda: DAY)
    return factories.certificate(trainee)


def found(actor: Person, within: Within, day: date = DAY) -> Sequence[str]:
    rows = db.session.execute(expiring.lines(actor, within, today=day))
    return [expiring.read(row, day).serial for row in rows]


@pytest.mark.parametrize(
    ("days_before", "seen"),
    [
        (91, set()),
        (90, {Within.DAYS_90}),
        (60, {Within.DAYS_90, Within.DAYS_60}),
        (30, {Within.DAYS_90, Within.DAYS_60, Within.DAYS_30}),
        (0, {Within.DAYS_90, Within.DAYS_60, Within.DAYS_30}),
        (-1, {Within.OVER}),
    ],
)
def test_the_days_count_to_the_last_valid_one(
    held: Certificate, admin: Person, days_before: int, seen: set[Within]
) -> None:
    assert held.valid_until is not None
    day = held.valid_until - timedelta(days=days_before)
    for within in Within:
        assert found(admin, within, day) == ([held.serial] if within in seen else [])
    assert {each for each, count in expiring.counts(admin, today=day).items() if count} == seen


def test_what_was_renewed_or_revoked_and_who_left_is_not_listed(
    held: Certificate, admin: Person
) -> None:
    with transaction():
        held.person.deactivated_at = NOON
    assert found(admin, Within.DAYS_90) == []
    with transaction():
        held.person.deactivated_at = None
    services.revoke(held.id, reason=RevocationReason.OTHER, actor=admin, at=NOON)
    assert found(admin, Within.DAYS_90) == []


def test_hr_sees_the_people_in_their_scope(held: Certificate) -> None:
    elsewhere = factories.person(roles={Role.HR}, scope=factories.unit(name="Elsewhere"))
    assert found(elsewhere, Within.DAYS_90) == []
    assert found(factories.person(roles={Role.HR}), Within.DAYS_90) == [held.serial]


def test_the_page_says_what_is_being_done(
    client: FlaskClient, admin: Person, held: Certificate
) -> None:
    sign_in(client, admin)
    page = client.get("/certificates/expiring?within=60").text
    assert held.serial in page
    assert "46 days left" in page
    assert "not open yet" in page
    renewing.open_renewal(held.id, at=NOON.replace(year=2028, month=2, day=10))
    assert "no refresher was assigned" in client.get("/certificates/expiring").text
    assert "None in this view" in client.get("/certificates/expiring?within=30").text
    assert held.serial in client.get("/certificates/expiring?within=nonsense&page=99").text


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_the_list_as_a_file(
    client: FlaskClient,
    admin: Person,
    held: Certificate,
    file_format: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "today", lambda _at: DAY)
    sign_in(client, admin)
    given = {"within": "90", "format": file_format}
    asked = client.post("/certificates/expiring/file", data=given)
    job = db.session.scalars(select(Job).filter_by(name="certificates.expiring")).one()
    assert asked.location.endswith(f"/{job.id}")
    while queue.run_one(at=job.run_at):
        pass
    db.session.refresh(job)
    assert job.result is not None
    row = db.session.get_one(deliverables.Deliverable, job.result["deliverable"])
    assert (row.rows, row.name[-len(file_format) :]) == (1, file_format)
    content = row.path.read_bytes()
    assert content[:2] == b"PK" if file_format == "xlsx" else held.serial.encode() in content


def test_a_row_of_the_file(held: Certificate, admin: Person) -> None:
    table = expiring.sheet(admin, Within.DAYS_90, today=DAY)
    (row,) = table.rows
    assert table.count == 1
    assert row[0] == "Li Wei"
    assert row[4:7] == [held.serial, date(2028, 3, 1), 46]


class TestReissuePage:
    def test_the_new_name_stands_beside_the_printed_one(
        self, client: FlaskClient, admin: Person, held: Certificate
    ) -> None:
        with transaction():
            held.person.name = "Li Wei-Chen"
        sign_in(client, admin)
        address = f"/certificates/{held.id}/reissue"
        assert address in client.get(f"/certificates/{held.id}/revoke").text
        page = client.get(address).text
        assert "Li Wei-Chen" in page
        done = client.post(address, data={"reason": "married"}, follow_redirects=True)
        new = db.session.scalars(select(Certificate).filter_by(reissue_of_id=held.id)).one()
        assert f"It is issued anew as {new.serial}." in done.text
        assert "correct that one" in client.get(address).text
        assert client.post(address, data={"reason": "again"}).status_code == 409
        told = client.get(f"/v/{held.serial}.json?t={held.token}").get_json()
        assert (told["state"], told["superseded_by"]) == ("superseded", new.serial)

    def test_without_a_reason_it_says_so_at_the_field(
        self, client: FlaskClient, admin: Person, held: Certificate
    ) -> None:
        sign_in(client, admin)
        page = client.post(f"/certificates/{held.id}/reissue", data={"reason": " "})
        assert page.status_code == 422
        assert 'id="reason-error"' in page.text


class TestHolder:
    def test_each_state_says_what_to_do(
        self, client: FlaskClient, trainee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        factories.certificate_definition("kept", renewal_days=90, grace_days=30)
        run = factories.enrolment(trainee, factories.programme())
        row = services.award("kept", run, stage=None, at=NOON)
        sign_in(client, trainee)
        for day, said in (
            (date(2027, 12, 1), "Valid"),
            (date(2027, 12, 2), "It can be renewed until 31 Mar 2028."),
            (date(2028, 3, 2), "Until 31 Mar 2028 the refresher is still enough"),
            (date(2028, 4, 1), "Expired"),
        ):
            monkeypatch.setattr(queries, "today", lambda day=day: day)
            assert said in client.get("/certificates").text
        told = client.get(f"/v/{row.serial}.json?t={row.token}").get_json()
        assert (told["state"], told["grace_ends_on"]) == ("expired", "2028-03-31")
        assert told["renewal_opens_on"] == "2027-12-02"
        monkeypatch.setattr(queries, "today", lambda: date(2028, 3, 5))
        assert "Renewal possible until" in client.get(f"/v/{row.serial}?t={row.token}").text


def test_a_retired_kind_is_renewed_by_nothing(
    client: FlaskClient, held: Certificate, admin: Person
) -> None:
    making.retire(held.definition.code, reason="replaced", actor=admin, at=NOON)
    sign_in(client, admin)
    page = client.get("/certificates/expiring?within=60").text
    assert held.serial in page
    assert "none: this kind is retired" in page
