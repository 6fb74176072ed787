"""A page, and the same page without a database: what the questions to it cost.

The page is asked for once, and what its view gave to its template is kept. The second page is the
same request through the same application (routing, cookies, guard, headers, compression) with a
view that only gives this to the template again. So nothing but the database and the view's own
work is left out; that nothing was asked of the database is checked.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Flask, before_render_template, render_template
from flask.testing import FlaskClient

from lms.accounts import queries
from lms.core import statements

HEADERS = {"Accept-Encoding": "gzip", "Accept": "text/html"}
WARM = 5
OWN = {"g", "request", "session"}
"""What each request puts into a template itself."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page, in seconds of CPU."""

    page: float
    served: float
    """The same page without a database."""
    rendered: float
    """Its template alone, nothing sent."""
    statements: int
    bytes: int

    @property
    def ratio(self) -> float:
        """How many times as much the page takes as the same request without a database."""
        return self.page / self.served

    @property
    def over_template(self) -> float:
        """How many times as much as rendering alone: sending a page costs something, too."""
        return self.page / self.rendered


def cost_of(client: FlaskClient, path: str, *, rounds: int) -> Cost | None:
    """Measure a page in turn with its template; None if it is not a page, or no template's."""
    app = client.application
    kept = _kept(client, path)
    if kept is None:
        return None
    name, known, asker, endpoint = kept
    reply = client.get(path, headers=HEADERS)
    count, _ = statements.so_far()
    page, served, rendered = [], [], []
    with _without_database(app, endpoint, asker, name, known) as render:
        for number in range(-WARM, rounds):
            with render.asking():
                took = _cpu(lambda: client.get(path, headers=HEADERS))
            again = _cpu(lambda: client.get(path, headers=HEADERS))
            if statements.so_far()[0]:
                raise RuntimeError(f"{path}: its template asks the database")
            if number >= 0:
                page.append(took)
                served.append(again)
                rendered.append(render.seconds)
    size = len(reply.data)
    return Cost(_middle(page), _middle(served), _middle(rendered), count, size)


def _middle(times: list[float]) -> float:
    """Return the mean of the middle half: the clock of a process ticks, and others are about."""
    ordered = sorted(times)
    half = ordered[len(ordered) // 4 : -(len(ordered) // 4) or None]
    return sum(half) / len(half)


def _cpu(work: Callable[[], Any]) -> float:
    began = time.thread_time()
    reply = work()
    took = time.thread_time() - began
    assert reply.status_code == 200, reply.text  # noqa: PLR2004
    reply.close()
    return took


class Asker(NamedTuple):
    """Who asked for a page, in the form in which its guard looks for it."""

    user: Any
    visitor: Any
    """On hot pages."""


def _kept(client: FlaskClient, path: str) -> tuple[str, dict[str, Any], Asker, str] | None:
    """Ask for a page and return template, what was given to it, who asked, and the endpoint."""
    seen: list[tuple[str, dict[str, Any], Asker, str]] = []

    def note(_app: Flask, template: Any, context: Mapping[str, Any], **_: Any) -> None:
        user = context["g"].get("_login_user")
        is_known = getattr(user, "is_authenticated", False)
        asker = Asker(user if is_known else None, context["g"].get("visitor"))
        endpoint = context["request"].endpoint
        given = {key: value for key, value in context.items() if key not in OWN}
        seen.append((template.name, given, asker, endpoint))

    with before_render_template.connected_to(note, client.application):
        reply = client.get(path, headers=HEADERS)
    if reply.status_code != 200 or reply.mimetype != "text/html" or len(seen) != 1:  # noqa: PLR2004
        return None
    return seen[0]


class _Render:
    """The view that gives to a template what was kept."""

    def __init__(
        self, app: Flask, endpoint: str, asker: Asker, name: str, known: Mapping[str, Any]
    ) -> None:
        self.app, self.endpoint, self.name, self.known = app, endpoint, name, known
        self.view = app.view_functions[endpoint]
        self.loader = app.login_manager._user_callback  # type: ignore[attr-defined]  # noqa: SLF001
        self.visitors = queries.visitor_with
        self.__name__ = self.view.__name__  # asked for by the guard against forgery
        self.asker = asker
        self.seconds = 0.0

    def __call__(self, **_: Any) -> str:
        began = time.thread_time()
        page = render_template(self.name, **self.known)
        self.seconds = time.thread_time() - began
        return page

    def on(self) -> None:
        self.app.view_functions[self.endpoint] = self
        self.app.login_manager._user_callback = lambda _: self.asker.user  # type: ignore[attr-defined]  # noqa: SLF001
        queries.visitor_with = lambda *_, **__: self.asker.visitor

    def off(self) -> None:
        self.app.view_functions[self.endpoint] = self.view
        self.app.login_manager._user_callback = self.loader  # type: ignore[attr-defined]  # noqa: SLF001
        queries.visitor_with = self.visitors

    @contextmanager
    def asking(self) -> Iterator[None]:
        """The page itself, for a moment."""
        self.off()
        yield
        self.on()


@contextmanager
def _without_database(
    app: Flask, endpoint: str, asker: Asker, name: str, known: Mapping[str, Any]
) -> Iterator[_Render]:
    render = _Render(app, endpoint, asker, name, known)
    render.on()
    try:
        yield render
    finally:
        render.off()
