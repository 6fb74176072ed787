"""HTML and CSS of somebody else: nothing of it fetches, hides or runs."""

import pytest

from lms.core import fenced
from lms.core.sandbox import Mistake

FRAME = "<!DOCTYPE html><html lang='zh-CN'><head><title>T</title><link rel='stylesheet' href='own.css'></head><body>{}</body></html>"
FILES = {"qr.svg", "logo.png"}


def of_html(source: str) -> list[Mistake]:
    whole = source if "<h1" in source else f"<h1>T</h1>\n{source}"
    return fenced.in_html(FRAME.format(whole), FILES, source=whole)


@pytest.mark.parametrize(
    "source",
    [
        '<img src="qr.svg" alt="QR">',
        '<p style="font-size: 4pt; background: url(logo.png)" lang="en" aria-hidden="true">x</p>',
        '<a href="https://verify.example/v/1?t=2">x</a><a href="mailto:a@b.example">y</a>',
        '<table><tr><th scope="col">a</th><td colspan="2">b</td></tr></table><!-- <script> -->',
    ],
)
def test_html_that_is_taken(source: str) -> None:
    assert of_html(source) == []


@pytest.mark.parametrize(
    ("source", "code", "what"),
    [
        ('<img src="http://evil.test/a.png" alt="x">', "outside", "http://evil.test/a.png"),
        ('<img src="//evil.test/a.png" alt="x">', "outside", "//evil.test/a.png"),
        ('<img src="file:///etc/passwd" alt="x">', "outside", "file:///etc/passwd"),
        ('<img src="/etc/passwd" alt="x">', "outside", "/etc/passwd"),
        ('<img src="../secret.png" alt="x">', "outside", "../secret.png"),
        ('<img src="data:image/png;base64,AAAA" alt="x">', "outside", "data:image/png;base64,AAAA"),
        ('<img src="other.png" alt="x">', "file", "other.png"),
        ('<img srcset="http://evil.test/a.png" src="qr.svg" alt="x">', "attribute", "<img srcset>"),
        ('<link rel="attachment" href="file:///etc/passwd">', "element", "<link>"),
        ('<link rel="stylesheet" href="http://evil.test/a.css">', "element", "<link>"),
        ('<a rel="attachment" href="file:///etc/passwd">x</a>', "attribute", "<a rel>"),
        ('<a href="file:///etc/passwd">x</a>', "link", "file:///etc/passwd"),
        ('<a href="javascript:alert(1)">x</a>', "link", "javascript:alert(1)"),
        ('<svg><image href="http://evil.test/a.png"/></svg>', "element", "<svg>"),
        ('<svg><use xlink:href="file:///etc/passwd#a"/></svg>', "element", "<use>"),
        ("<script>alert(1)</script>", "element", "<script>"),
        ("<style>@import 'http://evil.test/'</style>", "element", "<style>"),
        ('<object data="file:///etc/passwd"></object>', "element", "<object>"),
        ('<embed src="http://evil.test/">', "element", "<embed>"),
        ('<iframe src="http://evil.test/"></iframe>', "element", "<iframe>"),
        ('<base href="http://evil.test/">', "element", "<base>"),
        ('<meta http-equiv="refresh" content="0">', "element", "<meta>"),
        ("<title>Other</title>", "element", "<title>"),
        ('<input value="x">', "element", "<input>"),
        ('<body onload="x()">', "attribute", "<body onload>"),
        ('<p onclick="x()">x</p>', "attribute", "<p onclick>"),
        ('<p background="http://evil.test/">x</p>', "attribute", "<p background>"),
        ('<p style="background: url(http://evil.test/)">x</p>', "outside", "http://evil.test/"),
        ('<p style="opacity: 0">x</p>', "hiding", "opacity"),
        ('<img src="qr.svg">', "alt", "qr.svg"),
        ("<h2>Early</h2><h1>Late</h1>", "heading", ""),
    ],
)
def test_html_that_is_not_taken(source: str, code: str, what: str) -> None:
    mistakes = of_html(source)
    assert (code, what) in {(each.code, each.what) for each in mistakes}
    if "<h1" not in source:
        assert {each.line for each in mistakes} == {2}


@pytest.mark.parametrize(
    "source",
    [
        "@page { size: 297mm 210mm; margin: 0; @bottom-right { content: 'x' } }",
        "p { background: url(logo.png) no-repeat; color: var(--primary) }",
        'p { font-family: "Stairway Kai", Stairway Text, serif; background: url("qr.svg") }',
        "/* @import 'x' */ p::before { content: 'url(http://no.test/)' }",
    ],
)
def test_css_that_is_taken(source: str) -> None:
    assert fenced.in_css(source, FILES) == []


@pytest.mark.parametrize(
    ("source", "code", "what"),
    [
        ("p { background: url(http://evil.test/a) }", "outside", "http://evil.test/a"),
        ("p { background: url('file:///etc/passwd') }", "outside", "file:///etc/passwd"),
        ("p { background: url(data:image/png;base64,AA) }", "outside", "data:image/png;base64,AA"),
        ("p { background: url(../a.png) }", "outside", "../a.png"),
        ("p { background: u\\72l(//evil.test/a) }", "outside", "//evil.test/a"),
        ("p { --x: url(http://evil.test/a); background: var(--x) }", "outside", "http://evil.test/a"),
        ("p { background: url(other.png) }", "file", "other.png"),
        ("p { background: image-set('http://evil.test/a' 1x) }", "outside", "image-set()"),
        ("p { content: 'a' url(http://evil.test/a) }", "outside", "http://evil.test/a"),
        ("@page { background: url(http://evil.test/a) }", "outside", "http://evil.test/a"),
        ("@page { @top-left { content: url(http://evil.test/a) } }", "outside", "http://evil.test/a"),
        ("@import 'http://evil.test/a.css';", "at-rule", "@import"),
        ("@import url(file:///etc/passwd);", "at-rule", "@import"),
        ("@font-face { font-family: x; src: url(http://evil.test/a) }", "at-rule", "@font-face"),
        ("@namespace svg 'http://evil.test/';", "at-rule", "@namespace"),
        ("@media print { p { background: url(http://evil.test/a) } }", "at-rule", "@media"),
        ("p { @import 'x'; }", "at-rule", "@import"),
        ("p { overflow: hidden }", "hiding", "overflow"),
        ("p { & b { clip-path: none } }", "hiding", "clip-path"),
        ("p { font: 12pt Arial }", "shorthand", "font"),
        ('p { font-family: "Stairway Text", Comic Sans MS }', "family", "Comic Sans MS"),
        ("p color: red", "css-syntax", None),
        ("p { color red }", "css-syntax", None),
    ],
)  # fmt: skip
def test_css_that_is_not_taken(source: str, code: str, what: str | None) -> None:
    mistakes = fenced.in_css(f"b {{ color: red }}\n{source}", FILES)
    assert code in {each.code for each in mistakes}
    if what is not None:
        assert (code, what, 2) in {(each.code, each.what, each.line) for each in mistakes}
    assert {each.field for each in mistakes} == {"css"}
