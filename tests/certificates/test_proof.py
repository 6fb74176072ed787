"""A certificate that was earned, taken apart by tools that know nothing of how it was made."""

import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, decode_encoded_list
from openbadgeslib.ob3.verifier import OB3VerificationError

from lms.certificates import badge, issuer, queries
from lms.certificates.models import Certificate
from lms.core import clock, linked_data, pdf, storage
from tests.certificates import pdf_checks


@pytest.fixture(autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


class TestPdf:
    @pytest.mark.parametrize("check", pdf_checks.FILE, ids=lambda each: each.__name__)
    def test_the_tools_of_the_host(self, file: Path, check: Callable[[Path], None]) -> None:
        check(file)

    @pytest.mark.parametrize("check", pdf_checks.STRUCTURE, ids=lambda each: each.__name__)
    def test_the_structure(self, file: Path, check: Callable[[pikepdf.Pdf], None]) -> None:
        with pikepdf.open(file) as opened:
            check(opened)

    def test_the_credential_is_attached_byte_for_byte(
        self, file: Path, credential: str, tmp_path: Path
    ) -> None:
        pdf_checks.credential_is_attached(file, credential.encode(), tmp_path)

    def test_a_phone_reads_the_way_to_the_verification_page(
        self, file: Path, certificate: Certificate, tmp_path: Path
    ) -> None:
        pdf_checks.phone_reads(file, certificate.snapshot["verify_url"], tmp_path)

    def test_it_reads_in_the_order_of_the_paper(self, file: Path, certificate: Certificate) -> None:
        texts = (certificate.serial, "张思远", "Zhang Siyuan", "83.33")
        pdf_checks.text_is_in_order(file, texts)

    def test_it_weighs_little(self, file: Path) -> None:
        assert file.stat().st_size <= 200_000

    def test_its_hash_is_kept(self, file: Path, certificate: Certificate) -> None:
        assert certificate.pdf_sha256 == storage.sha256(file.read_bytes())


class TestCredential:
    def test_other_people_s_software_accepts_it(self, credential: str) -> None:
        owner = json.loads(credential)["issuer"]["id"]
        assert owner.startswith("did:key:z6Mk")
        read = OB3LdpVerifier.for_issuer_did(owner).verify(credential)
        assert read.name == "合格证书 stage-1 · Certificate stage-1"
        assert [each.identity_hash for each in read.identifiers] == ["张思远", "Zhang Siyuan"]

    @pytest.mark.parametrize(
        "change", [("name", "Another"), ("validUntil", "2099-01-01T00:00:00Z")]
    )
    def test_and_refuses_it_changed(self, credential: str, change: tuple[str, str]) -> None:
        document = json.loads(credential)
        document[change[0]] = change[1]
        with pytest.raises(OB3VerificationError):
            OB3LdpVerifier.for_issuer_did(document["issuer"]["id"]).verify(json.dumps(document))

    def test_days_end_in_the_organisation_s_zone(self, credential: str) -> None:
        document = json.loads(credential)
        assert document["validFrom"].endswith("+08:00")
        assert document["validUntil"].endswith("T23:59:59+08:00")

    def test_the_status_list_is_signed_by_the_same_issuer_and_long(
        self, credential: str, certificate: Certificate
    ) -> None:
        document = json.loads(credential)
        list_id = certificate.status_list_id or 0
        kept = json.loads(queries.status_list(list_id, at=clock.now()))
        assert kept["issuer"] == document["issuer"]["id"]
        assert kept["id"] == document["credentialStatus"]["statusListCredential"]
        bits = decode_encoded_list(kept["credentialSubject"]["encodedList"])
        assert len(bits) * 8 >= 131_072
        assert not any(bits)
        assert linked_data.check(kept, issuer.known_methods(queries.issuers()))

    def test_the_badge_carries_it(self, credential: str) -> None:
        picture = badge.bake(badge.PICTURE.read_bytes(), credential)
        assert badge.baked(picture) == credential
        from openbadgeslib.ob3 import OB3Verifier  # noqa: PLC0415

        assert OB3Verifier.extract_token_from_png(picture) == credential
