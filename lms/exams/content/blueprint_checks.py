"""Whether the bank holds enough for an exam to be taken again: twice what each entry draws."""

from collections.abc import Iterator
from dataclasses import replace

from lms.core.content import Finding, Tree
from lms.core.entries import Entry
from lms.courses.content.prose_checks import Reviewer
from lms.courses.content.reading import units
from lms.courses.content.style import STYLE
from lms.exams.content.exam_checks import EXAMS, candidates, read_draw
from lms.exams.rules.drawing import Candidate, TooFewQuestionsError, draw, fits
from lms.exams.rules.settings import Draw

_TIMES = 2


def check_blueprints(tree: Tree) -> Iterator[Finding]:
    """Yield which entries of the exams the bank does not hold twice; nothing without the style."""
    if not tree.exists(STYLE):
        return
    bank, known = candidates(tree), set(units(tree))
    for path, document in tree.documents(EXAMS):
        entries = Entry(path, document, []).entries("draw")
        reviewer = Reviewer(tree, path)
        _check(reviewer, entries, [read_draw(each, known) for each in entries], bank)
        yield from reviewer.found


def _check(
    reviewer: Reviewer, entries: list[Entry], draws: list[Draw], bank: list[Candidate]
) -> None:
    advice = (
        f"Write more: a paper that is drawn again should not be the same. {_TIMES} times at least."
    )
    doubled = [replace(each, count=each.count * _TIMES) for each in draws]
    for entry, each in zip(entries, doubled, strict=True):
        there = sum(fits(each, candidate) for candidate in bank)
        if each.count // _TIMES <= there < each.count:  # fewer still cannot be drawn at all
            said = f"{entry.path} draws {each.count // _TIMES}, and the exam pool has {there} of this sort"
            reviewer.say("thin-bank", said, advice, line=entry.line("count"))
    if reviewer.found:
        return
    try:
        draw("check", doubled, bank)
    except TooFewQuestionsError as error:
        if not error.rivals:  # said above, or the draw itself cannot be filled
            return
        entry = entries[error.entry - 1]
        others = ", ".join(f"draw[{each}]" for each in error.rivals)
        said = (
            f"{entry.path} and {others} draw from the same questions: twice is {error.wanted}, "
            f"and the exam pool has {error.available}"
        )
        reviewer.say("thin-bank", said, advice, line=entry.line("count"))
