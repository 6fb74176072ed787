"""A small programme with an exam, for tests: two stages, a lesson each, five questions."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.text import digest
from lms.courses import services as courses
from lms.courses.models import (
    Enrolment,
    EnrolmentSource,
    Lesson,
    LessonVersion,
    Programme,
    ProgrammeVersion,
)
from lms.exams.models import Attempt, Exam, ExamVersion, Pool, Question, QuestionVersion
from lms.exams.rules.kinds import ON_REQUEST, Kind
from tests.factories import NOON

WHY = {"zh": "因为", "en": "Because"}


def text(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


BODIES: Mapping[Kind, dict[str, Any]] = {
    Kind.SINGLE: {
        "options": [{"key": key, "text": text(f"{key}."), "why": WHY} for key in "ABC"],
        "answer": ["B"],
    },
    Kind.MULTIPLE: {
        "options": [{"key": key, "text": text(f"{key}."), "why": WHY} for key in "ABCD"],
        "answer": ["A", "C"],
    },
    Kind.TRUEFALSE: {"answer": False, "why": {"true": WHY, "false": WHY}},
    Kind.FILLIN: {"blanks": [{"accept": {"zh": ["席位"], "en": ["seat", "seats"]}}]},
    Kind.NUMERIC: {
        "answer": {"value": "180", "tolerance": "0"},
        "unit": {"zh": "分钟", "en": "minutes"},
        "units": ["min", "分钟"],
        "wrong": [{"value": "270", "why": {"zh": "没有扣除", "en": "Waiting not taken off."}}],
    },
    Kind.TEXT: {
        "accept": [
            {"forms": {"zh": ["席位*"], "en": ["hidden word*"]}},
            {
                "all": {"zh": ["半"], "en": ["half", "word"]},
                "share": "0.5",
                "why": text("Only half of it."),
            },
        ]
    },
    Kind.MATCHING: {
        "things": [
            {"key": "1", "text": text("Thing one"), "answer": "C", "why": WHY},
            {"key": "2", "text": text("Thing two"), "answer": "A"},
        ],
        "choices": [{"key": key, "text": text(f"Choice {key}")} for key in "ABC"],
    },
    Kind.ORDERING: {
        "items": [{"key": key, "text": text(f"Step {key}")} for key in "ABC"],
        "answer": ["B", "A", "C"],
        "policy": "neighbours",
    },
    Kind.CLOZE: {
        "text": {"zh": "[[1]] 然后 [[2]] 和 [[3]]。", "en": "First [[2]], then [[1]] and [[3]]."},
        "gaps": [
            {"value": "7200", "units": ["s"]},
            {
                "options": [{"key": key, "text": text(f"Who {key}")} for key in "AB"],
                "answer": "B",
                "why": WHY,
            },
            {"accept": {"zh": ["保密"], "en": ["concealed"]}},
        ],
    },
    Kind.ESSAY: {
        "words": {"min": 3, "max": 50},
        "rubric": [
            {"key": "1", "points": 2, "text": text("Says who acts")},
            {"key": "2", "points": 2, "text": text("Says by when")},
            {"key": "3", "points": -1, "text": text("Promises too much")},
        ],
    },
    Kind.UPLOAD: {
        "files": {"types": ["pdf", "png"], "most": 2},
        "rubric": [{"key": "1", "points": 4, "text": text("The diagram is right")}],
    },
}
BANKED = [kind for kind in Kind if kind not in ON_REQUEST]
"""Kinds of which a paper has a question each without asking for it."""
RIGHT: Mapping[Kind, tuple[str, ...]] = {
    Kind.SINGLE: ("B",),
    Kind.MULTIPLE: ("A", "C"),
    Kind.TRUEFALSE: ("false",),
    Kind.FILLIN: ("Seats",),
    Kind.NUMERIC: ("１８０ 分钟",),
    Kind.TEXT: ("Hidden  word, surely",),
    Kind.MATCHING: ("2=A", "1=C"),
    Kind.ORDERING: ("A=2", "B=1", "C=3"),
    Kind.CLOZE: ("7,200 s", "B", "Concealed"),
}


def question(
    code: str,
    kind: Kind,
    *,
    unit: str = "M1",
    points: int = 1,
    case: Mapping[str, Any] | None = None,
    safety: bool = False,
    tags: Sequence[str] = (),
) -> Question:
    """Add one question of a kind to the exam pool."""
    content = {
        "stem": text(f"{code}?"),
        "explanation": text(f"Secret explanation of {code}"),
        "lesson": "M1-1",
        "safety": safety,
        **BODIES[kind],
    }
    if case:
        content["case"] = case
    row = Question(code=code, unit=unit, pool=Pool.EXAM, case=case["code"] if case else None)
    with transaction() as session:
        session.add(row)
        session.flush()
        row.published = QuestionVersion(
            question_id=row.id,
            number=1,
            kind=kind,
            points=points,
            difficulty=2,
            tags=list(tags),
            body=content,
            meta={},
            digest=digest([code, content]),
            made_at=NOON,
        )
    return row


def case(code: str, kinds: Sequence[Kind], *, unit: str = "M1") -> list[Question]:
    """Add a case with a sub-question of each of some kinds."""
    parts = []
    for number, kind in enumerate(kinds, start=1):
        place = {"code": code, "part": number, "of": len(kinds), "stem": text(f"Mail of {code}")}
        row = question(f"{code}-{number}", kind, unit=unit, case=place)
        parts.append(row)
    return parts


def exam(code: str = "stage-1", **settings: Any) -> Exam:
    """Add an exam that draws all questions of module M1."""
    content = {
        "code": code,
        "title": text("Stage 1 exam"),
        "minutes": 20,
        "pass_percent": 80,
        "attempts": 3,
        "cooldown_days": [1, 7],
        "review": ["own", "right-wrong", "key", "explanation"],
        "draw": [{"unit": "M1", "count": len(BANKED)}],
    } | settings
    row = Exam(code=code)
    with transaction() as session:
        session.add(row)
        session.flush()
        row.published = ExamVersion(
            exam_id=row.id, number=1, settings=content, digest=digest(content), made_at=NOON
        )
    return row


def programme() -> Programme:
    """Add a programme of two stages with a lesson each; an exam closes the first."""
    for code in ("M1-1", "M2-1"):
        _lesson(code)
    stages = [_stage("one", "M1", exam="stage-1"), _stage("two", "M2", exam=None)]
    structure = {"code": "p", "title": text("P"), "summary": text("P"), "stages": stages}
    row = Programme(code="p")
    with transaction() as session:
        session.add(row)
        session.flush()
        row.published = ProgrammeVersion(
            programme_id=row.id,
            number=1,
            structure=structure,
            digest=digest(structure),
            made_at=NOON,
        )
    return row


def _stage(code: str, module: str, *, exam: str | None) -> dict[str, Any]:
    goals = {"zh": ["g"], "en": ["g"]}
    modules = [{"code": module, "title": text(module), "goals": goals, "lessons": [f"{module}-1"]}]
    return {"code": code, "title": text(code), "exam": exam, "modules": modules}


def _lesson(code: str) -> None:
    row = Lesson(code=code)
    with transaction() as session:
        session.add(row)
        session.flush()
        row.published = LessonVersion(
            lesson_id=row.id,
            number=1,
            title=text(code),
            minutes=10,
            meta={"class": "generic", "objectives": {"zh": ["o"], "en": ["o"]}},
            source=text("Text"),
            html=text("<p>Text</p>"),
            outline={"zh": [], "en": []},
            checks=[],
            digest=digest(code),
            made_at=NOON,
        )


def enrol(person: Person, row: Programme) -> Enrolment:
    """Let a person begin the programme at noon."""
    return courses.enrol(person, row, source=EnrolmentSource.ASSIGNED, actor=person, at=NOON)


def ready(trainee: Person, **settings: Any) -> Enrolment:
    """Add programme, exam and a question of each kind; the trainee may sit the exam."""
    row = programme()
    exam(**settings)
    for number, kind in enumerate(BANKED, start=1):
        question(f"M1-q{number}", kind)
    run = enrol(trainee, row)
    courses.finish_lesson(run.id, "M1-1", actor=trainee, at=NOON)
    return run


def kinds(attempt: Attempt) -> list[Kind]:
    """Return the kind of each slot, in the order shown."""
    return [db.session.get_one(QuestionVersion, entry[0]).kind for entry in attempt.layout]
