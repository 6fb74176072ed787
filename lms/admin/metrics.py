"""What `/metrics` says, in the text format that Prometheus and its kin read.

Written here and not by a library: there are three kinds of lines, the counters are those of all web
processes (`lms.web.traffic`), and the rest is asked when somebody reads. Under another WSGI server
with several processes each answers for its own requests.
"""

import hmac
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from itertools import accumulate
from pathlib import Path

from flask import Request
from sqlalchemy import func, select

import lms
from lms.admin import health
from lms.core import clock, disk
from lms.core.db import db
from lms.core.queue import JobState
from lms.exams.models import Attempt
from lms.notifications import queries as outbox
from lms.web import traffic
from lms.web.traffic import BOUNDS, Traffic

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SAVING = ("exams.save", "exams.save_page")
"""Endpoints that keep answers."""

Line = tuple[Mapping[str, str], float]
"""Labels and value."""


def may_read(asking: Request, setting: str) -> bool | None:
    """Whether this request may read the figures; None: they are switched off.

    Args:
        asking: the request.
        setting: ``LMS_METRICS``: ``off``, ``local`` or ``token:…``.
    """
    if setting == "off":
        return None
    if setting == "local":
        # A proxy on this host comes from here too, with the whole world behind it.
        is_passed_on = "X-Forwarded-For" in asking.headers or "Forwarded" in asking.headers
        return not is_passed_on and ip_address(asking.remote_addr or "0.0.0.0").is_loopback  # noqa: S104
    given = asking.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), setting.removeprefix("token:").encode())


def text() -> str:
    """Return all figures; five statements."""
    return "".join([*_of_web(traffic.so_far()), *_of_the_site()])


def _of_web(seen: Traffic) -> Iterator[str]:
    yield _family("requests_total", "counter", "Requests answered, by endpoint and status.", [
        ({"endpoint": endpoint, "status": status}, count)
        for (endpoint, status), count in sorted(seen.requests.items())
    ])  # fmt: skip
    yield _family("request_seconds", "histogram", "How long they took.", _histogram(seen))
    yield _family("statements_total", "counter", "Statements they sent to the database.", [
        ({"endpoint": endpoint}, count) for endpoint, count in sorted(seen.statements.items())
    ])  # fmt: skip
    saved = sum(
        count
        for (endpoint, status), count in seen.requests.items()
        if endpoint in SAVING and status in {"2xx", "3xx"}
    )
    yield _family("saves_total", "counter", "Requests whose answers were kept.", [({}, saved)])
    yield _family("web_resident_bytes", "gauge", "Memory of each web process.", [
        ({"process": str(place)}, _resident_bytes(pid))
        for place, pid in enumerate(traffic.processes(), start=1)
    ])  # fmt: skip


def _resident_bytes(pid: int) -> int:
    """Return the memory of a process; 0 where the system does not say, or it has just ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _histogram(seen: Traffic) -> list[Line]:
    lines: list[Line] = []
    for endpoint, counts in sorted(seen.durations.items()):
        ends = [*(f"{bound:g}" for bound in BOUNDS), "+Inf"]
        for end, count in zip(ends, accumulate(counts), strict=True):
            lines.append(({"": "_bucket", "endpoint": endpoint, "le": end}, count))
        lines.append(({"": "_sum", "endpoint": endpoint}, seen.seconds[endpoint]))
        lines.append(({"": "_count", "endpoint": endpoint}, sum(counts)))
    return lines


def _of_the_site() -> Iterator[str]:
    jobs, mails = health.queue(), outbox.outbox()
    states = [({"state": state.value}, jobs.counts.get(state, 0)) for state in JobState]
    yield _family("jobs", "gauge", "Jobs by state.", states)
    waiting = (clock.now() - jobs.oldest_at).total_seconds() if jobs.oldest_at else 0
    yield _gauge("oldest_due_job_seconds", "How long the oldest due job waits.", max(0, waiting))
    sitting = select(func.count()).select_from(Attempt).where(Attempt.submitted_at.is_(None))
    yield _gauge("open_attempts", "Exams that are being sat.", db.session.scalar(sitting) or 0)
    yield _gauge("mails_waiting", "Mails that were not sent.", mails.unsent)
    yield _gauge("mails_failed", "Those that a mail server refused.", mails.failed)
    yield _gauge("disk_free_bytes", "Room under the data directory.", disk.state().free_bytes)
    yield _gauge("database_bytes", "Size of the database.", health.database_bytes())
    yield _gauge("database_log_bytes", "Size of SQLite's log.", health.log_bytes())
    yield _gauge("clock_drift_seconds", "How far the machine's clock was set ahead of the site's.",
                 round(clock.drift(), 3))  # fmt: skip
    labels = {"version": lms.__version__, "python": platform.python_version(),
              "database": db.engine.dialect.name}  # fmt: skip
    yield _family("info", "gauge", "What runs here.", [(labels, 1)])


def _gauge(name: str, meaning: str, value: float) -> str:
    return _family(name, "gauge", meaning, [({}, value)])


def _family(name: str, kind: str, meaning: str, lines: Iterable[Line]) -> str:
    """Return the lines of one name; the label without a name is what is put behind it."""
    full = f"stairway_{name}"
    head = f"# HELP {full} {meaning}\n# TYPE {full} {kind}\n"
    return head + "".join(
        f"{full}{labels.get('', '')}{_labels(labels)} {_number(value)}\n" for labels, value in lines
    )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _labels(labels: Mapping[str, str]) -> str:
    shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items() if name)
    return f"{{{shown}}}" if shown else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
