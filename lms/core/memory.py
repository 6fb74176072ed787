"""How the C library deals with memory that Python has freed."""

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD = -3  # of mallopt(3)
_ARENA_MAX = -8
LARGE = 1024 * 1024
"""Bytes; from there on a block is taken from the system, and given back as soon as it is freed."""
ARENAS = 2
"""As many heaps; by default each thread may come to have its own, and to keep what it once took."""


def give_back() -> None:
    """Have large blocks given back at once, in this process and those forked from it.

    Comparing a password takes 19 MiB. The GNU library takes the second such block for a habit and
    keeps them, one a thread: 16 threads held 300 MB. Other libraries have no such call, and need
    none.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, LARGE)
        library.mallopt(_ARENA_MAX, ARENAS)


def trim() -> None:
    """Give back what is free inside the heap, once: after something that needed much for a moment."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
