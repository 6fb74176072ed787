"""What a file with people may ask of features above: to enrol them in a programme.

Accounts stand below courses and know no programme; `lms.wiring` says who does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from lms.accounts.models import Person

Runs = Mapping[tuple[int, str], date | None]
"""Person and programme code -> the due date of that person's latest run of it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """That a person be enrolled."""

    person_id: int
    programme: str
    due_on: date | None


class Enroller(Protocol):
    """Knows programmes, and enrols people in them."""

    def codes(self) -> Sequence[str]:
        """Return the codes of the programmes that people can be enrolled in."""

    def runs(self, codes: Sequence[str]) -> Runs:
        """Return who takes, or has taken, one of these programmes."""

    def enrol(self, wishes: Sequence[Wish], *, actor: Person | None, at: datetime) -> int:
        """Enrol people, in the caller's transaction; return how many were not enrolled already."""


class NoProgrammes:
    """Stands in until the features are connected."""

    def codes(self) -> Sequence[str]:
        """There are none."""
        return []

    def runs(self, codes: Sequence[str]) -> Runs:  # noqa: ARG002
        """Nobody takes any."""
        return {}

    def enrol(self, wishes: Sequence[Wish], *, actor: Person | None, at: datetime) -> int:  # noqa: ARG002
        """Enrol nobody."""
        return 0


_enrollers: list[Enroller] = [NoProgrammes()]


def register(enroller: Enroller) -> None:
    """Let `enroller` answer from now on."""
    _enrollers[:] = [enroller]


def enroller() -> Enroller:
    """Return who knows programmes."""
    return _enrollers[0]
