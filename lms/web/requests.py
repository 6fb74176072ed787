"""One number per request, on its page, in its reply and in the log; and one log line each."""

import logging
import secrets
import time

from flask import Flask, Response, g, request

from lms.core import logging as lines, statements
from lms.web import traffic

log = logging.getLogger("lms.access")


def init_app(app: Flask) -> None:
    """Number the requests and log them."""
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """Give the request its number."""
    g.request_id = secrets.token_hex(6)
    g.started = time.perf_counter()
    statements.begin(request=g.request_id)


def end(reply: Response) -> Response:
    """Log the request, count it, and put its number into the reply."""
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    count, in_database = statements.so_far()
    request_id = g.get("request_id", "-")
    reply.headers["X-Request-Id"] = request_id
    lines.event(
        log,
        request=request_id,
        person=g.get("person_id"),
        method=request.method,
        path=lines.loggable(request.path),
        endpoint=request.endpoint,
        status=reply.status_code,
        ms=round(1000 * seconds, 1),
        statements=count,
        db_ms=round(1000 * in_database, 1),
    )
    traffic.note(request.endpoint or traffic.NONE, reply.status_code, seconds, count)
    return reply
