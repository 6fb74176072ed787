"""Pictures drawn anew: what comes out is a picture and nothing else. The one door to Pillow.

A picture that somebody uploads is decoded and encoded again, so that neither places and names in
its metadata nor anything hidden behind it are passed on. Decoders are large and their input is
hostile: it happens in a child process with little time and memory, which may die alone.

    python -m lms.core.pictures FORMAT TARGET MOST_SIDE < picture
"""

import subprocess
import sys
import warnings
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, BinaryIO

from lms.core import child

if TYPE_CHECKING:
    from PIL import Image

FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "gif": "GIF"}
MOST_PIXELS = 24_000_000
"""Of all frames together: more than any page shows; a large photograph has as many."""
_SECONDS = 30
_MEMORY_BYTES = 1536 * 1024 * 1024
_TURN = BoundedSemaphore(2)
"""So many at once: each may take its memory."""
_NOT_AS_NAMED, _TOO_MANY_PIXELS, _BROKEN = 3, 4, 5
"""How the child ends when it does not take a picture."""


class PictureRefusedError(ValueError):
    """The picture is not drawn anew."""


class NotAsNamedError(PictureRefusedError):
    """It is another format than its name says."""


class TooManyPixelsError(PictureRefusedError):
    """It has more than `MOST_PIXELS`."""


class BrokenPictureError(PictureRefusedError):
    """It cannot be decoded, or not in time."""


_ERRORS = {_NOT_AS_NAMED: NotAsNamedError, _TOO_MANY_PIXELS: TooManyPixelsError}


def redraw(source: BinaryIO, suffix: str, target: Path, *, most_side: int = 0) -> None:
    """Write a picture anew, upright, without its metadata.

    Args:
        source: an open file on disk, at its beginning.
        suffix: one of `FORMATS`: what it is, and what it becomes.
        target: the file to write.
        most_side: pixels that it is made smaller to, on its longer side; 0 for as it is.

    Raises:
        PictureRefusedError: one of its kinds.
    """
    command = [sys.executable, "-m", "lms.core.pictures", suffix, str(target), str(most_side)]
    root = Path(__file__).resolve().parents[2]
    with _TURN:
        try:
            done = subprocess.run(  # noqa: S603  our own module; nothing of it was typed by anyone
                command, stdin=source, capture_output=True, cwd=root, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise BrokenPictureError from None
    if done.returncode:
        raise _ERRORS.get(done.returncode, BrokenPictureError)


def main(suffix: str, target: str, most_side: str = "0") -> int:
    """Redraw what stands on standard input, in a process of its own; return how it went."""
    child.limit(memory_bytes=_MEMORY_BYTES, seconds=_SECONDS)
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  in the child process only

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(sys.stdin.buffer, formats=[FORMATS[suffix]]) as image:
            frames = getattr(image, "n_frames", 1)
            if image.width * image.height * frames > MOST_PIXELS:
                return _TOO_MANY_PIXELS
            _write(image, suffix, Path(target), int(most_side))
    except UnidentifiedImageError:
        return _NOT_AS_NAMED
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return _TOO_MANY_PIXELS
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError):
        return _BROKEN  # what decoders say of damaged input
    return 0


def read_codes(content: bytes) -> list[str]:
    """Return what the QR codes in a picture say. Only for a child process: see above.

    Raises:
        PictureRefusedError: one of its kinds.
    """
    import zxingcpp  # noqa: PLC0415  in the child process only
    from PIL import Image  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(content), formats=[*FORMATS.values()]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPixelsError
            grey = image.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise TooManyPixelsError from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError):
        raise BrokenPictureError from None
    codes = zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    return [each.text for each in codes]


def _write(image: "Image.Image", suffix: str, target: Path, most_side: int) -> None:
    from PIL import ImageOps  # noqa: PLC0415

    if getattr(image, "is_animated", False):
        image.save(target, FORMATS[suffix], save_all=True, duration=_durations(image))
        return
    upright = ImageOps.exif_transpose(image)
    if suffix == "jpg":
        upright = upright.convert("L" if upright.mode == "L" else "RGB")
    bare = upright.copy()
    if most_side:
        bare = bare.convert("RGBA") if bare.mode == "P" else bare
        bare.thumbnail((most_side, most_side))
    bare.info = {key: upright.info[key] for key in ("transparency",) if key in upright.info}
    bare.save(target, FORMATS[suffix], **({"quality": 90} if suffix in {"jpg", "webp"} else {}))


def _durations(image: "Image.Image") -> list[int]:
    """Return how long each frame is shown, in milliseconds: not every format's writer remembers."""
    shown = []
    for number in range(image.n_frames):  # type: ignore[attr-defined]
        image.seek(number)
        image.load()
        shown.append(int(image.info.get("duration", 100)))
    image.seek(0)
    return shown


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
