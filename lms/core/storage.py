"""Files under the hash of their content: the same bytes are stored once, and never change."""

import hashlib
import os
from pathlib import Path
from tempfile import mkstemp

from flask import current_app


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


def get(digest: str) -> bytes:
    """Return the content with this hash."""
    return path_of(digest).read_bytes()
