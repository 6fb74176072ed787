"""PostgreSQL's own programs: they know how to copy a database, and how to bring it back."""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.exc import ProgrammingError

from lms.admin.backup import programs
from lms.admin.backup.errors import because
from lms.admin.backup.programs import Note
from lms.core.db import alive

ASIDE = "before_restore_"
"""Begins the name of a schema that holds what was there before a restore."""
INSTALLED = Path("/usr/lib/postgresql")


def major_of(connection: Connection) -> int:
    """Return the major version of the server."""
    return int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000


def program(name: str, server: int) -> Path:
    """Return where a program lies that is no older than the server; the oldest such.

    Raises:
        BackupError: there is none, or only older ones.
    """
    on_path = shutil.which(name)
    places = [*INSTALLED.glob(f"*/bin/{name}"), *([Path(on_path)] if on_path else [])]
    versions = sorted((_version(place), place) for place in places)
    if not versions:
        raise because("no-program", program=name, server=server)
    for version, place in versions:
        if version >= server:
            return place
    raise because("old-program", program=name, found=versions[-1][0], server=server)


def dump(
    url: URL, target: Path, *, snapshot: str, server: int, note: Note = programs.ignore
) -> None:
    """Write a database to a file, as of a snapshot that a transaction has exported.

    Raises:
        BackupError: it failed, or there is no program for it.
    """
    options = ["--format=custom", "--compress=1", f"--snapshot={snapshot}"]
    options += [f"--exclude-schema={ASIDE}*", f"--file={target}"]
    _run(program("pg_dump", server), url, options, note)


def restore(source: Path, url: URL, *, server: int, note: Note = programs.ignore) -> None:
    """Bring a dump into an empty database: all of it, or, on an error, nothing.

    Raises:
        BackupError: it failed, or there is no program for it.
    """
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run(program("pg_restore", server), url, [*options, str(source)], note)


@contextmanager
def scratch(url: URL) -> Iterator[URL]:
    """Give an empty database on the same server, which vanishes afterwards.

    Raises:
        BackupError: the user may not make one.
    """
    name = f"stairway_scratch_{secrets.token_hex(6)}"
    engine = create_engine(
        url, isolation_level="AUTOCOMMIT", poolclass=NullPool, connect_args=alive(url)
    )
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") == "42501":  # insufficient privilege
            raise because("no-scratch") from None
        raise
    try:
        yield url.set(database=name)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _version(place: Path) -> int:
    said = subprocess.run(  # noqa: S603  a program of PostgreSQL
        [str(place), "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def _run(place: Path, url: URL, options: list[str], note: Note) -> None:
    """Run a program on a database; the password goes through the environment, for no one to see."""
    words = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    conninfo = " ".join(
        f"{key}={_quoted(value)}"
        for key, value in (words | alive(url) | dict(url.query)).items()
        if value
    )
    environ = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [str(place), f"--dbname={conninfo}", "--no-password", *options]
    done = programs.run(command, environ, note)
    if done.returncode:
        said = done.stderr.strip()[-400:] or f"status {done.returncode}"
        raise because("postgres", program=place.name, said=said)


def _quoted(value: object) -> str:
    text_ = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text_}'"
