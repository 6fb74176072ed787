"""What a signed certificate costs: its CPU, its size, two processes, its page, a hundred in a row.

Everything is made the way the job makes it: credential, page, signature, and a look at the result.
Only ratios and CPU seconds are worth comparing between machines.
"""

import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from benchmarks.figures import Goals
from lms.certificates import cli, issuer, jobs, queries, rules
from lms.certificates.models import Certificate
from lms.certificates.queries import Printable
from lms.config import Settings
from lms.core import keys
from lms.core.db import Base, db, transaction
from lms.factory import create_app
from tests import factories
from tests.statements import counted

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
MANY = 200
ROUNDS = 100
NAMES = ("张思远", "阿卜杜勒·买买提江", "𠮷田䶮", "Maximiliana Wolkenstein-Trostburgh")


def main() -> list[str]:
    """Print the figures beside the goals; return those that were missed."""
    goals = Goals("Certificates")
    with TemporaryDirectory(prefix="stairway-bench-") as scratch, _app(scratch).app_context():
        Base.metadata.create_all(db.engine)
        keys.ensure()
        _made(0)  # imports, fonts and artwork: once in a process
        seconds, sizes = zip(*(_timed(number) for number in range(20)), strict=True)
        goals.most("CPU per signed certificate", statistics.median(seconds), 0.30, "s")
        goals.most("its size, the largest of four", max(sizes) / 1000, 200, "kB")
        goals.most(f"{ROUNDS} in a row, growth of memory", _growth(), 5, "%")
        goals.most("statements of its public page", _statements(scratch), 3)
        goals.least(f"{MANY} in two processes, over one", _speed_up(scratch), 1.6, "times")
    return goals.missed


@cache
def _app(folder: str) -> Flask:
    path = Path(folder)
    url = f"sqlite:///{path / 'lms.sqlite'}"
    return create_app(Settings(data_dir=path, secret_key="b" * 32, database_url=url))


def _printable(number: int) -> Printable:
    snapshot = cli.specimen(NAMES[number % len(NAMES)], "Zhang Siyuan")
    snapshot |= {"serial": rules.serial("BEN", 2026, number), "specimen": False}
    snapshot["verify_url"] = f"{snapshot['verify_url']}?t=0123456789abcdef0123456789abcdef"
    return Printable(snapshot, "bench", AT, AT.date(), issuer.did(), 1, number)


def _made(number: int) -> int:
    return len(jobs.make(_printable(number), at=AT).content)


def _timed(number: int) -> tuple[float, int]:
    begun = time.process_time()
    size = _made(number)
    return time.process_time() - begun, size


def _growth() -> float:
    """Return by how many per cent the memory grew over `ROUNDS`."""
    before = _memory()
    for number in range(ROUNDS):
        _made(number)
    return 100 * (_memory() - before) / before


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1])


def _share(folder: str, first: int, count: int) -> float:
    """Make some, in a process of its own; return the seconds that it took once it was warm."""
    with _app(folder).app_context():
        _made(first)
        begun = time.perf_counter()
        for number in range(first, first + count):
            _made(number)
        return time.perf_counter() - begun


def _speed_up(folder: str) -> float:
    """Return how much sooner two processes have made `MANY` than one."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        alone = pool.submit(_share, folder, 0, MANY).result()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        halves = [pool.submit(_share, folder, first, MANY // 2) for first in (0, MANY // 2)]
        return alone / max(each.result() for each in halves)


def _statements(folder: str) -> int:
    """Return how many statements the page with everything on it needs."""
    row: Certificate = factories.certificate(factories.person())
    made = jobs.make(queries.printable(row.id), at=AT)
    with transaction():
        jobs.keep(row.id, made)
    address = f"/v/{row.serial}?t={row.token}"
    with counted() as sent:
        reply = _app(folder).test_client().get(address)
    assert reply.status_code == 200  # noqa: PLR2004
    return len(sent)


if __name__ == "__main__":
    sys.exit(bool(main()))
