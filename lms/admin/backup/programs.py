"""Programs that take long, run so that somebody hears of them meanwhile: a job keeps its lease."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Note = Callable[[int], object]
"""Is called now and then while something goes on, with how many bytes were done; it may raise."""
LOOK = 0.2
"""Seconds between two looks at a program."""


def ignore(_count: int = 0) -> None:
    """Tell nobody how far it is."""


def run(
    command: Sequence[str], environ: Mapping[str, str], note: Note, *, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; when `note` raises, it ends at once.

    Args:
        command: the program and its arguments.
        environ: its environment.
        note: see `Note`.
        folder: where it runs; where we do by default.
    """
    with subprocess.Popen(  # noqa: S603  PostgreSQL's or our own, and no shell
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            while True:
                try:
                    said, complained = process.communicate(timeout=LOOK)
                except subprocess.TimeoutExpired:
                    note(0)
                else:
                    code = process.returncode
                    return subprocess.CompletedProcess(command, code, said, complained)
        finally:
            if process.poll() is None:
                process.kill()
