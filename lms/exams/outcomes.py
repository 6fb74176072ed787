"""How an exam went: as a whole, and question by question.

Only attempts that are marked count, and only those of people in the actor's scope.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Select, String, select, type_coerce
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core.db import db
from lms.core.errors import found
from lms.core.placeholders import LANGUAGES
from lms.courses.models import Programme, ProgrammeVersion
from lms.courses.rules import Outline, Stage
from lms.exams import body, queries
from lms.exams.bank import ROLES
from lms.exams.models import Attempt, Exam, Response
from lms.exams.rules import items, marks, pairs
from lms.exams.rules.items import Flag, Summary, Tally
from lms.exams.rules.kinds import PAIRED, Kind
from lms.exams.rules.settings import ExamRules
from lms.exams.rules.statistics import wilson

Bilingual = Mapping[str, str]
AT_ONCE = 500
"""Attempts whose answers are in memory together."""


@dataclass(frozen=True, slots=True)
class Option:
    """How often one option was chosen."""

    key: str
    text: Bilingual
    is_right: bool
    percent: int


@dataclass(frozen=True, slots=True)
class Item:
    """The answers to one version of a question."""

    code: str
    version: int
    unit: str
    kind: Kind
    stem: Bilingual
    seen: int
    right: int
    """Facility in percent; means nothing unless `is_enough`, as the next ones."""
    blank: int
    options: Sequence[Option]
    flags: Sequence[Flag]
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one exam went."""

    rules: ExamRules
    stage: Stage | None
    """Which it closes, in a programme that is published."""
    attempts: int
    passed: int
    firsts: int
    """First attempts of a run."""
    first_passed: int
    interval: tuple[float, float] | None
    """95 % interval of the first-time pass rate, from 0 to 1; None without attempts."""
    summary: Summary | None
    items: Sequence[Item]
    """Hardest first; those with too few answers at the end."""

    @property
    def first_percent(self) -> int:
        """First-time pass rate in percent."""
        return items.percent(Fraction(self.first_passed, self.firsts)) if self.firsts else 0


def outcome_of(actor: Person, code: str) -> Outcome:
    """Return how an exam went, as far as the actor's scope reaches."""
    published = select(Exam).where(Exam.code == code, Exam.published_id.is_not(None))
    exam = found(db.session.scalar(published.options(joinedload(Exam.published))))
    rows = db.session.execute(
        _marked(exam, actor, Attempt.id, Attempt.number, Attempt.score, Attempt.passed)
    ).all()
    firsts = [row for row in rows if row.number == 1]
    first_passed = sum(row.passed for row in firsts)
    assert exam.published is not None
    return Outcome(
        rules=ExamRules.read(exam.published.settings),
        stage=_stage_of(code),
        attempts=len(rows),
        passed=sum(row.passed for row in rows),
        firsts=len(firsts),
        first_passed=first_passed,
        interval=wilson(first_passed, len(firsts)),
        summary=items.summary([row.score for row in rows]),
        items=_items([row.id for row in rows]),
    )


def _marked(exam: Exam, actor: Person, *columns: Any) -> Select[Any]:
    query = select(*columns).join(Person, Person.id == Attempt.person_id)
    query = query.where(Attempt.exam_id == exam.id, Attempt.score.is_not(None))
    return query.where(visible_to(actor, roles=ROLES)).order_by(Attempt.id)


def _stage_of(code: str) -> Stage | None:
    published = Programme.published_id == ProgrammeVersion.id
    structures = db.session.scalars(select(ProgrammeVersion.structure).join(Programme, published))
    stages = (Outline.read(each).stage_of_exam(code) for each in structures)
    return next(filter(None, stages), None)


def _items(attempt_ids: Sequence[int]) -> list[Item]:
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    for layout, answers in _papers(attempt_ids):
        for slot, (version_id, order, _points) in enumerate(layout, start=1):
            answer, mark = answers.get(slot, ((), None))
            chosen = answer if order else ()
            is_blank = marks.is_blank(tuple(answer))
            tallies[version_id].add(_fraction(mark), chosen, is_blank=is_blank)
    shown = queries.questions(tallies)
    lines = [_item(shown[version_id], tally) for version_id, tally in tallies.items()]
    return sorted(lines, key=lambda e: (not e.is_enough, e.right * e.is_enough, e.code, e.version))


Paper = tuple[Sequence[Any], Mapping[int, tuple[Sequence[str], str | None]]]
"""What stood in each slot, and slot -> answer and mark."""


def _papers(attempt_ids: Sequence[int]) -> Iterator[Paper]:
    """Yield paper after paper; columns only, so many at a time."""
    left = iter(attempt_ids)
    while some := list(islice(left, AT_ONCE)):
        answers: defaultdict[int, dict[int, tuple[Sequence[str], str | None]]] = defaultdict(dict)
        given = select(
            Response.attempt_id, Response.slot, Response.answer, type_coerce(Response.mark, String)
        )
        for attempt, slot, answer, mark in db.session.execute(
            given.where(Response.attempt_id.in_(some))
        ):
            answers[attempt][slot] = (answer, mark)
        layouts = select(Attempt.id, Attempt.layout).where(Attempt.id.in_(some))
        for attempt, layout in db.session.execute(layouts):
            yield layout, answers[attempt]


@lru_cache(maxsize=256)
def _fraction(mark: str | None) -> Fraction:
    """Return a mark from its text: there are few different ones, and very many of each."""
    return Fraction(mark or 0)


def _item(question: queries.Shown, tally: Tally) -> Item:
    kind = Kind(question.kind)
    options = _options(kind, question.body, tally)
    right = frozenset(each.key for each in options if each.is_right)
    is_chosen_from = kind not in PAIRED  # the right pairs alone tell nothing about distractors
    return Item(
        code=question.code,
        version=question.number,
        unit=question.unit,
        kind=kind,
        stem=question.body["stem"],
        seen=tally.seen,
        right=items.percent(tally.facility),
        blank=tally.share(tally.blank),
        options=options,
        flags=items.flags(tally, [each.key for each in options if is_chosen_from], right),
        is_enough=tally.is_enough,
    )


def _options(kind: Kind, content: Mapping[str, Any], tally: Tally) -> list[Option]:
    """Return the options, or the right pairs, with how often each was chosen."""
    key = body.key_of(kind, content)
    if isinstance(key, pairs.Matching | pairs.Ordering):
        things, choices = body.pair_texts(kind, content)
        return [
            Option(
                key=thing,
                text={
                    each: f"{things[thing][each]} → {choices[choice][each]}" for each in LANGUAGES
                },
                is_right=True,
                percent=tally.share(tally.chosen[pairs.pair(thing, choice)]),
            )
            for thing, choice in pairs.right(key).items()
        ]
    texts, right = body.option_texts(kind, content), _right_keys(kind, content)
    return [
        Option(each, text, each in right, tally.share(tally.chosen[each]))
        for each, text in texts.items()
    ]


def _right_keys(kind: Kind, content: Mapping[str, Any]) -> frozenset[str]:
    match body.key_of(kind, content):
        case marks.SingleChoice(answer):
            return frozenset({answer})
        case marks.MultipleChoice(answers=answers):
            return answers
        case _:
            return frozenset()
