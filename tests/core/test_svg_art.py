"""Which drawings are taken into documents."""

import pytest

from lms.core.svg_art import LARGEST_BYTES, DrawingRefusedError, cleaned

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'


def drawing(inside: str, extra: str = "") -> bytes:
    return f"{HEAD}{extra}>{inside}</svg>".encode()


def test_shapes_and_what_refers_to_them_are_taken() -> None:
    inside = (
        '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs>'
        '<g style="fill:url(#a)"><path d="M0 0h9"/></g><use xlink:href="#a"/>'
    )
    content = cleaned(drawing(inside))
    assert b"url(#a)" in content
    assert b"M0 0h9" in content


def test_what_editors_keep_for_themselves_is_left_out() -> None:
    extra = ' xmlns:ink="urn:editor" ink:version="1"'
    content = cleaned(drawing("<metadata><x/></metadata><ink:view/><circle r='1'/>", extra))
    assert b"circle" in content
    assert not any(word in content for word in (b"metadata", b"ink:view", b"ink:version"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (drawing("<script>1</script>"), "script"),
        (drawing("<circle r='1' onclick='x()'/>"), "script"),
        (drawing("<g style='background:expression(1)'/>"), "script"),
        (drawing("<g style='fill:u\\72l(http://a.test)'/>"), "script"),
        (drawing("<use href='javascript:1'/>"), "script"),
        (drawing("<use xlink:href='http://a.test/b.svg#c'/>"), "external"),
        (drawing("<use href='file:///etc/passwd'/>"), "external"),
        (drawing("<g fill='url( \"http://a.test\" )'/>"), "external"),
        (drawing("<style>@import 'x'</style>"), "element"),
        (drawing("<foreignObject/>"), "element"),
        (drawing("<image href='data:image/png;base64,'/>"), "element"),
        (drawing("<animate/>"), "element"),
        (drawing("<text>A</text>"), "text"),
        (b"<!DOCTYPE svg>" + drawing(""), "doctype"),
        (b"<html/>", "not-svg"),
        (b"<svg/>", "not-svg"),
        (b"<svg", "not-svg"),
        (b"x" * (LARGEST_BYTES + 1), "too-large"),
    ],
)
def test_what_runs_fetches_or_writes_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DrawingRefusedError, match=code):
        cleaned(content)
