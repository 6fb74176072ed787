"""Addresses: of pages, where a redirect may lead, and whose address a request has."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request, url_for
from werkzeug.routing import IntegerConverter

KNOWN = 4096
"""Addresses of pages that are kept in memory."""


def init_app(app: Flask) -> None:
    """Let templates make each address once: a review has eighty, and a lesson's is always the same."""

    @lru_cache(KNOWN)
    def made(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def page_url(endpoint: str, **values: Any) -> str:
        # `True` is 1 for a cache, and not in an address; a relative endpoint depends on the page.
        plain = all(type(each) in {str, int} for each in values.values())
        if plain and endpoint[0] != "." and has_request_context():
            return made(request.script_root, endpoint, tuple(values.items()))
        return app.url_for(endpoint, **values)

    app.jinja_env.globals["url_for"] = page_url


def safe_next(target: str | None, default: str | None = None) -> str:
    r"""Return `target` if it is a path on this site, else `default` (the start page).

    ``//evil.example``, ``/\\evil.example`` and anything with a scheme or a control character lead
    elsewhere in some browser, so only a plain path is followed.
    """
    start = default or url_for("start")
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return start
    if any(ord(each) < ord(" ") or each == "\\" for each in target):
        return start
    parts = urlsplit(target)
    return start if parts.scheme or parts.netloc else target


def client_ip() -> str:
    """Return the address of the client, as far as trusted proxies tell it."""
    return request.remote_addr or ""


def here() -> str:
    """Return path and query of the current page, for coming back to it.

    A refused form may stand at an address that only takes forms; from there one comes back to the
    start.
    """
    if request.method != "GET" and "GET" not in (getattr(request.url_rule, "methods", None) or ()):
        return url_for("start")
    return request.script_root + request.full_path.rstrip("?")


class RowNumber(IntegerConverter):
    """A row's number in an address: one that no database can hold is a page that does not exist."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Limit the number, unless the rule has a limit of its own."""
        kwargs.setdefault("max", 2**31 - 1)
        super().__init__(*args, **kwargs)
