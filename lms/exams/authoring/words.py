"""What the form of a question says about what was typed."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext as _

from lms.exams.content.kind_checks import (
    CHOICES,
    GAP_OPTIONS,
    GAPS,
    LONGEST_CHOICE,
    MOST_FILES,
    MOST_WORDS,
    RUBRIC,
    THINGS,
    Bounds,
)
from lms.exams.content.question_checks import LONGEST, MOST_POINTS
from lms.exams.rules.kinds import Kind

_COUNT = _("From %(fewest)d to %(most)d are needed here.")
_WHOLE = _("Type a whole number from %(fewest)d to %(most)d.")
_SLIPS: Mapping[str, LazyString] = {
    "missing-field": _("This is missing. Write it in one language at least."),
    "empty-text": _("This is missing."),
    "wrong-type": _("Type a whole number."),
    "out-of-range": _("This number is out of range."),
    "not-a-choice": _("Choose one of these."),
    "too-few": _("At least one is needed."),
    "duplicate-item": _("Something stands here twice."),
    "not-a-number": _("This is no number. Type it as in 180 or 0.5."),
    "no-full-mark": _("No answer earns all the points: leave the share empty for the full one."),
    "duplicate-option": _("Two of them say the same."),
    "answer-order": _(
        "Their keys would give the answer away: let at least two of the texts differ."
    ),
    "too-long": _("This is too long."),
    "rubric-short": _("Together the items earn less than the question's points."),
    "all-of-the-above": _(
        "It speaks of the other options, which everyone sees in another order. Let each option stand "
        "for itself."
    ),
    "blank-count": _(
        "The question has not as many blanks as stand here: write ____ (four underscores) once for "
        "each, in both languages."
    ),
    "gap-count": _(
        "The text has not each of the gaps once: write [[1]], [[2]] … in both languages, and no other "
        "[[."
    ),
    "answer-count": _("Tick exactly one option as the right one."),
    "answer-keys": _("There is no such choice: name one that stands here."),
}
_PLACES: Mapping[tuple[str, str], LazyString] = {
    ("out-of-range", "tolerance"): _("A tolerance is 0 or more."),
    ("out-of-range", "share"): _("More than 0 and at most 1, as in 0.5."),
    ("out-of-range", "partly"): _("More than 0 and less than 1, as in 0.5."),
    ("missing-field", "answer"): _("Say whether the statement is right."),
    ("missing-field", "match"): _("Write what belongs to it."),
    ("answer-keys", "answer"): _("Name a line that stands above: 1 for the first."),
    ("not-a-choice", "answer"): _("Name a line that stands above: 1 for the first."),
}
"""Code and last part of the field -> what is said there."""
_BOUNDS: Mapping[str, tuple[int, int]] = {
    "points": (1, MOST_POINTS),
    "seconds": (1, LONGEST),
    "min": (1, MOST_WORDS),
    "max": (1, MOST_WORDS),
    "most": (1, MOST_FILES),
}
_COUNTS: Mapping[str, tuple[int, int]] = {
    "things": THINGS,
    "choices": CHOICES,
    "rubric": RUBRIC,
    "gaps": GAPS,
}


def slip(kind: Kind, code: str, name: str, bounds: Bounds, hardest: int) -> str:
    """Return what is wrong with a field, and what to do.

    Args:
        kind: of the question.
        code: what the check found.
        name: id of the field.
        bounds: that it was checked by.
        hardest: the highest difficulty.
    """
    last = name.rpartition("-")[2]
    if code in {"wrong-type", "out-of-range"} and last == "difficulty":
        return _filled(_WHOLE, (1, hardest))
    if code == "answer-count" and kind is Kind.MULTIPLE and bounds.tells:
        fewest, most = bounds.answers[kind]
        return _filled(_("Tick %(fewest)d to %(most)d right options, and not all."), (fewest, most))
    if code in {"wrong-type", "out-of-range"} and last in _BOUNDS:
        return _range(code, name, last)
    if code == "option-count" or (code, name) == ("gap-count", "gaps"):
        return _filled(_COUNT, _count(kind, name, bounds))
    said = _PLACES.get((code, last)) or _SLIPS.get(code) or _("This cannot be taken.")
    if code == "answer-count" and kind is Kind.MULTIPLE:
        said = _("Tick the right options: at least one, and not all of them.")
    if code == "too-long" and (kind is Kind.MATCHING or last == "options"):
        said = _("At most %(most)d characters, without a line break: it stands in a list.")
        return _filled(said, (0, LONGEST_CHOICE))
    return str(said)


def _range(code: str, name: str, last: str) -> str:
    if name.startswith("rubric"):
        return _filled(_WHOLE, (-20, 20))
    if code == "out-of-range" and last == "max":
        return _filled(_("As many as “at least” or more, at most %(most)d."), _BOUNDS[last])
    return _filled(_WHOLE, _BOUNDS[last])


def _count(kind: Kind, name: str, bounds: Bounds) -> tuple[int, int]:
    if name.startswith("gaps-"):
        return GAP_OPTIONS
    if name == "items":
        return bounds.items
    return bounds.options.get(kind) or _COUNTS.get(name) or (1, 1)


def _filled(said: LazyString, bounds: tuple[int, int]) -> str:
    return str(said) % {"fewest": bounds[0], "most": bounds[1]}
