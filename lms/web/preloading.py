"""Templates that are compiled before the web processes begin, and so only once, for all of them."""

import re

from flask import Flask

PAGES = (
    "accounts/sign_in.html",
    "desk/map.html",
    "courses/lesson.html",
    "exams/start.html",
    "exams/sit.html",
    "exams/result.html",
)
"""What every trainee sees; the others are compiled when somebody opens them."""
_NAMED = re.compile(r"""{%-?\s*(?:extends|include|from|import)\s+["']([^"']+)["']""")


def preload(app: Flask) -> set[str]:
    """Compile `PAGES` and all that they extend, include or import; return their names."""
    loader = app.jinja_env.loader
    assert loader is not None
    known: set[str] = set()
    waiting = list(PAGES)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        app.jinja_env.get_template(name)
        source, *_ = loader.get_source(app.jinja_env, name)
        waiting += _NAMED.findall(source)
    return known
