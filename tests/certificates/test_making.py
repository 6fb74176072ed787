"""A kind of certificate is made on a page, retired and taken back."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import (
    defining,
    kinds,
    making,
    queries,
    reissuing,
    renewing,
    services,
    template_queries,
    templates,
)
from lms.certificates.errors import (
    CodeTakenError,
    KindNotRetiredError,
    KindRetiredError,
    NoDraftError,
    NothingEarnsItError,
    PrefixReservedError,
    PrefixTakenError,
    ReasonMissingError,
)
from lms.certificates.models import Certificate, CertificateDefinition
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError
from lms.courses.models import Programme
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON

NEW = "/certificates/kinds/new"


def settings(code: str = "k", prefix: str = "K", **more: Any) -> dict[str, Any]:
    said = {"code": code, "prefix": prefix, "title": factories.both(code), "validity_months": 12}
    return {**said, **more}


def typed(**changed: Any) -> dict[str, Any]:
    """What the form of a new kind sends."""
    return {
        "code": "first-aid",
        "title_zh": "急救证书",
        "title_en": "First aid",
        "prefix": "fa",
        "validity": "months",
        "length": 24,
        "anchor": "completion",
        "renewal_days": 30,
        "grace_days": 0,
        "late": "completion",
        "refresher": "",
        "earned_on": "2026-01-31",
        "act": "save",
        **changed,
    }


@pytest.fixture
def programme(session: Session) -> Programme:
    return factories.programme({"A": ["A-1"]})


class TestStart:
    def test_it_is_a_draft_until_it_is_published(self, admin: Person) -> None:
        row = making.start(settings(earned=[{"exam": "exam-1"}]), actor=admin, at=NOON)
        assert (queries.definition_with("k"), queries.definitions()) == (None, [])
        assert kinds.kind_with("k") is row
        assert defining.publish_draft("k", note="", actor=admin, at=NOON).number == 1
        assert queries.definition_with("k") is row
        assert (row.draft, row.digest) == (None, "")
        noted = select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.object_id)
        assert list(db.session.execute(noted.order_by(AuditEntry.id))) == [
            ("certificates.kind-made", admin.id, "k"),
            ("certificates.published", admin.id, "k"),
        ]

    def test_its_draft_is_changed_freely(self, admin: Person) -> None:
        making.start(settings(), actor=admin, at=NOON)
        defining.save_draft("k", settings(prefix="KK", score=80), actor=admin)
        row = kinds.kind_with("k")
        assert row is not None
        assert (row.prefix, row.draft, row.settings) == (
            "KK",
            settings(prefix="KK", score=80),
            settings(prefix="KK", score=80),
        )

    def test_with_its_draft_it_is_gone(self, admin: Person) -> None:
        making.start(settings(), actor=admin, at=NOON)
        defining.discard_draft("k", actor=admin)
        assert kinds.kind_with("k") is None
        making.start(settings(), actor=admin, at=NOON)  # the code and the letters are free again

    @pytest.mark.parametrize(
        ("wrong", "refusal"),
        [
            (settings(code="stage-1"), CodeTakenError),
            (settings(code="draft"), CodeTakenError),
            (settings(code="new"), CodeTakenError),
            (settings(prefix="LT1"), PrefixTakenError),
            (settings(prefix="DR"), PrefixTakenError),
            (settings(prefix="PLAN"), PrefixTakenError),
            (settings(prefix="OLD"), PrefixTakenError),
            (settings(prefix="SAMPLE"), PrefixReservedError),
        ],
    )
    def test_what_is_taken_is_refused(
        self, admin: Person, trainee: Person, wrong: dict[str, Any], refusal: type[Exception]
    ) -> None:
        kind = factories.certificate_definition(prefix="OLD")
        services.award(kind.code, factories.enrolment(trainee, factories.programme()), stage=None)
        for prefix in ("LT1", "PLAN"):
            defining.save_draft(kind.code, {**kind.settings, "prefix": prefix}, actor=admin)
            if prefix == "LT1":
                defining.publish_draft(kind.code, note="", actor=admin)
        making.start(settings("draft", "DR"), actor=admin)
        with pytest.raises(refusal):
            making.start(wrong, actor=admin)

    def test_the_letters_that_a_kind_gave_out_stay_its_own(
        self, admin: Person, trainee: Person
    ) -> None:
        kind = factories.certificate_definition(prefix="OLD")
        services.award(kind.code, factories.enrolment(trainee, factories.programme()), stage=None)
        for prefix in ("NOW", "OLD"):
            defining.save_draft(kind.code, {**kind.settings, "prefix": prefix}, actor=admin)
            defining.publish_draft(kind.code, note="", actor=admin)
        assert kind.prefix == "OLD"

    def test_what_nobody_can_earn_is_not_published(
        self, admin: Person, programme: Programme
    ) -> None:
        making.start(settings(), actor=admin)
        with pytest.raises(NothingEarnsItError):
            defining.publish_draft("k", note="", actor=admin)
        making.start(settings(programme.code, "P"), actor=admin)  # its file names it
        assert defining.publish_draft(programme.code, note="", actor=admin).number == 1

    def test_only_those_who_keep_certificates_everywhere(self, trainer: Person) -> None:
        there = factories.person(roles={Role.HR}, scope=factories.unit())
        for actor in (trainer, there):
            with pytest.raises(NotAllowedError):
                making.start(settings(), actor=actor)


class TestRetire:
    @pytest.fixture
    def certificate(self, trainee: Person) -> Certificate:
        return factories.certificate(trainee)

    def test_what_was_issued_stays_and_no_more_are(
        self, certificate: Certificate, admin: Person
    ) -> None:
        kind, run = certificate.definition, certificate.enrolment_id
        making.retire(kind.code, reason="replaced", actor=admin, at=NOON)
        shown = queries.certificate_for(admin, certificate.id)
        assert (shown.revoked_at, shown.superseded_by) == (None, None)
        next_run = factories.enrolment(factories.person(), factories.programme())
        with pytest.raises(KindRetiredError):
            services.award(kind.code, next_run, stage=None)
        with pytest.raises(KindRetiredError):
            making.retire(kind.code, reason="again", actor=admin)
        corrected = reissuing.reissue(certificate.id, reason="name", actor=admin)
        assert (corrected.cycle, corrected.enrolment_id) == (2, run)
        entry = db.session.scalars(select(AuditEntry).filter_by(action="certificates.kind-retired"))
        assert entry.one().detail == {"prefix": kind.prefix, "reason": "replaced"}

    def test_no_renewal_opens(self, certificate: Certificate, admin: Person) -> None:
        last = NOON + timedelta(days=720)
        assert renewing.due(last) == [certificate.id]
        making.retire(certificate.definition.code, reason="replaced", actor=admin)
        assert renewing.due(last) == []
        assert not renewing.open_renewal(certificate.id, at=last)
        making.restore(certificate.definition.code, actor=admin)
        assert renewing.due(last) == [certificate.id]

    def test_it_is_taken_back_into_use(self, certificate: Certificate, admin: Person) -> None:
        kind = certificate.definition
        with pytest.raises(KindNotRetiredError):
            making.restore(kind.code, actor=admin)
        making.retire(kind.code, reason="replaced", actor=admin)
        making.restore(kind.code, actor=admin, at=NOON)
        assert kind.retired_at is None
        run = factories.enrolment(factories.person(), factories.programme())
        assert services.award(kind.code, run, stage=None).definition is kind

    def test_it_needs_a_reason_and_a_published_kind(
        self, certificate: Certificate, admin: Person, trainer: Person
    ) -> None:
        code = certificate.definition.code
        with pytest.raises(ReasonMissingError):
            making.retire(code, reason="  ", actor=admin)
        with pytest.raises(NotAllowedError):
            making.retire(code, reason="replaced", actor=trainer)
        making.start(settings(), actor=admin)
        with pytest.raises(NoDraftError):
            making.retire("k", reason="replaced", actor=admin)


class TestPages:
    def test_from_nothing_to_a_published_kind(
        self, client: FlaskClient, admin: Person, programme: Programme
    ) -> None:
        sign_in(client, admin)
        assert NEW in client.get("/certificates/kinds").text
        assert f"{programme.code}/stage-1" in client.get(NEW).text
        sources = [f"{programme.code}/stage-1", f"{programme.code}/"]
        page = client.post(NEW, data=typed(earned=sources), follow_redirects=True)
        assert "Nothing is awarded by it until you publish it." in page.text
        row = kinds.kind_with("first-aid")
        assert row is not None
        assert row.draft == {
            "code": "first-aid",
            "prefix": "FA",
            "title": {"zh": "急救证书", "en": "First aid"},
            "validity_months": 24,
            "earned": [
                {"programme": programme.code},
                {"programme": programme.code, "stage": "stage-1"},
            ],
        }
        address = "/certificates/kinds/first-aid"
        assert "with its draft, the kind is gone" in client.get(address).text
        form = typed(earned=sources, act="publish", note="first")
        done = client.post(address, data=form, follow_redirects=True)
        assert "Version 1 is published." in done.text
        assert queries.definition_with("first-aid") is row

    def test_it_draws_what_is_typed_and_keeps_nothing(
        self, client: FlaskClient, admin: Person
    ) -> None:
        sign_in(client, admin)
        page = client.post(NEW, data=typed(length=12, act="draw"))
        assert page.status_code == 200
        assert 'class="lifeline"' in page.text
        assert "30 Jan 2027" in page.text
        assert db.session.scalar(select(func.count(CertificateDefinition.id))) == 0

    @pytest.mark.parametrize(
        ("wrong", "field", "said"),
        [
            ({"code": ""}, "code", "Choose a short name"),
            ({"code": "first aid"}, "code", "1 to 40 letters"),
            ({"code": "New"}, "code", "A page is called so"),
            ({"code": "stage-1"}, "code", "There is a kind of certificate stage-1 already"),
            ({"prefix": "LT1"}, "prefix", "The numbers of another certificate begin with LT1"),
            ({"prefix": "sample"}, "prefix", "for specimens"),
            ({"earned": ["nothing/"]}, "earned", ""),
            ({"title_zh": ""}, "title_zh", "in both languages"),
        ],
    )
    def test_a_mistake_stands_at_its_field_and_nothing_typed_is_lost(
        self, client: FlaskClient, admin: Person, wrong: dict[str, Any], field: str, said: str
    ) -> None:
        factories.certificate_definition(prefix="LT1")
        sign_in(client, admin)
        page = client.post(NEW, data=typed(title_en="Typed by hand") | wrong)
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
        assert said in page.text
        assert "Typed by hand" in page.text

    def test_nothing_that_earns_it_is_said_at_the_field(
        self, client: FlaskClient, admin: Person
    ) -> None:
        sign_in(client, admin)
        client.post(NEW, data=typed())
        page = client.post("/certificates/kinds/first-aid", data=typed(act="publish"))
        assert page.status_code == 422
        assert 'id="earned-error"' in page.text
        assert "Nothing earns it yet" in page.text

    def test_a_draft_is_taken_back(self, client: FlaskClient, admin: Person) -> None:
        sign_in(client, admin)
        client.post(NEW, data=typed())
        reply = client.post("/certificates/kinds/first-aid", data={"act": "discard"})
        assert reply.headers["Location"] == "/certificates/kinds"
        assert client.get("/certificates/kinds/first-aid").status_code == 404

    def test_what_earned_it_and_is_gone_stays_to_choose_from(
        self, client: FlaskClient, admin: Person
    ) -> None:
        kind = factories.certificate_definition(
            "k", prefix="K", earned=[{"programme": "z"}, {"programme": "a", "stage": "s"}]
        )
        sign_in(client, admin)
        page = client.get("/certificates/kinds/k").text
        assert "z/ (not published any more)" in page
        form = typed(title_zh=kind.settings["title"]["zh"], title_en=kind.settings["title"]["en"],
                     prefix="K", earned=["a/s", "z/"])  # fmt: skip
        client.post("/certificates/kinds/k", data=form)
        assert kind.draft is None  # whatever the order, it says the same

    def test_retiring_and_taking_back(self, client: FlaskClient, admin: Person) -> None:
        kind = factories.certificate_definition("k", prefix="K")
        sign_in(client, admin)
        address = "/certificates/kinds/k/retire"
        assert client.post(address, data={"reason": ""}).status_code == 422
        done = client.post(address, data={"reason": "replaced"}, follow_redirects=True)
        assert "no more of them are issued" in done.text
        assert "Retired" in client.get("/certificates/kinds").text
        assert 'value="k"' not in client.get("/certificates/issue").text
        again = client.post(address, data={"reason": "twice"})
        assert (again.status_code, "is retired" in again.text) == (422, True)
        back = client.post("/certificates/kinds/k/restore", follow_redirects=True)
        assert "It is in use again." in back.text
        assert kind.retired_at is None

    def test_the_page_says_what_it_is_printed_with(
        self, client: FlaskClient, admin: Person
    ) -> None:
        factories.certificate_definition("k", prefix="K")
        template = templates.start("modern", "Blue 2026", actor=admin, at=NOON)
        sign_in(client, admin)
        assert "The formal design, as it is delivered." in client.get("/certificates/kinds/k").text
        version = template_queries.latest(template.id)
        templates.publish(version.id, revision=version.revision, actor=admin, at=NOON)
        templates.use(template.id, ["k"], actor=admin, at=NOON)
        page = client.get("/certificates/kinds/k").text
        assert f'href="/certificates/templates/{template.id}">Blue 2026</a>' in page

    def test_who_may_not(self, client: FlaskClient, trainee: Person) -> None:
        factories.certificate_definition("k", prefix="K")
        there = factories.person(roles={Role.HR}, scope=factories.unit())
        for actor in (trainee, there):
            sign_in(client, actor)
            assert client.get(NEW).status_code == 403
            assert client.post(NEW, data=typed()).status_code == 403
            assert client.post("/certificates/kinds/k/restore").status_code == 403
            retire = client.post("/certificates/kinds/k/retire", data={"reason": "no"})
            assert retire.status_code == 403
        assert kinds.kind_with("first-aid") is None
