"""Work on hostile input in a process of its own, with little time and memory, which may die alone."""

import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

_ROOT = Path(__file__).resolve().parents[2]
_TURN = BoundedSemaphore(2)
"""So many at once: each may take its memory."""


class ChildFailedError(RuntimeError):
    """The process died, or took too long."""


def ask(module: str, content: bytes, *, seconds: float) -> bytes:
    """Run one of our modules with `content` as its input; return what it says.

    Raises:
        ChildFailedError: it ended in any other way than well, or not in time.
    """
    with _TURN:
        try:
            done = subprocess.run(  # noqa: S603  our own module; nothing of it was typed by anyone
                [sys.executable, "-m", module],
                input=content,
                capture_output=True,
                cwd=_ROOT,
                timeout=seconds,
                check=True,
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            raise ChildFailedError(str(error)) from None
    return done.stdout


def limit(*, memory_bytes: int, seconds: int) -> None:
    """Take no more memory and time from now on, where the system knows such limits."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
