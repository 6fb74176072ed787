"""Writing large files beside people whose answers wait for the same disk."""

import os

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
