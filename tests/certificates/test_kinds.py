"""The kinds of certificates on their pages: drafts, versions, and what terms come to."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import defining, services, versions
from lms.certificates.errors import NoDraftError
from lms.certificates.models import CertificateDefinition
from lms.certificates.rules.sample import sample
from lms.certificates.rules.terms import Anchor, Terms, Timing
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON

ADDRESS = "/certificates/kinds/stage-1"


@pytest.fixture
def definition(session: Session) -> CertificateDefinition:
    return factories.certificate_definition(prefix="LT1")


def typed(**changed: Any) -> dict[str, Any]:
    """What the form sends for a kind that says what `definition` says."""
    return {
        "title_zh": "合格证书 stage-1",
        "title_en": "Certificate stage-1",
        "prefix": "LT1",
        "validity": "months",
        "length": 24,
        "ends": "",
        "anchor": "completion",
        "renewal_days": 30,
        "grace_days": 0,
        "late": "completion",
        "refresher": "",
        "score": "",
        "earned_on": "2026-01-31",
        "note": "",
        **changed,
    }


class TestVersions:
    def test_a_draft_changes_nothing_until_it_is_published(
        self, definition: CertificateDefinition, admin: Person, trainee: Person
    ) -> None:
        before = versions.current(definition)
        wanted = {**definition.settings, "validity_months": 12, "title": factories.both("New")}
        defining.save_draft("stage-1", wanted, actor=admin)
        run = factories.enrolment(trainee, factories.programme())
        first = services.award("stage-1", run, stage=None, at=NOON)
        assert (first.valid_until, first.version) == (date(2028, 3, 1), before)
        version = defining.publish_draft("stage-1", note="shorter", actor=admin, at=NOON)
        assert (version.number, definition.draft, definition.settings) == (2, None, wanted)
        again = factories.enrolment(factories.person(), run.programme)
        second = services.award("stage-1", again, stage=None, at=NOON)
        assert (second.valid_until, second.version) == (date(2027, 3, 1), version)
        assert second.snapshot["title_en"] == "New"
        assert first.version is before
        assert first.snapshot["title_en"] == "Certificate stage-1"

    def test_publishing_is_audited(self, definition: CertificateDefinition, admin: Person) -> None:
        wanted = {**definition.settings, "grace_days": 14}
        defining.save_draft("stage-1", wanted, actor=admin)
        defining.publish_draft("stage-1", note="grace", actor=admin, at=NOON)
        noted = select(AuditEntry).filter_by(action="certificates.published")
        entry = db.session.scalars(noted).one()
        assert (entry.actor_id, entry.object_id) == (admin.id, "stage-1")
        assert entry.detail == {"version": 2, "note": "grace", "changed": ["grace_days"]}

    def test_without_a_draft_there_is_nothing_to_publish(
        self, definition: CertificateDefinition, admin: Person
    ) -> None:
        with pytest.raises(NoDraftError):
            defining.publish_draft("stage-1", note="", actor=admin)
        defining.save_draft("stage-1", dict(definition.settings), actor=admin)
        assert definition.draft is None  # it says what is published

    def test_only_those_who_keep_certificates(
        self, definition: CertificateDefinition, trainer: Person
    ) -> None:
        with pytest.raises(NotAllowedError):
            defining.save_draft("stage-1", dict(definition.settings), actor=trainer)

    def test_who_keeps_those_of_a_unit_only_looks_at_the_terms(
        self, definition: CertificateDefinition, client: FlaskClient
    ) -> None:
        there = factories.person(roles={Role.HR}, scope=factories.unit())
        with pytest.raises(NotAllowedError):
            defining.save_draft("stage-1", dict(definition.settings), actor=there)
        sign_in(client, there)
        page = client.get(ADDRESS).text
        assert "not limited to a unit" in page
        assert 'value="publish"' not in page
        assert client.post(ADDRESS, data=typed(length=12, act="save")).status_code == 403
        assert client.post(ADDRESS, data=typed(length=12, act="draw")).status_code == 200


class TestSample:
    def test_early_on_time_late_and_too_late(self) -> None:
        ours = Terms(months=12, anchor=Anchor.EXPIRY, window=60, grace=30)
        drawn = sample(ours, date(2026, 1, 31))
        assert [(each.timing, each.renewed_on, each.until) for each in drawn.cases] == [
            (Timing.EARLY, date(2026, 12, 1), date(2028, 1, 30)),
            (Timing.ON_TIME, date(2027, 1, 30), date(2028, 1, 30)),
            (Timing.LATE, date(2027, 2, 15), date(2028, 2, 14)),
            (Timing.LAPSED, date(2027, 3, 31), date(2028, 3, 30)),
        ]
        assert (drawn.place(drawn.earned), drawn.place(date(2028, 3, 30))) == (0, 100)

    def test_without_an_end_there_is_nothing_to_draw(self) -> None:
        assert sample(Terms(), NOON.date()).life is None

    def test_without_grace_nobody_is_late(self) -> None:
        cases = sample(Terms(days=100), NOON.date()).cases
        assert [each.timing for each in cases] == [Timing.EARLY, Timing.ON_TIME, Timing.LAPSED]


class TestPage:
    @pytest.mark.usefixtures("definition")
    def test_the_list_says_what_each_holds_for(self, client: FlaskClient, admin: Person) -> None:
        sign_in(client, admin)
        page = client.get("/certificates/kinds").text
        assert ADDRESS in page
        assert "24 months" in page

    @pytest.mark.usefixtures("definition")
    def test_it_draws_what_is_typed_and_keeps_nothing(
        self, client: FlaskClient, admin: Person
    ) -> None:
        sign_in(client, admin)
        form = typed(length=12, anchor="expiry", renewal_days=60, grace_days=30, act="draw")
        page = client.post(ADDRESS, data=form)
        assert page.status_code == 200
        for each in ("30 Jan 2027", "30 Jan 2028", "14 Feb 2028", "1 Mar 2027"):
            assert each in page.text
        assert 'class="lifeline"' in page.text
        assert db.session.scalars(select(CertificateDefinition)).one().draft is None

    def test_saving_and_publishing(
        self, client: FlaskClient, admin: Person, definition: CertificateDefinition
    ) -> None:
        sign_in(client, admin)
        refresher = factories.programme({"R": ["R-1"]})
        form = typed(validity="fixed", length="", ends="12-31", anchor="fixed", grace_days=30,
                     refresher=refresher.code, score=85)  # fmt: skip
        assert client.post(ADDRESS, data={**form, "act": "save"}).status_code in {302, 303}
        assert "Draft" in client.get(ADDRESS).text
        assert len(versions.history(definition)) == 1
        done = client.post(
            ADDRESS, data={**form, "act": "publish", "note": "yearly"}, follow_redirects=True
        )
        assert "Version 2 is published." in done.text
        assert definition.settings == {
            "code": "stage-1",
            "prefix": "LT1",
            "title": {"zh": "合格证书 stage-1", "en": "Certificate stage-1"},
            "valid_to": "12-31",
            "anchor": "fixed",
            "grace_days": 30,
            "refresher": refresher.code,
            "score": 85,
        }
        assert [each.note for each in versions.history(definition)] == ["yearly", ""]

    def test_a_form_that_was_only_looked_at_publishes_no_version(
        self, client: FlaskClient, admin: Person, definition: CertificateDefinition
    ) -> None:
        sign_in(client, admin)
        page = client.post(ADDRESS, data=typed(act="publish"))
        assert page.status_code == 422
        assert "There is no draft of this certificate" in page.text
        assert len(versions.history(definition)) == 1

    def test_a_draft_can_be_thrown_away(
        self, client: FlaskClient, admin: Person, definition: CertificateDefinition
    ) -> None:
        sign_in(client, admin)
        client.post(ADDRESS, data=typed(length=12, act="save"))
        assert definition.draft is not None
        client.post(ADDRESS, data={"act": "discard"})
        assert definition.draft is None

    @pytest.mark.parametrize(
        ("wrong", "field", "said"),
        [
            ({"title_zh": ""}, "title_zh", "in both languages"),
            ({"prefix": "L-1"}, "prefix", "1 to 8 letters"),
            ({"prefix": "OTHER"}, "prefix", "The numbers of another certificate begin with OTHER"),
            ({"length": ""}, "length", "from 1 to 600"),
            ({"length": "x"}, "length", "from 1 to 600"),
            ({"validity": "days", "length": 9999}, "length", "from 1 to 3660"),
            ({"validity": "fixed", "ends": "02-30"}, "ends", "such as 12-31"),
            ({"renewal_days": -1}, "renewal_days", "from 0 to 3660"),
            ({"length": 1, "renewal_days": 28}, "renewal_days", "than the shortest term"),
            ({"length": 1, "renewal_days": 9, "grace_days": 90}, "grace_days", "shortest term"),
            ({"score": 101}, "score", "from 1 to 100"),
            ({"anchor": "hire"}, "anchor", ""),
        ],
    )
    @pytest.mark.usefixtures("definition")
    def test_a_mistake_stands_at_its_field_and_nothing_typed_is_lost(
        self, client: FlaskClient, admin: Person, wrong: dict[str, Any], field: str, said: str
    ) -> None:
        factories.certificate_definition("other", prefix="OTHER")
        sign_in(client, admin)
        page = client.post(ADDRESS, data=typed(title_en="Typed by hand", act="save") | wrong)
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
        assert said in page.text
        assert "Typed by hand" in page.text

    @pytest.mark.usefixtures("definition")
    def test_what_others_get(self, client: FlaskClient, admin: Person, trainee: Person) -> None:
        sign_in(client, admin)
        assert client.get("/certificates/kinds/nothing").status_code == 404
        sign_in(client, trainee)
        assert client.get(ADDRESS).status_code == 403
