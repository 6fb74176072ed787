"""The common case of saving: an open attempt, in time, from its own page, with newer answers.

One statement per answer on SQLite and one in all on PostgreSQL, which both checks and saves: none
of what it needs was read before, so nothing can have changed since. It says which answers it took.
What it did not take is no error yet: `services.save_answers` then looks more closely.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from lms.core import writer
from lms.core.db import db
from lms.core.errors import found
from lms.core.prepared import Prepared
from lms.core.writer import Execute
from lms.exams.models import Attempt
from lms.exams.sitting import Answer

PAPERS = 1000
"""Layouts that are kept in memory; one never changes."""

_TAKEN = """
ON CONFLICT (attempt_id, slot) DO UPDATE
SET seq = excluded.seq, answer = excluded.answer, flagged = excluded.flagged,
    saved_at = excluded.saved_at
WHERE response.seq < excluded.seq
RETURNING slot, seq, (SELECT deadline_at FROM attempt WHERE id = response.attempt_id),
  (SELECT max(id) FROM exam_message WHERE attempt_id = response.attempt_id)
"""
SQLITE = f"""
INSERT INTO response (attempt_id, slot, seq, answer, flagged, saved_at)
SELECT id, :slot, :seq, :answer, :flagged, :at FROM attempt
WHERE id = :attempt AND person_id = :person AND client = :client AND submitted_at IS NULL
  AND deadline_at >= :since
{_TAKEN}
"""  # noqa: S608  fixed words
# The lock: a hand-in waits for the saves that began before it, and they for a hand-in.
POSTGRESQL = f"""
INSERT INTO response (attempt_id, slot, seq, answer, flagged, saved_at)
SELECT mine.id, sent.slot, sent.seq, sent.answer::json, sent.flagged, %(at)s
FROM (
  SELECT id FROM attempt
  WHERE id = %(attempt)s AND person_id = %(person)s AND client = %(client)s
    AND submitted_at IS NULL AND deadline_at >= %(since)s
  FOR NO KEY UPDATE
) AS mine
CROSS JOIN unnest(%(slots)s::int[], %(seqs)s::bigint[], %(answers)s::text[], %(flags)s::bool[])
  AS sent (slot, seq, answer, flagged)
{_TAKEN}
"""  # noqa: S608  fixed words


@dataclass(frozen=True, slots=True)
class Page:
    """Who sends, from where."""

    attempt_id: int
    person_id: int
    client: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What is on disk now."""

    seqs: dict[int, int]
    deadline_at: datetime
    message_id: int
    """Of the latest message to the sitter; 0 without one."""


@lru_cache(PAPERS)
def layout_of(page: Page) -> list[Any]:
    """Return the layout of the attempt that this page sits; a client's token is never used twice.

    Raises:
        NotFoundError: there is no such attempt, or another page sits it, or it goes one by one.
    """
    asked = {"attempt": page.attempt_id, "person": page.person_id, "client": page.client}
    layout: list[Any] = found(_LAYOUT.row(**asked))[0]
    return layout


_LAYOUT = Prepared(
    select(Attempt.layout).where(
        Attempt.id == bindparam("attempt"),
        Attempt.person_id == bindparam("person"),
        Attempt.client == bindparam("client"),
        Attempt.position.is_(None),  # where questions come one by one, each save is looked at
    )
)


def take(page: Page, answers: Sequence[Answer], *, at: datetime, grace: timedelta) -> Taken | None:
    """Save answers durably.

    Args:
        page: who sends.
        answers: at least one; each slot once.
        at: the instant of arrival.
        grace: how long after the deadline it still counts.

    Returns:
        What is on disk; None if not all of it was taken: a `seq` was not higher, or the attempt
        is over, or someone else's.

    Raises:
        NotWrittenError: the database cannot write.
    """
    send = _on_postgresql if db.engine.dialect.name == "postgresql" else _on_sqlite
    rows = writer.write(lambda execute: send(execute, page, answers, at, at - grace))
    if len(rows) < len(answers):
        return None
    seqs = {slot: seq for slot, seq, *_same in rows}
    return Taken(seqs, _instant(rows[0][2]), rows[0][3] or 0)


def _on_sqlite(
    execute: Execute, page: Page, answers: Sequence[Answer], at: datetime, since: datetime
) -> list[Any]:
    who = {"attempt": page.attempt_id, "person": page.person_id, "client": page.client}
    who |= {"at": writer.as_text(at), "since": writer.as_text(since)}
    return [
        row
        for each in answers
        for row in execute(
            SQLITE,
            who
            | {
                "slot": each.slot,
                "seq": each.seq,
                "answer": json.dumps(each.answer),
                "flagged": each.flagged,
            },
        )
    ]


def _on_postgresql(
    execute: Execute, page: Page, answers: Sequence[Answer], at: datetime, since: datetime
) -> list[Any]:
    values = {
        "attempt": page.attempt_id,
        "person": page.person_id,
        "client": page.client,
        "at": writer.instant(at),
        "since": writer.instant(since),
        "slots": [each.slot for each in answers],
        "seqs": [each.seq for each in answers],
        "answers": [json.dumps(each.answer) for each in answers],
        "flags": [each.flagged for each in answers],
    }
    return list(execute(POSTGRESQL, values))


def _instant(stored: str | datetime) -> datetime:
    value = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return value.replace(tzinfo=UTC)
