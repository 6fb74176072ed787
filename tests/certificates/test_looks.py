"""The ready designs, and what an organisation may choose for them."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, strategies as st

from lms.certificates import document, fitting, look as looks
from lms.certificates.look import DESIGNS, Look, Signature
from lms.core import pdf
from tests.certificates.test_document import NAMES, SNAPSHOT, ask

HAND = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 50">
<path d="M6 34c10-22 22-30 26-26s-14 28-18 34" fill="none" stroke="#1a2a55"/></svg>"""
SIGNED = tuple(
    Signature(name, "人力资源部经理", "Head of Human Resources", "hand.svg")
    for name in ("李静怡", "王强", "Anna Lindqvist")
)
TRANSCRIPT = [
    {"kind": kind, "zh": f"{zh}{number}", "en": f"{en} {number}", "hours": "2.0", "score": score}
    for number in range(1, 5)
    for kind, zh, en, score in (
        ("stage", "阶段", "Stage", f"9{number}.25"),
        ("module", "模块甲", "First module", ""),
        ("module", "模块乙", "Second module", ""),
    )
]
FULL = {**SNAPSHOT, "transcript": TRANSCRIPT}
MODERN = Look(design="modern")


@pytest.fixture(scope="module", autouse=True)
def _host_can_make_pdfs() -> None:
    pytest.importorskip("weasyprint")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


def read(tmp_path: Path, content: bytes, *options: str) -> str:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(content)
    return ask("pdftotext", *options, path, "-")


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", [*NAMES, "长" * 60])
def test_a_name_can_be_read_and_never_leaves_the_page(
    tmp_path: Path, design: str, name: str
) -> None:
    content = document.render({**FULL, "name": name}, look=Look(design=design))
    assert name in read(tmp_path, content, "-raw")
    page = read(tmp_path, content, "-bbox")
    width = {"formal": 842, "modern": 595}[design]
    right = [
        float(line.split('xMax="')[1].split('"')[0])
        for line in page.splitlines()
        if "<word" in line and any(piece in line for piece in name.split())
    ]
    assert right
    assert max(right) <= width - 50


@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_is_archived_accessible_small_and_one_page(design: str) -> None:
    content = document.render(FULL, look=Look(design=design))
    assert len(content) <= 200_000 - 14_000  # what the credential and the signature add
    with pikepdf.open(BytesIO(content)) as opened:
        assert len(opened.pages) == 1
        assert opened.Root.MarkInfo.Marked
        assert opened.Root.StructTreeRoot
        assert str(opened.Root.Lang) == "zh-CN"
        told = opened.Root.Metadata.read_bytes().decode()
    assert "<pdfuaid:part>1<" in told
    assert "pdfaid:conformance" in told


def test_the_transcript_says_what_the_snapshot_does_and_nothing_else(tmp_path: Path) -> None:
    text = read(tmp_path, document.render(FULL, look=MODERN), "-layout")
    rows = {" ".join(line.split()) for line in text.splitlines()}
    assert "阶段2 · Stage 2 2.0 92.25" in rows
    assert "模块乙2 · Second module 2 2.0" in rows
    for bare in (SNAPSHOT, {**FULL, "transcript": []}):
        assert "Transcript" not in read(tmp_path, document.render(bare, look=MODERN))


def test_a_transcript_that_is_too_long_is_of_stages_alone(tmp_path: Path) -> None:
    long = [row for row in TRANSCRIPT for _ in range(1 if row["kind"] == "stage" else 4)]
    text = read(tmp_path, document.render({**FULL, "transcript": long}, look=MODERN), "-layout")
    assert "Stage 4" in text
    assert "module" not in text.replace("Stages and modules", "")


@pytest.mark.parametrize("design", DESIGNS)
def test_the_form_speaks_the_languages_that_were_chosen(tmp_path: Path, design: str) -> None:
    said = {
        each: read(tmp_path, document.render(FULL, look=Look(design=design, languages=each)))
        for each in looks.LANGUAGES
    }
    assert "兹证明" not in said["en"]
    assert "This is to certify" not in said["zh"]
    assert "兹证明" in said["both"]
    assert "This is to certify" in said["both"]
    assert all(FULL["name"] in each for each in said.values())


@pytest.mark.parametrize("design", DESIGNS)
def test_what_was_left_out_is_not_there(tmp_path: Path, design: str) -> None:
    text = read(tmp_path, document.render(FULL, look=Look(design=design, fields=frozenset())))
    assert not any(word in text for word in ("Zhang Siyuan", "Hours", "Score", "Transcript"))
    assert SNAPSHOT["serial"] in text


@pytest.mark.parametrize("design", DESIGNS)
def test_signatures_texts_and_colours_of_ones_own(tmp_path: Path, design: str) -> None:
    look = Look(
        design=design,
        primary="#6b1f2a",
        text_zh="完成 {{programme}}，成绩 {{score}}。",
        text_en="finished {{ programme }} with {{score}}.",
        signatures=SIGNED,
        images={"hand.svg": HAND},
    )
    text = " ".join(read(tmp_path, document.render(FULL, look=look)).split())
    assert all(each.name in text for each in SIGNED)
    assert "finished After-sales Service Engineer Curriculum with 92.50." in text
    assert not document.too_small(FULL, look)


def test_a_text_that_does_not_fit_is_named() -> None:
    crowded = Look(text_en="a long text " * 40)
    assert document.too_small(FULL, crowded) == ["text_en"]
    assert document.too_small({**FULL, "issuer_zh": "很长的名称" * 40}, Look()) == ["issuer_zh"]
    assert document.too_small(FULL, Look(text_en="a long text " * 40, languages="zh")) == []


def test_a_character_without_a_glyph_is_found_wherever_it_stands() -> None:
    assert document.unprintable({**FULL, "name": "张😀"}, Look()) == "😀"
    assert document.unprintable(FULL, Look(text_zh="好🀄。")) == "🀄"
    assert document.unprintable(FULL, Look(signatures=(Signature("𓀀"),))) == "𓀀"


def test_a_page_of_ones_own_names_only_what_there_is() -> None:
    assert looks.unknown_places("{{programme}} {{ password }} {{x.y}}") == ["password", "x.y"]


colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours, colours)
def test_contrast_is_the_same_both_ways_and_within_bounds(one: str, other: str) -> None:
    assert looks.contrast(one, other) == looks.contrast(other, one)
    assert 1 <= looks.contrast(one, other) <= 21


@given(colours)
def test_a_colour_that_was_moved_can_be_read(colour: str) -> None:
    moved = looks.toward(colour, "#000000", looks.PAPER)
    assert looks.contrast(moved, looks.PAPER) >= looks.READABLE


def test_known_contrasts() -> None:
    assert looks.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert looks.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WebAIM's example


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60)
)
def test_every_name_is_set_in_one_way(name: str) -> None:
    assert fitting.script_of(name) in {"han", "latin", "other"}
