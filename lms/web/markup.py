"""The only place that marks text as safe HTML, after cleaning it again.

Lessons and questions are sanitised when they are stored; they are sanitised once more when they
are shown, because the rules may have been tightened since.
"""

import re
from functools import lru_cache

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from lms.core import richtext
from lms.web import i18n
from lms.web.assets import asset

_ICON = re.compile(r'<span class="icon" data-icon="([a-z-]+)"></span>')


def init_app(app: Flask) -> None:
    """Give templates the filters ``rich`` (stored HTML) and ``markdown`` (short texts), and icons.

    And ``_``, in place of the slower one that `i18n` has brought.
    """
    app.jinja_env.filters["rich"] = rich
    app.jinja_env.filters["markdown"] = markdown
    app.jinja_env.globals.update(sprite_icon=icon, gettext=said, _=said)


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


@pass_context
def said(context: Context, text: str, /, **values: object) -> str:
    """Return a text of a template in the language at hand; what is put into it is escaped.

    As Jinja's own does, in one call instead of four: a paper has three hundred texts.
    """
    text = i18n.catalogue().ugettext(text)
    if context.eval_ctx.autoescape:
        text = Markup(text)  # noqa: S704  translators bring no markup that a template has not
    return text % values if values or "%" in text else text


def icon(name: str) -> Markup:
    """Return the markup of one symbol of the sprite, whose address changes with its content."""
    return _icon(asset("icons.svg"), name)


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str) -> Markup:
    """Make it once: a page shows hundreds of icons."""
    use = Markup('<use href="{}#{}" />').format(sprite, name)
    return Markup('<svg class="icon" aria-hidden="true" focusable="false">{}</svg>').format(use)


def _with_icons(html: str) -> str:
    """Put the symbols where cleaned HTML names an icon."""
    return _ICON.sub(lambda place: icon(place[1]), html)
