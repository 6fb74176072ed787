"""What reading a file came to: its questions, and everything that was not as it should be."""

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.exams.exchange.question import Question

MOST_QUESTIONS = 5_000
"""In one file; more are refused rather than half taken."""
MOST_PROBLEMS = 1_000


class Severity(enum.StrEnum):
    """How bad it is."""

    ERROR = "error"
    """The question, or the whole file, cannot go in as it is."""
    WARNING = "warning"
    """It can; somebody should look."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be, in a form that any language can be made of."""

    where: str
    """The question's number, and its line; empty for the file as a whole."""
    severity: Severity
    code: str
    """Stable; `words.PROBLEMS` has the sentence."""
    values: Mapping[str, Any] = field(default_factory=dict)


class FileProblemError(Exception):
    """The file as a whole cannot be read; only readers raise it, only `reading` catches it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(slots=True)
class Report:
    """What a reader found."""

    format: str
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_readable(self) -> bool:
        """Whether the file could be read at all."""
        return not any(not each.where and each.severity is Severity.ERROR for each in self.problems)

    @property
    def kinds(self) -> dict[str, int]:
        """How many there are of each kind."""
        return dict(sorted(Counter(each.sort.value for each in self.questions).items()))

    def add(self, question: Question) -> None:
        """Take a question in.

        Raises:
            FileProblemError: there are too many.
        """
        if len(self.questions) >= MOST_QUESTIONS:
            raise FileProblemError("too-many-questions", most=MOST_QUESTIONS)
        self.questions.append(question)

    def error(self, where: str, code: str, **values: object) -> None:
        """Note what keeps a question, or the file, out."""
        self._note(Problem(where, Severity.ERROR, code, values))

    def warning(self, where: str, code: str, **values: object) -> None:
        """Note what somebody should look at."""
        self._note(Problem(where, Severity.WARNING, code, values))

    def _note(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
