"""Questions to the bytes of a file, in one of the formats for export."""

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

from lms.exams.exchange import prose
from lms.exams.exchange.question import Question, Sort
from lms.exams.exchange.report import Report
from lms.exams.exchange.writers import gift, moodlexml, qti21, qti30, xlsx

WRITERS: dict[str, ModuleType] = {
    "xlsx": xlsx, "gift": gift, "moodlexml": moodlexml, "qti21": qti21, "qti30": qti30,
}  # fmt: skip
WITHOUT_PICTURES = {"xlsx", "gift"}
"""Formats that have no place for pictures."""
OUT = frozenset({"not-exported", "picture-needed"})
"""Losses for which a question does not go in at all."""


def write(questions: Sequence[Question], wanted: str) -> tuple[bytes, Report]:
    """Return a file of questions, and what did not go into it.

    Args:
        questions: the questions.
        wanted: one of `WRITERS`.
    """
    writer, report = WRITERS[wanted], Report(wanted)
    for number, question in enumerate(questions, start=1):
        where, code = str(number), loss(question, wanted)
        if code:
            report.warning(where, code)
        if code not in OUT:
            said = prose.bare(question) if code else question
            report.add(replace(said, where=where))
    content: bytes = writer.written(report.questions)
    return content, report


def loss(question: Question, wanted: str) -> str:
    """Return the code of what a format does not say of a question; empty if it says everything."""
    if not WRITERS[wanted].is_sayable(question):
        return "not-exported"
    if wanted not in WITHOUT_PICTURES or not prose.pictures_in(question):
        return ""
    return "picture-dropped" if _is_whole(prose.bare(question)) else "picture-needed"


def _is_whole(question: Question) -> bool:
    """Whether a question without its pictures still asks something, and each option says something."""
    said = [question.stem, *(each.text for each in question.pairs)]
    if question.sort is not Sort.TRUEFALSE:
        said += [each.text for each in question.options]
    return all(said) and all(map(_is_whole, question.parts))
