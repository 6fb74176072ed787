"""A site of its own to measure: in a scratch directory, with people who may sit the first exam."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from benchmarks import processes
from lms.accounts import passwords, people
from lms.accounts.models import Person
from lms.accounts.rules import Details, Role
from lms.config import PROJECT, Settings
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.courses import queries, services
from lms.courses.models import EnrolmentSource
from lms.courses.outlines import outline_in
from lms.courses.rules import Stage
from lms.factory import create_app

PASSWORD = "figures-of-this-machine"  # noqa: S105  of people who live for a minute
PROGRAMME = "after-sales"
EXAM = "stage-1"
UNREAD = 3
"""Lessons of stage 1 that are left for the journey to read."""
_LINE = re.compile(r"request=(\w+) .*? statements=(\d+)")


@dataclass(slots=True)
class Site:
    """The product, running."""

    folder: Path
    port: int
    pid: int
    seconds: float
    """From the command to its first page."""

    @property
    def web(self) -> list[int]:
        """The processes that answer."""
        return processes.children_of(self.pid)[:-1]

    @property
    def jobs(self) -> int:
        """The process that runs jobs."""
        return processes.children_of(self.pid)[-1]

    def statements(self) -> dict[str, int]:
        """Return the number of each request -> statements it sent, as the log says."""
        found = (_LINE.search(line) for line in _output(self.folder).open(encoding="utf-8"))
        return {each[1]: int(each[2]) for each in found if each}


def settings_of(folder: Path, port: int) -> dict[str, str]:
    """Return the environment of the site in a folder.

    One proxy is trusted, so that each person can come from an address of their own, as they do
    behind one: tries of passwords are limited per address.
    """
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
    return environ | {
        "LMS_DATA_DIR": str(folder),
        "LMS_PORT": str(port),
        "LMS_DEMO": "no",
        "LMS_TRUSTED_PROXIES": "1",
    }


def _output(folder: Path) -> Path:
    return folder.parent / "output"


@contextmanager
def running(folder: Path, port: int) -> Iterator[Site]:
    """Start the product, and stop it afterwards."""
    began = time.perf_counter()
    with _output(folder).open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.serve"],
            cwd=PROJECT,
            env=settings_of(folder, port),
            stdout=output,
            stderr=output,
        )
    try:
        while not answers(port, "/sign-in"):
            if process.poll() is not None:
                raise RuntimeError(_output(folder).read_text())
            time.sleep(0.02)
        yield Site(folder, port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int, path: str) -> bool:
    """Whether somebody answers there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200  # noqa: PLR2004
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def application(folder: Path, port: int) -> Iterator[Flask]:
    """Give the application on this site's data, in this process."""
    app = create_app(Settings.from_env(settings_of(folder, port)))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def first_stage() -> Stage:
    """Return the stage that the exam closes."""
    programme = found(queries.programme_with(PROGRAMME))
    return outline_in(found(programme.published)).stages[0]


def add_people(
    prefix: str, count: int, *, unread: int | None = None, roles: tuple[Role, ...] = (Role.TRAINEE,)
) -> list[str]:
    """Add people with one password; return their sign-in names. For within an application.

    Args:
        prefix: what their names begin with.
        count: how many.
        unread: enrol them, all lessons of stage 1 read but so many; None: enrol nobody.
        roles: for the whole organisation.
    """
    stored = passwords.hashed(PASSWORD)
    with transaction():
        return [_add(f"{prefix}-{each}", stored, unread, roles) for each in range(count)]


def _add(login: str, stored: str, unread: int | None, roles: tuple[Role, ...]) -> str:
    details = Details(name=f"Bench {login}", login=login, locale="en")
    people.add_person(details, actor=None, roles=list(roles))
    person = person_with(login)
    person.password_hash = stored
    if unread is not None:
        programme = found(queries.programme_with(PROGRAMME))
        run = services.enrol(person, programme, source=EnrolmentSource.ASSIGNED, actor=None)
        codes = first_stage().lessons
        for code in codes[: len(codes) - unread]:
            services.finish_lesson(run.id, code, actor=person)
    return login


def person_with(login: str) -> Person:
    """Return one of them."""
    return db.session.scalars(select(Person).filter_by(login=login)).one()
