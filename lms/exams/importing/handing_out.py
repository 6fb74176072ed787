"""Banks as files for other programs, and what of a bank each format can say."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.core.errors import NotFoundError
from lms.core.placeholders import LANGUAGES
from lms.core.text import filename, local
from lms.courses.queries import module_titles
from lms.exams.exchange import shelf, storing, writing
from lms.exams.exchange.question import Question
from lms.exams.importing import queries

MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gift": "text/plain",
    "moodlexml": "application/xml",
    "qti21": "application/zip",
    "qti30": "application/zip",
}
ENDINGS = {"xlsx": "xlsx", "gift": "gift.txt", "moodlexml": "xml", "qti21": "zip", "qti30": "zip"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A format, and what of a bank it can say."""

    format: str
    count: int
    left_out: Sequence[str]
    """Names of the questions that it has no form for."""
    bare: Sequence[str] = ()
    """Names of those that go without their pictures, only with what these show."""


def banks(language: str) -> dict[str, str]:
    """Return name or code of each bank -> what it is called: those of imports, then the modules."""
    named = {each: each for each in queries.bank_names()}
    modules = {
        code: f"{code} · {local(title, language)}" for code, title in module_titles().items()
    }
    return named | modules


def offers(bank: str, language: str) -> list[Offer]:
    """Return what each format can say of a bank; none, if there is nothing in it."""
    questions = storing.exported(bank, language)
    return [_offer(each, questions) for each in writing.WRITERS] if questions else []


def _offer(wanted: str, questions: Sequence[Question]) -> Offer:
    losses = [(writing.loss(each, wanted), each.name) for each in questions]
    left_out = [name for code, name in losses if code in writing.OUT]
    bare = [name for code, name in losses if code and code not in writing.OUT]
    return Offer(wanted, len(questions) - len(left_out), left_out, bare)


def made(bank: str, wanted: str, language: str) -> tuple[str, bytes]:
    """Return name and content of a bank's file.

    Raises:
        NotFoundError: there is no such format or language, or nothing in such a bank.
        TooManyPicturesError: its pictures are too large together.
    """
    known = wanted in writing.WRITERS and language in LANGUAGES
    questions = storing.exported(bank, language) if known else []
    if not questions:
        raise NotFoundError
    if wanted not in writing.WITHOUT_PICTURES:
        questions = shelf.illustrated(questions)
    content, _report = writing.write(questions, wanted)
    return f"{filename(bank, language)}.{ENDINGS[wanted]}", content
