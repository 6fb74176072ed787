"""One row of the file, and what bringing it in would do. Pure."""

from dataclasses import dataclass, field
from typing import Any

from lms.accounts.importing.known import Known
from lms.accounts.importing.reading import Candidate, Problem
from lms.accounts.rules import Verdict


@dataclass(slots=True)
class Planned:
    """One row, and what bringing it in would do."""

    row: Candidate
    known: Known | None = None
    """Who the row is about; None for a new person."""
    unit_id: int | None = None
    manager: str = ""
    """Staff number of the manager, if the row names one."""
    programme: str = ""
    """Code of the programme to enrol in; empty: none, or taken already."""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Of a known person: field, old and new value, as people read them."""

    @property
    def verdict(self) -> Verdict:
        """What the row would do."""
        if self.row.problems:
            return Verdict.ERROR
        if self.known is None:
            return Verdict.NEW
        return Verdict.CHANGED if self.changes else Verdict.SAME

    @property
    def problems(self) -> list[Problem]:
        """What is wrong; none of it is brought in then."""
        return self.row.problems

    def detail(self) -> list[Any]:
        """Return changes or problems as JSON."""
        if self.row.problems:
            return [[each.field, each.code, dict(each.values)] for each in self.row.problems]
        return [list(each) for each in self.changes]
