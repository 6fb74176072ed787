"""What is asked of a certificate's PDF, by tools that know nothing of how it was made.

The structure is what PDF/A-3a and PDF/UA-1 ask for, as far as it can be looked at with a PDF library:
no validator of those standards is installed with the tests. Each function raises AssertionError.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf

from lms.certificates import jobs
from tests.certificates.tools import ask

UA = "http://www.aiim.org/pdfua/ns/id/"


def signature_is_valid_over_the_whole_file(file: Path) -> None:
    said = ask("pdfsig", file)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def qpdf_has_no_complaint(file: Path) -> None:
    assert "No syntax or stream encoding errors" in ask("qpdf", "--check", file)


def every_font_is_embedded_subset_and_has_a_unicode_map(file: Path) -> None:
    rows = [line.split() for line in ask("pdffonts", file).splitlines()[2:]]
    assert rows
    assert {tuple(row[-5:-2]) for row in rows} == {("yes", "yes", "yes")}


def credential_is_attached(file: Path, credential: bytes, folder: Path) -> None:
    """Byte for byte."""
    ask("pdfdetach", "-savefile", jobs.CREDENTIAL, "-o", folder / "out.json", file)
    assert (folder / "out.json").read_bytes() == credential


def phone_reads(file: Path, address: str, folder: Path) -> None:
    ask("pdftoppm", "-r", "150", "-png", "-singlefile", file, folder / "page")
    assert ask("zbarimg", "--quiet", "--raw", folder / "page.png").strip() == address


def text_is_in_order(file: Path, texts: Sequence[str]) -> None:
    text = " ".join(ask("pdftotext", "-raw", file, "-").split())
    places = [text.find(each) for each in texts]
    assert -1 not in places
    assert places == sorted(places)


def metadata_name_both_standards_and_explain_the_second(opened: pikepdf.Pdf) -> None:
    with warnings.catch_warnings(), opened.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata[f"{{{UA}}}part"] == "1"
        assert metadata["dc:title"]
    raw = opened.Root.Metadata.read_bytes().decode()
    assert "/Filter" not in opened.Root.Metadata
    assert f"<pdfaSchema:namespaceURI>{UA}</pdfaSchema:namespaceURI>" in raw


def it_is_not_encrypted_and_has_an_identifier(opened: pikepdf.Pdf) -> None:
    assert not opened.is_encrypted
    assert len(opened.trailer.ID) == 2


def colours_are_defined_by_an_output_intent(opened: pikepdf.Pdf) -> None:
    (intent,) = opened.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3


def it_is_tagged_and_says_its_language_and_title(opened: pikepdf.Pdf) -> None:
    assert opened.Root.MarkInfo.Marked
    assert str(opened.Root.Lang) == "zh-CN"
    assert opened.Root.ViewerPreferences.DisplayDocTitle
    assert opened.Root.StructTreeRoot.K is not None
    assert all(page.obj.Tabs == "/S" for page in opened.pages)


def every_figure_has_words_and_the_heading_is_the_first(opened: pikepdf.Pdf) -> None:
    tags = list(_tags(opened.Root.StructTreeRoot))
    figures = [each for each in tags if each.S == "/Figure"]
    assert figures
    assert all(str(each.Alt) for each in figures)
    headings = [str(each.S) for each in tags if re.fullmatch("/H[1-6]", str(each.S))]
    assert headings[0] == "/H1"


def everything_on_the_page_is_tagged_or_an_artifact(opened: pikepdf.Pdf) -> None:
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


def every_font_has_a_unicode_map_and_a_program(opened: pikepdf.Pdf) -> None:
    for font in opened.pages[0].obj.Resources.Font.as_dict().values():
        assert font.ToUnicode is not None
        assert font.DescendantFonts[0].FontDescriptor.FontFile2 is not None
        assert font.DescendantFonts[0].CIDToGIDMap is not None


def nothing_runs_and_nothing_is_fetched(opened: pikepdf.Pdf) -> None:
    forbidden = {"/JavaScript", "/Launch", "/ImportData", "/ResetForm", "/Movie", "/Sound"}
    assert "/OpenAction" not in opened.Root
    assert "/AA" not in opened.Root
    for each in opened.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Action":
            assert str(each.S) not in forbidden


def annotations_print_and_links_have_words(opened: pikepdf.Pdf) -> None:
    for each in opened.pages[0].obj.Annots:
        flags = int(each.get("/F", 0))
        assert flags & 4
        assert not flags & (1 | 2 | 32)
        if each.Subtype == "/Link":
            assert "/Contents" in each or "/StructParent" in each


def attachment_says_what_it_is(opened: pikepdf.Pdf) -> None:
    (filespec,) = opened.Root.AF
    assert str(filespec.AFRelationship) == "/Data"
    assert str(filespec.Desc)
    assert str(filespec.UF) == jobs.CREDENTIAL
    stream = filespec.EF.F
    assert str(stream.Subtype) == "/application/json"
    assert {"/CreationDate", "/ModDate", "/Size"} <= set(stream.Params.keys())


def signature_allows_no_changes_and_lies_off_the_page(opened: pikepdf.Pdf) -> None:
    (field,) = opened.Root.AcroForm.Fields
    reference = field.V.Reference[0]
    assert reference.TransformMethod == "/DocMDP"
    assert reference.TransformParams.P == 1
    assert opened.Root.Perms.DocMDP.Type == "/Sig"
    left, _, right, _ = (float(each) for each in field.Rect)
    assert left == right < 0


FILE: tuple[Callable[[Path], None], ...] = (
    signature_is_valid_over_the_whole_file,
    qpdf_has_no_complaint,
    every_font_is_embedded_subset_and_has_a_unicode_map,
)
STRUCTURE: tuple[Callable[[pikepdf.Pdf], None], ...] = (
    metadata_name_both_standards_and_explain_the_second,
    it_is_not_encrypted_and_has_an_identifier,
    colours_are_defined_by_an_output_intent,
    it_is_tagged_and_says_its_language_and_title,
    every_figure_has_words_and_the_heading_is_the_first,
    everything_on_the_page_is_tagged_or_an_artifact,
    every_font_has_a_unicode_map_and_a_program,
    nothing_runs_and_nothing_is_fetched,
    annotations_print_and_links_have_words,
    attachment_says_what_it_is,
    signature_allows_no_changes_and_lies_off_the_page,
)


def _tags(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _tags(each)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node and node.get("/Type") != "/Action":
            yield node
        if "/K" in node:
            yield from _tags(node.K)
