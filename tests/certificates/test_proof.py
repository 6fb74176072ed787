"""A certificate that was earned, taken apart by tools that know nothing of how it was made."""

import json
import re
import subprocess
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from shutil import which
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskCliRunner
from openbadgeslib.ob3 import OB3LdpVerifier, decode_encoded_list
from openbadgeslib.ob3.verifier import OB3VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import badge, issuer, jobs, queries, services
from lms.certificates.models import Certificate, RevocationReason, StatusList
from lms.core import clock, keys, linked_data, pdf, queue, storage
from lms.core.db import db, transaction
from lms.core.keys import Kind
from lms.courses import services as courses
from tests import factories
from tests.factories import NOON

UA = "http://www.aiim.org/pdfua/ns/id/"
NAMES = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": UA,
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
}


@pytest.fixture(autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


@pytest.fixture
def certificate(session: Session) -> Certificate:
    """Earned through the services: lessons read, exam passed, files made by the queue."""
    holder = factories.person(name="张思远", latin_name="Zhang Siyuan")
    factories.certificate_definition(prefix="LT1")
    run = factories.enrolment(holder, factories.programme())
    at = clock.now()
    for code in ("A-1", "A-2"):
        courses.finish_lesson(run.id, code, actor=holder, at=at)
    courses.note_stage_passed(run.id, "stage-1", score=Fraction(5, 6), attempt_id=1, at=at)
    for _ in range(2):  # its files, then the status list
        assert queue.run_one(at=clock.now() + timedelta(seconds=1))
    return db.session.scalars(select(Certificate)).one()


@pytest.fixture
def file(certificate: Certificate, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(queries.pdf_of(certificate.id) or b"")
    return path


@pytest.fixture
def credential(certificate: Certificate) -> str:
    files = queries.files_of(certificate.id)
    assert files is not None
    assert files.credential is not None
    return files.credential


def ask(tool: str, *arguments: str | Path) -> str:
    """Return what a program of the host says; without it, the test is skipped."""
    if (path := which(tool)) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run(  # noqa: S603  our own arguments
        [path, *arguments], check=True, capture_output=True, encoding="utf-8", errors="replace"
    )
    return done.stdout


class TestPdf:
    def test_pdfsig_finds_the_signature_valid_over_the_whole_file(self, file: Path) -> None:
        said = ask("pdfsig", file)
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        assert "ETSI.CAdES.detached" in said

    def test_qpdf_has_no_complaint(self, file: Path) -> None:
        assert "No syntax or stream encoding errors" in ask("qpdf", "--check", file)

    def test_every_font_is_embedded_subset_and_has_a_unicode_map(self, file: Path) -> None:
        rows = [line.split() for line in ask("pdffonts", file).splitlines()[2:]]
        assert rows
        assert {tuple(row[-5:-2]) for row in rows} == {("yes", "yes", "yes")}

    def test_the_credential_is_attached_byte_for_byte(
        self, file: Path, credential: str, tmp_path: Path
    ) -> None:
        ask("pdfdetach", "-savefile", jobs.CREDENTIAL, "-o", tmp_path / "out.json", file)
        assert (tmp_path / "out.json").read_bytes() == credential.encode()

    def test_a_phone_reads_the_way_to_the_verification_page(
        self, file: Path, certificate: Certificate, tmp_path: Path
    ) -> None:
        ask("pdftoppm", "-r", "150", "-png", "-singlefile", file, tmp_path / "page")
        said = ask("zbarimg", "--quiet", "--raw", tmp_path / "page.png").strip()
        assert said == certificate.snapshot["verify_url"]

    def test_it_reads_in_the_order_of_the_paper(self, file: Path, certificate: Certificate) -> None:
        text = " ".join(ask("pdftotext", "-raw", file, "-").split())
        places = [
            text.find(each) for each in (certificate.serial, "张思远", "Zhang Siyuan", "83.33")
        ]
        assert -1 not in places
        assert places == sorted(places)

    def test_it_weighs_little(self, file: Path) -> None:
        assert file.stat().st_size <= 200_000

    def test_its_hash_is_kept(self, file: Path, certificate: Certificate) -> None:
        assert certificate.pdf_sha256 == storage.sha256(file.read_bytes())


class TestArchivalAndAccessible:
    """What PDF/A-3a and PDF/UA-1 ask of the structure. No validator is installed with the tests;
    these are the rules that can be looked at with a PDF library."""

    @pytest.fixture
    def opened(self, file: Path) -> Iterator[pikepdf.Pdf]:
        with pikepdf.open(file) as opened:
            yield opened

    def test_the_metadata_name_both_and_explain_the_second(self, opened: pikepdf.Pdf) -> None:
        with warnings.catch_warnings(), opened.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata[f"{{{UA}}}part"] == "1"
            assert metadata["dc:title"]
        raw = opened.Root.Metadata.read_bytes().decode()
        assert "/Filter" not in opened.Root.Metadata
        assert f"<pdfaSchema:namespaceURI>{UA}</pdfaSchema:namespaceURI>" in raw

    def test_it_is_not_encrypted_and_has_an_identifier(self, opened: pikepdf.Pdf) -> None:
        assert not opened.is_encrypted
        assert len(opened.trailer.ID) == 2

    def test_colours_are_defined_by_an_output_intent(self, opened: pikepdf.Pdf) -> None:
        (intent,) = opened.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.N == 3

    def test_it_is_tagged_and_says_its_language_and_title(self, opened: pikepdf.Pdf) -> None:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "zh-CN"
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        assert opened.Root.StructTreeRoot.K is not None
        assert all(page.obj.Tabs == "/S" for page in opened.pages)

    def test_every_figure_has_words_and_the_heading_is_the_first(self, opened: pikepdf.Pdf) -> None:
        tags = list(_tags(opened.Root.StructTreeRoot))
        figures = [each for each in tags if each.S == "/Figure"]
        assert figures
        assert all(str(each.Alt) for each in figures)
        headings = [str(each.S) for each in tags if re.fullmatch("/H[1-6]", str(each.S))]
        assert headings[0] == "/H1"

    def test_everything_on_the_page_is_tagged_or_an_artifact(self, opened: pikepdf.Pdf) -> None:
        depth, bare = 0, list[str]()
        for each in pikepdf.parse_content_stream(opened.pages[0]):
            name = str(each.operator)
            if name in {"BDC", "BMC"}:
                depth += 1
            elif name == "EMC":
                depth -= 1
            elif depth == 0 and name in {"Tj", "TJ", "Do", "S", "f", "B", "sh", "EI"}:
                bare.append(name)
        assert bare == []

    def test_every_font_has_a_unicode_map_and_a_program(self, opened: pikepdf.Pdf) -> None:
        for font in opened.pages[0].obj.Resources.Font.as_dict().values():
            assert font.ToUnicode is not None
            assert font.DescendantFonts[0].FontDescriptor.FontFile2 is not None
            assert font.DescendantFonts[0].CIDToGIDMap is not None

    def test_nothing_runs_and_nothing_is_fetched(self, opened: pikepdf.Pdf) -> None:
        forbidden = {"/JavaScript", "/Launch", "/ImportData", "/ResetForm", "/Movie", "/Sound"}
        assert "/OpenAction" not in opened.Root
        assert "/AA" not in opened.Root
        for each in opened.objects:
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Action":
                assert str(each.S) not in forbidden

    def test_annotations_print_and_links_have_words(self, opened: pikepdf.Pdf) -> None:
        for each in opened.pages[0].obj.Annots:
            flags = int(each.get("/F", 0))
            assert flags & 4
            assert not flags & (1 | 2 | 32)
            if each.Subtype == "/Link":
                assert "/Contents" in each or "/StructParent" in each

    def test_the_attachment_says_what_it_is(self, opened: pikepdf.Pdf) -> None:
        (filespec,) = opened.Root.AF
        assert str(filespec.AFRelationship) == "/Data"
        assert str(filespec.Desc)
        assert str(filespec.UF) == jobs.CREDENTIAL
        stream = filespec.EF.F
        assert str(stream.Subtype) == "/application/json"
        assert {"/CreationDate", "/ModDate", "/Size"} <= set(stream.Params.keys())

    def test_the_signature_allows_no_changes_and_lies_off_the_page(
        self, opened: pikepdf.Pdf
    ) -> None:
        (field,) = opened.Root.AcroForm.Fields
        reference = field.V.Reference[0]
        assert reference.TransformMethod == "/DocMDP"
        assert reference.TransformParams.P == 1
        assert opened.Root.Perms.DocMDP.Type == "/Sig"
        left, _, right, _ = (float(each) for each in field.Rect)
        assert left == right < 0


def _tags(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _tags(each)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node and node.get("/Type") != "/Action":
            yield node
        if "/K" in node:
            yield from _tags(node.K)


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
            (b"hello", "not-a-credential"),
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
