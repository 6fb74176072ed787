"""What the shell around each page needs: names, version, menu."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext as _

import lms
from lms.web.urls import here

Entry = tuple[str, str, str, str]
"""Key, endpoint, icon and name of a menu entry."""
Group = tuple[str, Sequence[Entry]]
"""Heading (empty for the first group) and entries."""


def init_app(app: Flask, menu_of: Callable[[Any], Sequence[Group]]) -> None:
    """Give templates the shell's texts; `menu_of` gives a person's menu."""
    app.jinja_env.globals.update(
        product_name=product_name, version=lambda: lms.__version__, here=here, menu_of=menu_of
    )


def product_name() -> str:
    """Return the site's name: the operator's, else ours in the language at hand."""
    return str(current_app.config["SETTINGS"].product_name or _("Stairway"))
