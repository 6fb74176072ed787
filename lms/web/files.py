"""Answers that are files: named in any language, and never sent in more than a piece at a time.

A thread that streams a large file to a slow reader is a thread that serves nobody else. So an
open-ended range is answered with at most `PIECE` bytes; players and browsers ask for the next.
"""

from pathlib import Path
from urllib.parse import quote

from flask import Response, request

PIECE = 1024 * 1024
"""Bytes in the reply to a range."""


def send_bytes(content: bytes, *, mime: str, name: str = "", etag: str = "") -> Response:
    """Answer with `content`, or the range of it that was asked for.

    Args:
        content: the whole file.
        mime: its type; never guessed from the name.
        name: as a download under this name; empty to show it in the page.
        etag: hash of the content, if known: then it may be kept for ever.
    """
    start, stop, status = _range(len(content))
    reply = Response(content[start:stop], status=status, mimetype=mime)
    return _finish(reply, start, stop, len(content), name=name, etag=etag)


def send_path(path: Path, *, mime: str, name: str = "", etag: str = "") -> Response:
    """Answer with a file on disk; arguments as in `send_bytes`."""
    size = path.stat().st_size
    start, stop, status = _range(size)
    with path.open("rb") as file:
        file.seek(start)
        reply = Response(file.read(stop - start), status=status, mimetype=mime)
    return _finish(reply, start, stop, size, name=name, etag=etag)


def _range(size: int) -> tuple[int, int, int]:
    """Return start, stop and status for the asked range."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return 0, size, 200
    bounds = asked.range_for_length(size)
    if bounds is None:
        return 0, 0, 416
    return bounds[0], min(bounds[1], bounds[0] + PIECE), 206


def _finish(reply: Response, start: int, stop: int, size: int, *, name: str, etag: str) -> Response:
    reply.headers["Accept-Ranges"] = "bytes"
    if reply.status_code == 206:  # noqa: PLR2004
        reply.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    elif reply.status_code == 416:  # noqa: PLR2004
        reply.headers["Content-Range"] = f"bytes */{size}"
    if name:  # RFC 6266: old readers get the plain name, the others the real one
        plain = "".join(
            each if each.isascii() and each.isprintable() and each not in '"\\' else "_"
            for each in name
        )
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        reply.headers["Content-Disposition"] = disposition
    if etag:
        reply.set_etag(etag)
        reply.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        reply.make_conditional(request)
    return reply
