"""Which files are taken, by their names, their first bytes and what is in them."""

import pytest

from lms.courses.upload_rules import (
    CONTENT_TYPES,
    FORMS,
    Refusal,
    looks_like,
    refusal_of_name,
    refusal_of_office,
    suffix_of,
)

BEGINNINGS = {
    "pdf": b"%PDF-1.7",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "mp4": b"\x00\x00\x00\x20ftypisom",
    "webm": b"\x1a\x45\xdf\xa3\x42\x82\x84webm",
    "docx": b"PK\x03\x04",
}


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("Sheet.PDF", "pdf"),
        ("a.b.jpeg", "jpg"),
        ("a.JPE ", "jpg"),
        ("a.m4v", "mp4"),
        ("README", ""),
        ("a.", ""),
    ],
)
def test_a_name_ends_in_one_spelling(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        *((f"a.{end}", None) for end in FORMS),
        ("a.SVG", Refusal.DRAWING),
        ("a.svgz", Refusal.DRAWING),
        ("a.doc", Refusal.OLD_OFFICE),
        ("a.xlsm", Refusal.MACROS),
        ("a.exe", Refusal.KIND),
        ("pdf", Refusal.KIND),
    ],
)
def test_why_a_name_is_not_taken(name: str, refusal: Refusal | None) -> None:
    assert refusal_of_name(name) is refusal


@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_a_file_begins_as_its_own_form_and_as_no_other(suffix: str) -> None:
    assert [each for each in BEGINNINGS if looks_like(BEGINNINGS[suffix], each)] == [suffix]


def test_beginnings_that_nearly_fit() -> None:
    assert looks_like(b"GIF87a", "gif")
    assert looks_like(b"PK\x03\x04", "xlsx")
    assert looks_like(b"PK\x03\x04", "pptx")
    assert not looks_like(b"RIFF\x10\x00\x00\x00WAVEfmt ", "webp")
    assert not looks_like(b"JUNK\x10\x00\x00\x00WEBPVP8 ", "webp")
    assert not looks_like(b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", "webm")
    assert not looks_like(b"\x1a\x45\xdf\xa3" + bytes(60) + b"webm", "webm"), "too far behind"
    assert not looks_like(b"....webm", "webm")
    assert not any(looks_like(b"", suffix) for suffix in FORMS)


@pytest.mark.parametrize(
    ("names", "refusal"),
    [
        ({CONTENT_TYPES, "word/document.xml"}, None),
        ({CONTENT_TYPES, "word/document.xml", "word/media/a.bin"}, None),
        ({CONTENT_TYPES}, Refusal.NOT_AS_NAMED),
        ({"word/document.xml"}, Refusal.NOT_AS_NAMED),
        ({CONTENT_TYPES, "xl/workbook.xml"}, Refusal.NOT_AS_NAMED),
        ({CONTENT_TYPES, "word/document.xml", "word/vbaProject.bin"}, Refusal.MACROS),
        ({CONTENT_TYPES, "word/document.xml", "word/VBADATA.xml"}, Refusal.MACROS),
        ({CONTENT_TYPES, "word/document.xml", "word/vbaProjectSignature.bin"}, Refusal.MACROS),
        ({CONTENT_TYPES, "word/document.xml", "word/activeX/activeX1.xml"}, Refusal.MACROS),
    ],
)
def test_an_office_file_is_what_it_says_and_has_no_programs(
    names: set[str], refusal: Refusal | None
) -> None:
    assert refusal_of_office(frozenset(names), "docx") is refusal
