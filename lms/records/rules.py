"""The hash chain of a training record. Pure: no database, no clock, no request.

Each entry carries the hash of the one before it, and a hash over that and everything it says. So
an entry that is changed, taken out or put in does not fit its neighbours; and as the end of each
chain is noted apart, one that is cut off at the end is missed as well.
"""

import enum
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What the first entry follows."""


class Verb(enum.StrEnum):
    """What an entry says."""

    ENROLLED = "enrolled"
    LESSON_FINISHED = "lesson-finished"
    ATTEMPT_STARTED = "attempt-started"
    ATTEMPT_PASSED = "attempt-passed"
    ATTEMPT_FAILED = "attempt-failed"
    ATTEMPT_CORRECTED = "attempt-corrected"
    """A key was corrected, and the result with it; the entry of the old result stays."""
    STAGE_COMPLETED = "stage-completed"
    PROGRAMME_COMPLETED = "programme-completed"
    CERTIFICATE_AWARDED = "certificate-awarded"
    CERTIFICATE_REISSUED = "certificate-reissued"
    CERTIFICATE_REVOKED = "certificate-revoked"
    RENEWAL_OPENED = "renewal-opened"


class Kind(enum.StrEnum):
    """Entries that people look for together."""

    PROGRAMME = "programme"
    LESSONS = "lessons"
    EXAMS = "exams"
    CERTIFICATES = "certificates"


KINDS: Mapping[Verb, Kind] = {
    Verb.ENROLLED: Kind.PROGRAMME,
    Verb.LESSON_FINISHED: Kind.LESSONS,
    Verb.ATTEMPT_STARTED: Kind.EXAMS,
    Verb.ATTEMPT_PASSED: Kind.EXAMS,
    Verb.ATTEMPT_FAILED: Kind.EXAMS,
    Verb.ATTEMPT_CORRECTED: Kind.EXAMS,
    Verb.STAGE_COMPLETED: Kind.PROGRAMME,
    Verb.PROGRAMME_COMPLETED: Kind.PROGRAMME,
    Verb.CERTIFICATE_AWARDED: Kind.CERTIFICATES,
    Verb.CERTIFICATE_REISSUED: Kind.CERTIFICATES,
    Verb.CERTIFICATE_REVOKED: Kind.CERTIFICATES,
    Verb.RENEWAL_OPENED: Kind.CERTIFICATES,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """What one entry says, as far as its hash covers it."""

    number: int
    """1, 2, 3 … per person."""
    person_id: int
    at: str
    """ISO 8601, UTC, with microseconds."""
    verb: str
    enrolment_id: int | None
    actor_id: int | None
    detail: Mapping[str, Any]
    """JSON values."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as it is stored."""

    id: int
    fact: Fact
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class End:
    """The end of a chain, as noted when its last entry was added."""

    number: int
    hash: str


EMPTY = End(0, GENESIS)
"""The end of a chain without entries."""


class Damage(enum.StrEnum):
    """What was done to a chain."""

    CHANGED = "changed"
    """The entry does not say what it said when it was added."""
    REPLACED = "replaced"
    """The entry agrees with itself, but the next one was added after another."""
    REMOVED = "removed"
    """Entries that were there are not there any more."""
    INSERTED = "inserted"
    """The entry was never added by the platform."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One place at which a chain was tampered with."""

    damage: Damage
    number: int
    """Of the entry; of the first one, where several are gone."""
    id: int | None
    """Of the row; None where it is gone."""
    until: int
    """Number of the last entry that is gone; else as `number`."""


def entry_hash(previous_hash: str, fact: Fact) -> str:
    """Return the SHA-256, in hex, of an entry that follows `previous_hash`.

    Over one JSON array: the previous hash, number, person, instant, verb, enrolment, actor and
    detail; keys sorted, no blanks, Unicode as it is. That spelling is fixed here rather than
    shared: if it ever changed, every chain in the world would look broken.
    """
    said = [
        previous_hash,
        *(fact.number, fact.person_id, fact.at, fact.verb),
        *(fact.enrolment_id, fact.actor_id, fact.detail),
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify_chain(links: Iterable[Link], end: End) -> list[Problem]:
    """Return where one person's chain was tampered with; an empty list means it is unchanged.

    Args:
        links: all entries of the person, by number and then by id.
        end: the end that was noted apart; `EMPTY` if there is none.
    """
    walk = _Walk()
    for link in links:
        walk.step(link, end)
    walk.arrive(end)
    return walk.problems


class _Walk:
    """A walk along a chain: where it stands, and what it has found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.last: Link | None = None
        self.number = 0
        self.is_sound = True
        """Whether nothing is known against the entry at which the walk stands."""

    def step(self, link: Link, end: End) -> None:
        number = link.fact.number
        changed = entry_hash(link.previous_hash, link.fact) != link.hash
        if number <= self.number or number > end.number:
            self._note(Damage.INSERTED, number, link.id)
            return
        gap = number > self.number + 1
        if gap:
            self._note(Damage.REMOVED, self.number + 1, None, until=number - 1)
        elif self.is_sound and link.previous_hash != self._hash and not self._was_ours(link):
            # The entry was added after another one than the one that stands there now.
            before = self.last or link
            self._note(Damage.REPLACED, before.fact.number, before.id)
        if changed:
            self._note(Damage.CHANGED, number, link.id)
        self.last, self.number, self.is_sound = link, number, not changed

    def arrive(self, end: End) -> None:
        if self.number < end.number:
            self._note(Damage.REMOVED, self.number + 1, None, until=end.number)
        elif self.last is not None and self.is_sound and self.last.hash != end.hash:
            self._note(Damage.REPLACED, self.number, self.last.id)

    @property
    def _hash(self) -> str:
        return GENESIS if self.last is None else self.last.hash

    def _was_ours(self, link: Link) -> bool:
        """Whether the entry was added after ours, and only says otherwise by now."""
        return entry_hash(self._hash, link.fact) == link.hash

    def _note(self, damage: Damage, number: int, row: int | None, until: int | None = None) -> None:
        self.problems.append(Problem(damage, number, row, number if until is None else until))
