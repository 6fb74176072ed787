"""The only place that marks text as safe HTML, after cleaning it again.

Lessons and questions are sanitised when they are stored; they are sanitised once more when they
are shown, because the rules may have been tightened since.
"""

import re
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from lms.core import richtext
from lms.web.assets import asset

_ICON = re.compile(r'<span class="icon" data-icon="([a-z-]+)"></span>')


def init_app(app: Flask) -> None:
    """Give templates the filters ``rich`` (stored HTML) and ``markdown`` (short texts)."""
    app.jinja_env.filters["rich"] = rich
    app.jinja_env.filters["markdown"] = markdown


@lru_cache(maxsize=512)
def rich(html: str) -> Markup:
    """Return stored HTML, cleaned, as markup. Versions are immutable, so a cache is right.

    The addresses of files beside it are put in before, by `richtext.addressed`; its icons get the
    sprite's address here.
    """
    return Markup(_with_icons(richtext.clean(html)))  # noqa: S704  cleaned in the line itself


@lru_cache(maxsize=2048)
def markdown(text: str) -> Markup:
    """Return a short Markdown text, such as a question's stem, as markup."""
    return Markup(_with_icons(richtext.short(text)))  # noqa: S704  cleaned by `richtext`


def _with_icons(html: str) -> str:
    """Put the sprite's address, which changes with its content, where cleaned HTML names an icon."""
    return _ICON.sub(_icon, html)


def _icon(place: re.Match[str]) -> str:
    use = f'<use href="{escape(asset("icons.svg"))}#{place[1]}"/>'
    return f'<svg class="icon" aria-hidden="true" focusable="false">{use}</svg>'
