"""Pages that take in less than the site does: what is too large is refused before it is read."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

MIB = 1024 * 1024
View = TypeVar("View", bound=Callable[..., Any])
_MOST = "most_request_bytes"


def takes_at_most(megabytes: int) -> Callable[[View], View]:
    """Let a page take in requests of so many MB and no more."""

    def mark(view: View) -> View:
        setattr(view, _MOST, megabytes * MIB)
        return view

    return mark


def most_bytes(app: Flask) -> Callable[[str, str], int | None]:
    """Return what says how much the page of a request takes in, by method and path.

    For the server, which can let a body go before anyone has spent memory or disk on it. What it
    does not know is refused by the page all the same.
    """
    adapter = app.url_map.bind("localhost")
    below = urlsplit(app.config["SETTINGS"].public_url).path.rstrip("/")

    def most(method: str, path: str) -> int | None:
        try:
            endpoint, _ = adapter.match(path.removeprefix(below) or "/", method)
        except HTTPException:  # no such page, or not by this method
            return None
        return getattr(app.view_functions[endpoint], _MOST, None)

    return most


def init_app(app: Flask) -> None:
    """Refuse what is too large. Before anything that reads a form, such as the check of tokens."""
    app.before_request(_refuse)


def _refuse() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, _MOST, None)
    if most is None:
        return
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge
