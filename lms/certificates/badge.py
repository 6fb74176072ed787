"""A picture that carries a credential, as Open Badges 3.0 bakes them: bytes in, bytes out."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

PICTURE = Path(__file__).with_name("badge.png")
"""The badge without a credential."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
MOST_TEXT = 1024 * 1024


class NotAPictureError(ValueError):
    """What was given is no PNG, or a damaged one."""


def bake(picture: bytes, credential: str) -> bytes:
    """Return a PNG with the credential in it."""
    header = KEYWORD + b"\0\0\0\0\0"  # not compressed, no language, no translated keyword
    body = b"iTXt" + header + credential.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = picture.rindex(b"IEND") - 4
    return picture[:end] + chunk + picture[end:]


def baked(picture: bytes) -> str | None:
    """Return the credential in a PNG; None if there is none.

    Raises:
        NotAPictureError: it is damaged, or there is more text in it than in any credential.
    """
    for kind, content in _chunks(picture):
        if kind != b"iTXt" or not content.startswith(KEYWORD + b"\0"):
            continue
        flags, rest = content[len(KEYWORD) + 1 :][:2], content[len(KEYWORD) + 3 :]
        try:
            _language, _keyword, text = rest.split(b"\0", 2)
            return (_unpacked(text) if flags[:1] == b"\1" else text).decode()
        except (ValueError, zlib.error):
            raise NotAPictureError from None
    return None


def _unpacked(text: bytes) -> bytes:
    reader = zlib.decompressobj()
    found = reader.decompress(text, MOST_TEXT)
    if reader.unconsumed_tail:
        raise NotAPictureError
    return found


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(SIGNATURE):
        raise NotAPictureError
    place = len(SIGNATURE)
    while place + 12 <= len(picture):
        (size,) = struct.unpack(">I", picture[place : place + 4])
        body = picture[place + 4 : place + 8 + size]
        if struct.pack(">I", zlib.crc32(body)) != picture[place + 8 + size : place + 12 + size]:
            raise NotAPictureError
        yield body[:4], body[4:]
        place += 12 + size
