"""A certificate that was earned, taken apart by tools that know nothing of how it was made."""

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, decode_encoded_list
from openbadgeslib.ob3.verifier import OB3VerificationError

from lms.certificates import badge, issuer, jobs, queries
from lms.certificates.models import Certificate
from lms.core import clock, linked_data, pdf, storage
from tests.certificates.tools import ask

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
