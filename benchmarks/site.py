"""A site of its own to measure: in a scratch directory, with people who may sit the first exam."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from lms.accounts import passwords, people
from lms.accounts.models import Person
from lms.accounts.rules import Details, Role
from lms.config import PROJECT, Settings
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.courses import queries, services
from lms.courses.models import EnrolmentSource
from lms.factory import create_app

PASSWORD = "figures-of-this-machine"  # noqa: S105  of people who live for a minute
PROGRAMME = "after-sales"


def settings_of(folder: Path, port: int) -> dict[str, str]:
    """Return the environment of the site in a folder."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
    return environ | {"LMS_DATA_DIR": str(folder), "LMS_PORT": str(port), "LMS_DEMO": "no"}


@contextmanager
def running(folder: Path, port: int) -> Iterator[float]:
    """Start the product; give the seconds from the command to its first page."""
    began = time.perf_counter()
    with (folder.parent / "output").open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.serve"],
            cwd=PROJECT,
            env=settings_of(folder, port),
            stdout=output,
            stderr=output,
        )
    try:
        while not _answers(port):
            if process.poll() is not None:
                raise RuntimeError((folder.parent / "output").read_text())
            time.sleep(0.02)
        yield time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status == 200  # noqa: PLR2004
    except OSError:
        return False
    finally:
        connection.close()


def statements(folder: Path, port: int, cookies: str, path: str) -> int:
    """Return how many statements a page sends to the database, for whoever has these cookies."""
    app = create_app(Settings.from_env(settings_of(folder, port)))
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    client = app.test_client(use_cookies=False)
    event.listen(engine, "before_cursor_execute", note)
    client.get(path, headers={"Cookie": cookies})
    event.remove(engine, "before_cursor_execute", note)
    engine.dispose()
    return sum(not each.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")) for each in sent)


def add_trainees(folder: Path, port: int, count: int) -> list[str]:
    """Add people who have read stage 1; return their sign-in names."""
    app = create_app(Settings.from_env(settings_of(folder, port)))
    stored = passwords.hashed(PASSWORD)
    with app.app_context(), transaction():
        logins = [_trainee(number, stored) for number in range(count)]
    with app.app_context():
        db.engine.dispose()
    return logins


def _trainee(number: int, stored: str) -> str:
    login = f"bench-{number}"
    details = Details(name=f"Bench {number}", login=login, locale="en")
    people.add_person(details, actor=None, roles=[Role.TRAINEE])
    person = db.session.scalars(select(Person).filter_by(login=login)).one()
    person.password_hash = stored
    programme = found(queries.programme_with(PROGRAMME))
    run = services.enrol(person, programme, source=EnrolmentSource.ASSIGNED, actor=None)
    for lesson in queries.outline_of(run).stages[0].lessons:
        services.finish_lesson(run.id, lesson, actor=person)
    return login
