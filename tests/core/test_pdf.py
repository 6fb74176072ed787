from io import BytesIO

import pytest

from lms.core import pdf, pdf_artwork

pytest.importorskip("weasyprint")
PAGE = '<html lang="zh-CN"><title>t</title><link rel=stylesheet href={}><p>证书 𠮷'


@pytest.fixture(scope="module", autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


def test_a_page_and_its_assets_become_a_pdf() -> None:
    document = pdf.render(PAGE.format("page.css"), {"page.css": b"p { color: #123456 }"})
    assert document.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "address",
    [
        "other.css",
        "fonts/../pdf.py",
        "fonts/README.md",
        "file:///etc/passwd",
        "http://127.0.0.1/x.css",
        "data:text/css,p{}",
    ],
)
def test_nothing_but_the_assets_is_fetched(address: str) -> None:
    with pytest.raises(pdf.PdfError, match="not among the assets"):
        pdf.render(PAGE.format(address), {})


@pytest.mark.parametrize(
    ("css", "complaint"),
    [(b"p { colour: red }", "colour"), (b"p { color: }", "color")],
)
def test_what_weasyprint_warns_of_is_an_error(css: bytes, complaint: str) -> None:
    with pytest.raises(pdf.PdfError, match=complaint):
        pdf.render(PAGE.format("page.css"), {"page.css": css})


def test_every_document_finds_the_fonts_of_the_product() -> None:
    assert pdf.render(PAGE.format("fonts.css"), {}).startswith(b"%PDF-")


def test_every_vendored_font_has_a_family_and_every_family_a_font() -> None:
    assert {face.file for face in pdf.FACES} == {path.name for path in pdf.FONTS.glob("*.ttf")}
    assert {face.family for face in pdf.FACES} == set(pdf.FAMILIES)


@pytest.mark.parametrize(
    "text", ["", "张思远", "阿卜杜勒·买买提江", "𠮷田䶮", "Wałęsa\n", "e\u0301"]
)
def test_a_name_that_the_fonts_can_show_misses_nothing(text: str) -> None:
    assert pdf.missing_glyphs(text) == ""


def test_what_no_font_can_show_is_named_once_and_in_order() -> None:
    assert pdf.missing_glyphs("张🐉三🐼🐉") == "🐉🐼"


def test_rare_characters_are_in_the_face_for_names() -> None:
    assert pdf.missing_glyphs("𠮷田䶮", (pdf.KAI,)) == ""
    assert pdf.missing_glyphs("𠮷田䶮", (pdf.SERIF,)) == "𠮷䶮"


def test_a_chinese_character_is_one_em_wide_and_a_latin_letter_less() -> None:
    assert pdf.width("张思远", (pdf.KAI,)) == pytest.approx(3)
    assert 0 < pdf.width("l", (pdf.DISPLAY,)) < pdf.width("W", (pdf.DISPLAY,)) < 1.1


def test_the_health_page_hears_of_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_libraries", set())
    monkeypatch.setattr(pdf, "find_library", lambda name: None if "harf" in name else name)
    assert pdf.check() == ["libharfbuzz-subset0"]


def test_artwork_lies_under_every_page_and_the_same_input_gives_the_same_bytes() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    artwork = pdf.render('<html lang="en"><title>a</title>', {})
    two = '<html lang="en"><title>t</title><p>1<p style="break-before: page">2'
    document = pdf.render(two, {})
    together = pdf_artwork.finish(document, artwork)
    assert pdf_artwork.finish(document, artwork) == together
    with pikepdf.open(BytesIO(together)) as made:
        assert [list(page.resources.XObject.keys()) for page in made.pages] == [["/Artwork"]] * 2
