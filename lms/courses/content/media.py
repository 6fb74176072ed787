"""Files beside a lesson's text: which kinds, and whether they are what they are called."""

import re

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
TYPES = {
    "svg": ("image/svg+xml", b""),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "webp": ("image/webp", b"RIFF"),
    "pdf": ("application/pdf", b"%PDF-"),
    "csv": ("text/csv", b""),
    "txt": ("text/plain", b""),
}
"""Suffix -> MIME type, and how such a file begins."""
IMAGES = {"svg", "png", "jpg", "webp"}
LARGEST_BYTES = 5 * 1024 * 1024


def suffix(name: str) -> str:
    """Return how a file's name ends, without the dot."""
    return name.rpartition(".")[2]


def mime(name: str) -> str:
    """Return the MIME type of a file that was checked."""
    return TYPES[suffix(name)][0]


def problem(name: str, content: bytes) -> str:
    """Return what is wrong with a file's content; empty if nothing is."""
    if len(content) > LARGEST_BYTES:
        return f"the file is larger than {LARGEST_BYTES // 1024 // 1024} MB"
    if not content.startswith(TYPES[suffix(name)][1]):
        return "the content is not what the name says"
    return ""
