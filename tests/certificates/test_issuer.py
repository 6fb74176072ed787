"""The issuer's DID, at the top of a host and below it, and the keys that others find there."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from openbadgeslib.ob3 import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from lms.accounts.models import Person
from lms.certificates import issuer, proof_views, queries
from lms.certificates.models import Certificate
from lms.core import keys
from lms.core.keys import Kind
from tests.certificates.tools import with_files

HOST = "https://learn.example.org:8443"
BELOW = f"{HOST}/training/v/学堂%20a"
"""A path with what makes addresses hard: other letters, a blank, and the name of our own pages."""


@pytest.fixture(autouse=True)
def _fresh_limit() -> None:
    proof_views.verifications.forget()
    proof_views.uploads.forget()


@pytest.fixture
def found_at(app: Flask) -> Iterator[Callable[[str], None]]:
    """Says where the site is found."""
    before = app.config["SETTINGS"]

    def move(address: str) -> None:
        app.config["SETTINGS"] = replace(before, public_url=address)

    yield move
    app.config["SETTINGS"] = before


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("http://learn.example.org", ""),
        ("https://learn.example.org", "did:web:learn.example.org"),
        ("https://learn.example.org/", "did:web:learn.example.org"),
        (HOST, "did:web:learn.example.org%3A8443"),
        (f"{HOST}/training/", "did:web:learn.example.org%3A8443:training"),
        (BELOW, "did:web:learn.example.org%3A8443:training:v:%E5%AD%A6%E5%A0%82%20a"),
    ],
)
def test_the_did_follows_from_the_address(
    found_at: Callable[[str], None], address: str, did: str
) -> None:
    found_at(address)
    assert issuer.web_did() == did


@pytest.mark.usefixtures("session")
class TestDocument:
    @pytest.fixture
    def history(self) -> list[str]:
        """The names of the keys, latest first, after one was replaced."""
        keys.ensure()
        keys.rotate(Kind.CREDENTIAL)
        return [key.name for key in keys.history(Kind.CREDENTIAL)]

    @pytest.mark.parametrize("address", [HOST, f"{HOST}/training"])
    def test_it_has_every_key_under_the_name_that_proofs_give(
        self,
        client: FlaskClient,
        found_at: Callable[[str], None],
        history: list[str],
        address: str,
    ) -> None:
        found_at(address)
        path = "/did.json" if address != HOST else "/.well-known/did.json"
        reply = client.get(path)
        said = reply.get_json(force=True)
        assert reply.mimetype == "application/did+json"
        assert said["id"] == issuer.web_did()
        assert len(history) >= 2
        names = [f"{said['id']}#{name}" for name in history]
        assert [each["id"] for each in said["verificationMethod"]] == names
        assert said["assertionMethod"] == names
        assert {each["controller"] for each in said["verificationMethod"]} == {said["id"]}
        publics = [key.public for key in keys.history(Kind.CREDENTIAL)]
        assert [each["publicKeyMultibase"] for each in said["verificationMethod"]] == publics

    def test_there_is_none_without_https(self, client: FlaskClient) -> None:
        for path in ("/did.json", "/.well-known/did.json"):
            assert client.get(path).status_code == 404


class TestBelowAHost:
    @pytest.fixture
    def certificate(self, trainee: Person, found_at: Callable[[str], None]) -> Certificate:
        """Awarded by a site that is found below the top of its host."""
        found_at(f"{HOST}/training")
        return with_files(trainee)

    def test_other_people_s_software_finds_the_key_also_after_it_was_replaced(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        asked: list[str] = []

        def download(address: str) -> bytes:
            asked.append(address)
            return bytes(client.get(address.removeprefix(f"{HOST}/training")).data)

        files = queries.files_of(certificate.id)
        assert files is not None
        assert files.credential is not None
        owner = json.loads(files.credential)["issuer"]["id"]
        assert owner == "did:web:learn.example.org%3A8443:training"
        for _ in range(2):
            verifier = OB3LdpVerifier.for_issuer_did(owner)
            assert verifier.verify(files.credential, download=download).name
            keys.rotate(Kind.CREDENTIAL)
        assert set(asked) == {f"{HOST}/training/did.json"}
        changed = files.credential.replace("Li Wei", "Li Wai")
        with pytest.raises(OB3VerificationError):
            OB3LdpVerifier.for_issuer_did(owner).verify(changed, download=download)

    def test_its_addresses_have_the_path(self, certificate: Certificate) -> None:
        files = queries.files_of(certificate.id)
        assert files is not None
        told = json.loads(files.credential or "")
        assert told["id"] == f"{HOST}/training/v/{certificate.serial}"
        base = f"{HOST}/training/status/{certificate.status_list_id}"
        assert told["credentialStatus"]["statusListCredential"] == base

    def test_a_photo_of_its_code_leads_to_the_page(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        def send(address: str) -> str:
            picture = BytesIO()
            segno.make(address).save(picture, kind="png", scale=6)
            data = {"file": (BytesIO(picture.getvalue()), "photo.png")}
            reply = client.post("/verify", data=data)
            return reply.location if reply.status_code == 303 else reply.text

        address = certificate.snapshot["verify_url"]
        assert address.startswith(f"{HOST}/training/v/")
        assert send(address) == f"/v/{certificate.serial}?t={certificate.token}"
        assert "leads to another site" in send(address.replace("/training", "/other"))
