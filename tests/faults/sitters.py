"""People who sit an exam while things break: each notes what the site acknowledged."""

import json
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from threading import Event, Thread
from typing import Any, Self, TypeVar

from flask import g, session as cookie
from flask_wtf.csrf import generate_csrf

from lms.accounts import services as accounts
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.courses import queries as programmes, services as courses
from lms.courses.models import EnrolmentSource
from tests import factories
from tests.faults.site import Site

EXAM = "stage-1"
SAVES = 15
"""How often each person saves before handing in."""
RIGHT = {
    "single": ["B"],
    "multiple": ["A", "C"],
    "truefalse": ["false"],
    "fillin": ["seat"],
    "numeric": ["180"],
}
T = TypeVar("T")


class LaterError(Exception):
    """The site says that it cannot now."""


@dataclass(slots=True)
class Sitter:
    """One person, in one browser."""

    person_id: int
    cookie: str
    token: str
    passes: bool = False
    attempt_id: int | None = None
    saved: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    """Slot -> seq and answer that the site said are on disk."""
    waits: list[float] = field(default_factory=list)
    """Seconds until each save was answered."""
    refusals: list[dict[str, Any]] = field(default_factory=list)
    """What the site said when it could not save."""
    receipt: str | None = None
    """Where the result is; empty until the hand-in was acknowledged."""


def enrol(site: Site, count: int, *, passing: Iterable[int] = ()) -> list[Sitter]:
    """Add people who may sit the exam, each signed in; those at `passing` will pass it."""
    passing = set(passing)
    with site.inside() as app, transaction():
        programme = found(programmes.programme_with("basics"))
        sitters = []
        for number in range(count):
            person = factories.person()
            source = EnrolmentSource.ASSIGNED
            run = courses.enrol(person, programme, source=source, actor=None, at=clock.now())
            courses.finish_lesson(run.id, "S1-A-1", actor=person, at=clock.now())
            row = accounts.sign_in(person, device="test", address="127.0.0.1")
            with app.test_request_context():
                cookie["_user_id"] = row.get_id()
                g.pop("csrf_token", None)  # of the one before: the context of both is the same
                token = generate_csrf()
                signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
                value = signer.dumps(dict(cookie))
            sitters.append(Sitter(person.id, f"session={value}", token, number in passing))
        db.session.flush()
    return sitters


class Room:
    """Several people at once, each going through some of the sitters one after the other."""

    def __init__(self, site: Site, sitters: list[Sitter], *, seats: int, pause: float = 0) -> None:
        self.site = site
        self.sitters = sitters
        self.pause = pause
        self._over = Event()
        self._threads = [
            Thread(target=self._sit, args=[sitters[seat::seats]], daemon=True)
            for seat in range(seats)
        ]
        self.errors: list[Exception] = []

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Let everyone put down their pens."""
        self._over.set()
        for each in self._threads:
            each.join(60)

    def wait(self) -> None:
        """Wait until everyone has handed in."""
        for each in self._threads:
            each.join(300)

    def is_empty(self) -> bool:
        """Whether everyone has gone."""
        return not any(each.is_alive() for each in self._threads)

    def _sit(self, sitters: list[Sitter]) -> None:
        try:
            for each in sitters:
                line = _Line(self.site, each, self._over)
                try:
                    line.sit(self.pause)
                finally:
                    line.hang_up()
        except _OverError:
            return
        except Exception as error:  # noqa: BLE001  shown by the test
            self.errors.append(error)


class _OverError(Exception):
    """The test has seen enough."""


class _Line:
    """What one browser does, for as long as it takes."""

    def __init__(self, site: Site, sitter: Sitter, over: Event) -> None:
        self.site = site
        self.sitter = sitter
        self.over = over
        self.connection: HTTPConnection | None = None

    def sit(self, pause: float) -> None:
        """Begin, save many answers, and hand in."""
        me = self.sitter
        me.attempt_id = self._until_answered(self._begin)
        paper = [(slot, entry[1]) for slot, entry in enumerate(self._layout(), start=1)]
        for seq in range(1, SAVES + 1):
            slot, shown = random.choice(paper)
            given = random.choice(shown.split(" ")) if shown else f"{seq}"
            answer = {"slot": slot, "seq": seq, "answer": [given]}
            began = time.monotonic()
            self._until_answered(lambda answer=answer: self._save(answer))  # type: ignore[misc]
            me.waits.append(time.monotonic() - began)
            time.sleep(pause)
        answers = self._right() if me.passes else []
        me.receipt = self._until_answered(lambda: self._hand_in(answers))

    def _begin(self) -> int:
        form = f"csrf_token={self.sitter.token}"
        kind = "application/x-www-form-urlencoded"
        status, _body, place = self._ask(f"/exams/{EXAM}/attempts", form, kind)
        assert status in {302, 303}, (status, place)
        # Had it begun without our hearing of it, asking again gives the same one, to go on with.
        return int(place.rpartition("/")[2])

    def _save(self, answer: dict[str, Any]) -> None:
        reply = self._send("answers", [answer])
        slot, seq = answer["slot"], answer["seq"]
        stored = reply["saved"][str(slot)]
        # Kill -9 may come between the commit and the reply; the repeat then finds its own answer.
        assert stored == seq, (stored, answer)
        self.sitter.saved[slot] = (seq, answer["answer"])

    def _hand_in(self, answers: list[dict[str, Any]]) -> str:
        return str(self._send("hand-in", answers)["url"])

    def _right(self) -> list[dict[str, Any]]:
        """Answers that will pass, from the paper that the attempt pinned."""
        kinds = dict(self.site.rows("SELECT id, kind FROM question_version"))
        return [
            {"slot": slot, "seq": 1000, "answer": RIGHT[kinds[entry[0]]]}
            for slot, entry in enumerate(self._layout(), start=1)
        ]

    def _layout(self) -> list[Any]:
        """What the attempt pinned: version, options as shown, points."""
        query = "SELECT layout FROM attempt WHERE id = ?"
        stored = self.site.rows(query, self.sitter.attempt_id)[0][0]
        layout: list[Any] = json.loads(stored) if isinstance(stored, str) else stored
        return layout

    def _send(self, what: str, answers: list[dict[str, Any]]) -> Any:
        path = f"/attempts/{self.sitter.attempt_id}/{what}"
        status, body, _place = self._ask(path, json.dumps({"answers": answers}), "application/json")
        reply = json.loads(body)
        if status == 503:
            self.sitter.refusals.append(reply)
            raise LaterError
        assert status == 200, (status, reply)
        return reply

    def _ask(self, path: str, body: str, kind: str) -> tuple[int, str, str]:
        if self.connection is None:
            self.connection = HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        headers = {
            "Cookie": self.sitter.cookie,
            "X-CSRFToken": self.sitter.token,
            "Content-Type": kind,
            "Accept": "application/json",
        }
        self.connection.request("POST", path, body, headers)
        reply = self.connection.getresponse()
        text = reply.read().decode()
        for line in reply.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                if name == "session":
                    self.sitter.cookie = f"session={morsel.value}"
        if reply.status == 503 and kind != "application/json":
            raise LaterError
        return reply.status, text, reply.headers.get("Location", "")

    def _until_answered(self, ask: Callable[[], T]) -> T:
        while not self.over.is_set():
            try:
                return ask()
            except (OSError, HTTPException, LaterError):
                self.hang_up()
                time.sleep(0.02)
        raise _OverError

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        with suppress(OSError):
            if self.connection is not None:
                self.connection.close()
        self.connection = None
