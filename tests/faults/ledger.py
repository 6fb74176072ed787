"""Whether what people were told is true: compared with what the database holds."""

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, text

from lms.core import clock, queue
from lms.core.db import db
from lms.core.queue import Job, JobState
from lms.records import queries as records
from tests.faults.site import Site
from tests.faults.sitters import Sitter

LATER = queue.LEASE + timedelta(minutes=1)
"""When the jobs of a worker that was killed are done by another one."""
Told = dict[tuple[int, int], tuple[int, list[str]]]
"""Attempt and slot -> the seq and the answer that were acknowledged."""


def told(sitters: Sequence[Sitter]) -> Told:
    """Return what the site has acknowledged up to now."""
    return {
        (each.attempt_id, slot): saved
        for each in sitters
        if each.attempt_id is not None
        for slot, saved in list(each.saved.items())
    }


def acknowledged(sitters: Sequence[Sitter]) -> int:
    """Return how many saves were."""
    return sum(len(each.waits) for each in sitters)


def lost(site: Site, promised: Told) -> list[str]:
    """Return which acknowledged answers the database does not have, each in words."""
    rows = site.rows("SELECT attempt_id, slot, seq, answer FROM response")
    stored = {(attempt, slot): (seq, answer) for attempt, slot, seq, answer in rows}
    missing = []
    for place, (seq, answer) in promised.items():
        found_seq, found = stored.get(place, (0, "[]"))
        kept = json.loads(found) if isinstance(found, str) else found
        if (found_seq, kept) != (seq, answer) and found_seq <= seq:
            missing.append(f"{place}: told {seq} {answer}, found {found_seq} {kept}")
    return missing


def damage(site: Site) -> list[str]:
    """Return what SQLite finds wrong with its file."""
    whole = [row[0] for row in site.rows("PRAGMA integrity_check") if row[0] != "ok"]
    return whole + [str(row) for row in site.rows("PRAGMA foreign_key_check")]


def finish_jobs(site: Site) -> int:
    """Do what waits, and what killed workers have left, some minutes later.

    A job that was killed as often as it may be tried waits for a person, who presses "try again"
    on the operator's page.

    Returns:
        How many needed that.
    """
    with site.inside():
        later = clock.now() + LATER
        while queue.run_one(at=later):
            pass
        dead = db.session.scalars(select(Job.key).where(Job.state == JobState.DEAD)).all()
        for key in dead:
            assert queue.try_again(key or "", at=later)
        while queue.run_one(at=later):
            pass
    return len(dead)


def miscounted(site: Site, sitters: Sequence[Sitter]) -> list[str]:
    """Return every result that is missing or there twice, in words; jobs must have been finished."""
    wrong = []
    with site.inside():
        for each in sitters:
            if each.receipt is not None:
                # Guessing passes now and then: the stored marking says what must have followed.
                passed = bool(db.session.scalar(text(_PASSED), {"p": each.person_id}))
                if each.passes and not passed:
                    wrong.append(f"person {each.person_id}: answered all, and failed")
                wrong += [
                    f"person {each.person_id}: {count} × {what}, {due} due"
                    for what, count, due in _counts(each.person_id, passed=passed)
                    if count != due
                ]
        wrong += [f"chain of {person}" for person, _, bad in records.verified() if bad]
        undone = "SELECT count(*) FROM job WHERE state != 'done'"
        wrong += [f"{db.session.scalar(text(undone))} jobs undone"] * bool(
            db.session.scalar(text(undone))
        )
    return wrong


_PASSED = "SELECT passed FROM attempt WHERE person_id = :p AND submitted_at IS NOT NULL"
_RECORDED = "SELECT count(*) FROM record_entry WHERE person_id = :p AND verb = "


def _counts(person_id: int, *, passed: bool) -> list[tuple[str, int, int]]:
    """Return how often each thing happened, and how often it must have."""
    queries = {
        "attempt": "SELECT count(*) FROM attempt WHERE person_id = :p AND submitted_at IS NOT NULL",
        "record of a pass": _RECORDED + "'attempt-passed'",
        "record of a fail": _RECORDED + "'attempt-failed'",
        "certificate": "SELECT count(*) FROM certificate WHERE person_id = :p",
        "document": "SELECT count(*) FROM certificate_pdf JOIN certificate"
        " ON certificate.id = certificate_id WHERE person_id = :p",
        "job": "SELECT count(*) FROM certificate JOIN job"
        " ON key = 'certificates.render:' || certificate.id WHERE person_id = :p",
    }
    due = dict.fromkeys(queries, int(passed)) | {
        "attempt": 1,
        "record of a fail": int(not passed),
    }
    values = {"p": person_id}
    return [
        (what, db.session.scalar(text(query), values) or 0, due[what])
        for what, query in queries.items()
    ]
