"""A site that is found below the top of its host, as its public address says."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Below:
    """Puts the path of the public address before every link that the site makes.

    The proxy in front may hand the path on or take it off: both are understood.
    """

    def __init__(self, app: "WSGIApplication", public_url: str) -> None:
        path = unquote(urlsplit(public_url).path).rstrip("/")
        self._app = app
        self._path = path.encode().decode("latin-1")  # as WSGI has every path

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        asked = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self._path
        if asked == self._path or asked.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = asked[len(self._path) :] or "/"
        return self._app(environ, start)
