"""Static files: named by their content, so that browsers keep them for ever, and compressed once."""

import gzip
import hashlib
import mimetypes
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

from lms.core.errors import NotFoundError

FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=300"
COMPRESSIBLE = {".css", ".js", ".svg", ".json"}


def init_app(app: Flask) -> None:
    """Replace Flask's static files by ours."""
    app.add_url_rule("/static/<path:name>", "static", send)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """Return the address of a static file, with the hash of its content."""
    return _address(request.script_root, name)


@lru_cache(maxsize=256)
def _address(_root: str, name: str) -> str:
    """Make it once: a page names dozens of icons. Below another root it is another address."""
    return url_for("static", name=name, v=_read(name)[2])


def send(name: str) -> Response:
    """Answer with a static file."""
    plain, packed, digest = _read(name)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith(".js"):
        kind = "text/javascript"
    use_packed = packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    reply = Response(packed if use_packed else plain, mimetype=kind)
    if use_packed:
        reply.headers["Content-Encoding"] = "gzip"
    reply.headers["Vary"] = "Accept-Encoding"
    current = request.args.get("v") == digest
    reply.headers["Cache-Control"] = FOREVER if current else BRIEFLY
    reply.set_etag(digest)
    reply.make_conditional(request)
    return reply


@cache
def _read(name: str) -> tuple[bytes, bytes | None, str]:
    """Return content, compressed content and hash; read once a process."""
    root = Path(str(current_app.static_folder)).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise NotFoundError
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in COMPRESSIBLE else None
    return content, packed, hashlib.sha256(content).hexdigest()[:12]
