"""The one place that decides where a redirect may lead, and whose address a request has."""

from typing import Any
from urllib.parse import urlsplit

from flask import request, url_for
from werkzeug.routing import IntegerConverter


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
