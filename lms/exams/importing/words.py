"""What the pages of an import call things."""

from collections.abc import Sequence
from typing import Any

from flask_babel import LazyString, lazy_gettext as _

from lms.exams import words
from lms.exams.exchange.question import Sort
from lms.exams.exchange.report import Problem, Severity
from lms.exams.exchange.words import sentence
from lms.exams.models import Pool
from lms.exams.rules.arrivals import Verdict
from lms.exams.rules.kinds import Kind

VERDICTS: dict[Verdict, LazyString] = {
    Verdict.NEW: _("New"),
    Verdict.LOOK: _("Look at it"),
    Verdict.KNOWN: _("In the bank already"),
    Verdict.ERROR: _("Stays outside"),
}
FORMATS: dict[str, LazyString | str] = {
    "gift": "GIFT",
    "moodlexml": "Moodle XML",
    "aiken": "Aiken",
    "xlsx": _("Spreadsheet (XLSX)"),
    "csv": _("Table (CSV)"),
    "docx": "Word (DOCX)",
    "text": _("Paper as text"),
    "qti": "QTI",
    "qti21": "QTI 2.1",
    "qti30": "QTI 3.0",
}
POOLS: dict[Pool, LazyString] = {
    Pool.EXAM: _("Exam"),
    Pool.PRACTICE: _("Practice"),
    Pool.RETIRED: _("Retired"),
}
SHOWN: dict[str, LazyString | str] = {
    "stem": "",
    "option": "",
    "why": _("Feedback"),
    "model": _("Expected answer"),
    "explanation": _("Explanation"),
}
"""What the texts of a question are called where it is shown with its pictures."""
_OTHERS: dict[Sort, LazyString] = {
    Sort.DESCRIPTION: _("Text without a question"),
    Sort.MANUAL: _("Another kind"),
}


def kind_name(value: str) -> str:
    """Return what the kind of a file's question is called."""
    if value in set(Kind):
        return words.kind_name(Kind(value))
    return str(_OTHERS[Sort(value)])


def place(where: str) -> str:
    """Return where a file has something, in words: readers say it as ``3, line 12``."""
    number, is_line, line = where.partition(", line ")
    told = _("no. %(number)s, line %(line)s")
    return str(told) % {"number": number, "line": line} if is_line else where


def problem(row: Sequence[Any]) -> str:
    """Return the sentence of a problem as a row keeps it: severity, code and values."""
    severity, code, values = row
    if "first" in values:  # another place in the file
        values = values | {"first": place(str(values["first"]))}
    return sentence(Problem("", Severity(severity), code, values))
