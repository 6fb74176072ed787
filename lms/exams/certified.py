"""Which certificates rest on an attempt: asked of whoever knows.

Exams stand below certificates and know none; `lms.wiring` says who does.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate, as far as somebody who corrects a key has to know it."""

    serial: str
    state: str
    """In words."""
    tone: str
    icon: str


Teller = Callable[[Collection[int]], Mapping[int, Sequence[Certified]]]
_tellers: list[Teller] = []


def ask(teller: Teller) -> None:
    """Say who knows the certificates that rest on attempts.

    Wired once; wiring the same one again changes nothing.
    """
    if teller not in _tellers:
        _tellers.append(teller)


def certificates_on(attempt_ids: Collection[int]) -> Mapping[int, Sequence[Certified]]:
    """Return attempt -> the certificates that rest on it; nothing for those on which none does."""
    found: dict[int, list[Certified]] = {}
    for tell in _tellers:
        for attempt_id, certificates in tell(attempt_ids).items():
            found.setdefault(attempt_id, []).extend(certificates)
    return found
