"""The public pages that prove certificates, and those that issue them by hand."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import proof_views, queries, services
from lms.certificates.models import Certificate, CertificatePdf
from lms.core import append_only, child, clock, deliverables, keys, pdf, queue
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.keys import Kind
from lms.core.queue import Job, JobState
from tests import factories
from tests.browser import sign_in
from tests.certificates.tools import with_files
from tests.statements import counted


@pytest.fixture(autouse=True)
def _fresh_limit() -> None:
    proof_views.verifications.forget()
    proof_views.uploads.forget()
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


@pytest.fixture
def certificate(trainee: Person) -> Certificate:
    """With its files."""
    return with_files(trainee)


def whole(certificate: Certificate, end: str = "") -> str:
    return f"/v/{certificate.serial}{end}?t={certificate.token}"


def swap_the_file(certificate: Certificate) -> None:
    """Put another file in its place, as somebody can who may take the triggers off."""
    with transaction() as session:
        for statement in append_only.UNPROTECT[db.engine.dialect.name]:
            session.execute(text(statement.format(table="certificate_pdf")))
        session.get_one(CertificatePdf, certificate.id).content = b"%PDF-1.7 swapped"


class TestPage:
    def test_it_says_who_signed_and_that_the_file_is_unchanged(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        with counted() as statements:
            page = client.get(whole(certificate)).text
        assert len(statements) <= 3
        assert "valid; the file is unchanged since it was signed" in page
        assert keys.current(Kind.SIGNER).public in page
        assert str(certificate.pdf_sha256) in page

    def test_it_fails_closed_when_the_kept_file_is_another(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        swap_the_file(certificate)
        assert "broken: the file that is kept" in client.get(whole(certificate)).text
        assert client.get(whole(certificate, ".json")).json["pdf"]["signature"] == "broken"  # type: ignore[index]

    def test_a_later_one_takes_its_place(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        with transaction():
            db.session.add(
                Certificate(
                    definition_id=certificate.definition_id,
                    person_id=certificate.person_id,
                    enrolment_id=certificate.enrolment_id,
                    cycle=2,
                    reissue_of_id=certificate.id,
                    serial="X-2027-000001-A",
                    token="t",
                    awarded_at=clock.now(),
                    snapshot=certificate.snapshot,
                )
            )
        page = client.get(whole(certificate)).text
        assert "a later one of the same kind took its place: X-2027-000001-A" in page
        said = client.get(whole(certificate, ".json")).get_json()
        assert (said["state"], said["superseded_by"]) == ("superseded", "X-2027-000001-A")

    def test_programs_are_told_the_same(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        reply = client.get(whole(certificate, ".json"))
        said = reply.get_json()
        assert (said["state"], said["holder"]) == ("valid", "Li Wei")
        assert said["printed"]["serial"] == certificate.serial
        assert certificate.token not in reply.text
        assert said["pdf"]["signature"] == "valid"
        assert reply.headers["X-Robots-Tag"] == "noindex, nofollow"

    def test_without_the_token_they_are_told_little(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        said = client.get(f"/v/{certificate.serial}.json").get_json()
        assert (said["state"], said["holder"]) == ("valid", "L* W**")
        assert "printed" not in said
        assert "Li Wei" not in json.dumps(said)
        for end in ("/credential.json", "/badge.png"):
            assert client.get(f"/v/{certificate.serial}{end}").status_code == 404
            assert client.get(f"/v/{certificate.serial}{end}?t=guess").status_code == 404

    def test_the_files_are_named_in_any_language(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        with transaction():
            certificate.snapshot = {**certificate.snapshot, "name": "张思远"}
        reply = client.get(whole(certificate, "/badge.png"))
        assert reply.mimetype == "image/png"
        named = reply.headers["Content-Disposition"]
        assert f"filename*=UTF-8''%E5%BC%A0%E6%80%9D%E8%BF%9C-{certificate.serial}.png" in named
        assert client.get(whole(certificate, "/credential.json")).get_json(force=True)["proof"]

    def test_it_is_asked_so_often_and_no_more(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        asked = [client.get(f"/v/{certificate.serial}.json").status_code for _ in range(31)]
        assert set(asked[:30]) == {200}
        assert asked[30] == 429


class TestUpload:
    def send(self, client: FlaskClient, content: bytes, name: str = "file.pdf") -> str:
        page = client.post("/verify", data={"file": (BytesIO(content), name)})
        assert page.status_code == 200
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        return page.text

    def test_where_too_many_look_at_once_the_site_is_busy(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(child, "_turns", {})
        monkeypatch.setattr(child, "AT_ONCE", 0)
        monkeypatch.setattr(proof_views, "PATIENCE", 0.01)
        page = client.post("/verify", data={"file": (BytesIO(b"%PDF-1.7"), "file.pdf")})
        assert page.status_code == 503
        assert page.headers["Retry-After"]

    def test_what_is_far_too_large_is_refused_at_the_door(self, client: FlaskClient) -> None:
        length = {"CONTENT_LENGTH": str(200 * 1024 * 1024)}
        assert client.post("/verify", environ_overrides=length).status_code == 413

    def test_what_was_issued(self, client: FlaskClient, certificate: Certificate) -> None:
        page = self.send(client, queries.pdf_of(certificate.id) or b"")
        assert "Genuine and unchanged" in page
        assert "Li Wei" in page

    def test_what_was_changed(self, client: FlaskClient, certificate: Certificate) -> None:
        page = self.send(client, (queries.pdf_of(certificate.id) or b"") + b"\n%")
        assert "Not genuine" in page
        assert "The PDF was changed after it was signed." in page
        assert "Li Wei" not in page

    def test_what_is_unknown(self, client: FlaskClient) -> None:
        assert "This file proves nothing" in self.send(client, b"hello", "hello.txt")

    def test_in_chinese(self, client: FlaskClient) -> None:
        client.set_cookie("lang", "zh")
        assert "文件是空的。" in self.send(client, b"")

    def test_no_file(self, client: FlaskClient) -> None:
        page = client.post("/verify", data={})
        assert page.status_code == 422
        assert "Choose a file first." in page.text

    def test_it_is_asked_so_often_and_no_more(self, client: FlaskClient) -> None:
        for _ in range(10):
            assert client.post("/verify", data={}).status_code == 422
        assert client.post("/verify", data={}).status_code == 429

    def test_a_photo_leads_to_the_page(self, client: FlaskClient, certificate: Certificate) -> None:
        import segno  # noqa: PLC0415

        picture = BytesIO()
        segno.make(certificate.snapshot["verify_url"]).save(picture, kind="png", scale=6)
        data = {"file": (BytesIO(picture.getvalue()), "photo.png")}
        reply = client.post("/verify", data=data)
        assert reply.status_code == 303
        assert reply.location == whole(certificate)


class TestIssuer:
    @pytest.fixture
    def public(self, app: Flask) -> Iterator[None]:
        before = app.config["SETTINGS"]
        app.config["SETTINGS"] = replace(before, public_url="https://learn.example.org:8443")
        yield
        app.config["SETTINGS"] = before

    @pytest.mark.usefixtures("session")
    def test_without_a_public_address_there_is_no_did_web(self, client: FlaskClient) -> None:
        assert client.get("/.well-known/did.json").status_code == 404
        assert "did:key:z6Mk" in client.get("/issuer").text

    @pytest.mark.usefixtures("session", "public")
    def test_with_one_its_document_has_every_key(self, client: FlaskClient) -> None:
        keys.rotate(Kind.CREDENTIAL)
        said = client.get("/.well-known/did.json").get_json(force=True)
        assert said["id"] == "did:web:learn.example.org%3A8443"
        history = [key.public for key in keys.history(Kind.CREDENTIAL)]
        assert len(history) >= 2
        assert [each["publicKeyMultibase"] for each in said["verificationMethod"]] == history
        assert said["assertionMethod"] == [each["id"] for each in said["verificationMethod"]]

    @pytest.mark.usefixtures("session", "public")
    def test_credentials_are_then_signed_in_its_name(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        said = client.get(whole(certificate, "/credential.json")).get_json(force=True)
        assert said["issuer"]["id"] == "did:web:learn.example.org%3A8443"
        name = keys.current(Kind.CREDENTIAL).name
        assert said["proof"]["verificationMethod"] == f"{said['issuer']['id']}#{name}"

    def test_an_achievement_has_a_page_and_a_document(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        code = certificate.definition.code
        page = client.get(f"/achievements/{code}")
        assert page.status_code == 200
        assert "does not expire" not in page.text
        said = client.get(f"/achievements/{code}.json").get_json(force=True)
        assert said["type"] == ["Achievement"]
        assert said["id"].endswith(f"/achievements/{code}")
        assert client.get("/achievements/nothing.json").status_code == 404

    def test_programs_find_the_issuer_and_the_root(self, client: FlaskClient) -> None:
        assert client.get("/issuer.json").get_json(force=True)["type"] == ["Profile"]
        assert "BEGIN CERTIFICATE" in client.get("/issuer/root.pem").text


class TestByHand:
    @pytest.fixture
    def run(self, trainee: Person) -> None:
        factories.certificate_definition(prefix="LT1")
        factories.enrolment(trainee, factories.programme())

    @pytest.mark.usefixtures("run")
    def test_for_one_with_reason_audit_and_file(
        self, client: FlaskClient, trainee: Person, admin: Person
    ) -> None:
        sign_in(client, admin)
        assert (
            str(trainee.staff_no)
            in client.get(f"/certificates/issue?people={trainee.staff_no}").text
        )
        data = {"kind": "stage-1", "people": f" {trainee.staff_no} \n\n", "reason": "On paper"}
        reply = client.post("/certificates/issue", data=data)
        row = db.session.scalars(select(Certificate)).one()
        assert row.person_id == trainee.id
        entry = db.session.scalars(select(AuditEntry).filter_by(action="certificates.issued")).one()
        assert (entry.actor_id, entry.detail["reason"]) == (admin.id, "On paper")
        while queue.run_one(at=clock.now() + timedelta(seconds=1)):
            pass
        job = db.session.scalars(select(Job).filter_by(name="certificates.bundle")).one()
        assert job.state is JobState.DONE, job.last_error
        assert reply.location == f"/work/{job.id}"
        (made,) = deliverables.of(admin.id)
        with ZipFile(made.path) as archive:
            (name,) = archive.namelist()
            assert archive.read(name) == queries.pdf_of(row.id)
        assert name == f"Li-Wei-{row.serial}.pdf"

    @pytest.mark.usefixtures("run")
    def test_for_all_or_nobody_and_nothing_typed_is_lost(
        self, client: FlaskClient, trainee: Person, trainer: Person, admin: Person
    ) -> None:
        sign_in(client, admin)
        people = f"{trainee.staff_no}\nnobody\n{trainer.login}"
        data = {"kind": "stage-1", "people": people, "reason": "On paper"}
        page = client.post("/certificates/issue", data=data)
        assert page.status_code == 422
        assert "<b>nobody</b>: there is nobody of that number" in page.text
        assert f"<b>{trainer.login}</b>: is enrolled in no programme" in page.text
        assert "On paper" in page.text
        assert db.session.scalars(select(Certificate)).all() == []

    @pytest.mark.usefixtures("run")
    def test_once_for_a_run(self, client: FlaskClient, trainee: Person, admin: Person) -> None:
        services.issue("stage-1", [str(trainee.staff_no)], reason="r", actor=None)
        sign_in(client, admin)
        data = {"kind": "stage-1", "people": trainee.login, "reason": "r"}
        page = client.post("/certificates/issue", data=data)
        assert "has it already for the current run" in page.text

    @pytest.mark.usefixtures("run")
    def test_people_outside_hr_s_scope_look_like_nobody(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        hr = factories.person(roles={Role.HR}, scope=factories.unit())
        sign_in(client, hr)
        data = {"kind": "stage-1", "people": trainee.login, "reason": "r"}
        assert "there is nobody of that number" in client.post(
            "/certificates/issue", data=data
        ).text.replace("\n", " ")

    def test_a_trainer_may_not(self, client: FlaskClient, trainer: Person) -> None:
        sign_in(client, trainer)
        assert client.get("/certificates/issue").status_code == 403
