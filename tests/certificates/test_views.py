"""The holder's pages, and the public one that proves a certificate."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import proof_views, queries, rules, services
from lms.certificates.models import Certificate, CertificatePdf, RevocationReason
from lms.core.db import db, transaction
from lms.courses.models import Enrolment
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON
from tests.statements import counted

HIDDEN = ("Li Wei", "Zhang", "83.33", "SHA-256 of the PDF", "Programme")
"""What only the token shows."""


@pytest.fixture(autouse=True)
def _fresh_limit() -> None:
    proof_views.verifications.forget()
    proof_views.uploads.forget()


@pytest.fixture
def certificate(trainee: Person, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """A certificate, looked at on the day after it was awarded."""
    monkeypatch.setattr(queries, "today", (NOON + timedelta(days=1)).date)
    return factories.certificate(trainee)


def keep_pdf(certificate: Certificate, content: bytes = b"%PDF-1.7") -> None:
    with transaction():
        certificate.pdf_sha256 = "a" * 64
        db.session.add(CertificatePdf(certificate_id=certificate.id, content=content, made_at=NOON))


class TestVerify:
    def test_with_the_token_it_shows_everything_printed(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        keep_pdf(certificate)
        page = client.get(f"/v/{certificate.serial}?t={certificate.token}")
        assert page.status_code == 200
        for each in ("Li Wei", "Valid", certificate.serial, "Stage 1", "Lanting", "a" * 64):
            assert each in page.text
        assert "This certificate is genuine. It is valid until 1 Mar 2028." in page.text

    @pytest.mark.parametrize("token", ["", "?t=", "?t=wrong", "?t=%C3%A9"])
    def test_without_it_only_the_state_and_a_masked_name(
        self, client: FlaskClient, certificate: Certificate, token: str
    ) -> None:
        page = client.get(f"/v/{certificate.serial}{token}")
        assert page.status_code == 200
        assert "L* W**" in page.text
        assert [each for each in HIDDEN if each in page.text] == []
        assert certificate.token not in page.text

    def test_a_serial_may_be_typed_in_any_case_with_blanks(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        typed = certificate.serial.lower().replace("-", " ")
        page = client.get("/verify", query_string={"serial": f" {typed}"}, follow_redirects=True)
        assert page.request.path == f"/v/{certificate.serial}"
        assert "L* W**" in page.text

    def test_a_typing_mistake_is_told_apart_from_a_forgery(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        wrong = certificate.serial[:-1] + ("A" if certificate.serial[-1] != "A" else "B")
        for page in (client.get(f"/v/{wrong}"), client.get(f"/verify?serial={wrong}")):
            assert page.status_code in {404, 422}
            assert "typing mistake" in page.text
            assert f'value="{wrong}"' in page.text

    def test_a_number_that_was_never_issued_is_not_genuine(self, client: FlaskClient) -> None:
        unknown = rules.serial("ZZ9", 2026, 7)
        page = client.get(f"/v/{unknown}")
        assert page.status_code == 404
        assert "was never issued here" in page.text

    def test_nothing_typed_is_said_at_the_field(self, client: FlaskClient) -> None:
        page = client.get("/verify?serial=")
        assert page.status_code == 422
        assert "Type the number" in page.text

    def test_revoking_shows_at_once_with_the_reason_and_without_the_note(
        self, client: FlaskClient, certificate: Certificate, admin: Person
    ) -> None:
        assert "is genuine" in client.get(f"/v/{certificate.serial}").text
        services.revoke(
            certificate.id,
            reason=RevocationReason.ISSUED_IN_ERROR,
            note="wrong person",
            actor=admin,
            at=NOON,
        )
        page = client.get(f"/v/{certificate.serial}?t={certificate.token}")
        assert "revoked on 2 Mar 2026" in page.text
        assert "Reason: Issued in error" in page.text
        assert "wrong person" not in page.text
        assert "is genuine" not in page.text

    def test_the_last_valid_day_is_valid_and_the_next_is_not(
        self, client: FlaskClient, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        last = certificate.valid_until
        assert last is not None
        monkeypatch.setattr(queries, "today", lambda: last)
        assert "Valid, expires soon" in client.get(f"/v/{certificate.serial}").text
        monkeypatch.setattr(queries, "today", lambda: last + timedelta(days=1))
        assert "its last valid day was 1 Mar 2028" in client.get(f"/v/{certificate.serial}").text

    def test_of_the_demonstration_it_says_that_it_proves_nothing(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        with transaction():
            trainee.is_demo = True
        row = factories.certificate(trainee)
        assert "Demonstration data" in client.get(f"/v/{row.serial}").text

    def test_it_is_not_indexed_and_not_kept(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        for path in (f"/v/{certificate.serial}", "/v/ZZ9-2026-000007-X", "/verify"):
            page = client.get(path)
            assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert page.headers["Cache-Control"] == "no-store"
            assert '<meta name="robots" content="noindex, nofollow">' in page.text

    def test_serials_cannot_be_walked(self, client: FlaskClient, certificate: Certificate) -> None:
        codes = [client.get(f"/v/{certificate.serial}").status_code for _ in range(31)]
        assert codes == [200] * 30 + [429]

    def test_it_takes_three_statements_at_most(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        with counted() as statements:
            client.get(f"/v/{certificate.serial}?t={certificate.token}")
        assert len(statements) <= 3, statements

    def test_it_speaks_chinese(self, client: FlaskClient, certificate: Certificate) -> None:
        client.set_cookie("lang", "zh")
        page = client.get(f"/v/{certificate.serial}?t={certificate.token}")
        assert 'lang="zh-CN"' in page.text
        assert "合格证书" in page.text


class TestMine:
    def test_shows_state_dates_and_a_link_to_share(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        page = client.get("/certificates")
        assert certificate.serial in page.text
        assert "PDF is being made" in page.text
        assert f"/v/{certificate.serial}?t={certificate.token}" in page.text

    def test_says_how_to_get_the_first_one(self, client: FlaskClient, trainee: Person) -> None:
        sign_in(client, trainee)
        assert "No certificates yet" in client.get("/certificates").text

    def test_takes_five_statements_at_most_however_many_there_are(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        definition = factories.certificate_definition("another")
        run = db.session.get_one(Enrolment, certificate.enrolment_id)
        services.award(definition.code, run, stage=None, at=NOON)
        sign_in(client, trainee)
        client.get("/certificates")  # notes that the sign-in is in use
        with counted() as statements:
            page = client.get("/certificates")
        assert page.text.count('class="card cert"') == 2
        assert len(statements) <= 5, statements


class TestPdf:
    def test_is_named_in_the_holder_s_language(self, client: FlaskClient) -> None:
        holder = factories.person(name="张思远")
        row = factories.certificate(holder)
        keep_pdf(row)
        sign_in(client, holder)
        reply = client.get(f"/certificates/{row.id}.pdf")
        assert (reply.data, reply.mimetype) == (b"%PDF-1.7", "application/pdf")
        name = quote(f"张思远-{row.serial}.pdf", safe="")
        assert f"filename*=UTF-8''{name}" in reply.headers["Content-Disposition"]
        assert reply.headers["Cache-Control"] == "no-store"

    def test_while_it_is_made_the_page_looks_again_by_itself(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        part = client.get(f"/certificates/{certificate.id}.pdf", headers={"HX-Request": "true"})
        assert part.status_code == 202
        assert 'hx-trigger="every 2s"' in part.text
        assert "<html" not in part.text
        keep_pdf(certificate)
        part = client.get(f"/certificates/{certificate.id}.pdf", headers={"HX-Request": "true"})
        assert part.status_code == 200
        assert "Download" in part.text
        assert "hx-trigger" not in part.text

    def test_someone_else_s_looks_like_one_that_does_not_exist(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        keep_pdf(certificate)
        sign_in(client, factories.person())
        foreign = client.get(f"/certificates/{certificate.id}.pdf")
        absent = client.get(f"/certificates/{certificate.id + 1}.pdf")
        assert foreign.status_code == absent.status_code == 404
        assert strip_number(foreign.text) == strip_number(absent.text)

    def test_hr_sees_those_in_its_scope_only(self, client: FlaskClient) -> None:
        east, west = factories.unit(), factories.unit()
        rows = [factories.certificate(factories.person(unit=unit)) for unit in (east, west)]
        sign_in(client, factories.person(roles={Role.HR}, scope=east))
        codes = [client.get(f"/certificates/{row.id}.pdf").status_code for row in rows]
        assert codes == [202, 404]


class TestRevoke:
    def test_asks_for_reason_and_note_and_loses_nothing(
        self, client: FlaskClient, certificate: Certificate, admin: Person
    ) -> None:
        sign_in(client, admin)
        path = f"/certificates/{certificate.id}/revoke"
        assert "Revoke for good" in client.get(path).text
        page = client.post(path, data={"note": "wrong person"})
        assert page.status_code == 422
        assert "wrong person" in page.text
        page = client.post(
            path, data={"reason": "issued-in-error", "note": "wrong person"}, follow_redirects=True
        )
        assert "The certificate is revoked." in page.text
        assert "Revoke for good" not in page.text
        assert client.post(path, data={"reason": "other", "note": "x"}).status_code == 409

    def test_a_trainee_may_not(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        path = f"/certificates/{certificate.id}/revoke"
        assert client.post(path, data={"reason": "other", "note": "x"}).status_code == 403
        assert db.session.scalars(select(Certificate)).one() is certificate


def strip_number(page: str) -> str:
    """Leave out what differs between any two pages: the number of the request, the address."""
    kept = [line for line in page.splitlines() if "Number of this request" not in line]
    return "\n".join(line for line in kept if "/language/" not in line)
