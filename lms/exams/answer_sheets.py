"""An exam as a file: one row per attempt, and the figures of its questions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import force_locale, gettext as _
from sqlalchemy import select

from lms.accounts.models import OrgUnit, Person
from lms.core.db import db
from lms.core.sheets_out import INSTANT, Cell, Column, Sheet, write_csv, write_xlsx
from lms.core.text import filename
from lms.courses.queries import module_titles
from lms.exams import answered, outcomes, queries, words
from lms.exams.asked import Asked, attempt_ids as attempt_ids_of, numbers_of
from lms.exams.models import Attempt
from lms.exams.outcomes import Line, Outcome
from lms.exams.rules import marks, results
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import Section
from lms.web import i18n

XLSX, CSV, QUESTIONS = "xlsx", "csv", "questions-csv"
"""Both tables as a workbook; the attempts; the questions."""
FORMATS = (XLSX, CSV, QUESTIONS)
MIMES = {XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
PERCENT = "0.00"


@dataclass(frozen=True, slots=True)
class Order:
    """Which file somebody wants; JSON values only, so that a job can carry it."""

    exam_code: str
    wanted: str
    """One of `FORMATS`."""
    actor_id: int
    locale: str
    version: int | None = None
    firsts: bool = False
    since: str | None = None
    until: str | None = None

    @classmethod
    def of(cls, exam_code: str, wanted: str, asked: Asked, actor: Person, locale: str) -> "Order":
        """Return the order of what a page shows."""
        return cls(
            exam_code, wanted, actor.id, locale, asked.version, asked.firsts,
            _said_day(asked.since), _said_day(asked.until),
        )  # fmt: skip

    @property
    def asked(self) -> Asked:
        """Which attempts it is about."""
        return Asked(self.version, self.firsts, _day(self.since), _day(self.until))

    def as_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)


def _said_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written."""

    name: str
    mime: str
    rows: int


def make(order: Order, path: Path) -> Made:
    """Write what was ordered to a new file.

    Raises:
        NotFoundError: there is no such exam, or no such version of it.
    """
    actor = db.session.get_one(Person, order.actor_id)
    with force_locale(order.locale):
        outcome = outcomes.outcome_of(actor, order.exam_code, order.asked)
        questions = question_sheet(outcome.items, order.locale)
        name = filename(i18n.local(outcome.rules.title), i18n.today().isoformat())
        if order.wanted == QUESTIONS:
            write_csv(path, questions, zone=i18n.zone())
            return Made(f"{name}.csv", "text/csv", questions.count)
        ids = attempt_ids_of(actor, order.exam_code, order.asked)
        attempts = attempt_sheet(ids, outcome, order.locale)
        if order.wanted == CSV:
            write_csv(path, attempts, zone=i18n.zone())
            return Made(f"{name}.csv", "text/csv", attempts.count)
        write_xlsx(path, [attempts, questions], zone=i18n.zone())
        return Made(f"{name}.xlsx", MIMES[XLSX], attempts.count)


def attempt_sheet(attempt_ids: Sequence[int], outcome: Outcome, locale: str) -> Sheet:
    """Return the table of attempts: who, when, how long, and what each part earned.

    Args:
        attempt_ids: marked, in the order of the rows.
        outcome: of the exam.
        locale: in which modules and sections are named.
    """
    shown = {line.question.version_id: line.question for line in outcome.items}
    units = sorted({each.unit for each in shown.values()})
    titles = module_titles()
    zone = i18n.zone().key
    columns = [
        Column(_("Name"), 16),
        Column(_("Staff number"), 14),
        Column(_("Unit"), 20),
        Column(_("Attempt"), 8),
        Column(_("Version"), 8),
        Column(_("Started (%(zone)s)", zone=zone), 18, INSTANT),
        Column(_("Handed in (%(zone)s)", zone=zone), 18, INSTANT),
        Column(_("Minutes"), 8, "0.0"),
        Column(_("Score in percent"), 10, PERCENT),
        Column(_("Passed"), 10),
        Column(_("Within the error of measurement of the pass mark"), 16),
        *(
            Column(_("Section: %(title)s, percent", title=f"{n} {_said(each.title, locale)}"), 12,
                   PERCENT)
            for n, each in enumerate(outcome.rules.sections, start=1)
        ),
        *(
            Column(_("Module %(code)s %(title)s, percent", code=unit,
                     title=_said(titles.get(unit, {}), locale)), 12, PERCENT)
            for unit in units
        ),
    ]  # fmt: skip
    parts = _Parts(shown, outcome.rules.sections, units)
    rows = _rows(attempt_ids, parts, _Scores(outcome))
    return Sheet(_("Attempts"), columns, rows, len(attempt_ids))


def _said(text: Mapping[str, str], locale: str) -> str:
    return text.get(locale) or next(iter(text.values()), "")


class _Parts:
    """To which columns each question of a paper counts."""

    def __init__(
        self,
        shown: Mapping[int, queries.Shown],
        sections: Sequence[Section],
        units: Sequence[str],
    ) -> None:
        self.width = len(sections) + len(units)
        places = {unit: len(sections) + n for n, unit in enumerate(units)}
        self.of = {
            version: [*_section(question, sections), places[question.unit]]
            for version, question in shown.items()
        }

    def shares(self, paper: Any, answers: answered.Given) -> list[float | None]:
        """Return what each section and module earned, in percent."""
        earned: list[Any] = [0] * self.width
        worth = [0] * self.width
        for slot, (version, _order, points) in enumerate(answered.layout_of(paper), start=1):
            way = answers.get(str(slot), answered.NOTHING)
            if way == answered.LEFT_OUT:
                continue
            gained = answered.parts(way) * points
            for place in self.of[version]:
                earned[place] += gained
                worth[place] += points
        return [_percent(got, of) if of else None for got, of in zip(earned, worth, strict=True)]


def _section(question: queries.Shown, sections: Sequence[Section]) -> list[int]:
    """Return the section that a question counts in: the first that means it, else the last."""
    if not sections:
        return []
    kinds = {Kind(question.kind), *([Kind.CASE] if question.body.get("case") else [])}
    fitting = (
        n for n, each in enumerate(sections) if each.sort.has(question.unit, kinds, question.tags)
    )
    return [next(fitting, len(sections) - 1)]


@lru_cache(maxsize=4096)
def _percent(earned: Any, worth: int) -> float:
    return float(marks.percent(Fraction(earned, answered.SCALE * worth)))


class _Scores(dict[Fraction, tuple[float, str | None]]):
    """Score -> percent, and whether it lies within the error of measurement of the pass mark.

    Each is worked out once; the last is None where the error is not known.
    """

    def __init__(self, outcome: Outcome) -> None:
        self._mark, self._sem = outcome.mark, outcome.reliability.sem

    def __missing__(self, score: Fraction) -> tuple[float, str | None]:
        near = None
        if self._sem is not None:
            near = _("yes") if results.is_near(score, self._mark, self._sem) else _("no")
        self[score] = float(marks.percent(score)), near
        return self[score]


def _rows(attempt_ids: Sequence[int], parts: _Parts, scores: _Scores) -> Iterator[list[Cell]]:
    numbers: dict[int, int] = {}
    passed, failed = _("yes"), _("no")
    people = _people(attempt_ids)
    for paper, answers in answered.papers(attempt_ids):
        name, staff_no, unit = people[paper.person_id]
        if paper.version_id not in numbers:
            numbers |= numbers_of([paper.version_id])
        percent, near = scores[paper.score]
        seconds = (paper.submitted_at - paper.started_at).total_seconds()
        yield [
            name, staff_no, unit, paper.number, numbers[paper.version_id],
            paper.started_at, paper.submitted_at, round(seconds / 60, 1),
            percent, passed if paper.passed else failed, near,
            *parts.shares(paper, answers),
        ]  # fmt: skip


def _people(attempt_ids: Sequence[int]) -> dict[int, tuple[str, str | None, str | None]]:
    found: dict[int, tuple[str, str | None, str | None]] = {}
    query = select(Person.id, Person.name, Person.staff_no, OrgUnit.name).outerjoin(
        OrgUnit, OrgUnit.id == Person.unit_id
    )
    for start in range(0, len(attempt_ids), answered.AT_ONCE):
        some = attempt_ids[start : start + answered.AT_ONCE]
        whose = select(Attempt.person_id).where(Attempt.id.in_(some))
        for row in db.session.execute(query.where(Person.id.in_(whose))):
            found[row[0]] = (row[1], row[2], row[3])
    return found


def question_sheet(lines: Sequence[Line], locale: str) -> Sheet:
    """Return the table of questions with their figures."""
    columns = [
        Column(_("Question"), 16),
        Column(_("Version"), 8),
        Column(_("Kind"), 14),
        Column(_("Module"), 12),
        Column(_("Text"), 50),
        Column(_("Answers"), 8),
        Column(_("Left blank"), 8),
        Column(_("Facility"), 10, "0.000"),
        Column(_("Spread of the marks"), 10, "0.000"),
        Column(_("Correlation with the rest"), 10, "0.000"),
        Column(_("Discrimination index"), 10, "0.000"),
        Column(_("Discriminative efficiency"), 10, "0.000"),
        Column(_("Options: chosen, lower and upper group in percent"), 50),
        Column(_("Look at"), 40),
        Column(_("Not reliable yet"), 16),
    ]
    rows = [_question(line, locale) for line in lines]
    return Sheet(_("Questions"), columns, rows, len(rows))


def _question(line: Line, locale: str) -> list[Cell]:
    question, figures = line.question, line.figures
    return [
        question.code, question.number, words.kind_name(Kind(question.kind)), question.unit,
        " ".join(_said(question.body["stem"], locale).split())[:500], figures.count,
        figures.blank, figures.facility, figures.sd, figures.item_rest, figures.upper_lower,
        figures.efficiency, _options(line),
        "; ".join(words.sign_name(each) for each in figures.signs),
        _("fewer than 20 answers") if figures.doubt else None,
    ]  # fmt: skip


def _options(line: Line) -> str:
    return "; ".join(_option(each) for each in line.figures.options)


def _option(each: Any) -> str:
    key = "*" if each.is_key else ""
    return f"{each.option}{key} {each.count} ({100 * each.lower:.0f}/{100 * each.upper:.0f})"
