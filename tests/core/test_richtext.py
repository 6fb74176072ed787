"""Markdown to pages, and nothing that could run in them."""

import re

import pytest
from hypothesis import given, strategies as st

from lms.core import prose, richtext
from tests import content_tree

MEDIA = {
    "clock.en.svg": content_tree.svg().encode(),
    "clock.en.narrow.svg": content_tree.svg(width=300).encode(),
    "photo.png": content_tree.PNG,
    "sheet.pdf": b"%PDF-",
}


def page(text: str, language: str = "en") -> str:
    return richtext.page(text, language, MEDIA).html


def test_second_level_headings_are_anchors_and_the_outline() -> None:
    made = richtext.page("## One `x`\n\n### Within\n\n## Two\n", "en", {})
    assert made.outline == [["h-1", "One x"], ["h-2", "Two"]]
    assert '<h2 id="h-2">Two</h2>' in made.html
    assert "<h3>Within</h3>" in made.html


def test_a_figure_is_drawn_in_the_page_once_per_width() -> None:
    html = page('![The clock stops.](clock.en.svg "Figure 1. <The> clock")')
    assert html.startswith('<figure class="fig"><svg class="l" viewBox="0 0 640 100"')
    assert '<svg class="s" viewBox="0 0 300 100" role="img" aria-label="The clock stops.">' in html
    assert html.rstrip().endswith("<figcaption>Figure 1. &lt;The&gt; clock</figcaption></figure>")


def test_a_picture_keeps_a_placeholder_for_whoever_knows_its_address() -> None:
    html = page('![A desk](photo.png "Desk")\n\n[The sheet](sheet.pdf)')
    assert '<img src="media:photo.png" alt="A desk" loading="lazy">' in html
    shown = richtext.addressed(html, lambda name: f"/lessons/media/7/{name}")
    assert 'src="/lessons/media/7/photo.png"' in shown
    assert 'href="/lessons/media/7/sheet.pdf"' in shown
    assert richtext.clean(shown) == shown


@pytest.mark.parametrize(
    ("kind", "classes", "word"),
    [
        ("NOTE", "note", "说明"),
        ("tip", "note ok", "提示"),
        ("WARNING", "note warn", "注意"),
        ("CAUTION", "note bad", "当心"),
    ],
)
def test_a_callout_has_a_colour_an_icon_and_a_word(kind: str, classes: str, word: str) -> None:
    html = page(f"> [!{kind}]\n> 只读。\n>\n> 再说。", "zh")
    assert html.startswith(
        f'<div class="{classes}" role="note" aria-label="{word}"><span class="icon" data-icon='
    )
    assert "<div><p>只读。</p>\n<p>再说。</p>\n</div></div>" in html


def test_other_quotes_stay_quotes_also_around_a_callout() -> None:
    html = page("> said\n>\n> > [!TIP]\n> > inner\n\nafter")
    assert html.count("<blockquote>") == html.count("</blockquote>") == 1
    assert html.count("<div") == html.count("</div>")


def test_tables_can_be_scrolled_and_heard() -> None:
    html = page("## Levels\n\n| |Answer|\n|-|-:|\n|P1|10|\n\n|A|\n|-|\n|b|\n")
    assert 'tabindex="0" role="region" aria-label="Table 1: Levels"><table class="tbl">' in html
    assert 'aria-label="Table 2: Levels"' in html
    assert "<td></td>" in html, "an empty corner is no heading"
    assert '<th class="r" scope="col">Answer</th>' in html
    assert '<th scope="row">P1</th>\n<td class="r">10</td>' in html


def test_code_can_be_scrolled_and_is_named_and_never_markup() -> None:
    html = page("```log\n<b> & ERROR\n```", "zh")
    said = '<pre tabindex="0" role="group" aria-label="日志"><code>&lt;b&gt; &amp; ERROR\n</code></pre>'
    assert html.strip() == said


def test_a_self_check_leaves_its_place_at_the_top_level_only() -> None:
    assert page("{check:c1}") == '<div data-check="c1"></div>\n'
    assert "data-check" not in page("> {check:c1}")


def test_chinese_lines_join_without_a_blank() -> None:
    assert page("第一行，\n第二行 x\ny", "zh") == "<p>第一行，第二行 x\ny</p>\n"


def test_blanks_to_fill_in_are_not_bold_letters() -> None:
    assert richtext.short("缺____维护；____维护") == "<p>缺____维护；____维护</p>\n"


def test_short_texts_have_no_landmarks_figures_or_anchors() -> None:
    html = richtext.short("## x\n\n|a|\n|-|\n|b|\n\n![x](clock.en.svg)\n\n{check:c1}")
    assert 'role="group"' in html
    assert "region" not in html
    for word in ("<svg", "data-check=", 'id="'):
        assert word not in html


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](https://evil.example/pixel.png)",
    "![x](//evil.example/pixel.png)",
    '<svg onload="alert(1)"><foreignObject><p>x</p></foreignObject></svg>',
    "<div data-check='c1' onclick=alert(1)></div>",
    "`</code><script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '## " onmouseover="alert(1)',
    "| <script>alert(1)</script> |\n|-|\n| x |",
    "> [!NOTE]\n> <script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<iframe src='https://evil.example'></iframe>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
]


def runs(html: str) -> bool:
    """Whether a tag in `html` could run, load or restyle something."""
    tags = " ".join(re.findall(r"<[^>]*>", html)).lower()
    wrong = (
        r"<(script|style|iframe|foreignobject|object|embed)|\son\w+=|javascript:|data:|style=|evil"
    )
    return re.search(wrong, tags) is not None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_becomes_harmless(text: str) -> None:
    assert not runs(page(text))
    assert not runs(richtext.short(text))


@pytest.mark.parametrize(
    "html",
    [
        *[each for each in HOSTILE if each.startswith("<")],
        '<svg><a href="javascript:alert(1)"><text>x</text></a></svg>',
        '<svg viewBox="0 0 1 1"><title><img src=x onerror=alert(1)></title></svg>',
        '<svg><style><!--</style><img title="--><img src=x onerror=alert(1)>"></svg>',
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        '<svg><use href="data:image/svg+xml,x"/><image href="https://evil.example"/></svg>',
        '<p class="shell" style="position:fixed" id="main">x</p>',
        '<img src="https://evil.example/x">',
    ],
)
def test_stored_html_is_cleaned_again_when_it_is_shown(html: str) -> None:
    cleaned = richtext.clean(html)
    assert not runs(cleaned)
    assert "shell" not in cleaned
    assert 'id="' not in cleaned


@given(st.text(alphabet="ab#*_`>|-[]()!<&\"' \n:{}文。", max_size=120))
def test_what_was_cleaned_stays_as_it_is(text: str) -> None:
    html = page(text)
    assert richtext.clean(html) == html
    assert not runs(html)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-text"),
        ("# Title", "heading-level"),
        ("#### Deep", "heading-level"),
        ("## For {{company}}", "variable-in-heading"),
        ("```\nx\n```", "code-language"),
        ("    indented", "code-language"),
        ("{check: c1}", "check-place"),
        ("- {check:c1}", "check-place"),
        ("> [!INFO]\n> x", "callout-kind"),
        ('see ![x](a.png "c") here', "figure-place"),
        ('![](a.png "c")', "missing-alt"),
        ("![x](a.png)", "missing-caption"),
        ("a <b>bold</b> word", "raw-html"),
        ("[x](javascript:alert(1))", "broken-link"),
        ("他说**“好”**了", "broken-emphasis"),
    ],
)
def test_a_survey_names_what_is_wrong(text: str, code: str) -> None:
    assert code in {each.code for each in prose.survey(text).mistakes}


def test_a_survey_gives_the_line_of_a_mistake() -> None:
    found = prose.survey("## Good\n\none\ntwo <b>\n").mistakes
    assert [(each.line, each.code) for each in found] == [(4, "raw-html")]


def test_code_may_hold_what_text_may_not() -> None:
    assert not prose.survey("`<b>` and `**`\n\n```text\n<b> ](x)\n```").mistakes
