"""Work on hostile input in a process of its own, with little time and memory, which may die alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore

_ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2
"""Processes of one kind: each may take its memory."""
NICE = 5
_turns: dict[str, BoundedSemaphore] = {}


class ChildFailedError(RuntimeError):
    """The process died, or took too long."""


def ask(module: str, content: bytes, *, seconds: float, patience: float | None = None) -> bytes:
    """Run one of our modules with `content` as its input; return what it says.

    Args:
        module: reads standard input, and limits itself by `limit`.
        content: anything.
        seconds: after which it is killed.
        patience: seconds to wait for one of the `AT_ONCE` turns; None to wait for as long as it
            takes. On a page that anyone may open: otherwise strangers' files keep every thread.

    Raises:
        ChildFailedError: it ended in any other way than well, or not in time.
        TimeoutError: no turn came.
    """
    with _turn(module, patience):
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


@contextmanager
def _turn(module: str, patience: float | None) -> Iterator[None]:
    turns = _turns.setdefault(module, BoundedSemaphore(AT_ONCE))
    if not turns.acquire(timeout=patience):
        raise TimeoutError(f"waited {patience} s for {module}")
    try:
        yield
    finally:
        turns.release()


def limit(*, memory_bytes: int, seconds: int) -> None:
    """Take no more memory and time from now on, where the system knows such limits.

    And stand back where processors are short: whoever sits an exam comes first.
    """
    with suppress(OSError):
        os.nice(NICE)
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
