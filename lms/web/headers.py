"""Headers of every reply: the policy, caching, compression."""

import gzip
import hashlib

from flask import Flask, Response, current_app, request, session

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "media", "connect", "font")),
        "img-src 'self' data:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NEVER_STORED = {"exams", "admin", "accounts", "records", "work"}
"""Blueprints whose pages no cache may keep."""
COMPRESSIBLE = ("text/", "application/json", "image/svg", "application/problem")
SMALLEST_COMPRESSED = 600
LEVEL = 5
"""Of gzip: the next ones cost more time than they save bytes."""


def init_app(app: Flask) -> None:
    """Add the headers to every reply."""
    app.after_request(finish)


def finish(reply: Response) -> Response:
    """Set policy and caching; compress what is text."""
    own = {name for name, _value in reply.headers}
    reply.headers.extend([each for each in FIXED.items() if each[0] not in own])
    if current_app.config["SESSION_COOKIE_SECURE"]:
        reply.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static":
        # Flask-Login has looked into the session of every request. A file is the same for
        # everyone, and a browser that signs in should not have to fetch it again.
        session.accessed = False
    if "Cache-Control" not in reply.headers:
        _cache(reply)
    if not reply.direct_passthrough and reply.status_code not in {204, 206, 304}:
        _compress(reply)
    return reply


def _cache(reply: Response) -> None:
    if request.blueprint in NEVER_STORED or reply.status_code >= 400:  # noqa: PLR2004
        reply.headers["Cache-Control"] = "no-store"
        return
    reply.headers["Cache-Control"] = "private, no-cache"
    is_page = request.method in {"GET", "HEAD"} and reply.mimetype == "text/html"
    if is_page and reply.status_code == 200 and not reply.headers.get("Set-Cookie"):  # noqa: PLR2004
        reply.set_etag(hashlib.sha256(reply.get_data()).hexdigest()[:32], weak=True)
        reply.make_conditional(request)


def _compress(reply: Response) -> None:
    if not (reply.mimetype or "").startswith(COMPRESSIBLE) or "Content-Encoding" in reply.headers:
        return
    reply.vary.add("Accept-Encoding")
    body = reply.get_data()
    if len(body) >= SMALLEST_COMPRESSED and "gzip" in request.headers.get("Accept-Encoding", ""):
        reply.set_data(gzip.compress(body, LEVEL, mtime=0))
        reply.headers["Content-Encoding"] = "gzip"
