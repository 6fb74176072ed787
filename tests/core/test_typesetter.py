"""Documents from markup of somebody else: made in another process, which may die alone."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from lms.core import child, pdf, pdf_letters, pdf_structure, typesetter
from lms.core.sandbox import MistakesError
from lms.core.typesetter import Sheet, Source

ROWS = ["x"] * 60
SHEET = Sheet(
    values={"name": "李娜", "rows": ROWS},
    before=(
        '<!DOCTYPE html><html lang="zh-CN"><head><title>T</title><link rel="stylesheet" href="fonts.css">'
        '<link rel="stylesheet" href="own.css"></head><body>'
    ),
    after="</body></html>",
)
SOUND = Source(
    html="<h1>{{ name }}</h1>",
    css='@page { size: 100mm 60mm } h1 { font-family: "Stairway Kai" }',
    vocabulary={"name": frozenset(), "rows": frozenset()},
    files=frozenset({"qr.svg"}),
)
WITHOUT_END = "{% for a in rows %}" * 8 + "{% set b = a %}" + "{% endfor %}" * 8
"""60 to the power of 8 rounds, and not a letter of output."""


def codes(markup: Source) -> list[tuple[str, str, int]]:
    with pytest.raises(MistakesError) as refused:
        typesetter.look_through(markup, [SHEET])
    return [(each.field, each.code, each.line) for each in refused.value.mistakes]


def test_sound_markup_is_taken() -> None:
    typesetter.look_through(SOUND, [SHEET])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"html": "<h1>\n{{ nickname }}</h1>"}, ("html", "name", 2)),
        ({"html": "<h1>x</h1>\n<script>"}, ("html", "element", 2)),
        ({"css": "\np { background: url(http://evil.test/) }"}, ("css", "outside", 2)),
        ({"html": "<h1>{{ name|fit(40, 100, 'Arial') }}</h1>"}, ("html", "fill", 1)),
        ({"html": "x" * 64_001}, ("html", "source", 0)),
        ({"css": "/*" + "x" * 64_000}, ("css", "source", 0)),
    ],
)
def test_what_is_wrong_comes_back_with_its_place(
    changes: dict[str, Any], said: tuple[str, str, int]
) -> None:
    assert codes(replace(SOUND, **changes)) == [said]


def test_what_never_ends_is_ended_and_the_next_one_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(typesetter, "LOOK_SECONDS", 2)  # of a processor, however busy it is
        patch.setattr(typesetter, "PATIENCE", 100)
        assert codes(replace(SOUND, html=WITHOUT_END)) == [("html", "limits", 0)]
    typesetter.look_through(SOUND, [SHEET])


def test_what_takes_all_memory_is_ended() -> None:
    doubled = "{% set a = name %}" + "{% set a = a ~ a %}" * 40
    assert codes(replace(SOUND, html=doubled)) == [("html", "limits", 0)]


def test_a_process_that_dies_is_a_refusal_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object, **__: object) -> bytes:
        raise child.ChildFailedError

    monkeypatch.setattr(child, "ask", dies)
    assert codes(SOUND) == [("html", "limits", 0)]


class TestPrinting:
    @pytest.fixture(autouse=True)
    def _host_can_make_pdfs(self) -> None:
        pytest.importorskip("weasyprint")
        if missing := pdf.check():
            pytest.skip(f"missing on this host: {', '.join(missing)}")

    def test_documents_are_for_the_archive(self) -> None:
        first, second = typesetter.typeset(SOUND, [SHEET, SHEET])
        assert first == second
        assert pdf_structure.problems(first) == []
        assert pdf_structure.fonts(first) == ["Stairway-Kai-Bold"]
        page = pdf_letters.first_page(first)
        assert page.find("李 娜") == (0, 2)
        assert page.find("李娜娜") is None
        assert all(each.is_within(page.width, page.height) for each in page.letters)

    def test_what_the_style_sheet_misspells_is_said(self) -> None:
        with pytest.raises(pdf.PdfError, match="colr"):
            typesetter.typeset(replace(SOUND, css="h1 { colr: red }"), [SHEET])

    def test_pages_without_end_are_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(typesetter, "PRINT_SECONDS", 3)  # of a processor
        monkeypatch.setattr(typesetter, "PATIENCE", 100)
        endless = Source(
            html="<h1>x</h1>" + "<p>x</p>" * 7000,
            css="p { page-break-after: always }",
            vocabulary=SOUND.vocabulary,
            files=SOUND.files,
        )
        with pytest.raises(MistakesError) as refused:
            typesetter.typeset(endless, [SHEET])
        assert [each.code for each in refused.value.mistakes] == ["limits"]

    def test_structure_that_is_missing_is_named(self) -> None:
        (sound,) = typesetter.typeset(SOUND, [SHEET])
        with pikepdf.open(BytesIO(sound)) as opened:
            del opened.Root.Lang
            del opened.docinfo["/Title"]
            opened.save(target := BytesIO())
        assert pdf_structure.problems(target.getvalue()) == ["language", "title"]
        with pikepdf.open(BytesIO(sound)) as opened:
            del opened.Root.StructTreeRoot
            opened.save(target := BytesIO())
        assert pdf_structure.problems(target.getvalue()) == ["tags"]


@pytest.mark.parametrize(
    ("text", "room", "size"), [("", 100, "40.00"), ("李", 1000, "40.00"), ("李" * 10, 100, "10.00")]
)
def test_a_text_gets_as_small_as_it_has_to(text: str, room: float, size: str) -> None:
    assert typesetter.fit(text, 40, room, pdf.KAI) == size
