"""What the shell around each page needs: names, version, menu."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, current_app, request
from flask_babel import gettext as _
from markupsafe import Markup

import lms
from lms.web.i18n import language
from lms.web.urls import here

KNOWN = 512
"""Menus that are kept in memory: one for each combination of roles, page and language."""

Entry = tuple[str, str, str, str]
"""Key, endpoint, icon and name of a menu entry."""
Group = tuple[str, Sequence[Entry]]
"""Heading (empty for the first group) and entries."""


class Menus(NamedTuple):
    """A person's menu, as the pages show it."""

    side: Markup
    tabs: Markup
    """At the lower edge of a phone."""


def init_app(app: Flask, menu_of: Callable[[Any], Sequence[Group]]) -> None:
    """Give templates the shell's texts.

    Args:
        app: the application.
        menu_of: what gives the menu of somebody's roles.
    """

    @lru_cache(KNOWN)
    def made(roles: Any, on: str, _language: str, _root: str) -> Menus:
        """Make it once: it was a tenth of a small page."""
        macros: Any = app.jinja_env.get_template("_macros/menu.html").module
        groups = menu_of(roles)
        return Menus(macros.side_menu(groups, on), macros.bottom_tabs(groups, on))

    def menus(person: Any, on: str) -> Menus:
        roles = frozenset() if person is None else person.roles
        return made(roles, on, language(), request.script_root)

    app.jinja_env.globals.update(
        product_name=product_name, version=lambda: lms.__version__, here=here, menus=menus
    )


def product_name() -> str:
    """Return the site's name: the operator's, else ours in the language at hand."""
    return str(current_app.config["SETTINGS"].product_name or _("Stairway"))
