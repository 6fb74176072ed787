"""How an exam went: as a whole, and question by question.

Only attempts that are marked count, and only those of people in the actor's scope.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.core.db import db
from lms.core.errors import found
from lms.core.placeholders import LANGUAGES
from lms.courses.models import Programme, ProgrammeVersion
from lms.courses.rules import Outline, Stage
from lms.exams import body, quality, queries
from lms.exams.answered import Counted
from lms.exams.asked import EVERYTHING, Asked, counted_of
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.rules import analysis, cells, pairs, results, weighted
from lms.exams.rules.cells import Cell
from lms.exams.rules.figures import Doubt, ItemFigures, OptionFigures
from lms.exams.rules.kinds import Kind
from lms.exams.rules.results import Near, Results
from lms.exams.rules.settings import ExamRules
from lms.exams.rules.statistics import wilson
from lms.exams.rules.weighted import Moments
from lms.exams.tally_models import AnswerTally


@dataclass(frozen=True, slots=True)
class Line:
    """The answers to one version of a question."""

    question: queries.Shown
    figures: ItemFigures
    variance: float | None
    """Of the points that it earned, each answer by what it was worth on its paper."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far the scores would repeat themselves."""

    value: float | None
    sem: float | None
    """Standard error of measurement, in points of a hundred."""
    doubt: Doubt | None
    is_alpha: bool
    """Cronbach's alpha, where all had the same questions; else the index of dependability."""
    interval: tuple[float, float] | None
    """95 % interval of an alpha."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one exam went."""

    rules: ExamRules
    stage: Stage | None
    """Which it closes, in a programme that is published."""
    asked: Asked
    versions: Sequence[int]
    """Numbers of all its versions."""
    attempts: int
    passed: int
    firsts: int
    """First attempts of a run."""
    first_passed: int
    interval: tuple[float, float] | None
    """95 % interval of the first-time pass rate, from 0 to 1; None without attempts."""
    minutes: int | None
    """From start to handing in, on average."""
    mean: Fraction | None
    """Of the scores, exact; as the next one."""
    median: Fraction | None
    moments: Moments
    """Of the scores, from 0 to 1."""
    bands: Sequence[int]
    reliability: Reliability
    results: Results
    items: Sequence[Line]
    """Hardest first; those with too few answers at the end."""

    @property
    def first_percent(self) -> int:
        """First-time pass rate in percent."""
        share = Fraction(self.first_passed, self.firsts) if self.firsts else Fraction(0)
        return results.percent(share)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough attempts to rely upon figures of the whole."""
        return self.attempts >= analysis.SMALLEST

    @property
    def mark(self) -> Fraction:
        """The pass mark, from 0 to 1: of the version that is published."""
        return Fraction(self.rules.pass_percent) / 100

    def near(self, mark: Fraction) -> Near | None:
        """How many lie within a standard error of measurement of a mark; None if it is not known."""
        sem = self.reliability.sem
        return None if sem is None else results.near(self.results, mark, sem)


def outcome_of(actor: Person, code: str, asked: Asked = EVERYTHING) -> Outcome:
    """Return how an exam went, as far as the actor's scope reaches.

    Raises:
        NotFoundError: there is no such exam, or it has no such version.
    """
    published = select(Exam).where(Exam.code == code, Exam.published_id.is_not(None))
    exam = found(db.session.scalar(published.options(joinedload(Exam.published))))
    known = select(ExamVersion.number, ExamVersion.id).where(ExamVersion.exam_id == exam.id)
    versions: dict[int, int] = dict(db.session.execute(known.order_by(ExamVersion.number)).all())
    wanted = set(versions.values())
    if asked.version is not None:
        wanted = {found(versions.get(asked.version))}
    counted = counted_of(actor, exam.id, wanted, asked)
    parts = [(is_first, each) for (_version, is_first), each in counted.results.items()]
    firsts = results.added(each for is_first, each in parts if is_first)
    whole = firsts if asked.firsts else results.added(each for _is_first, each in parts)
    lines = lines_of(_piles(counted, firsts_only=asked.firsts))
    moments = weighted.moments(
        [float(key.score) for key in whole], [each.papers for each in whole.values()]
    )
    papers = sum(each.papers for each in whole.values())
    all_firsts, first_passed = _papers(firsts), _passed(firsts)
    assert exam.published is not None
    return Outcome(
        rules=ExamRules.read(exam.published.settings),
        stage=_stage_of(code),
        asked=asked,
        versions=list(versions),
        attempts=papers,
        passed=_passed(whole),
        firsts=all_firsts,
        first_passed=first_passed,
        interval=wilson(first_passed, all_firsts),
        minutes=round(sum(each.seconds for each in whole.values()) / papers / 60)
        if papers
        else None,
        mean=results.mean(whole),
        median=results.median(whole),
        moments=moments,
        bands=results.bands(whole),
        reliability=_reliability(whole, lines, moments),
        results=whole,
        items=lines,
    )


def _papers(part: Results) -> int:
    return sum(each.papers for each in part.values())


def _passed(part: Results) -> int:
    return sum(each.papers for key, each in part.items() if key.is_passed)


def _piles(counted: Counted, *, firsts_only: bool) -> dict[int, list[Mapping[str, int]]]:
    piles: dict[int, list[Mapping[str, int]]] = {}
    for (_exam, version_id, is_first), pile in counted.answers.items():
        if is_first or not firsts_only:
            piles.setdefault(version_id, []).append(pile)
    return piles


def _stage_of(code: str) -> Stage | None:
    published = Programme.published_id == ProgrammeVersion.id
    structures = db.session.scalars(select(ProgrammeVersion.structure).join(Programme, published))
    stages = (Outline.read(each).stage_of_exam(code) for each in structures)
    return next(filter(None, stages), None)


def lines_of(piles: Mapping[int, Sequence[Mapping[str, int]]]) -> list[Line]:
    """Return the figures of versions of questions, hardest first.

    Args:
        piles: version id -> its answers, as they are stored, from one or more exams.
    """
    shown = queries.questions(piles)
    lines = [_line(shown[each], cells.added(own)) for each, own in piles.items()]
    return sorted(lines, key=_place)


def _line(question: queries.Shown, found_cells: Mapping[Cell, int]) -> Line:
    figures = analysis.figures_of(quality.answers_to(question, found_cells))
    return Line(question, figures, cells.variance(found_cells))


def _place(line: Line) -> Any:
    is_doubtful = line.figures.doubt is not None
    facility = 0.0 if is_doubtful else line.figures.facility
    return is_doubtful, facility, line.question.code, line.question.number


def _reliability(whole: Results, lines: Sequence[Line], moments: Moments) -> Reliability:
    papers = _papers(whole)
    points, counts = [float(key.points) for key in whole], [e.papers for e in whole.values()]
    is_same = all(line.figures.count == papers for line in lines)
    lengths = {key.questions for key in whole}
    value: float | None = None
    if is_same:
        spread = weighted.covariance(points, points, counts) if papers else None
        value = analysis.cronbach([each.variance for each in lines], spread)
    elif len(lengths) == 1:
        squares = float(sum((each.squares for each in whole.values()), Fraction(0)))
        value = analysis.drawn_reliability(points, counts, squares, min(lengths))
    doubt = analysis.doubt_of_alpha(value, papers, min(lengths, default=0), is_whole=True)
    is_shown = value is not None and doubt is None
    return Reliability(
        value=value if is_shown else None,
        sem=analysis.sem(value, moments.variance) if is_shown else None,
        doubt=doubt,
        is_alpha=is_same,
        interval=analysis.alpha_interval(value, papers, len(lines))
        if is_same and is_shown and value is not None
        else None,
    )


def spread_of(moments: Moments) -> float | None:
    """Return the standard deviation of scores from 0 to 1."""
    return None if moments.variance is None else sqrt(moments.variance)


@dataclass(frozen=True, slots=True)
class Option:
    """How often one option, or the right choice for one thing, was chosen."""

    key: str
    text: Mapping[str, str]
    is_right: bool
    figures: OptionFigures | None
    """Empty for a thing to match or place, of which only the right choice is counted."""
    count: int


def question_outcome(actor: Person, question: queries.Shown) -> tuple[Line, list[Option]]:
    """Return what the answers to a version of a question say, in all exams, and its options.

    Whoever sees everyone gets the roll-ups; else the papers of those in the actor's scope.
    """
    piles: list[Mapping[str, int]] = []
    for exam_id in _exams_with(question.version_id):
        versions = select(ExamVersion.id).where(ExamVersion.exam_id == exam_id)
        counted = counted_of(actor, exam_id, set(db.session.scalars(versions)), EVERYTHING)
        piles += _piles(counted, firsts_only=False).get(question.version_id, [])
    found_cells = cells.added(piles)
    line = _line(question, found_cells)
    return line, _options(question, line.figures, found_cells)


def _exams_with(version_id: int) -> Sequence[int]:
    """Return the exams that had a version on a paper, by the roll-ups, and those with papers left."""
    rolled = select(ExamVersion.exam_id).join(
        AnswerTally, AnswerTally.exam_version_id == ExamVersion.id
    )
    rolled = rolled.where(AnswerTally.question_version_id == version_id)
    left = select(Attempt.exam_id).where(Attempt.score.is_not(None), ~Attempt.counted)
    return db.session.scalars(union(rolled, left)).all()


def _options(
    question: queries.Shown, figures: ItemFigures, found_cells: Mapping[Cell, int]
) -> list[Option]:
    kind = Kind(question.kind)
    key = body.key_of(kind, question.body)
    if isinstance(key, pairs.Matching | pairs.Ordering):
        things, choices = body.pair_texts(kind, question.body)
        right, times = pairs.right(key), quality.pair_shares(key, found_cells)
        return [
            Option(each, _to(things[each], choices[right[each]]), is_right=True, figures=None,
                   count=times[each])
            for each in right
        ]  # fmt: skip
    by_key = {each.option: each for each in figures.options}
    return [
        Option(each, text, by_key[each].is_key, by_key[each], by_key[each].count)
        for each, text in body.option_texts(kind, question.body).items()
        if each in by_key
    ]


def _to(thing: Mapping[str, str], choice: Mapping[str, str]) -> dict[str, str]:
    return {each: f"{thing[each]} → {choice[each]}" for each in LANGUAGES}
