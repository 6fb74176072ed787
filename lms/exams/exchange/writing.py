"""Questions to the bytes of a file, in one of the formats for export."""

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

from lms.exams.exchange.question import Question
from lms.exams.exchange.report import Report
from lms.exams.exchange.writers import gift, moodlexml, qti21, xlsx

WRITERS: dict[str, ModuleType] = {
    "xlsx": xlsx, "gift": gift, "moodlexml": moodlexml, "qti21": qti21,
}  # fmt: skip
WITHOUT_PICTURES = {"xlsx", "gift"}


def write(questions: Sequence[Question], wanted: str) -> tuple[bytes, Report]:
    """Return a file of questions, and what did not go into it.

    Args:
        questions: the questions.
        wanted: one of `WRITERS`.
    """
    writer, report = WRITERS[wanted], Report(wanted)
    for number, question in enumerate(questions, start=1):
        where = str(number)
        if not writer.is_sayable(question):
            report.warning(where, "not-exported")
            continue
        if question.pictures and wanted in WITHOUT_PICTURES:
            report.warning(where, "picture-dropped")
        report.add(replace(question, where=where))
    content: bytes = writer.written(report.questions)
    return content, report
