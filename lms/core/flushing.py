"""What is written reaches the disk: its bytes, and the name under which it is found again."""

import os
from pathlib import Path

PIECE = 16 * 1024 * 1024
"""Bytes that gather before they are flushed."""


class Flusher:
    """Has what is written to a large file flushed piece by piece.

    What a program writes gathers in memory, and the next one that waits for the disk waits for
    all of it: an answer that takes milliseconds then takes seconds.
    """

    def __init__(self) -> None:
        self._written = 0

    def wrote(self, count: int, descriptor: int) -> None:
        """Note that so many bytes were written to an open file."""
        self._written += count
        if self._written >= PIECE:
            self._written = 0
            os.fdatasync(descriptor)


def flush_names(folder: Path) -> None:
    """Make the names in a folder as durable as the files: a new one, or one that was exchanged."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner only, with those above it, durably; it may be there already."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    flush_names(folder.parent)
