"""Who is signed out while sitting signs in again in the same browser, and the page goes on."""

import re
from datetime import timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.db import transaction
from lms.exams import queries
from lms.exams.models import Attempt, LateAnswer
from lms.exams.services import take_over
from tests import factories
from tests.browser import forget_person, sign_in
from tests.exams import papers

JSON = {"Accept": "application/json"}


class Page:
    """What the script of a sitting keeps and does."""

    def __init__(self, client: FlaskClient, attempt: Attempt) -> None:
        self.client, self.address = client, f"/attempts/{attempt.id}"
        text = client.get(self.address).text
        self.csrf, self.token = (
            re.search(rf'data-{name}="([^"]+)"', text)[1]  # type: ignore[index]
            for name in ("csrf", "page")
        )

    def save(self, seq: int, slot: int = 1) -> tuple[int, str]:
        sent = {"answers": [{"slot": slot, "seq": seq, "answer": ["B"]}]}
        headers = JSON | {"X-CSRFToken": self.csrf}
        reply = self.client.post(f"{self.address}/answers", json=sent, headers=headers)
        return reply.status_code, reply.get_json().get("type", "")

    def again(self) -> int:
        headers = JSON | {"X-Page": self.token}
        reply = self.client.get(f"{self.address}/again", headers=headers)
        if reply.status_code == 200:
            assert reply.headers["Cache-Control"] == "no-store"
            self.csrf = reply.get_json()["csrf"]
        return reply.status_code


@pytest.fixture
def attempt(client: FlaskClient, trainee: Person) -> Attempt:
    papers.ready(trainee)
    sign_in(client, trainee)
    page = client.post("/exams/stage-1/attempts")
    return queries.attempt_of(trainee, int(page.location.rsplit("/", 1)[1]), with_layout=True)


@pytest.fixture
def page(
    app: Flask, client: FlaskClient, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> Page:
    """The page of the attempt; from here on forms are guarded against forgery, as outside tests."""
    guarded = True
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", guarded)
    return Page(client, attempt)


def sign_in_anew(client: FlaskClient, person: Person | None) -> None:
    """What signing in does: all that the session had is gone. None: only signed out."""
    with client.session_transaction() as cookie:
        cookie.clear()
    g.pop("csrf_token", None)  # requests of a test share one context, which keeps it
    forget_person()
    if person is not None:
        sign_in(client, person)


def test_the_same_person_goes_on_where_they_were(
    page: Page, client: FlaskClient, trainee: Person, attempt: Attempt
) -> None:
    assert page.save(1) == (200, "")
    sign_in_anew(client, None)
    assert page.save(2)[0] in {400, 401}
    assert page.again() == 401
    sign_in_anew(client, trainee)
    assert page.save(2) == (400, "/problems/form-expired")
    assert page.again() == 200
    assert page.save(2) == (200, "")
    assert queries.responses(attempt)[1].seq == 2
    assert "Answer card" in client.get(page.address).text


@pytest.mark.parametrize(("role", "status"), [(Role.TRAINEE, 404), (Role.HR, 403)])
def test_somebody_else_is_refused_and_learns_nothing(
    page: Page, client: FlaskClient, trainee: Person, attempt: Attempt, role: Role, status: int
) -> None:
    sign_in_anew(client, factories.person(roles={role}))
    assert page.again() == status
    assert page.save(2) == (400, "/problems/form-expired")
    assert queries.responses(attempt) == {}
    sign_in_anew(client, trainee)
    assert page.again() == 200
    assert page.save(2) == (200, "")


def test_a_page_that_was_taken_over_stays_read_only(
    page: Page, client: FlaskClient, trainee: Person, attempt: Attempt
) -> None:
    take_over(attempt.id, actor=trainee)
    sign_in_anew(client, trainee)
    assert page.again() == 409
    page.token = ""
    assert page.again() == 409
    page.token = "é"  # what a header may bring
    assert page.again() == 409
    assert "open elsewhere" in client.get(page.address).text


def test_what_was_not_sent_before_the_end_becomes_evidence(
    page: Page, client: FlaskClient, trainee: Person, attempt: Attempt, session: Session
) -> None:
    assert page.save(1) == (200, "")
    sign_in_anew(client, trainee)
    with transaction():
        row = session.get_one(Attempt, attempt.id)
        row.started_at -= timedelta(days=1)
        row.deadline_at -= timedelta(days=1)
    place = client.get(page.address).location
    assert place.endswith("/result")
    result = client.get(place).text
    assert f'data-save="{page.address}/answers"' in result
    page.csrf = re.search(r'data-csrf="([^"]+)"', result)[1]  # type: ignore[index]
    assert page.again() == 200
    assert page.save(5, slot=2) == (409, "/problems/attempt-closed")
    late = session.scalars(select(LateAnswer)).all()
    assert [(each.slot, each.seq, each.reason) for each in late] == [(2, 5, "attempt-closed")]
    assert set(queries.responses(attempt)) == {1}
