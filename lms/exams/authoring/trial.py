"""A question as its trainees will see it, before any of them does: on a paper, and handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lms.core.placeholders import LANGUAGES
from lms.exams import body, handing_files, paper, review, words
from lms.exams.authoring.checking import Asked
from lms.exams.paper import Slot
from lms.exams.queries import Shown
from lms.exams.review import Line

AROUND: Mapping[str, Any] = {
    "kind_name": words.kind_name,
    "how_to": paper.how_to,
    "pieces": paper.pieces,
    "limit_mb": handing_files.LARGEST_MB,
    "review": {"shows": review.PREVIEWED},
    "lesson_titles": {},
}
"""What the templates of a paper and of a result want beside the question."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A question in one language, whatever language the page is in."""

    slot: Slot
    line: Line


def both(asked: Asked) -> Mapping[str, Trial]:
    """Return language -> a question that is being written."""
    tags = body.tags_of(asked.tags, asked.body)
    shown = Shown(0, "", "", 0, asked.kind, tags, asked.body, asked.points)
    return {
        each: trial_in(each, shown, asked.points, number)
        for number, each in enumerate(LANGUAGES, start=1)
    }


def trial_in(language: str, question: Shown, points: int, number: int = 1) -> Trial:
    """Return a question in one language.

    Args:
        language: ``zh`` or ``en``.
        question: in the version that is shown.
        points: that it is worth.
        number: of its place on the page.
    """
    shown = replace(question, body=_only(question.body, language))
    slot = paper.slot_of(number, shown, paper.order_of(shown), points)
    line = review.preview(shown, points, language)
    return Trial(
        replace(slot, options=[(key, _only(text, language)) for key, text in slot.options]),
        replace(line, number=number, options=[
            replace(each, text=_only(each.text, language)) for each in line.options
        ]),
    )  # fmt: skip


def _only(value: Any, language: str) -> Any:
    """Return a body with its texts in one language."""
    if isinstance(value, Mapping):
        if value and set(value) <= set(LANGUAGES):
            return {language: value.get(language) or next(iter(value.values()))}
        return {key: _only(each, language) for key, each in value.items()}
    return [_only(each, language) for each in value] if isinstance(value, list | tuple) else value
