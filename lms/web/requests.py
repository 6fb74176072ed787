"""One number per request, on its page, in its reply and in the log; and one log line each."""

import logging
import secrets
import time

from flask import Flask, Response, g, request

from lms.core.logging import loggable

log = logging.getLogger("lms.access")


def init_app(app: Flask) -> None:
    """Number the requests and log them."""
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """Give the request its number."""
    g.request_id = secrets.token_hex(6)
    g.started = time.perf_counter()


def end(reply: Response) -> Response:
    """Log the request and put its number into the reply."""
    milliseconds = 1000 * (time.perf_counter() - g.get("started", time.perf_counter()))
    request_id = g.get("request_id", "-")
    reply.headers["X-Request-Id"] = request_id
    log.info(
        "request=%s method=%s path=%s status=%d ms=%.0f",
        request_id,
        request.method,
        loggable(request.path),
        reply.status_code,
        milliseconds,
    )
    return reply
