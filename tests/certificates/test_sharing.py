"""Who sees a certificate: what its holder chooses, and what strangers are shown after that."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import privacy, proof_views, queries, services, sharing
from lms.certificates.models import Certificate, RevocationReason
from lms.certificates.privacy import Privacy, Sight
from lms.config import Settings
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import NotFoundError
from tests import factories
from tests.browser import sign_in
from tests.certificates.tools import with_files
from tests.statements import counted

NAMES = ("Li Wei", "L* W**")
PRINTED = ("Stage 1", "SHA-256 of the PDF")


@pytest.fixture(autouse=True)
def _fresh_limit() -> None:
    proof_views.verifications.forget()
    proof_views.uploads.forget()


@pytest.fixture
def certificate(trainee: Person) -> Certificate:
    """With its files, shown by code as the house has it."""
    return with_files(trainee)


def choose(certificate: Certificate, chosen: Privacy) -> None:
    sharing.set_privacy(certificate.id, chosen, actor=certificate.person)


def addresses(certificate: Certificate, end: str = "") -> tuple[str, str]:
    """Without the code, and with it."""
    bare = f"/v/{certificate.serial}{end}"
    return bare, f"{bare}?t={certificate.token}"


@pytest.mark.parametrize(
    ("chosen", "bare", "with_token"),
    [
        (Privacy.PUBLIC, Sight.WHOLE, Sight.WHOLE),
        (Privacy.CODE, Sight.MASKED, Sight.WHOLE),
        (None, Sight.MASKED, Sight.WHOLE),
        (Privacy.PRIVATE, Sight.HIDDEN, Sight.HIDDEN),
    ],
)
def test_what_is_shown(chosen: Privacy | None, bare: Sight, with_token: Sight) -> None:
    assert privacy.sight(chosen, has_token=False) is bare
    assert privacy.sight(chosen, has_token=True) is with_token


class TestDefault:
    @pytest.fixture
    def house(self, app: Flask) -> Iterator[None]:
        before = app.config["SETTINGS"]
        app.config["SETTINGS"] = replace(before, certificate_privacy="private")
        yield
        app.config["SETTINGS"] = before

    def test_by_code(self, trainee: Person) -> None:
        assert factories.certificate(trainee).privacy is Privacy.CODE

    @pytest.mark.usefixtures("house")
    def test_as_the_house_has_it(self, trainee: Person) -> None:
        assert factories.certificate(trainee).privacy is Privacy.PRIVATE

    def test_one_from_before_there_was_a_choice_is_by_code(self, trainee: Person) -> None:
        row = factories.certificate(trainee)
        with transaction():
            row.privacy = None
        assert queries.own_certificate(trainee, row.id).privacy is Privacy.CODE

    def test_nonsense_is_refused_at_the_start(self, app: Flask) -> None:
        settings: Settings = app.config["SETTINGS"]
        with pytest.raises(SystemExit, match="LMS_CERTIFICATE_PRIVACY"):
            replace(settings, certificate_privacy="open").refuse_nonsense()


class TestPublic:
    def test_everything_printed_without_the_code(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        choose(certificate, Privacy.PUBLIC)
        with counted() as statements:
            page = client.get(addresses(certificate)[0])
        assert len(statements) <= 3
        assert "Li Wei" in page.text
        assert [each for each in PRINTED if each not in page.text] == []
        assert certificate.token not in page.text
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"

    def test_the_files_too_and_none_gives_the_code_away(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        choose(certificate, Privacy.PUBLIC)
        for end in (".json", "/credential.json", "/badge.png"):
            reply = client.get(addresses(certificate, end)[0])
            assert reply.status_code == 200
            assert certificate.token.encode() not in reply.data
        said = client.get(addresses(certificate, ".json")[0]).get_json()
        assert (said["shows"], said["holder"]) == ("whole", "Li Wei")


class TestPrivate:
    @pytest.fixture(autouse=True)
    def _private(self, certificate: Certificate) -> None:
        choose(certificate, Privacy.PRIVATE)

    def test_the_state_and_nothing_else_with_and_without_the_code(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        pages = [client.get(each) for each in addresses(certificate)]
        for page in pages:
            assert page.status_code == 200
            assert "Not shared by its holder" in page.text
            assert "This certificate is genuine." in page.text
            hidden = (*NAMES, *PRINTED, "Certificate stage-1")
            assert [each for each in hidden if each in page.text] == []
            assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert certificate.token not in pages[0].text

    def test_programs_are_told_no_more(self, client: FlaskClient, certificate: Certificate) -> None:
        for each in addresses(certificate, ".json"):
            reply = client.get(each)
            said = reply.get_json()
            assert (said["state"], said["shows"]) == ("valid", "hidden")
            assert (said["holder"], said["title"], said["superseded_by"]) == (None, None, None)
            assert not said.keys() & {"printed", "issued_at", "valid_until", "pdf"}
            assert "Li Wei" not in reply.text

    def test_nobody_gets_the_files(self, client: FlaskClient, certificate: Certificate) -> None:
        for end in ("/credential.json", "/badge.png"):
            for each in addresses(certificate, end):
                assert client.get(each).status_code == 404

    def test_a_revocation_is_public_all_the_same(
        self, client: FlaskClient, certificate: Certificate, admin: Person
    ) -> None:
        services.revoke(
            certificate.id, reason=RevocationReason.IRREGULARITY, note="note", actor=admin
        )
        page = client.get(addresses(certificate)[0])
        assert "and was revoked on" in page.text
        assert [each for each in NAMES if each in page.text] == []
        assert client.get(addresses(certificate, ".json")[0]).get_json()["state"] == "revoked"

    def test_the_status_list_says_what_it_always_says(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        before = client.get(f"/status/{certificate.status_list_id}")
        choose(certificate, Privacy.CODE)
        after = client.get(f"/status/{certificate.status_list_id}")
        assert before.status_code == 200
        assert before.data == after.data
        assert before.headers["X-Robots-Tag"] == "noindex, nofollow"

    @pytest.mark.parametrize("end", [b"", b"\n%"])
    def test_a_file_is_checked_and_nothing_said_of_whose_it_is(
        self, client: FlaskClient, certificate: Certificate, end: bytes
    ) -> None:
        content = (queries.pdf_of(certificate.id) or b"") + end
        page = client.post("/verify", data={"file": (BytesIO(content), "file.pdf")})
        assert ("Not genuine" if end else "Genuine and unchanged") in page.text
        assert "does not show here what is printed on it" in page.text
        assert [each for each in NAMES if each in page.text] == []

    def test_it_speaks_chinese(self, client: FlaskClient, certificate: Certificate) -> None:
        client.set_cookie("lang", "zh")
        assert "持证人未公开" in client.get(addresses(certificate)[0]).text

    def test_hr_and_the_holder_see_it_as_before(
        self, client: FlaskClient, certificate: Certificate, admin: Person, trainee: Person
    ) -> None:
        sign_in(client, admin)
        page = client.get(f"/certificates/{certificate.id}/revoke")
        assert "Li Wei" in page.text
        assert "Private" in page.text
        assert client.get(f"/certificates/{certificate.id}.pdf").status_code == 200
        client.post("/sign-out")
        sign_in(client, trainee)
        for end in (".pdf", "/credential.json", "/badge.png"):
            reply = client.get(f"/certificates/{certificate.id}{end}")
            assert reply.status_code == 200
            assert reply.headers["Cache-Control"] == "no-store"


class TestChoosing:
    def test_it_counts_at_once_and_is_audited(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        path = f"/certificates/{certificate.id}/sharing"
        assert re.search(r'<input [^>]*checked[^>]*value="code"', client.get(path).text)
        page = client.post(path, data={"privacy": "private"}, follow_redirects=True)
        assert "It counts from now on" in page.text
        assert "There is none while the certificate is private." in page.text
        assert "Not shared by its holder" in client.get(addresses(certificate)[1]).text
        query = select(AuditEntry).filter_by(action="certificates.privacy-changed")
        entry = db.session.scalars(query).one()
        assert (entry.actor_id, entry.object_id) == (trainee.id, str(certificate.id))
        assert (entry.detail["before"], entry.detail["after"]) == ("code", "private")

    def test_the_same_again_changes_nothing(self, certificate: Certificate) -> None:
        choose(certificate, Privacy.CODE)
        query = select(AuditEntry).filter_by(action="certificates.privacy-changed")
        assert db.session.scalars(query).all() == []

    @pytest.mark.parametrize("data", [{}, {"privacy": "open"}])
    def test_nonsense_is_refused_at_the_field(
        self, client: FlaskClient, certificate: Certificate, trainee: Person, data: dict[str, str]
    ) -> None:
        sign_in(client, trainee)
        page = client.post(f"/certificates/{certificate.id}/sharing", data=data)
        assert page.status_code == 422
        assert 'class="err"' in page.text
        assert certificate.privacy is Privacy.CODE

    def test_only_the_holder_decides(
        self, client: FlaskClient, certificate: Certificate, admin: Person
    ) -> None:
        for other in (admin, factories.person(), factories.person(roles={Role.HR})):
            with pytest.raises(NotFoundError):
                sharing.set_privacy(certificate.id, Privacy.PUBLIC, actor=other)
            with pytest.raises(NotFoundError):
                sharing.renew_link(certificate.id, actor=other)
        sign_in(client, admin)
        path = f"/certificates/{certificate.id}/sharing"
        assert client.get(path).status_code == 404
        assert client.post(path, data={"privacy": "public"}).status_code == 404
        path = f"/certificates/{certificate.id}/link"
        assert client.post(path, data={"understood": "y"}).status_code == 404

    def test_someone_else_s_files_do_not_exist(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        sign_in(client, factories.person())
        for end in ("/credential.json", "/badge.png"):
            assert client.get(f"/certificates/{certificate.id}{end}").status_code == 404

    def test_the_cards_offer_what_there_is(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        page = client.get("/certificates").text
        for end in (".pdf", "/credential.json", "/badge.png", "/sharing"):
            assert f'href="/certificates/{certificate.id}{end}"' in page
        assert f'{certificate.serial}?t={certificate.token}"' in page
        choose(certificate, Privacy.PUBLIC)
        page = client.get("/certificates").text
        assert f'/v/{certificate.serial}" aria' in page
        assert certificate.token not in page
        choose(certificate, Privacy.PRIVATE)
        page = client.get("/certificates").text
        assert "Link for others" not in page
        assert certificate.token not in page


class TestRenewing:
    def test_it_is_asked_before(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        before = certificate.token
        page = client.get(f"/certificates/{certificate.id}/sharing")
        assert "A QR code on paper, and the one in your PDF, carries the first code." in page.text
        page = client.post(f"/certificates/{certificate.id}/link")
        assert page.status_code == 422
        assert "Nothing was changed." in page.text
        assert certificate.token == before

    def test_the_earlier_link_stops_and_the_new_one_works(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        before = certificate.token
        earlier = addresses(certificate)[1]
        path = f"/certificates/{certificate.id}/link"
        page = client.post(path, data={"understood": "y"}, follow_redirects=True)
        assert "The link is a new one." in page.text
        assert certificate.token != before
        stopped = client.get(earlier)
        assert "The code in this link does not hold." in stopped.text
        assert "L* W**" in stopped.text
        assert "Li Wei" not in stopped.text
        assert client.get(earlier.replace("?", ".json?")).get_json()["shows"] == "masked"
        assert client.get(earlier.replace("?", "/badge.png?")).status_code == 404
        assert "Li Wei" in client.get(addresses(certificate)[1]).text
        query = select(AuditEntry).filter_by(action="certificates.link-renewed")
        entry = db.session.scalars(query).one()
        assert entry.actor_id == trainee.id
        assert before not in str(entry.detail)
        assert certificate.token not in str(entry.detail)

    def test_what_was_issued_stays_as_it_was(
        self, client: FlaskClient, certificate: Certificate, trainee: Person
    ) -> None:
        content, printed = queries.pdf_of(certificate.id) or b"", dict(certificate.snapshot)
        sharing.renew_link(certificate.id, actor=trainee)
        assert queries.pdf_of(certificate.id) == content
        assert certificate.snapshot == printed
        page = client.post("/verify", data={"file": (BytesIO(content), "file.pdf")})
        assert "Genuine and unchanged" in page.text
