"""Checking questions: well-formed by kind, with references to unit, goal and lesson."""

from collections.abc import Iterator

from lms.core.content import Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.placeholders import used
from lms.courses.content.lesson_checks import check_depends
from lms.courses.content.reading import Unit, lesson_codes, units
from lms.courses.models import LessonClass
from lms.exams.content.cases import INHERITED
from lms.exams.content.kind_checks import FIELDS, FILES, Bounds, check_kind
from lms.exams.models import Pool
from lms.exams.rules.kinds import PARTS, Kind

QUESTIONS = "questions"
_PLACE = ("id", "kind", "pool", "class", "depends")
_OWN = ("seconds", "points", "stem", "explanation")
HARDEST, MOST_POINTS, LONGEST = 3, 20, 1800
FEWEST_PARTS, MOST_PARTS = 2, 10


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
            _check_id(entry, codes)
            kind = entry.choice("kind", list(Kind))
            if kind == Kind.CASE:
                _check_case(entry, unit, lessons, codes)
            elif kind:
                entry.only(*_PLACE, *INHERITED, *_OWN, *FIELDS[Kind(kind)])
                _check_place(entry)
                _check_common(entry, unit, lessons)
                check_own(entry, Kind(kind))
            check_depends(entry, used(entry.value), tree)
    yield from found


def _check_id(entry: Entry, codes: dict[str, str]) -> None:
    code = entry.code("id")
    if code in codes:
        said = f"{code} stands already in {codes[code]}"
        entry.error("duplicate-id", said, "Each id is used once.", at="id")
    codes.setdefault(code, f"{entry.file}:{entry.line('id')}")


def _check_case(case: Entry, unit: Unit | None, lessons: set[str], codes: dict[str, str]) -> None:
    case.only(*_PLACE, *INHERITED, "stem", "parts")
    _check_place(case)
    _check_common(case, unit, lessons)
    case.both("stem")
    parts = case.entries("parts", least=FEWEST_PARTS)
    if len(parts) > MOST_PARTS:
        advice = f"From {FEWEST_PARTS} to {MOST_PARTS}."
        case.error("part-count", f"there are {len(parts)}", advice, at="parts")
    for part in parts:
        _check_id(part, codes)
        if kind := part.choice("kind", list(PARTS)):
            part.only("id", "kind", *INHERITED, *_OWN, *FIELDS[Kind(kind)])
            _check_common(part, unit, lessons, is_part=True)
            check_own(part, Kind(kind))


def _check_unit(bank: Entry, taught: dict[str, Unit]) -> Unit | None:
    code = bank.code("unit")
    if code and bank.file != f"{QUESTIONS}/{code.lower()}.yaml":
        bank.error("wrong-name", f"the file is not called {code.lower()}.yaml", at="unit")
    if code and code not in taught:
        said = f"no programme has a module {code}"
        bank.error("unknown-unit", said, "Correct the code, or add the module.", at="unit")
    return taught.get(code)


def _check_place(entry: Entry) -> None:
    entry.choice("pool", list(Pool))
    entry.choice("class", list(LessonClass))


def _check_common(
    entry: Entry, unit: Unit | None, lessons: set[str], *, is_part: bool = False
) -> None:
    """Check what says where a question belongs; a part may leave it to its case."""
    lesson = entry.code("lesson", optional=is_part)
    if lesson and lesson not in lessons:
        said = f"there is no lesson {lesson}"
        entry.error("unknown-lesson", said, "Name the lesson to review.", at="lesson")
    elif lesson and unit and lesson not in unit.lessons:
        said = f"{lesson} is no lesson of {unit.code}"
        entry.warning("unknown-lesson", said, "Is it in the right file?", at="lesson")
    goal = entry.whole("objective", 1, 99, optional=is_part)
    if goal and unit and goal > unit.goals:
        said = f"{unit.code} has {unit.goals} goals"
        entry.error("unknown-objective", said, "Count its goals from 1.", at="objective")
    entry.whole("difficulty", 1, HARDEST, optional=is_part)
    entry.flag("safety", default=False)
    entry.words("tags", optional=True)


def check_own(entry: Entry, kind: Kind, bounds: Bounds = FILES) -> None:
    """Check what each question says for itself, on its own or in a case."""
    entry.whole("points", 1, MOST_POINTS)
    entry.whole("seconds", 1, LONGEST, optional=not bounds.tells)
    entry.both("stem")
    entry.both("explanation", optional=not bounds.tells)
    check_kind(entry, kind, bounds)
