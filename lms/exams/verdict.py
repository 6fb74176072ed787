"""Why an attempt passed or not: its questions as the pass rule sees them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.exams.queries import Shown
from lms.exams.rules.kinds import Kind
from lms.exams.rules.passing import Judged

Regraded = Mapping[str, str | None]
"""Slot -> the mark that counts since a key was corrected; nothing where it is left out."""


def judged(
    layout: Sequence[Any],
    shown: Mapping[int, Shown],
    marked: Mapping[int, Fraction | None],
    regraded: Regraded | None,
) -> list[Judged]:
    """Return the questions of a paper that count, with their marks, in the order shown.

    Args:
        layout: of the attempt.
        shown: version id -> question.
        marked: slot -> mark; None where a person has yet to mark.
        regraded: of the attempt.
    """
    counting = counted(marked, regraded)
    return [
        _judged(shown[version_id], points, counting[slot])
        for slot, (version_id, _order, points) in enumerate(layout, start=1)
        if slot in counting
    ]


def counted(
    marked: Mapping[int, Fraction | None], regraded: Regraded | None
) -> dict[int, Fraction | None]:
    """Return slot -> the mark that counts, without the slots that are left out."""
    instead = {int(slot): mark for slot, mark in (regraded or {}).items()}
    left_out = {slot for slot, mark in instead.items() if mark is None}
    changed = {slot: Fraction(mark) for slot, mark in instead.items() if mark is not None}
    return {slot: changed.get(slot, mark) for slot, mark in marked.items() if slot not in left_out}


def _judged(question: Shown, points: int, mark: Fraction | None) -> Judged:
    kinds = {Kind(question.kind), *([Kind.CASE] if question.body.get("case") else [])}
    return Judged(question.unit, frozenset(kinds), question.tags, points, mark)
