"""Checking questions: well-formed by kind, with references to unit, goal and lesson."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lms.core.content import Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES, used
from lms.courses.content.lesson_checks import check_depends
from lms.courses.content.options import check_options
from lms.courses.content.reading import Unit, lesson_codes, units
from lms.courses.models import LessonClass
from lms.exams.models import Pool
from lms.exams.rules.kinds import FALSE, TRUE, Kind
from lms.exams.rules.marks import MultiplePolicy

QUESTIONS = "questions"
_COMMON = (
    "id", "kind", "pool", "lesson", "objective", "difficulty", "class", "depends", "seconds",
    "points", "safety", "tags", "stem", "explanation",
)  # fmt: skip
_FIELDS = {
    Kind.SINGLE: ("options", "answer", "shuffle"),
    Kind.MULTIPLE: ("options", "answer", "policy", "shuffle"),
    Kind.TRUEFALSE: ("answer", "why"),
    Kind.FILLIN: ("blanks",),
    Kind.NUMERIC: ("answer", "unit", "units", "wrong"),
}
_OPTIONS = {Kind.SINGLE: (3, 4), Kind.MULTIPLE: (4, 6)}
_ANSWERS = {Kind.SINGLE: (1, 1), Kind.MULTIPLE: (2, 4)}
_BLANK = re.compile("_{3,}")
_HARDEST, _MOST_POINTS, _LONGEST = 3, 20, 1800


def check_questions(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the questions."""
    found: list[Finding] = []
    codes: dict[str, str] = {}
    taught, lessons = units(tree), set(lesson_codes(tree))
    for name in tree.names(QUESTIONS):
        if not name.endswith(".yaml"):
            path = f"{QUESTIONS}/{name}"
            found.append(Finding(path, None, Severity.WARNING, "stray-file", "is not read"))
    for path, document in tree.documents(QUESTIONS):
        bank = Entry(path, document, found)
        bank.only("unit", "questions")
        unit = _check_unit(bank, taught)
        for entry in bank.entries("questions"):
            code = entry.code("id")
            if code in codes:
                said = f"{code} stands already in {codes[code]}"
                entry.error("duplicate-id", said, "Each id is used once.", at="id")
            codes.setdefault(code, f"{path}:{entry.line('id')}")
            if kind := entry.choice("kind", list(Kind)):
                _check_common(entry, Kind(kind), unit, lessons)
                _check_kind(entry, Kind(kind))
            check_depends(entry, used(entry.value), tree)
    yield from found


def _check_unit(bank: Entry, taught: dict[str, Unit]) -> Unit | None:
    code = bank.code("unit")
    if code and bank.file != f"{QUESTIONS}/{code.lower()}.yaml":
        bank.error("wrong-name", f"the file is not called {code.lower()}.yaml", at="unit")
    if code and code not in taught:
        said = f"no programme has a module {code}"
        bank.error("unknown-unit", said, "Correct the code, or add the module.", at="unit")
    return taught.get(code)


def _check_common(entry: Entry, kind: Kind, unit: Unit | None, lessons: set[str]) -> None:
    entry.only(*_COMMON, *_FIELDS[kind])
    entry.choice("pool", list(Pool))
    entry.choice("class", list(LessonClass))
    lesson = entry.code("lesson")
    if lesson and lesson not in lessons:
        said = f"there is no lesson {lesson}"
        entry.error("unknown-lesson", said, "Name the lesson to review.", at="lesson")
    elif lesson and unit and lesson not in unit.lessons:
        said = f"{lesson} is no lesson of {unit.code}"
        entry.warning("unknown-lesson", said, "Is it in the right file?", at="lesson")
    goal = entry.whole("objective", 1, 99)
    if goal and unit and goal > unit.goals:
        said = f"{unit.code} has {unit.goals} goals"
        entry.error("unknown-objective", said, "Count its goals from 1.", at="objective")
    entry.whole("difficulty", 1, _HARDEST)
    entry.whole("points", 1, _MOST_POINTS)
    entry.whole("seconds", 1, _LONGEST)
    entry.flag("safety", default=False)
    entry.words("tags", optional=True)
    entry.both("stem")
    entry.both("explanation")


def _check_kind(entry: Entry, kind: Kind) -> None:
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            _check_choice(entry, kind)
        case Kind.TRUEFALSE:
            if entry.value.get("answer") is None or entry.flag("answer", default=True) is None:
                entry.error("missing-field", "is missing", "true or false.", at="answer")
            if (why := entry.entry("why")) is not None:
                why.only(TRUE, FALSE)
                why.both(TRUE)
                why.both(FALSE)
        case Kind.FILLIN:
            _check_fillin(entry)
        case Kind.NUMERIC:
            _check_numeric(entry)


def _check_choice(entry: Entry, kind: Kind) -> None:
    entry.flag("shuffle", default=True)
    entry.choice("policy", list(MultiplePolicy), optional=True)
    fewest, most = _OPTIONS[kind]
    options = check_options(entry, ("key", "text", "why"), least=fewest, most=most)
    keys = {str(each.value.get("key")) for each in options}
    answer = entry.words("answer")
    if unknown := [key for key in answer if key not in keys]:
        said = f"there is no option {', '.join(unknown)}"
        entry.error("answer-keys", said, "Name keys of the options.", at="answer")
    fewest, most = _ANSWERS[kind]
    if not fewest <= len(answer) <= most:
        advice = "Exactly one." if most == 1 else f"From {fewest} to {most}."
        entry.error("answer-count", f"{len(answer)} options are right", advice, at="answer")
    elif keys and set(answer) == keys:
        entry.error("answer-count", "every option is right", "Add one that is not.", at="answer")


def _check_fillin(entry: Entry) -> None:
    blanks = entry.entries("blanks")
    for blank in blanks:
        blank.only("accept")
        accept = blank.entry("accept")
        if accept is not None:
            accept.only(*LANGUAGES)
            for language in LANGUAGES:
                accept.words(language, least=1)
    for language, stem in entry.both("stem").items() if blanks else ():
        runs = [len(run) for run in _BLANK.findall(stem)]
        if len(runs) != len(blanks) or set(runs) != {4}:
            said = f"{len(runs)} blanks in the stem ({language}), {len(blanks)} below"
            advice = "Write ____ (four underscores) once per blank, in both languages."
            entry.error("blank-count", said, advice, at="stem")


def _check_numeric(entry: Entry) -> None:
    if (answer := entry.entry("answer")) is not None:
        answer.only("value", "tolerance", "relative")
        _check_number(answer, "value")
        tolerance = _check_number(answer, "tolerance", optional=True)
        if tolerance is not None and tolerance < 0:
            answer.error("out-of-range", "is negative", "0 or more.", at="tolerance")
        answer.flag("relative", default=False)
    entry.both("unit", optional=True)
    entry.words("units", optional=True)
    for mistake in entry.entries("wrong", optional=True, least=0):
        mistake.only("value", "why")
        _check_number(mistake, "value")
        mistake.both("why")


def _check_number(entry: Entry, key: str, *, optional: bool = False) -> Decimal | None:
    """Return an exact number; floats are refused, since 0.1 is not what YAML makes of it."""
    given = entry.value.get(key)
    if isinstance(given, int) and not isinstance(given, bool):
        return Decimal(given)
    if not (text := entry.text(key, optional=optional)):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        entry.error("not-a-number", f"{text!r} is no number", 'As in "180" or "0.5".', at=key)
        return None
    return number
