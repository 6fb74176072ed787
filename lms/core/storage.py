"""Files under the hash of their content: the same bytes are stored once, and never change."""

import hashlib
import os
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from flask import current_app

PIECE = 1024 * 1024


def sha256(content: bytes) -> str:
    """Return the name under which `content` is stored."""
    return hashlib.sha256(content).hexdigest()


def path_of(digest: str) -> Path:
    """Return where the content with this hash lies."""
    return Path(current_app.instance_path) / "files" / digest[:2] / digest


def put(content: bytes) -> str:
    """Store `content` durably, unless it is there already; return its hash.

    Written aside, flushed and renamed: a crash leaves either the whole file or none.
    """
    digest = sha256(content)
    target = path_of(digest)
    if target.exists():
        return digest
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = mkstemp(dir=target.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(target)
    return digest


def put_file(file: BinaryIO) -> tuple[str, int]:
    """Store what is left of an uploaded file, piece by piece; return its hash and size.

    Whether it can wait until the disk has room again is for the caller to say: a material can,
    an answer cannot.
    """
    root = Path(current_app.instance_path) / "files"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = mkstemp(dir=root)
    try:
        with os.fdopen(descriptor, "wb") as copy:
            digest, size = _copied(file, copy)
        target = path_of(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)  # a disk that is full is not made fuller
        raise
    return digest, size


def _copied(file: BinaryIO, copy: BinaryIO) -> tuple[str, int]:
    """Copy what is left of a file, durably; return its hash and size."""
    whole, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        whole.update(piece)
        size += copy.write(piece)
    copy.flush()
    os.fsync(copy.fileno())
    return whole.hexdigest(), size


def get(digest: str) -> bytes:
    """Return the content with this hash."""
    return path_of(digest).read_bytes()
