"""A question of the content files that was changed here, as its file would have it: for the export."""

from collections.abc import Mapping
from typing import Any

from lms.exams.authoring.checking import Asked
from lms.exams.content.kind_checks import FILES, OWN, Bounds
from lms.exams.models import Question

_LASTING = ("id", "pool", "class", "depends")
_OF_ITS_CASE = ("of_case",)


def bounds_of(question: Question) -> Bounds:
    """Return what is asked of a question: one of the files keeps to theirs, so that it can go back."""
    return FILES if question.bank is None else OWN


def entry_of(asked: Asked, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a question of the files.

    Args:
        asked: what it asks now. Values of the site stand in it as words.
        before: its entry till now.
    """
    in_case = "case" in asked.body
    lasting = _LASTING + (_OF_ITS_CASE if in_case else ())
    entry = {key: before[key] for key in lasting if key in before}
    entry |= {"kind": asked.kind.value, "points": asked.points, "difficulty": asked.difficulty}
    entry |= {"tags": list(asked.tags), **asked.body}
    if (before.get("of_case") or {}).get("safety") and "safety" not in entry:
        entry["safety"] = False  # it would have that of its case
    return entry


def seed(of: Mapping[str, Any], code: str) -> dict[str, Any]:
    """Return what a new question of a case has from another one's entry."""
    shared = {key: of[key] for key in (*_LASTING, *_OF_ITS_CASE) if key in of}
    return shared | {"id": code}
