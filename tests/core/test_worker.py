from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.core import chores, queue, worker
from lms.core.db import db
from lms.core.queue import Effect, Job, JobState
from tests.factories import NOON


@pytest.fixture
def effects(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What jobs called "note" did; no chores."""
    done: list[int] = []

    def note(number: int) -> Effect:
        return lambda: done.append(number)

    monkeypatch.setitem(queue._handlers, "note", note)  # noqa: SLF001
    monkeypatch.setattr(chores, "_chores", {})
    return done


def test_it_runs_what_is_due_and_ends_when_that_was_asked_for(
    live_app: Flask, effects: list[int]
) -> None:
    with live_app.app_context():
        for number in range(3):
            queue.enqueue("note", key=f"n{number}", run_at=NOON, number=number)
        assert worker.work(Event(), until_empty=True) == 3
    assert effects == [0, 1, 2]


def test_told_to_stop_it_finishes_the_job_at_hand_and_begins_no_other(
    live_app: Flask, effects: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Event()

    def note_and_stop(number: int) -> Effect:
        stop.set()
        return lambda: effects.append(number)

    monkeypatch.setitem(queue._handlers, "note", note_and_stop)  # noqa: SLF001
    with live_app.app_context():
        for number in range(2):
            queue.enqueue("note", key=f"n{number}", run_at=NOON, number=number)
        assert worker.work(stop) == 1
        states = set(db.session.scalars(select(Job.state)))
    assert effects == [0]
    assert states == {JobState.DONE, JobState.WAITING}


def test_a_database_that_is_away_for_a_moment_is_waited_for(
    live_app: Flask, effects: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = OperationalError("SELECT 1", {}, Exception("away"))
    answers: Iterator[bool | None] = iter([None, True, False])

    def run_one() -> bool:
        if (answer := next(answers)) is None:
            raise away
        return answer

    monkeypatch.setattr(queue, "run_one", run_one)
    monkeypatch.setattr(worker, "PATIENCE", 0)
    with live_app.app_context():
        assert worker.work(Event(), until_empty=True) == 1


def test_chores_are_done_in_between(live_app: Flask, effects: list[int]) -> None:
    chores.every(timedelta(minutes=1))(lambda: effects.append(7))
    with live_app.app_context():
        worker.work(Event(), until_empty=True)
        worker.work(Event(), until_empty=True)
    assert effects == [7]


def test_the_command_says_how_many_it_ran(
    runner: FlaskCliRunner, session: Session, effects: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    queue.enqueue("note", key="n", run_at=NOON, number=1)
    outcome = runner.invoke(args=["jobs", "work", "--until-empty"])
    assert outcome.stdout == "1 jobs run\n"
