import pytest
from flask import Flask

from lms.web import markup


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<p style="position:fixed">x</p>',
        "<iframe src=//evil.example></iframe>",
    ],
)
def test_what_could_run_is_taken_out_again_when_it_is_shown(app: Flask, html: str) -> None:
    with app.test_request_context():
        shown = markup.rich(html)
    for word in ("<script", "onerror", "javascript:", "style=", "<iframe"):
        assert word not in shown


def test_a_short_text_is_markdown_without_html(app: Flask) -> None:
    with app.test_request_context():
        shown = markup.markdown("**P1** in `10` minutes <script>alert(1)</script>")
    assert shown.startswith("<p><strong>P1</strong> in <code>10</code> minutes")
    assert "<script" not in shown
