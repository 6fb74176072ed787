"""A result as its trainee may see it: as much of each question as the exam's policy allows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.exams import body, queries, releases
from lms.exams.models import Attempt, ResponseFile
from lms.exams.paper import order_of
from lms.exams.review_parts import ByHandParts, PartLine, RubricLine, by_hand_of, parts_of
from lms.exams.rules import marks, pairs, passing, shorttext
from lms.exams.rules.kinds import BY_HAND, Kind
from lms.exams.rules.normal import parse_number
from lms.exams.rules.passing import Broken, Earned
from lms.exams.rules.releasing import Release
from lms.exams.rules.settings import ExamRules, Shown
from lms.exams.verdict import Regraded, counted, judged

Bilingual = Mapping[str, str]
PREVIEWED = frozenset({Shown.KEY, Shown.EXPLANATION})
"""What a trainer sees of a question that nobody has answered."""


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One option in the review; `is_right` is None where the key is not shown."""

    key: str
    text: Bilingual
    is_chosen: bool
    is_right: bool | None
    why: Bilingual | None


@dataclass(frozen=True, slots=True)
class Line:
    """One question in the review. What the policy hides is None or empty."""

    number: int
    kind: Kind
    code: str
    version: int
    unit: str
    lesson: str
    stem: Bilingual
    points: int
    is_blank: bool
    earned: Decimal | None
    mark: Fraction | None
    """None where a regrade leaves the question out."""
    is_regraded: bool
    """Whether its key was corrected after it was answered."""
    options: Sequence[OptionLine]
    parts: Sequence[PartLine]
    text: Bilingual
    """Of a cloze, with its gaps as ``[[1]]``."""
    case: Mapping[str, Any]
    """Of a sub-question: the material and its place; else empty."""
    typed: Sequence[str]
    accepted: Sequence[str]
    explanation: Bilingual | None
    is_waiting: bool
    """Whether a person has yet to mark it."""
    rubric: Sequence[RubricLine]
    rubric_points: int
    """That the rubric adds up to: what the question is worth by itself."""
    comment: str
    files: Sequence[ResponseFile]
    why: Bilingual | None
    """What a mistaken number, or a text that was foreseen, shows."""


@dataclass(frozen=True, slots=True)
class UnitScore:
    """How much of a module's points was earned."""

    unit: str
    percent: int
    questions: int
    lessons: Sequence[str]
    """Codes of the lessons to review, where something was not right."""


@dataclass(frozen=True, slots=True)
class Review:
    """The result of one attempt."""

    lines: Sequence[Line]
    units: Sequence[UnitScore]
    shows: frozenset[Shown]
    later: Sequence[Release]
    """What is held back yet."""
    sections: Sequence[Earned]
    """Empty as long as a person has to mark, and where the exam has none."""
    broken: Sequence[Broken]
    """The limits that it does not keep; the same."""


def review(attempt: Attempt, language: str, *, at: datetime | None = None) -> Review:
    """Return what a trainee may see of an attempt that was handed in; two to six statements."""
    rules = ExamRules.read(attempt.version.settings)
    seen = releases.seen_of(attempt, rules, at=at)
    questions = queries.questions(entry[0] for entry in attempt.layout)
    answers = queries.responses(attempt)
    by_hand = by_hand_of(attempt, questions.values(), answers)
    view = _View(seen.shows, language, by_hand, attempt.regraded or {})
    lines = [
        _line(_Place(number, entry, questions[entry[0]], answers.get(number)), view)
        for number, entry in enumerate(attempt.layout, start=1)
    ]
    sections, broken = _verdict(attempt, rules, questions, lines)
    return Review(lines, _units(lines), seen.shows, seen.later, sections, broken)


def _verdict(
    attempt: Attempt,
    rules: ExamRules,
    questions: Mapping[int, queries.Shown],
    lines: Sequence[Line],
) -> tuple[Sequence[Earned], Sequence[Broken]]:
    if attempt.score is None:
        return (), ()
    marked = {line.number: line.mark for line in lines}
    paper = judged(attempt.layout, questions, marked, attempt.regraded)
    return passing.earned(rules.sections, paper), passing.broken(rules.limits, paper)


def preview(
    question: queries.Shown, points: int, language: str, *, order: str = "", number: int = 1
) -> Line:
    """Return a question as a review shows it with key and explanation, answered by nobody.

    Args:
        question: its version.
        points: what it is worth.
        language: of the answers that are accepted.
        order: of its options, as a layout has it; as written if it is empty.
        number: of its place.
    """
    entry = (question.version_id, order or order_of(question), points)
    view = _View(PREVIEWED, language, ByHandParts({}, {}))
    return _line(_Place(number, entry, question, None), view)


def line_of(
    question: queries.Shown,
    order: str,
    points: int,
    saved: queries.Saved | None,
    language: str,
    shows: frozenset[Shown],
) -> Line:
    """Return a question by itself, outside an attempt.

    Args:
        question: in the version that was shown.
        order: of its options, as in a layout.
        points: that it is worth.
        saved: what was answered, with its mark; None for nothing.
        language: of accepted answers.
        shows: as much as is to be seen of it.
    """
    entry, view = (question.version_id, order, points), _View(shows, language, ByHandParts({}, {}))
    return _line(_Place(saved.slot if saved else 1, entry, question, saved), view)


@dataclass(frozen=True, slots=True)
class _Place:
    number: int
    entry: tuple[int, str, int]
    question: queries.Shown
    saved: queries.Saved | None


@dataclass(frozen=True, slots=True)
class _View:
    shows: frozenset[Shown]
    language: str
    by_hand: ByHandParts
    regraded: Regraded = field(default_factory=dict)


def _line(place: _Place, view: _View) -> Line:
    number, question, saved = place.number, place.question, place.saved
    shows, by_hand = view.shows, view.by_hand
    _version, order, points = place.entry
    kind = Kind(question.kind)
    given = tuple(saved.answer) if saved else ()
    own = (saved.mark if saved else None) or marks.ZERO
    mark = counted({number: own}, view.regraded).get(number)
    shows_key = Shown.KEY in shows
    reasons = body.reasons(kind, question.body) if Shown.EXPLANATION in shows else {}
    return Line(
        number=number,
        kind=kind,
        code=question.code,
        version=question.number,
        unit=question.unit,
        lesson=question.body.get("lesson", ""),
        stem=question.body["stem"],
        points=points,
        is_blank=marks.is_blank(given),
        earned=marks.percent((mark or marks.ZERO) * points / 100) if Shown.MARKS in shows else None,
        mark=mark,
        is_regraded=str(number) in view.regraded,
        options=_options(kind, question, order, given, reasons, shows),
        parts=parts_of(kind, question.body, order, given, shows),
        text=question.body.get("text") or {},
        case=question.body.get("case") or {},
        typed=[] if order or Shown.OWN not in shows or kind is Kind.UPLOAD else list(given),
        accepted=body.accepted(kind, question.body, view.language) if shows_key else [],
        explanation=question.body["explanation"] if Shown.EXPLANATION in shows else None,
        is_waiting=kind in BY_HAND
        and saved is not None
        and saved.mark is None
        and str(number) not in view.regraded,
        rubric=by_hand.rubric(number, question.body) if Shown.RIGHT_WRONG in shows else [],
        rubric_points=question.points,
        comment=by_hand.comment(number) if Shown.RIGHT_WRONG in shows else "",
        files=by_hand.files.get(number, []) if Shown.OWN in shows else [],
        why=_why_typed(kind, given, reasons, question),
    )


def _options(
    kind: Kind,
    question: queries.Shown,
    order: str,
    given: tuple[str, ...],
    reasons: Mapping[str, Bilingual],
    shows: frozenset[Shown],
) -> list[OptionLine]:
    if pairs.sides(order):
        return []
    texts = body.option_texts(kind, question.body)
    right = body.right_keys(kind, question.body)
    return [
        OptionLine(
            key=key,
            text=texts[key],
            is_chosen=key in given and Shown.OWN in shows,
            is_right=(key in right) if Shown.KEY in shows else None,
            why=reasons.get(key),
        )
        for key in order.split()
    ]


def _why_typed(
    kind: Kind,
    given: tuple[str, ...],
    reasons: Mapping[str, Bilingual],
    question: queries.Shown,
) -> Bilingual | None:
    if not given or not reasons:
        return None
    key = body.key_of(kind, question.body)
    if isinstance(key, shorttext.ShortText):
        return reasons.get(str(shorttext.best(key, given[0])))
    if not isinstance(key, marks.Numeric):
        return None
    number = parse_number(given[0], question.body.get("units") or ())
    expected = {parse_number(value): why for value, why in reasons.items()}
    return expected.get(number) if number is not None else None


def _units(lines: Sequence[Line]) -> list[UnitScore]:
    by_unit: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.is_waiting or line.mark is None:  # it says nothing yet, or does not count
            continue
        by_unit[line.unit].append(line)
    return [_unit(unit, by_unit[unit]) for unit in sorted(by_unit)]


def _unit(unit: str, lines: Sequence[Line]) -> UnitScore:
    worth = sum(line.points for line in lines)
    earned = sum((line.mark or marks.ZERO) * line.points for line in lines)
    missed = (line.lesson for line in lines if line.lesson and line.mark != marks.FULL)
    return UnitScore(unit, int(100 * earned / worth), len(lines), list(dict.fromkeys(missed)))
