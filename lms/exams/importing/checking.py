"""What each question of a file would do in the bank. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.exams.exchange import banking, storing, texts
from lms.exams.exchange.banking import UnbankableError
from lms.exams.exchange.question import Question, Sort
from lms.exams.exchange.report import Problem, Report, Severity
from lms.exams.rules import arrivals
from lms.exams.rules.arrivals import Verdict

ODD = frozenset({"duplicate", "twice-in-file"})
"""Problems that make a question a known one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One question of a file, and what there is to say about it."""

    number: int
    """Its place among the questions of the file, from 1."""
    question: Question
    problems: Sequence[Problem]

    @property
    def verdict(self) -> Verdict:
        """What a check says about it."""
        codes = {each.code for each in self.problems}
        return arrivals.verdict(
            is_wrong=any(each.severity is Severity.ERROR for each in self.problems),
            is_known=bool(codes & ODD),
            is_odd=bool(codes),
        )

    @property
    def title(self) -> str:
        """Its name for a list: the title, else how its text begins."""
        return self.question.title or " ".join(texts.shown(self.question.stem).split())

    @property
    def shown(self) -> list[list[str]]:
        """Its texts in order, ``[what, key, text]`` each, if there are pictures in them; else none."""
        return list(_shown(self.question)) if self.question.pictures else []

    @property
    def key(self) -> str:
        """What is right, in short."""
        return " · ".join(texts.shown(each) for each in self.question.key)


@dataclass(frozen=True, slots=True)
class Check:
    """A file that was read: its questions, and the problems that belong to none of them."""

    report: Report
    questions: Sequence[Checked]
    others: Sequence[Problem]

    def summary(self) -> dict[str, Any]:
        """Return what is said about the file as a whole."""
        found = Counter(each.verdict for each in self.questions)
        counts = {each.value: found[each] for each in Verdict}
        return {
            "format": self.report.format,
            "counts": counts if self.report.is_readable else {},
            "problems": [[each.where, *as_row(each)] for each in self.others],
        }


def as_row(problem: Problem) -> list[Any]:
    """Return a problem as a row keeps it."""
    return [problem.severity.value, problem.code, dict(problem.values)]


def check(report: Report) -> Check:
    """Say what each question of a file would do; nothing is changed.

    Args:
        report: what its reader found, with the pictures drawn anew.
    """
    told, others = _by_question(report)
    known = storing.known_anywhere() if report.questions else {}
    seen: dict[str, str] = {}
    questions = [
        Checked(number, question, [*told[number], *_own(question, known, seen)])
        for number, question in enumerate(report.questions, start=1)
    ]
    return Check(report, questions, others)


def _shown(question: Question) -> Iterator[list[str]]:
    told = [("stem", "", question.stem), *(("stem", "", each.text) for each in question.pairs)]
    for each in question.options:
        told += [("option", each.key, each.text), ("why", each.key, each.why)]
    told += [("model", "", question.model), ("explanation", "", question.explanation)]
    yield from ([*each] for each in told if each[2])
    for part in question.parts:
        yield from _shown(part)


def _by_question(report: Report) -> tuple[Mapping[int, list[Problem]], list[Problem]]:
    """Divide a report's problems: those of each question, and those of none."""
    owners: dict[str, int] = {}
    for number, question in enumerate(report.questions, start=1):
        for each in (question, *question.parts):
            owners.setdefault(each.where, number)
    owners.pop("", None)
    told: defaultdict[int, list[Problem]] = defaultdict(list)
    others = []
    for problem in report.problems:
        if problem.where in owners:
            told[owners[problem.where]].append(problem)
        else:
            others.append(problem)
    return told, others


def _own(question: Question, known: Mapping[str, str], seen: dict[str, str]) -> Iterator[Problem]:
    """Yield what only the bank can say about a question."""
    if question.sort is Sort.DESCRIPTION:
        yield Problem(question.where, Severity.ERROR, "no-question")
        return
    try:
        storing.entries(question)
    except UnbankableError as error:
        yield Problem(question.where, Severity.ERROR, error.code)
        return
    for code in banking.losses(question):
        yield Problem(question.where, Severity.WARNING, code)
    mark = storing.fingerprint(question)
    if mark in known:
        yield Problem(question.where, Severity.WARNING, "duplicate", {"known": known[mark]})
    elif mark in seen:
        yield Problem(question.where, Severity.WARNING, "twice-in-file", {"first": seen[mark]})
    seen.setdefault(mark, question.where)
