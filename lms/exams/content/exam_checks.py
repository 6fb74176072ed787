"""Checking exams: their rules, and whether the bank can fill them."""

from collections.abc import Iterator
from fractions import Fraction

from lms.core.content import Finding, Severity, Tree
from lms.core.entries import Entry
from lms.courses.content.checks import check_untemplated
from lms.courses.content.reading import stages, units
from lms.exams import body
from lms.exams.content.pass_checks import SORT, check_pass_rule, read_sort
from lms.exams.content.question_checks import QUESTIONS
from lms.exams.content.review_checks import check_review, instant
from lms.exams.models import Pool
from lms.exams.rules.drawing import Candidate, TooFewQuestionsError, draw, fits
from lms.exams.rules.kinds import PARTS, Kind
from lms.exams.rules.settings import FORWARD, FREE, Draw, share_of

EXAMS = "exams"
_FIELDS = (
    "code", "title", "minutes", "pass_percent", "attempts", "cooldown_days", "shuffle_questions",
    "review", "draw", "penalty", "limits", "sections", "avoid_seen",
    "talk_after", "opens_at", "closes_at", "navigation", "review_later", "review_at",
    "review_after_closing", "retake_after_pass",
)  # fmt: skip
_LONGEST, _MOST_ATTEMPTS, _LONGEST_WAIT, _MOST, _MOST_POINTS = 600, 20, 365, 200, 99


def check_exams(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the exams, and with programmes that ask for one that is not there."""
    found: list[Finding] = []
    codes: dict[str, str] = {}
    bank, known = candidates(tree), set(units(tree))
    for name in tree.names(EXAMS):
        if not name.endswith(".yaml"):
            path = f"{EXAMS}/{name}"
            found.append(Finding(path, None, Severity.WARNING, "stray-file", "is not read"))
    for path, document in tree.documents(EXAMS):
        exam = Entry(path, document, found)
        code = _check_fields(exam)
        if code and path != f"{EXAMS}/{code}.yaml":
            exam.error("wrong-name", f"the file is not called {code}.yaml", at="code")
        codes.setdefault(code, path)
        draws = _check_draw(exam, bank, known)
        check_pass_rule(
            exam, [each for each in bank if any(fits(one, each) for one in draws)], known
        )
    yield from found
    yield from _check_references(tree, codes)


def candidates(tree: Tree) -> list[Candidate]:
    """Return the questions that an exam may draw, as the files have them."""
    found = []
    for path, document in tree.documents(QUESTIONS):
        bank = Entry(path, document, [])
        for number, each in enumerate(bank.entries("questions")):
            kind = each.choice("kind", list(Kind))
            if each.choice("pool", list(Pool)) == Pool.EXAM and kind:
                code, unit = each.text("id") or f"{path}:{number}", bank.text("unit")
                found.append(_candidate(each, Kind(kind), code, unit))
    return found


def _candidate(entry: Entry, kind: Kind, code: str, unit: str) -> Candidate:
    parts = [
        _candidate(each, Kind(each.choice("kind", list(PARTS)) or Kind.SINGLE), "", unit)
        for each in (entry.entries("parts") if kind is Kind.CASE else ())
    ]
    hardest = max((each.difficulty for each in parts), default=0)
    return Candidate(
        code=code,
        version_id=0,
        unit=unit,
        kind=kind,
        difficulty=max(entry.whole("difficulty", 1, 5, optional=True) or 0, hardest),
        tags=_tags(entry).union(*(each.tags for each in parts)),
        points=entry.whole("points", 1, 99, optional=True) or 1,
        options=(),
        shuffle=False,
        parts=tuple(parts),
    )


def _tags(entry: Entry) -> frozenset[str]:
    said = entry.words("tags", optional=True)
    return body.with_safety(said, is_safety=entry.flag("safety", default=False))


def _check_fields(exam: Entry) -> str:
    exam.only(*_FIELDS)
    check_untemplated(exam)
    exam.both("title")
    exam.whole("minutes", 1, _LONGEST)
    exam.whole("pass_percent", 1, 100)
    attempts = exam.whole("attempts", 1, _MOST_ATTEMPTS)
    waits = exam.value.get("cooldown_days") or []
    days = [each for each in waits if isinstance(each, int) and 0 <= each <= _LONGEST_WAIT]
    if not isinstance(waits, list) or len(days) != len(waits):
        advice = f"Whole days from 0 to {_LONGEST_WAIT}, as in [1, 7]."
        exam.error("wrong-type", "is no list of days", advice, at="cooldown_days")
    elif attempts and len(days) >= attempts:
        said = f"{len(days)} waits for {attempts} attempts"
        exam.warning("unused", said, "After the last attempt nobody waits.", at="cooldown_days")
    talk = exam.whole("talk_after", 1, _MOST_ATTEMPTS, optional=True)
    if attempts and talk and talk >= attempts:
        said = f"a talk from failure {talk} on, for {attempts} attempts"
        exam.warning("unused", said, "After the last attempt nothing opens.", at="talk_after")
    exam.flag("shuffle_questions", default=True)
    exam.flag("avoid_seen", default=False)
    exam.flag("retake_after_pass", default=False)
    exam.choice("navigation", (FREE, FORWARD), optional=True)
    _check_window(exam)
    _check_penalty(exam)
    check_review(exam)
    return exam.code("code")


def read_draw(entry: Entry, known: set[str]) -> Draw:
    """Return what an entry of a blueprint draws; what is wrong with it is noted."""
    entry.only(*SORT, "count", "difficulty", "parts", "points", "penalty")
    sort = read_sort(entry, known)
    is_case = sort.kind is Kind.CASE
    parts = entry.whole("parts", 2, 10, optional=not is_case) or 0
    if parts and not is_case:
        said = "only cases have sub-questions"
        entry.error("unknown-field", said, "Take it out, or draw cases.", at="parts")
    return Draw(
        count=entry.whole("count", 1, _MOST) or 0,
        unit=sort.unit,
        kind=sort.kind,
        difficulty=entry.whole("difficulty", 1, 5, optional=True),
        tags=sort.tags,
        safety=sort.safety,
        parts=parts if is_case else 0,
        points=entry.whole("points", 1, _MOST_POINTS, optional=True),
        penalty=_check_penalty(entry, is_own=True),
    )


def _check_penalty(entry: Entry, *, is_own: bool = False) -> Fraction | None:
    """Check what a wrong choice costs; an entry of the blueprint may say that it costs nothing."""
    if entry.value.get("penalty") is None or not (said := entry.text("penalty")):
        return None
    advice = (
        'In quotes, from "0" on, less than 1.'
        if is_own
        else 'More than 0, less than 1, as in "0.25".'
    )
    share = share_of(said)
    if share is None:
        entry.error(
            "not-a-number", f"{said!r} is no number", 'As in "0.25" or "1/3".', at="penalty"
        )
    elif share >= 1 or share < 0 or not (share or is_own):
        entry.error("out-of-range", f"is {said}", advice, at="penalty")
    return share


def _check_window(exam: Entry) -> None:
    opens, closes = (instant(exam, key) for key in ("opens_at", "closes_at"))
    if opens and closes and closes <= opens:
        exam.error("window-order", "is not after opens_at", "Correct one of them.", at="closes_at")


def _check_draw(exam: Entry, bank: list[Candidate], known: set[str]) -> list[Draw]:
    entries = exam.entries("draw")
    draws = [
        _check_fixed(each, bank)
        if each.value.get("question") is not None
        else read_draw(each, known)
        for each in entries
    ]
    try:
        draw("check", draws, bank)
    except TooFewQuestionsError as error:
        entry = entries[error.entry - 1]
        said = f"asks for {error.wanted} questions, and the exam pool has {error.available} of this sort"
        if error.rivals:
            others = ", ".join(f"draw[{each}]" for each in error.rivals)
            said = (
                f"wants the same questions as {others}: {error.wanted} in all, and the exam pool has "
                f"{error.available}"
            )
        entry.error("draw-infeasible", said, "Write more, or ask for fewer.", at="count")
    return draws


def _check_fixed(entry: Entry, bank: list[Candidate]) -> Draw:
    entry.only("question", "count", "parts", "points", "penalty")
    penalty = _check_penalty(entry, is_own=True)
    code = entry.code("question")
    entry.whole("count", 1, 1, optional=True)
    parts = entry.whole("parts", 2, 10, optional=True) or 0
    meant = next((each for each in bank if each.code == code), None)
    if code and meant is None:
        advice = "Correct the code, or put the question into the pool exam."
        entry.error("no-such-question", f"the exam pool has no {code}", advice, at="question")
    elif meant is not None and parts != len(meant.parts):
        said = f"{code} has {len(meant.parts)} sub-questions"
        entry.error("case-length", said, "Give their number, or none.", at="parts")
    points = entry.whole("points", 1, _MOST_POINTS, optional=True)
    if meant is None:  # said already: it asks for nothing
        return Draw(count=0, question=code)
    return Draw(1, question=code, parts=len(meant.parts), points=points, penalty=penalty)


def _check_references(tree: Tree, codes: dict[str, str]) -> Iterator[Finding]:
    wanted: set[str] = set()
    for _programme, stage in stages(tree):
        code = stage.code("exam", optional=True)
        if code and code not in codes:
            advice = f"Write exams/{code}.yaml, or take it out."
            said = f"{stage.path}.exam: there is no exam {code}"
            yield Finding(
                stage.file, stage.line("exam"), Severity.ERROR, "unknown-exam", said, advice
            )
        wanted.add(code)
    for code in sorted(codes.keys() - wanted - {""}):
        said = "no stage has this exam"
        yield Finding(codes[code], 1, Severity.WARNING, "unused", said, "Name it in a programme.")
