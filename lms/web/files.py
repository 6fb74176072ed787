"""Answers that are files: named in any language, and never sent in more than a piece at a time.

A thread that streams a large file to a slow reader is a thread that serves nobody else. So an
open-ended range is answered with at most `PIECE` bytes; players and browsers ask for the next.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from flask import Response, request

PIECE = 1024 * 1024
"""Bytes in the reply to a range."""


def send_bytes(
    content: bytes, *, mime: str, name: str = "", etag: str = "", is_shown: bool = False
) -> Response:
    """Answer with `content`, or the range of it that was asked for.

    Args:
        content: the whole file.
        mime: its type; never guessed from the name.
        name: as a download under this name; empty to show it in the page.
        etag: hash of the content, if known: then it may be kept for ever.
        is_shown: whether the browser shows it all the same, and saves it under `name` if asked.
    """
    start, stop, status = _range(len(content))
    reply = Response(content[start:stop], status=status, mimetype=mime)
    _name(reply, name, is_shown=is_shown)
    return _finish(reply, start, stop, len(content), etag=etag)


def send_path(
    path: Path, *, mime: str, name: str = "", etag: str = "", is_shown: bool = False
) -> Response:
    """Answer with a file on disk; arguments as in `send_bytes`."""
    size = path.stat().st_size
    start, stop, status = _range(size)
    if stop - start > PIECE:
        reply = _handed_over(path, mime)
    else:
        with path.open("rb") as file:
            file.seek(start)
            reply = Response(file.read(stop - start), status=status, mimetype=mime)
    _name(reply, name, is_shown=is_shown)
    return _finish(reply, start, stop, size, etag=etag)


def _handed_over(path: Path, mime: str) -> Response:
    """Leave a large file to the server: it sends from disk, and this thread is free again."""
    wrapper = request.environ.get("wsgi.file_wrapper")
    body = wrapper(path.open("rb")) if wrapper else _pieces(path)
    reply = Response(body, mimetype=mime, direct_passthrough=True)
    reply.content_length = path.stat().st_size
    return reply


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _range(size: int) -> tuple[int, int, int]:
    """Return start, stop and status for the asked range."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return 0, size, 200
    bounds = asked.range_for_length(size)
    if bounds is None:
        return 0, 0, 416
    return bounds[0], min(bounds[1], bounds[0] + PIECE), 206


def _name(reply: Response, name: str, *, is_shown: bool) -> None:
    """Say under which name to save. RFC 6266: old readers get the plain one, others the real one."""
    if name:
        plain = "".join(
            each if each.isascii() and each.isprintable() and each not in '"\\' else "_"
            for each in name
        )
        how = "inline" if is_shown else "attachment"
        disposition = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        reply.headers["Content-Disposition"] = disposition


def _finish(reply: Response, start: int, stop: int, size: int, *, etag: str) -> Response:
    reply.headers["Accept-Ranges"] = "bytes"
    if reply.status_code == 206:  # noqa: PLR2004
        reply.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    elif reply.status_code == 416:  # noqa: PLR2004
        reply.headers["Content-Range"] = f"bytes */{size}"
    if etag:
        reply.set_etag(etag)
        reply.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        reply.make_conditional(request)
    return reply
