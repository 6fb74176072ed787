"""Measures the product as people meet it; each figure stands beside what was promised of it.

Everything goes through the real server, over HTTP, in a scratch directory; who sends the requests
is a process of its own. The figures say how this machine does; compare them only with others of
the same machine. A goal that is missed is named and fails nothing.

``ONLY=saves`` measures one part, ``ONLY=saves,disk`` two.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import (
    backup,
    certificates,
    disk,
    downloads,
    journeys,
    memory,
    pages,
    ports,
    rushes,
    saves,
    sign_ins,
    site,
    statistics,
)
from benchmarks.figures import Goals
from benchmarks.site import Site

PARTS: dict[str, Callable[[Site], list[str]]] = {
    "journeys": journeys.main,
    "saves": saves.main,
    "sign-ins": sign_ins.main,
    "rushes": rushes.main,
    "downloads": downloads.main,
    "pages": pages.main,
    "statistics": statistics.main,
    "disk": disk.main,
}
"""Each on a site of its own: none sees what another left."""
BY_THEMSELVES: dict[str, Callable[[], list[str]]] = {
    "backup": backup.main,
    "certificates": certificates.main,
}
"""They need no running site, or bring their own."""


def main() -> int:
    """Print the figures."""
    names = [each for each in os.environ.get("ONLY", "").split(",") if each]
    known = [*PARTS, "start", *BY_THEMSELVES]
    if unknown := set(names) - set(known):
        print(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before")
    missed: list[str] = []
    for name in names or known:
        missed += BY_THEMSELVES[name]() if name in BY_THEMSELVES else _on_a_site(name)
    print(f"\n{len(missed)} goals were missed" + "".join(f"\n  {each}" for each in missed))
    return 0


def _on_a_site(name: str) -> list[str]:
    """Start the product on an empty directory, measure one part, and end it."""
    with TemporaryDirectory(prefix="stairway-bench-") as scratch:
        folder, port = Path(scratch) / "data", ports.free()
        with site.running(folder, port) as running:
            first = running.seconds
        with site.running(folder, port) as running:
            if name == "start":
                return _start(first, running)
            missed = PARTS[name](running)
            return [*missed, *(memory.main(running) if name == "journeys" else [])]


def _start(first: float, running: Site) -> list[str]:
    goals = Goals("Start")
    goals.plain("first start, to the first page", first, "s")
    goals.plain("start with nothing to do", running.seconds, "s")
    return goals.missed + memory.main(running)


if __name__ == "__main__":
    sys.exit(main())
