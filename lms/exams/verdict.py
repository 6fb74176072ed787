"""Why an attempt passed or not: its questions as the pass rule sees them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.exams.queries import Shown
from lms.exams.rules.kinds import Kind
from lms.exams.rules.passing import Judged


def judged(
    layout: Sequence[Any], shown: Mapping[int, Shown], marked: Mapping[int, Fraction | None]
) -> list[Judged]:
    """Return the questions of a paper with their marks, in the order shown.

    Args:
        layout: of the attempt.
        shown: version id -> question.
        marked: slot -> mark; None where a person has yet to mark.
    """
    return [
        _judged(shown[version_id], points, marked[slot])
        for slot, (version_id, _order, points) in enumerate(layout, start=1)
    ]


def _judged(question: Shown, points: int, mark: Fraction | None) -> Judged:
    kinds = {Kind(question.kind), *([Kind.CASE] if question.body.get("case") else [])}
    return Judged(question.unit, frozenset(kinds), question.tags, points, mark)
