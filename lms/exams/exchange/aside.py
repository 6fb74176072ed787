"""Reading strangers' files in a process of its own, with little time and memory: it may die alone.

python -m lms.exams.exchange.aside FORMAT < file
"""

import json
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from lms.exams.exchange import asjson
from lms.exams.exchange.reading import AUTO, read
from lms.exams.exchange.report import Report

SECONDS = 60
MEMORY_BYTES = 1024 * 1024 * 1024
_TURN = BoundedSemaphore(2)
"""So many at once: each may take its memory."""


def read_aside(content: bytes, wanted: str = AUTO) -> Report:
    """Read a file as `reading.read` does, in a child process; it is one of its problems if that dies.

    Args:
        content: the whole file.
        wanted: a format, or `AUTO`.
    """
    command = [sys.executable, "-m", "lms.exams.exchange.aside", wanted]
    root = Path(__file__).resolve().parents[3]
    with _TURN:
        try:
            done = subprocess.run(  # noqa: S603  our own module; `wanted` is one of a few words
                command, input=content, capture_output=True, cwd=root, timeout=SECONDS + 10,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return _gave_up(wanted, "too-slow")
    if done.returncode:
        return _gave_up(wanted, "too-complex")
    return asjson.report(json.loads(done.stdout))


def main(wanted: str) -> None:
    """Read what stands on standard input; print the report as JSON."""
    _limit()
    report = read(sys.stdin.buffer.read(), wanted)
    json.dump(asjson.of_report(report), sys.stdout, ensure_ascii=True)


def _gave_up(wanted: str, code: str) -> Report:
    report = Report(wanted)
    report.error("", code)
    return report


def _limit() -> None:
    """Take no more memory and time than a file needs, where the system knows such limits."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    main(*sys.argv[1:])
