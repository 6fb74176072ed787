"""Files under the hash of their content: the same bytes are stored once, and never change."""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkstemp
from typing import Annotated, BinaryIO

from flask import current_app
from sqlalchemy import Column, MetaData, String
from sqlalchemy.orm import mapped_column

from lms.core import flushing

PIECE = 1024 * 1024
_MARK = "stored_file"

stored_file = Annotated[str, mapped_column(String(64), info={_MARK: True})]
"""The hash of a file in here that a row refers to. Backups look for each of them."""


def columns(tables: MetaData) -> Iterator[Column[str]]:
    """Return every column whose values are hashes of files in here."""
    for table in tables.sorted_tables:
        yield from (column for column in table.columns if column.info.get(_MARK))


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
        _flush_name(target)  # whoever put it there may be about to
        return digest
    return put_file(io.BytesIO(content))[0]


def put_file(file: BinaryIO) -> tuple[str, int]:
    """Store what is left of an uploaded file, piece by piece; return its hash and size.

    Whether it can wait until the disk has room again is for the caller to say: a material can,
    an answer cannot.
    """
    root = Path(current_app.instance_path) / "files"
    flushing.make_folder(root)
    descriptor, draft = mkstemp(dir=root)
    try:
        with os.fdopen(descriptor, "wb") as copy:
            digest, size = _copied(file, copy)
        target = path_of(digest)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        Path(draft).replace(target)
        _flush_name(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)  # a disk that is full is not made fuller
        raise
    return digest, size


def _flush_name(target: Path) -> None:
    """Make a file's name durable, and that of its folder, which may be as new."""
    flushing.flush_names(target.parent)
    flushing.flush_names(target.parent.parent)


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
