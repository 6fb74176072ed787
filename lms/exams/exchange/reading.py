"""Reading a file of questions: whatever it is, questions and a report come out."""

import io
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace

from lms.core import archives
from lms.core.archives import ArchiveRefusedError
from lms.exams.exchange import files, prose
from lms.exams.exchange.media import Album
from lms.exams.exchange.question import Question, Sort
from lms.exams.exchange.readers import aiken, docx, gift, moodlexml, paper, qti, sheets
from lms.exams.exchange.report import FileProblemError, Report

AUTO = "auto"
READERS: dict[str, Callable[[bytes, Report], None]] = {
    "gift": gift.read,
    "moodlexml": moodlexml.read,
    "aiken": aiken.read,
    "xlsx": sheets.read,
    "csv": sheets.read,
    "docx": docx.read,
    "text": paper.read,
    "qti": qti.read,
}


def read(content: bytes, wanted: str = AUTO) -> Report:
    """Read a file.

    Args:
        content: the whole file.
        wanted: one of `files.FORMATS`, or `AUTO`: its content decides.

    Returns:
        Its questions and what is wrong, with them or with the file. Nothing is raised.
    """
    report = Report(wanted)
    try:
        _read(content, report)
    except FileProblemError as error:
        report.error("", error.code, **error.values)
    except (RecursionError, MemoryError):
        report.error("", "too-complex")
    if report.is_readable and not report.questions:
        if any(each.code != "controls-dropped" for each in report.problems):
            report.error("", "no-questions-inside")
        else:
            report.warning("", "no-questions")
    return report


def _read(content: bytes, report: Report) -> None:
    files.refuse_old(content)
    names: Collection[str] = ()
    if content.startswith(archives.MAGIC):
        try:
            names = archives.inspected(io.BytesIO(content))
        except ArchiveRefusedError as error:
            raise FileProblemError(error.reason, **error.context) from None
    if report.format == AUTO:
        report.format = files.format_of(content)
    elif content.startswith(archives.MAGIC) and report.format not in {"xlsx", "docx", "qti"}:
        raise FileProblemError("not-this-format", format=report.format)
    if report.format == "xlsx" and any(each.startswith("xl/media/") for each in names):
        report.warning("", "sheet-pictures")
    READERS[report.format](content, report)
    album = Album(report)
    report.questions[:] = [_settled(each, album) for each in report.questions]
    for question in report.questions:
        _look(question, report)


def _settled(question: Question, album: Album) -> Question:
    """Return a question whose texts show its own pictures and nothing else.

    Markdown that a file holds as it is may name anything; to what HTML names, readers have seen.
    """
    own = {each.name: each for each in question.pictures}

    def kept(text: str) -> str:
        files = {f"{prose.MEDIA}{name}": each for name, each in own.items()}
        text, used = album.marked(text, files, question.where)
        own.update({each.name: each for each in used})
        return text

    if any("![" in text for text in prose.texts_of(question)):
        question = prose.with_texts(question, kept)
    shown = [own[name] for name in prose.pictures_in(question)]
    return replace(question, pictures=tuple(shown))


def _look(question: Question, report: Report) -> None:
    """Note what no reader should have to look for."""
    if count := prose.without_words(question):
        report.warning(question.where, "picture-unnamed", count=count)
    if question.sort in {Sort.SINGLE, Sort.MULTIPLE, Sort.ORDERING, Sort.MATCHING}:
        counts = Counter(each.text for each in question.options)
        if counts.pop("", 0):
            report.warning(question.where, "empty-option")
        if any(count > 1 for count in counts.values()):
            report.warning(question.where, "same-options")
