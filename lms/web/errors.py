"""How errors look over HTTP: a page for people, RFC 9457 problem details for programs.

Every page says what happened and what to do, in the person's language, with the id under which
the log has the rest. A stack trace never leaves the log.
"""

import errno
import logging
from http import HTTPStatus

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from lms.core.db import db
from lms.core.errors import LmsError

log = logging.getLogger(__name__)
RETRY_SECONDS = 5


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(LmsError, refused)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(TimeoutError, busy)
    app.register_error_handler(OSError, system_error)
    app.register_error_handler(Exception, defect)


def refused(error: LmsError) -> ResponseReturnValue:
    """Show a domain error; its code is stable, its text is translated."""
    return _render(error.code, str(error), error.status)


def expired(_error: CSRFError) -> ResponseReturnValue:
    """A form without a valid anti-forgery token: most often one that lay open for too long."""
    detail = _("This form has expired, so nothing was saved. Go back, reload the page, and send "
               "it again; what you typed is still there.")  # fmt: skip
    return _render("form-expired", detail, HTTPStatus.BAD_REQUEST)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Show an error that Werkzeug or Flask raised, in our words."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status < HTTPStatus.BAD_REQUEST:
        return error
    texts = {
        HTTPStatus.UNAUTHORIZED: _("Please sign in first."),
        HTTPStatus.FORBIDDEN: _("You are not allowed to do that."),
        HTTPStatus.NOT_FOUND: _("There is nothing here."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This page cannot be used in that way."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _(
            "That is larger than the %(limit)d MB that this site takes in at once. Go back: what you "
            "typed is still there. Make the file smaller, or split it.",
            limit=(request.max_content_length or 0) // 1024 // 1024,
        ),
    }
    detail = texts.get(status) or _("The request could not be understood.")
    return _render(status.phrase.lower().replace(" ", "-"), detail, status)


def database_error(error: DBAPIError) -> ResponseReturnValue:
    """The database is away, full or damaged: nothing was saved, and trying again may help."""
    db.session.rollback()
    words = str(error.orig).lower()
    if not isinstance(error, OperationalError) and "full" not in words:
        return defect(error)
    log.error("database: %s", error.orig)
    if "full" in words or "disk i/o" in words or "readonly" in words or "no space" in words:
        return _full()
    detail = _("The database does not answer, so nothing was saved. Try again in a moment.")
    return _render("database-away", detail, HTTPStatus.SERVICE_UNAVAILABLE)


def system_error(error: OSError) -> ResponseReturnValue:
    """A full disk is said as such; other failures of the system are defects."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
        log.error("disk: %s", error)
        return _full()
    return defect(error)


def busy(error: TimeoutError) -> ResponseReturnValue:
    """Too many writers wait."""
    log.error("gate: %s", error)
    detail = _("The site is very busy, so nothing was saved. Try again in a moment.")
    return _render("busy", detail, HTTPStatus.SERVICE_UNAVAILABLE)


def _full() -> ResponseReturnValue:
    detail = _("The disk of the server is full, so nothing was saved. Keep this page open, tell "
               "the administrator, and try again.")  # fmt: skip
    return _render("disk-full", detail, HTTPStatus.SERVICE_UNAVAILABLE)


def defect(error: Exception) -> ResponseReturnValue:
    """Anything else is a mistake of ours: logged in full, shown as a number to ask for."""
    log.error("request %s failed", g.get("request_id"), exc_info=error)
    detail = _("Something went wrong on our side, and it was noted. Try again; if it happens "
               "again, tell the administrator the number below.")  # fmt: skip
    return _render("internal-error", detail, HTTPStatus.INTERNAL_SERVER_ERROR)


def _render(code: str, detail: str, status: HTTPStatus) -> ResponseReturnValue:
    headers = {}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_SECONDS)
    known = {"code": code, "detail": detail, "request_id": g.get("request_id", "")}
    if request.headers.get("HX-Request"):
        return render_template("errors/fragment.html", **known), status, headers
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    if best == "text/html" and not request.is_json:
        return render_template("errors/error.html", **known, status=status), status, headers
    body = jsonify(
        type=f"/problems/{code}",
        title=status.phrase,
        status=int(status),
        detail=detail,
        request_id=known["request_id"],
    )
    body.content_type = "application/problem+json"
    return body, status, headers
