"""Whatever is not what was issued is refused, with the reason; a status list is never behind."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskCliRunner
from openbadgeslib.ob3 import decode_encoded_list
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import badge, issuer, services
from lms.certificates.models import Certificate, RevocationReason, StatusList
from lms.certificates.privacy import Privacy
from lms.core import clock, keys, linked_data, pdf, queue
from lms.core.db import db, transaction
from lms.core.keys import Kind
from tests import factories
from tests.certificates.tools import ask
from tests.factories import NOON


@pytest.fixture(autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


@pytest.mark.usefixtures("session")
class TestRefused:
    """``flask certificates verify`` refuses everything that is not what was issued."""

    @pytest.fixture
    def verify(self, runner: FlaskCliRunner, tmp_path: Path) -> Callable[[bytes], dict[str, Any]]:
        def run(content: bytes) -> dict[str, Any]:
            path = tmp_path / "given"
            path.write_bytes(content)
            outcome = runner.invoke(args=["certificates", "verify", str(path), "--json"])
            said: dict[str, Any] = json.loads(outcome.output)
            assert outcome.exit_code == (1 if said["problems"] else 0)
            return said

        return run

    def test_what_was_issued_is_accepted(
        self, verify: Any, file: Path, credential: str, certificate: Certificate
    ) -> None:
        good = {
            "serial": certificate.serial,
            "holder": "张思远",
            "state": "valid",
            "integrity": "intact",
            "credential": "valid",
            "status": "active",
            "problems": [],
        }
        assert verify(file.read_bytes()) == {**good, "signature": "valid"}
        assert verify(credential.encode()) == {**good, "signature": "none"}
        picture = badge.bake(badge.PICTURE.read_bytes(), credential)
        assert verify(picture) == {**good, "signature": "none"}

    def test_one_byte(self, verify: Any, file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 1
        said = verify(bytes(content))
        assert said["signature"] == "changed"
        assert said["integrity"] == "changed"
        assert "signature-changed" in said["problems"]
        assert said["holder"] == "张**"

    def test_something_added_behind_it(self, verify: Any, file: Path) -> None:
        assert "signature-changed" in verify(file.read_bytes() + b"\n%more\n")["problems"]

    def test_wrong_key(self, verify: Any, credential: str) -> None:
        document = json.loads(credential)
        bare = {name: value for name, value in document.items() if name != "proof"}
        (other,) = keys.rotate(Kind.CREDENTIAL)
        signed = linked_data.signed(
            bare, other, method=document["proof"]["verificationMethod"], at=clock.now()
        )
        assert "broken-proof" in verify(json.dumps(signed).encode())["problems"]

    def test_a_key_of_ours_in_somebody_else_s_name(self, verify: Any, credential: str) -> None:
        bare = {name: value for name, value in json.loads(credential).items() if name != "proof"}
        bare["issuer"] = {**bare["issuer"], "id": "did:web:example.org"}
        key = keys.current(Kind.CREDENTIAL)
        method = issuer.method(issuer.did_key(key), key)
        signed = linked_data.signed(bare, key, method=method, at=clock.now())
        assert "foreign-key" in verify(json.dumps(signed).encode())["problems"]

    def test_expired(self, verify: Any, credential: str, certificate: Certificate) -> None:
        with transaction():
            certificate.valid_until = NOON.date() - timedelta(days=400)
        said = verify(credential.encode())
        assert (said["state"], said["problems"]) == ("expired", ["expired"])

    def test_revoked(
        self, verify: Any, credential: str, certificate: Certificate, admin: Person
    ) -> None:
        reason = RevocationReason.IRREGULARITY
        services.revoke(certificate.id, reason=reason, note="n", actor=admin)
        said = verify(credential.encode())
        assert (said["state"], said["status"]) == ("revoked", "revoked")
        assert said["problems"] == ["revoked"]

    def test_other_name(self, verify: Any, credential: str) -> None:
        said = verify(credential.replace("张思远", "李思远").encode())
        assert {"broken-proof", "other-name"} <= set(said["problems"])

    def test_missing_proof(self, verify: Any, credential: str) -> None:
        bare = {name: value for name, value in json.loads(credential).items() if name != "proof"}
        assert "missing-proof" in verify(json.dumps(bare).encode())["problems"]

    def test_unknown_term(self, verify: Any, credential: str) -> None:
        document = {**json.loads(credential), "grade": "excellent"}
        assert "unknown-term" in verify(json.dumps(document).encode())["problems"]

    def test_swapped_status_list(self, verify: Any, credential: str) -> None:
        document = json.loads(credential)
        document["credentialStatus"]["id"] = "http://127.0.0.1:8000/status/9#1"
        said = verify(json.dumps(document).encode())
        assert {"broken-proof", "other-status-list"} <= set(said["problems"])

    def test_nobody_finds_a_name_by_trying_names(
        self, verify: Any, certificate: Certificate
    ) -> None:
        def guess(*names: str) -> list[str]:
            claims = {"licenseNumber": certificate.serial, "identifier": list(names)}
            told: list[str] = verify(json.dumps({"credentialSubject": claims}).encode())["problems"]
            return told

        assert guess("张思远", "李思远") == guess("李思远") == ["missing-proof"]

    def test_of_a_private_one_nothing_but_the_state_is_told(
        self, verify: Any, credential: str, certificate: Certificate
    ) -> None:
        with transaction():
            certificate.privacy = Privacy.PRIVATE
        said = verify(credential.replace("张思远", "李思远").encode())
        assert said["problems"] == ["broken-proof"]

    @pytest.mark.parametrize("change", ["labels", "alike", "list", "reference"])
    def test_a_puzzle_is_not_solved(self, verify: Any, credential: str, change: str) -> None:
        """Which of many that look alike is which takes longer to find out than anyone waits."""
        document = json.loads(credential)
        labels = [f"_:e{number}" for number in range(12)]
        evidence = {"type": ["VerifiableCredential"]}
        document["evidence"] = {
            "labels": [
                {"id": each, **evidence, "evidence": [{"id": other} for other in labels]}
                for each in labels
            ],
            "alike": [evidence] * 12,
            "list": {"@list": ["a"] * 12},
            "reference": labels,
        }[change]
        assert "unknown-term" in verify(json.dumps(document).encode())["problems"]

    def test_a_place_in_a_list_that_is_no_number(self, verify: Any, credential: str) -> None:
        document = json.loads(credential)
        document["credentialStatus"]["id"] = f"x/{'9' * 5000}#1"
        assert "other-status-list" in verify(json.dumps(document).encode())["problems"]

    def test_a_serial_without_end(self, verify: Any) -> None:
        for count in (5_000, 500_000):
            claims = {"credentialSubject": {"licenseNumber": "9" * count}}
            assert verify(json.dumps(claims).encode())["problems"]

    def test_alg_none(self, verify: Any, credential: str) -> None:
        document = json.loads(credential)
        document["proof"] = {"type": "JwtProof2020", "jwt": "eyJhbGciOiJub25lIn0.e30."}
        assert "unknown-proof" in verify(json.dumps(document).encode())["problems"]
        document["proof"] = {**json.loads(credential)["proof"], "cryptosuite": "none"}
        assert "unknown-proof" in verify(json.dumps(document).encode())["problems"]

    def test_foreign_issuer(self, verify: Any, credential: str) -> None:
        document = json.loads(credential)
        document["proof"]["verificationMethod"] = "did:web:example.org#key-1"
        assert "foreign-key" in verify(json.dumps(document).encode())["problems"]

    def test_foreign_context(self, verify: Any, credential: str) -> None:
        document = json.loads(credential)
        document["@context"].append("https://example.org/context.json")
        assert "unknown-context" in verify(json.dumps(document).encode())["problems"]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b"%PDF-1.7\nnot really", "broken-pdf"),
            (b"hello", "unknown-kind"),
            (b"{hello", "not-a-credential"),
            (b"[1, 2]", "not-a-credential"),
            (b"\x89PNG\r\n\x1a\n broken", "unreadable"),
            (b" " * (16 * 1024 * 1024 + 1), "too-large"),
        ],
    )
    def test_what_is_no_certificate(self, verify: Any, content: bytes, code: str) -> None:
        said = verify(content)
        assert said["problems"] == [code]
        assert said["state"] == "unknown"

    def test_an_encrypted_pdf(self, verify: Any, file: Path, tmp_path: Path) -> None:
        with pikepdf.open(file) as opened:
            opened.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="x", owner="y"))
        assert verify((tmp_path / "locked.pdf").read_bytes())["problems"] == ["encrypted"]

    def test_printed_to_pdf_again(self, verify: Any, certificate: Certificate) -> None:
        again = pdf.render(f"<html lang=en><title>证书 · {certificate.serial}</title><p>A copy", {})
        said = verify(again)
        assert said["serial"] == certificate.serial
        assert said["integrity"] == "changed"
        assert {"missing-credential", "signature-missing"} <= set(said["problems"])

    def test_a_photo_of_the_qr_code(
        self, verify: Any, file: Path, certificate: Certificate, tmp_path: Path
    ) -> None:
        ask("pdftoppm", "-r", "150", "-png", "-singlefile", file, tmp_path / "page")
        said = verify((tmp_path / "page.png").read_bytes())
        assert said["serial"] == certificate.serial
        assert said["problems"] == ["missing-credential"]  # it leads to the page; it proves nothing

    def test_a_qr_code_that_leads_elsewhere(
        self, verify: Any, certificate: Certificate, tmp_path: Path
    ) -> None:
        import segno  # noqa: PLC0415

        code = segno.make(f"https://evil.example/v/{certificate.serial}?t=x")
        code.save(str(tmp_path / "qr.png"), scale=8)
        assert verify((tmp_path / "qr.png").read_bytes())["problems"] == ["foreign-address"]


class TestStatusList:
    def test_it_is_never_shown_without_the_latest_revocation(
        self, certificate: Certificate, admin: Person, client: Any
    ) -> None:
        address = f"/status/{certificate.status_list_id}"
        assert client.get(address).status_code == 200
        services.revoke(
            certificate.id, reason=RevocationReason.OTHER, note="n", actor=admin, at=clock.now()
        )
        assert client.get(address).status_code == 503
        assert queue.run_one(at=clock.now() + timedelta(seconds=1))
        answer = client.get(address)
        assert answer.status_code == 200
        bits = decode_encoded_list(answer.get_json(force=True)["credentialSubject"]["encodedList"])
        index = certificate.status_index or 0
        assert bits[index // 8] & (0x80 >> index % 8)
        assert sum(each.bit_count() for each in bits) == 1

    @pytest.mark.usefixtures("certificate")
    def test_an_old_copy_is_not_shown(self, client: Any) -> None:
        row = db.session.scalars(select(StatusList)).one()
        with transaction():
            row.made_at = clock.now() - timedelta(days=3)
        assert client.get(f"/status/{row.id}").status_code == 503
        services.renew_lists()
        assert queue.run_one(at=clock.now() + timedelta(seconds=1))
        assert client.get(f"/status/{row.id}").status_code == 200

    def test_places_are_unique_and_a_full_list_is_followed_by_another(
        self, trainee: Person
    ) -> None:
        first = factories.certificate(trainee)
        with transaction():
            row = db.session.scalars(select(StatusList)).one()
            row.taken = 65_536
        second = factories.certificate(factories.person())
        assert second.status_list_id != first.status_list_id
