"""How the site is: what answers, what is missing, what waits. It looks, and changes nothing."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

from flask import current_app
from flask_babel import LazyString
from sqlalchemy import func, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

import lms
from lms.certificates.queries import waiting_for_a_person
from lms.certificates.words import KEY_PROBLEMS
from lms.config import Settings
from lms.core import clock, disk, keys, pdf, schema
from lms.core.db import SAFE_SQLITE, db
from lms.core.keys import Key, Kind
from lms.core.queue import Job, JobState

MASK = "••••••"


@dataclass(frozen=True, slots=True)
class Queue:
    """How the job queue stands."""

    counts: Mapping[JobState, int]
    oldest_at: datetime | None
    """When the longest-waiting job was due."""
    dead: Sequence[Job]
    """Given up, latest first; a few of them."""


@dataclass(frozen=True, slots=True)
class Jump:
    """What came of somebody setting the machine's clock."""

    seconds: str
    """With a sign: ``+7200`` is two hours ahead."""
    site_at: datetime
    """The time that the site goes on with."""
    machine_at: datetime


def problems() -> list[str]:
    """Return why the site cannot serve, as words for machines; empty if it can."""
    found = []
    try:
        db.session.execute(select(1))
        if not _is_migrated():
            found.append("migrations")
    except (DBAPIError, TimeoutError):
        db.session.rollback()
        found.append("database")
    if not disk.is_writable():
        found.append("data directory")
    if not disk.state().has_room_for_exams:
        found.append("disk space")
    return found


def versions() -> list[tuple[str, str, bool]]:
    """Return name, version, and whether it is one to be worried about."""
    dialect = db.engine.dialect.name
    if dialect == "sqlite":
        number = str(db.session.scalar(text("SELECT sqlite_version()")))
        bad = tuple(int(part) for part in number.split(".")) < SAFE_SQLITE
        database = ("SQLite", number, bad)
    else:
        number = str(db.session.scalar(text("SHOW server_version")))
        database = ("PostgreSQL", number, False)
    return [
        ("Stairway", lms.__version__, False),
        ("Python", platform.python_version(), False),
        ("Flask", _installed("flask"), False),
        ("SQLAlchemy", _installed("sqlalchemy"), False),
        database,
    ]


@cache
def _installed(package: str) -> str:
    """Return the version of a package, which stays while this process lives."""
    return version(package)


def database_bytes() -> int:
    """Return how large the database is."""
    if db.engine.dialect.name != "sqlite":
        return int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    file = db.session.get_bind().engine.url.database or ""
    parts = (Path(file + end) for end in ("", "-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def log_bytes() -> int:
    """Return how much of SQLite's log was not written back into the database yet, at most."""
    if db.engine.dialect.name != "sqlite":
        return 0
    log = Path(f"{db.session.get_bind().engine.url.database}-wal")
    return log.stat().st_size if log.exists() else 0


def queue() -> Queue:
    """Look at the job queue."""
    counts = db.session.execute(_JOBS)
    found = {state: number for state, number in counts}  # noqa: C416  rows are no pairs to mypy
    return Queue(found, db.session.scalar(_LONGEST_DUE), db.session.scalars(_GIVEN_UP).all())


_JOBS = select(Job.state, func.count()).group_by(Job.state)
_LONGEST_DUE = select(func.min(Job.run_at)).where(Job.state == JobState.WAITING)
_GIVEN_UP = select(Job).where(Job.state == JobState.DEAD).order_by(Job.id.desc()).limit(5)


def clock_jump() -> Jump | None:
    """Return how the machine's clock was set while the site ran; None if it was not."""
    seconds = clock.drift()
    if abs(seconds) <= clock.LEEWAY:
        return None
    now = clock.now()
    return Jump(f"{seconds:+.0f}", now, now + timedelta(seconds=seconds))


def missing_for_pdf() -> list[str]:
    """Return what this host lacks for making PDFs."""
    return pdf.check()


def key_problems() -> list[LazyString]:
    """Return what is wrong with the keys that sign certificates."""
    return [KEY_PROBLEMS[code] for code in keys.problems()]


def unprinted() -> int:
    """Return how many certificates have no PDF because the renderer failed for good."""
    return len(waiting_for_a_person())


def signing_keys() -> list[Key]:
    """Return the keys that sign certificates now."""
    return [keys.current(kind) for kind in Kind]


def settings() -> Settings:
    """Return the settings in force."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def shown_settings() -> list[tuple[str, str]]:
    """Return name and value of each setting; secrets are masked."""
    in_force = settings()
    values = {each.name: str(getattr(in_force, each.name)) for each in fields(in_force)}
    values["secret_key"] = MASK
    values["public_url"] = in_force.base_url
    if in_force.metrics.startswith("token:"):
        values["metrics"] = f"token:{MASK}"
    for name in ("database_url", "mail_server"):
        values[name] = _without_password(values[name])
    return [(f"LMS_{name.upper()}", value) for name, value in values.items()]


def _without_password(url: str) -> str:
    if not url:
        return ""
    found = make_url(url)
    return str(found.set(password=MASK) if found.password else found).replace("***", MASK)


def _is_migrated() -> bool:
    """Whether the database is where this release expects it; one without history always is."""
    if not inspect(db.session.connection()).has_table("alembic_version"):
        return True
    found = set(db.session.scalars(text("SELECT version_num FROM alembic_version")))
    return found == {schema.head()}
