"""Templates are compiled once: those of every trainee's pages before the web processes begin.

What was compiled is kept in the data directory, for the next start and for the other processes.
"""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import jinja2
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from typing_extensions import override

import lms

FOLDER = "compiled"
"""In the data directory."""
_DIGEST = 32
"""Bytes of a kept file that say what the others must be."""

PAGES = (
    "accounts/sign_in.html",
    "desk/map.html",
    "courses/lesson.html",
    "exams/start.html",
    "exams/sit.html",
    "exams/result.html",
)
"""What every trainee sees; the others are compiled when somebody opens them."""
_NAMED = re.compile(r"""{%-?\s*(?:extends|include|from|import)\s+["']([^"']+)["']""")


class _Kept(BytecodeCache):
    """Compiled templates as files. One that is missing, damaged or of something else is made anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._release = f"{lms.__version__} {jinja2.__version__}".encode()
        """What Jinja itself does not look at: it goes by the template's text and Python."""

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / bucket.key

    def _digest(self, code: bytes) -> bytes:
        return hashlib.sha256(self._release + code).digest()

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            kept = self._file(bucket).read_bytes()
            if kept[:_DIGEST] == self._digest(kept[_DIGEST:]):
                bucket.bytecode_from_string(kept[_DIGEST:])

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        code = bucket.bytecode_to_string()
        with suppress(OSError):  # a full disk, say: pages are shown all the same
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, delete=False) as file:
                try:
                    file.write(self._digest(code) + code)
                    file.flush()
                    os.replace(file.name, self._file(bucket))  # noqa: PTH105
                except OSError:
                    Path(file.name).unlink(missing_ok=True)


def preload(app: Flask) -> set[str]:
    """Compile `PAGES` and all that they extend, include or import; return their names."""
    app.jinja_env.bytecode_cache = _Kept(app.config["SETTINGS"].data_dir / FOLDER)
    loader = app.jinja_env.loader
    assert loader is not None
    known: set[str] = set()
    waiting = list(PAGES)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        app.jinja_env.get_template(name)
        source, *_ = loader.get_source(app.jinja_env, name)
        waiting += _NAMED.findall(source)
    return known
