"""Checking an exam's rule of passing: limits beside the pass mark, and sections with weights."""

from collections.abc import Sequence

from lms.core.entries import Entry
from lms.core.yaml_lines import Seq
from lms.exams.rules.drawing import Candidate
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import Sort, tags_of

SORT = ("unit", "kind", "tag", "safety")
"""Fields that say which questions are meant."""
_MOST, _MOST_SECTIONS, _WHOLE = 200, 9, 100


def read_sort(entry: Entry, known: set[str]) -> Sort:
    """Check and return which questions an entry means.

    Args:
        entry: with any of the fields `SORT`.
        known: codes of the modules.
    """
    unit = entry.code("unit", optional=True)
    if unit and unit not in known:
        said = f"no programme has a module {unit}"
        entry.error("unknown-unit", said, "Correct the code.", at="unit")
    kind = entry.choice("kind", list(Kind), optional=True)
    return Sort(
        unit=unit or None,
        kind=Kind(kind) if kind else None,
        tags=_read_tags(entry),
        safety=entry.flag("safety", default=False),
    )


def _read_tags(entry: Entry) -> tuple[str, ...]:
    """Check one tag, or a list of those that a question has all of."""
    if isinstance(entry.value.get("tag"), Seq):
        return tuple(entry.words("tag", least=1))
    return tags_of(entry.text("tag", optional=True) or None)


def check_pass_rule(exam: Entry, drawable: Sequence[Candidate], known: set[str]) -> None:
    """Check the limits and sections of an exam.

    Args:
        exam: the file.
        drawable: the questions that may stand on a paper of it.
        known: codes of the modules.
    """
    for limit in exam.entries("limits", optional=True):
        limit.only(*SORT, "wrong", "least")
        _check_fed(limit, read_sort(limit, known), drawable)
        limit.whole("wrong", 0, _MOST, optional=True)
        limit.whole("least", 1, _WHOLE, optional=True)
        if (limit.value.get("wrong") is None) == (limit.value.get("least") is None):
            advice = "How many may be wrong, or the least percent of the points: one of the two."
            limit.error("limit-form", "has not one of wrong and least", advice)
    if exam.value.get("sections") is not None:
        _check_sections(exam, drawable, known)


def _check_sections(exam: Entry, drawable: Sequence[Candidate], known: set[str]) -> None:
    sections = exam.entries("sections", least=2)
    if len(sections) > _MOST_SECTIONS:
        advice = f"{_MOST_SECTIONS} at most."
        exam.error("section-count", f"there are {len(sections)}", advice, at="sections")
    weights = []
    for number, section in enumerate(sections, start=1):
        section.only("title", "weight", *SORT)
        section.both("title")
        weights.append(section.whole("weight", 1, _WHOLE - 1) or 0)
        sort = read_sort(section, known)
        if (sort == Sort()) != (number == len(sections)):
            advice = "All but the last say which questions are theirs; the last has all others."
            section.error("section-sort", "does not say, or says, which questions it has", advice)
        _check_fed(section, sort, drawable)
    if sum(weights) != _WHOLE:
        advice = f"Make it {_WHOLE}."
        exam.error("section-weights", f"weigh {sum(weights)} % together", advice, at="sections")


def _check_fed(entry: Entry, sort: Sort, drawable: Sequence[Candidate]) -> None:
    """Report what means no question that this exam can draw."""
    parts = [(whole, part) for whole in drawable for part in whole.parts or (whole,)]
    if not any(sort.has(part.unit, {whole.kind, part.kind}, part.tags) for whole, part in parts):
        advice = "Correct it, or draw such questions."
        entry.error("no-such-question", "no question that this exam draws is of this sort", advice)
