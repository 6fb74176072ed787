"""What is compiled before the web processes begin."""

from flask import Flask

from lms.web import preloading


def test_all_that_a_page_is_made_of_is_compiled(app: Flask) -> None:
    known = preloading.preload(app)
    assert set(preloading.PAGES) < known
    assert {"base.html", "exams/_slot.html", "exams/_line.html", "_macros/icons.html"} < known
    env = app.jinja_env
    assert env.cache is not None
    assert known <= {name for _loader, name in env.cache}
