"""How the questions of each module were answered at first sittings: counted while streaming.

An answer stands in the response, the module that it belongs to in the paper's layout. A slot that
was left blank may have no response at all; it counts as wrong, as it does in the score.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.reports import rows

PAPERS = 400
"""Papers that are held at once."""
WRONG = "0/1"
LEFT_OUT = "left out"
"""Of a question that a regrade took off the paper."""
Progress = Callable[[int, int], None]
"""Told how many papers of how many were read."""


@dataclass(slots=True)
class Tally:
    """What was answered in one module."""

    marks: Counter[str] = field(default_factory=Counter)
    """Mark, as it is stored -> how often it was given."""
    papers: int = 0
    people: set[int] = field(default_factory=set)

    @property
    def answers(self) -> int:
        """How many questions were put."""
        return self.marks.total()

    @property
    def right_percent(self) -> float:
        """The mean mark in percent: a question half right counts as half."""
        earned = sum((Fraction(mark) * count for mark, count in self.marks.items()), Fraction(0))
        return round(float(100 * earned / self.answers), 2)


def of(attempts: Sequence[int], *, note: Progress) -> dict[str, Tally]:
    """Return module code -> what was answered in it, of these attempts."""
    modules = rows.modules_of_questions()
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for start in range(0, len(attempts), PAPERS):
        chunk = attempts[start : start + PAPERS]
        marks = {(row[0], row[1]): row[2] for row in rows.marks(chunk)}
        for attempt, person, layout, regraded in rows.papers(chunk):
            for slot, mark in (regraded or {}).items():
                marks[attempt, int(slot)] = LEFT_OUT if mark is None else mark
            _add(tallies, modules, marks, attempt, person, [entry[0] for entry in layout])
        note(start + len(chunk), len(attempts))
    return tallies


def _add(
    tallies: defaultdict[str, Tally],
    modules: Mapping[int, str],
    marks: Mapping[tuple[int, int], str | None],
    attempt: int,
    person: int,
    versions: Sequence[int],
) -> None:
    seen = set()
    for slot, version in enumerate(versions, start=1):
        if marks.get((attempt, slot)) == LEFT_OUT:
            continue
        module = modules.get(version, "")
        tallies[module].marks[marks.get((attempt, slot)) or WRONG] += 1
        seen.add(module)
    for module in seen:
        tallies[module].papers += 1
        tallies[module].people.add(person)
