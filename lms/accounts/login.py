"""Who is signed in and whether the page is for them.

Wraps Flask-Login, which is untyped and hands out proxies, not people.
"""

import logging
from collections.abc import Mapping, Set as AbstractSet
from typing import cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from lms.accounts import queries, rules, services
from lms.accounts.models import Person, SignIn
from lms.accounts.queries import Actor, Visitor
from lms.accounts.rules import Role
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotAllowedError
from lms.web import i18n
from lms.web.urls import client_ip, here

log = logging.getLogger(__name__)

PUBLIC = None
"""For everyone, signed in or not; an empty set of roles is for nobody."""
ANYONE = frozenset(Role)
"""For everyone who is signed in, even without any role."""

Permissions = Mapping[str, AbstractSet[Role] | None]
"""Endpoint -> the roles that may open it, or `PUBLIC`."""


def me() -> Person:
    """Return the person who is signed in; for pages that are not public."""
    return this_sign_in().person


def this_sign_in() -> SignIn:
    """Return the row of the browser at hand."""
    row = cast("SignIn", current_user._get_current_object())  # noqa: SLF001
    if "person" in inspect(row).unloaded:  # a transaction has ended since
        queries.read_again(row)
    return row


def visitor() -> Visitor:
    """Return who is signed in, on the pages whose guard looks at no more than that."""
    return cast("Visitor", g.visitor)


def person_or_none() -> Actor | None:
    """Return who is signed in, for a page's menu and head; None on a public page without one."""
    if (here_now := g.get("visitor")) is not None:
        return cast("Visitor", here_now)
    return me() if current_user.is_authenticated else None


def begin(person: Person, target: str) -> Response:
    """Sign a person in, in this browser, and lead them to `target`.

    Everything about the session is new: nothing that was planted or granted before lives on.
    """
    if current_user.is_authenticated:
        services.end_sign_in(this_sign_in().id, actor=me())
    session.clear()
    device, locale = rules.device_name(request.user_agent.string), person.locale
    login_user(services.sign_in(person, device=device, address=client_ip()))
    reply = redirect(target)
    if i18n.COOKIE not in request.cookies and locale in current_app.config["LANGUAGES"]:
        i18n.remember(reply, locale)
    return reply


def init_app(
    app: Flask,
    permissions: Permissions,
    *,
    hot: AbstractSet[str] = frozenset(),
    alone: AbstractSet[str] = frozenset(),
) -> None:
    """Guard every endpoint, those of blueprints, extensions and static files alike.

    Args:
        app: the application.
        permissions: who may open what.
        hot: endpoints that ask for a `visitor` and never for `me`.
        alone: those of them that ask the database for nothing else.
    """
    login = LoginManager()
    # Without its own variable in each template: the page that says that the database does not
    # answer would ask it who reads that page.
    login.init_app(app, add_context_processor=False)
    login.user_loader(queries.sign_in_with)
    app.jinja_env.globals.update(person_or_none=person_or_none, Role=Role)

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        g.visitor = None
        allowed = permissions[request.endpoint] if request.endpoint else PUBLIC  # None: a 404
        if allowed is PUBLIC:
            return None
        here_now = _visitor(alone) if request.endpoint in hot else _signed_in()
        if here_now is None:
            if request.method == "GET" and request.accept_mimetypes.accept_html:
                return redirect(url_for("accounts.sign_in", next=here()))
            return cast("ResponseReturnValue", login.unauthorized())
        g.person_id = here_now.id  # for the log: later it may not be at hand without asking
        if allowed != ANYONE and not here_now.roles & allowed:
            raise NotAllowedError
        _note_use(here_now)
        return None


def _visitor(alone: AbstractSet[str]) -> Visitor | None:
    """Return who is signed in, and keep it for the page; None for nobody."""
    token = str(session.get("_user_id", ""))
    g.visitor = queries.visitor_with(token, asks_more=request.endpoint not in alone)
    return cast("Visitor | None", g.visitor)


def _signed_in() -> Visitor | None:
    """Return who is signed in, their row read for the page; None for nobody."""
    return queries.visitor_of(this_sign_in()) if current_user.is_authenticated else None


def _note_use(row: Visitor) -> None:
    """Remember that a sign-in is in use, every few minutes.

    Reading goes on when writing does not (a full disk, a busy database): this write can wait.
    """
    at = clock.now()
    if at - row.seen_at < rules.USED_EVERY:
        return
    try:
        services.note_use(row.sign_in_id, at=at)
    except (DBAPIError, TimeoutError) as error:
        db.session.rollback()
        log.warning("last use not noted: %s", error)


def check_complete(app: Flask, permissions: Permissions) -> None:
    """Compare the table with the pages that exist.

    Raises:
        RuntimeError: an endpoint has no permission, or a permission no endpoint.
    """
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    if astray := endpoints ^ permissions.keys():
        raise RuntimeError(f"permissions and pages differ: {', '.join(sorted(astray))}")
