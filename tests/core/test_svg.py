"""Figures: what is taken, and what is refused by line."""

import pytest

from lms.core import richtext, svg
from tests import content_tree

GOOD = content_tree.svg()


def codes(source: str, *, narrow: bool = False) -> list[str]:
    return [each.code for each in svg.problems(source.encode(), narrow=narrow)]


def test_a_figure_drawn_by_the_rules_is_taken() -> None:
    assert codes(GOOD) == []


def test_it_goes_into_a_page_with_a_name_and_without_what_would_say_it_twice() -> None:
    html = svg.inline(GOOD.encode(), label='It "stops" & ends', css_class="l")
    assert html.startswith(
        '<svg class="l" viewBox="0 0 640 100" role="img"'
        ' aria-label="It &quot;stops&quot; &amp; ends"><rect class="box"'
    )
    assert "<title>" not in html
    assert "xmlns" not in html
    assert ">Clock &amp; R</text>" in html
    assert "/>" not in html


def test_without_a_label_its_own_title_and_description_are_the_name() -> None:
    assert 'aria-label="Clock. It stops."' in svg.inline(GOOD.encode(), label="")


def test_cleaning_a_page_leaves_a_figure_as_it_is() -> None:
    html = svg.inline(GOOD.encode(), label="x", css_class="s")
    assert richtext.clean(html) == html


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<script>alert(1)</script>", "svg-element"),
        ("<foreignObject><p>x</p></foreignObject>", "svg-element"),
        ('<image href="https://evil.example/x.png"/>', "svg-element"),
        ("<style>rect{fill:red}</style>", "svg-element"),
        ('<use href="#x"/>', "svg-element"),
        ('<a href="javascript:alert(1)"><text x="1" y="1">x</text></a>', "svg-element"),
        ('<animate attributeName="x"/>', "svg-element"),
        ('<svg viewBox="0 0 1 1"/>', "svg-element"),
        ('<h:p xmlns:h="http://www.w3.org/1999/xhtml">x</h:p>', "svg-element"),
        ('<rect onload="alert(1)" x="1"/>', "svg-attribute"),
        ('<rect style="fill:red"/>', "svg-attribute"),
        ('<rect fill="red"/>', "svg-attribute"),
        ('<rect id="a"/>', "svg-attribute"),
        ('<rect x="calc(1px)"/>', "svg-attribute"),
        ('<path d="M0 0 url(#x)"/>', "svg-attribute"),
        ('<rect xlink:href="#x" xmlns:xlink="http://www.w3.org/1999/xlink"/>', "svg-attribute"),
        ('<rect class="box evil"/>', "svg-class"),
        ("<g>loose words</g>", "svg-text"),
    ],
)
def test_anything_else_is_refused_with_its_line(inside: str, code: str) -> None:
    found = svg.problems(content_tree.svg(inside=inside).encode())
    assert code in {each.code for each in found}
    assert {each.line for each in found} == {6}
    with pytest.raises(svg.SvgRefusedError):
        svg.inline(content_tree.svg(inside=inside).encode(), label="x")


@pytest.mark.parametrize(
    "source",
    [
        f'<!DOCTYPE svg [<!ENTITY a "x">]>{GOOD}',
        f'<!doctype svg SYSTEM "file:///etc/passwd">{GOOD}',
        f'<?xml-stylesheet href="x.css"?>{GOOD}',
    ],
)
def test_document_types_and_entities_are_refused_unread(source: str) -> None:
    assert codes(source) == ["svg-doctype"]


@pytest.mark.parametrize(
    "source",
    [
        "<svg",
        "",
        GOOD.replace("&amp;", "&undefined;"),
        '<?xml version="1.0" encoding="no-such"?>' + GOOD,
    ],
)
def test_what_is_no_xml_is_refused(source: str) -> None:
    assert codes(source) == ["svg-syntax"]


def test_a_large_file_is_refused_unread() -> None:
    assert codes(GOOD + " " * svg.LARGEST_BYTES) == ["svg-size"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (' viewBox="0 0 640 100"', "", "svg-viewbox"),
        ("0 0 640 100", "0 0 641 100", "svg-viewbox"),
        ("<desc>It stops.</desc>", "", "svg-title"),
        ("<title>Clock</title>", "<title> </title>", "svg-title"),
        ('xmlns="http://www.w3.org/2000/svg"', "", "svg-element"),
    ],
)
def test_the_root_says_how_large_it_is_and_what_it_shows(old: str, new: str, code: str) -> None:
    assert code in codes(GOOD.replace(old, new))


def test_the_variant_for_phones_is_narrower() -> None:
    assert codes(GOOD, narrow=True) == ["svg-viewbox"]
    assert codes(content_tree.svg(width=300), narrow=True) == []
