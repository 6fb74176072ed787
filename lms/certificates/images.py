"""Pictures that somebody brings for a template: looked at, drawn anew, small."""

from pathlib import Path
from tempfile import TemporaryDirectory

from lms.certificates.template_errors import ImageRefusedError
from lms.core import pictures, storage, svg_art
from lms.core.svg_art import DrawingRefusedError

MOST_MB = 2
MOST_SIDE = 900
"""Pixels: 300 dpi for the widest place on the paper."""
_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
_HEAD = 1024


def taken(content: bytes) -> tuple[str, bytes]:
    """Return the name and the content under which a template keeps a picture.

    What it is is decided by its content; what its file was called does not matter.

    Raises:
        ImageRefusedError: it is none, too large, damaged, or holds what no picture needs.
    """
    if not content:
        raise ImageRefusedError("empty")
    if len(content) > MOST_MB * 1024 * 1024:
        raise ImageRefusedError("large", most=MOST_MB)
    for suffix, beginning in _BEGINNINGS.items():
        if content.startswith(beginning):
            return _named(_redrawn(content, suffix), suffix)
    if b"<svg" in content[:_HEAD] or content.lstrip().startswith(b"<?xml"):
        try:
            return _named(svg_art.cleaned(content), "svg")
        except DrawingRefusedError as error:
            raise ImageRefusedError(error.code, what=error.what) from None
    raise ImageRefusedError("kind")


def _redrawn(content: bytes, suffix: str) -> bytes:
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        source.write_bytes(content)
        try:
            with source.open("rb") as file:
                pictures.redraw(file, suffix, target, most_side=MOST_SIDE)
        except pictures.TooManyPixelsError:
            raise ImageRefusedError("pixels") from None
        except pictures.PictureRefusedError:
            raise ImageRefusedError("broken") from None
        return target.read_bytes()


def _named(content: bytes, suffix: str) -> tuple[str, bytes]:
    return f"{storage.sha256(content)[:32]}.{suffix}", content
