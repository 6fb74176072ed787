"""As much of a browser as measuring needs: cookies, forms and one connection that stays open."""

import gzip
import itertools
import json
import re
import time
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_addresses = itertools.count(1)


class Browser:
    """One person at one site."""

    def __init__(self, port: int) -> None:
        number = next(_addresses)
        self.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {"lang": "en"}
        self.token = ""
        self.bytes = 0
        """Of the last reply's body as it came over the wire."""
        self.seconds = 0.0
        """From the last request's first byte to its reply's last one."""
        self.request_id = ""
        """Under which the server logged the last request."""

    @property
    def cookie(self) -> str:
        """The cookies as they are sent."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str) -> str:
        """Fetch a page, remember its anti-forgery token, and return it."""
        reply, body = self._ask("GET", path)
        if reply.status != 200:  # noqa: PLR2004
            raise RuntimeError(f"GET {path}: {reply.status}")
        if found := TOKEN.search(body):
            self.token = found[1]
        return body

    def post(self, path: str, **fields: str) -> str:
        """Send a form and return where its reply leads."""
        form = urlencode({"csrf_token": self.token} | fields)
        reply, _body = self._ask("POST", path, form, "application/x-www-form-urlencoded")
        if reply.status not in {302, 303}:
            raise RuntimeError(f"POST {path}: {reply.status}")
        return str(reply.headers["Location"])

    def send(self, path: str, content: object) -> Any:
        """Send JSON and return what comes back."""
        reply, body = self._ask("POST", path, json.dumps(content), "application/json")
        if reply.status != 200:  # noqa: PLR2004
            raise RuntimeError(f"POST {path}: {reply.status} {body}")
        return json.loads(body)

    def submit(self, page: str, path: str) -> str:
        """Send the form of a page that leads to a path, with what it holds; as `post`."""
        form = page.partition(f'action="{path}"')[2].partition("</form>")[0]
        return self.post(path, **dict(_FIELD.findall(form)))

    def sign_in(self, login: str, password: str) -> None:
        """Sign in through the page."""
        self.get("/sign-in")
        self.post("/sign-in", login=login, password=password, next="")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _ask(
        self, method: str, path: str, body: str = "", kind: str = ""
    ) -> tuple[HTTPResponse, str]:
        headers = {
            "Cookie": self.cookie,
            "Accept-Encoding": "gzip",
            "X-Forwarded-For": self.address,
        }
        if body:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.token}
        began = time.perf_counter()
        self.connection.request(method, path, body or None, headers)
        reply = self.connection.getresponse()
        raw = reply.read()
        self.seconds = time.perf_counter() - began
        self.bytes = len(raw)
        self.request_id = reply.headers.get("X-Request-Id", "")
        for cookie in reply.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(cookie).items():
                self.cookies[name] = morsel.value
        return reply, unpacked(raw, reply.headers.get("Content-Encoding"))


def unpacked(raw: bytes, encoding: str | None) -> str:
    """Return a body as text."""
    return (gzip.decompress(raw) if encoding == "gzip" else raw).decode()
