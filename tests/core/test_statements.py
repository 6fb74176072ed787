import logging

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.core import statements
from lms.core.queue import Job


@pytest.fixture(autouse=True)
def usual_limit() -> object:
    yield
    statements.configure(250)


def test_what_was_asked_since_the_beginning_is_counted(session: Session) -> None:
    statements.begin(request="3f")
    session.scalars(select(Job)).all()
    session.scalar(text("SELECT 1"))
    with session.begin_nested():  # a savepoint asks for nothing
        pass
    count, seconds = statements.so_far()
    assert count == 2
    assert seconds > 0
    statements.begin()
    assert statements.so_far() == (0, 0.0)


def test_a_slow_statement_is_logged_without_its_values(
    session: Session, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.core.statements._limit.seconds", 0.0)
    statements.begin(request="3f")
    session.scalars(select(Job.id).where(Job.key == "the secret")).all()
    (record,) = (each for each in caplog.records if each.name == "lms.core.statements")
    assert record.levelno == logging.WARNING
    message = record.getMessage()
    assert message.startswith("slow statement: request=3f ms=")
    assert 'statement="SELECT job.id FROM job WHERE' in message
    assert "the secret" not in message


def test_zero_logs_none(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    statements.configure(0)
    session.scalar(text("SELECT 1"))
    assert not [each for each in caplog.records if each.name == "lms.core.statements"]
