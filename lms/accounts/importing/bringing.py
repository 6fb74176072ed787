"""Checks a file of people, and brings its right rows in: for jobs and commands alike."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from lms.accounts import keeping
from lms.accounts.errors import PeopleFileError
from lms.accounts.importing import planning, reading, writing
from lms.accounts.importing.columns import Columns, Field
from lms.accounts.importing.known import Snapshot, snapshot
from lms.accounts.importing.planned import Planned
from lms.accounts.policies import Actor
from lms.accounts.rules import Verdict
from lms.core import queue, spreadsheets
from lms.core.archives import FileRefusedError
from lms.core.db import transaction
from lms.core.spreadsheets import Sheet

Tally = Callable[[dict[str, int]], None]
"""Told, in the transaction of each part, what it came to: ``added``, ``changed``, ``enrolled``."""
ENROLLED_AT_ONCE = 100
"""People per transaction in enrolling, which takes some statements for each."""


@dataclass(frozen=True, slots=True)
class Check:
    """A file that was read, and what each of its rows would do."""

    sheet: Sheet
    columns: Columns
    known: Snapshot
    planned: Sequence[Planned]

    @property
    def counts(self) -> dict[str, int]:
        """Rows per verdict."""
        found = Counter(each.verdict for each in self.planned)
        return {each.value: found[each] for each in Verdict}

    def summary(self) -> dict[str, Any]:
        """Return what is said about the file as a whole."""
        return {
            "sheet": self.sheet.name,
            "hidden": list(self.sheet.hidden),
            "others": list(self.sheet.others),
            "unknown": list(self.columns.unknown),
            "columns": {str(name): self.columns.letters(name) for name in self.columns.places},
            "counts": self.counts,
        }


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector out: it would walk through all rows, over and over, for nothing.

    For a while and in jobs and commands only, which do one thing at a time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@uncollected()
def check(content: bytes, name: str, *, actor: Actor) -> Check:
    """Say what each row of a file would do; nothing is changed.

    Raises:
        PeopleFileError: the file cannot be read at all.
    """
    keeping.require_keeper(actor)
    try:
        sheet = spreadsheets.read(content, name)
        columns, candidates = reading.read(sheet)
    except FileRefusedError as error:
        raise PeopleFileError(error.reason, **error.context) from None
    known = snapshot(actor, with_programmes=Field.PROGRAMME in columns.places)
    return Check(sheet, columns, known, planning.plan(candidates, known))


def bring_in(
    checked: Check, *, actor: Actor, at: datetime, tally: Tally | None = None
) -> dict[str, int]:
    """Bring the right rows of a checked file in, many at a time.

    Each part is a transaction of its own. Interrupted and begun again from a new check, it goes on
    with what is left: what is in by then does nothing.

    Returns:
        What this call came to: ``added``, ``changed``, ``enrolled``.
    """
    outcome = Counter({"added": 0, "changed": 0, "enrolled": 0})
    ids = {staff_no: each.id for staff_no, each in checked.known.by_staff_no.items()}
    locale = current_app.config["LANGUAGES"][0]
    right = [each for each in checked.planned if not each.problems]
    parts = writing.batches(right, checked.known)
    total = sum(map(len, parts)) + sum(bool(each.programme) for each in right)
    done = 0
    new: dict[int, int] = {}

    def count(**counts: int) -> None:
        outcome.update(counts)
        if tally is not None:
            tally(counts)

    for part in parts:
        with uncollected(), transaction():
            written = writing.write(part, ids, actor=actor, locale=locale, at=at)
            count(added=len(written.added), changed=written.changed)
        new |= written.added
        done += len(part)
        queue.note_progress(done, total)
    wishes = writing.wishes(right, new)
    for place in range(0, len(wishes), ENROLLED_AT_ONCE):
        some = wishes[place : place + ENROLLED_AT_ONCE]
        with transaction():
            count(enrolled=writing.enrol(some, actor=actor, at=at))
        done += len(some)
        queue.note_progress(done, total)
    return dict(outcome)
