"""The question bank and exams from files: what is wrong, versions, and back to files."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import content
from lms.core.content import Counts, Tree
from lms.core.db import db
from lms.courses.models import Programme
from lms.exams.body import key_of
from lms.exams.drawable import bank
from lms.exams.models import Attempt, Exam, ExamVersion, Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import FillIn, MultipleChoice, Numeric, SingleChoice, mark
from lms.exams.rules.settings import ExamRules
from tests import content_tree, factories
from tests.content_tree import put, swap
from tests.exams import papers
from tests.factories import NOON

BANK = "questions/s1-a.yaml"
ROWS = sum(len(each.get("parts") or (each,)) for each in content_tree.QUESTIONS)
"""Questions of the bank: a case is as many as it has sub-questions."""


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    return content_tree.make(tmp_path / "content")


def bring_in(root: Path) -> dict[str, Counts]:
    return content.bring_in(Tree(root), at=NOON)


def published(code: str) -> QuestionVersion:
    question = db.session.scalars(select(Question).filter_by(code=code)).one()
    assert question.published is not None
    return question.published


def write(root: Path, *questions: dict[str, Any]) -> Path:
    put(root, BANK, {"unit": "S1-A", "questions": list(questions)})
    return root


def one(code: str) -> dict[str, Any]:
    return next(each for each in content_tree.QUESTIONS if each["id"] == code)


class TestCheckOfQuestions:
    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("unit: S1-A", "unit: S1-B", "unknown-unit"),
            ("unit: S1-A", "unit: S1-B", "wrong-name"),
            ("id: Q-multiple", "id: Q-single", "duplicate-id"),
            ("kind: single", "kind: riddle", "not-a-choice"),
            ("pool: exam", "pool: secret", "not-a-choice"),
            ("lesson: S1-A-1", "lesson: S1-A-7", "unknown-lesson"),
            ("objective: 1", "objective: 2", "unknown-objective"),
            ("difficulty: 2", "difficulty: 4", "out-of-range"),
            ("points: 2", "points: 0", "out-of-range"),
            ("seconds: 60", "seconds: long", "wrong-type"),
            ("  explanation:\n    zh: This one.（中文）\n    en: This one.\n", "", "missing-field"),
            ("kind: single", "kind: single\n  hint: x", "unknown-field"),
            ("en: Which?", "en: '{{sla.last}}?'", "unknown-variable"),
            ("en: Which?", "en: '{{sla.first}}?'", "undeclared-variable"),
            # options and answers
            ("key: A", "key: B", "option-keys"),
            (
                "    why:\n      zh: 因为\n      en: Because\n  - key: B",
                "  - key: B",
                "missing-field",
            ),
            ("zh: Option C（中文）", "zh: 以上都对", "all-of-the-above"),
            ("en: Option C", "en: None of the above", "all-of-the-above"),
            ("en: Option C", "en: Option A", "duplicate-option"),
            ("answer:\n  - B", "answer:\n  - D", "answer-keys"),
            ("answer:\n  - B", "answer:\n  - A\n  - B", "answer-count"),
            ("answer:\n  - A\n  - C", "answer:\n  - A", "answer-count"),
            ("answer:\n  - A\n  - C", "answer: [A, B, C, D]", "answer-count"),
            ("answer:\n  - A\n  - C", "answer: [A, C]\n  policy: kind", "not-a-choice"),
            ("answer:\n  - A\n  - C", "answer: [A, C]\n  partly: '1'", "out-of-range"),
            # true or false
            ("answer: false", "answer: maybe", "wrong-type"),
            ("  answer: false\n", "", "missing-field"),
            # blanks
            ("en: Count the ____.", "en: Count the ____ ____.", "blank-count"),
            ("en: Count the ____.", "en: Count the ___.", "blank-count"),
            ("      - seat\n      - seats\n", "      - 7\n", "wrong-type"),
            # numbers
            ("value: '180'", "value: many", "not-a-number"),
            ("value: '180'", "value: 0.1", "wrong-type"),
            ("tolerance: '0'", "tolerance: '-1'", "out-of-range"),
            ("value: '270'", "value: NaN", "not-a-number"),
            # short answers
            ("      - first answer*\n", "      - 7\n", "wrong-type"),
            ("share: '0.5'", "share: '1.5'", "out-of-range"),
            ("share: '0.5'", "share: 0.5", "wrong-type"),
            (
                "  - forms:\n      zh:\n      - 首次回复",
                "  - share: '0.9'\n    forms:\n      zh:\n      - 首次回复",
                "no-full-mark",
            ),
            # matching
            ("answer: C\n", "answer: D\n", "answer-keys"),
            ("key: '2'", "key: '3'", "option-keys"),
            ("en: Typo", "en: Down", "duplicate-option"),
            ("en: Level B", "en: " + 121 * "x", "too-long"),
            ("answer: C\n", "answer: null\n", "missing-field"),
            # ordering
            ("- B\n  - A\n  - C", "- B\n  - A", "answer-keys"),
            ("- B\n  - A\n  - C", "- A\n  - B\n  - C", "answer-order"),
            ("policy: neighbours", "policy: luck", "not-a-choice"),
            # cloze
            ("[[2]] within [[1]]", "[[2]] within [[2]]", "gap-count"),
            ("[[1]] 分钟内", "[[1]] [[x]] 分钟内", "gap-count"),
            ("  - value: '10'\n", "  - value: ten\n", "not-a-number"),
            ("  - value: '10'\n    units:\n    - min\n", "  - why: null\n", "missing-field"),
            ("en: Who A", "en: Who B", "duplicate-option"),
            # by hand
            ("min: 20", "min: 90", "out-of-range"),
            ("- key: '1'\n    points: 2", "- key: '1'\n    points: 1", "rubric-short"),
            ("- key: '1'\n    points: 2", "- key: '2'\n    points: 2", "option-keys"),
            ("  - pdf", "  - exe", "not-a-choice"),
            ("most: 2", "most: 9", "out-of-range"),
            # cases
            ("id: Q-case-1", "id: Q-text", "duplicate-id"),
            ("kind: truefalse\n    seconds", "kind: matching\n    seconds", "not-a-choice"),
            ("    points: 3\n", "", "missing-field"),
            ("    points: 3\n", "    points: 3\n    pool: exam\n", "unknown-field"),
            ("    difficulty: 3\n", "    difficulty: 9\n", "out-of-range"),
        ],
    )
    def test_each_mistake_has_its_code(self, root: Path, old: str, new: str, code: str) -> None:
        found = content_tree.findings(swap(root, BANK, old, new))
        assert code in {each.code for each in found if each.file == BANK and each.line}

    @pytest.mark.parametrize(("kind", "keys"), [("single", "AB"), ("multiple", "ABC")])
    def test_there_are_enough_options(self, root: Path, kind: str, keys: str) -> None:
        question = one(f"Q-{kind}") | {"options": content_tree.options(keys)}
        assert "option-count" in content_tree.codes(write(root, question))

    def test_the_catch_all_is_told_from_words_that_look_like_it(self, root: Path) -> None:
        swap(root, BANK, "zh: Option C（中文）", "zh: 内存 4 GB 以上")
        assert content_tree.findings(root) == []


@pytest.mark.usefixtures("session")
class TestImport:
    def test_every_kind_can_be_marked_afterwards(self, root: Path) -> None:
        bring_in(root)
        keys = {}
        for kind in papers.BANKED:
            version = published(f"Q-{kind}")
            assert version.kind is kind
            keys[kind] = key_of(kind, version.body)
        assert isinstance(keys[Kind.MULTIPLE], MultipleChoice)
        assert isinstance(keys[Kind.FILLIN], FillIn)
        assert isinstance(keys[Kind.NUMERIC], Numeric)
        assert keys[Kind.TRUEFALSE] == SingleChoice("false")
        assert mark(keys[Kind.FILLIN], ("席位",)) == 1
        assert mark(keys[Kind.NUMERIC], ("180 min",)) == 1

    def test_a_body_has_its_variables_filled_in_and_no_column_twice(self, root: Path) -> None:
        bring_in(root)
        version = published("Q-numeric")
        assert version.body["stem"]["zh"] == "10 分钟多少？\n"
        assert set(version.body) == {
            "lesson", "objective", "seconds", "safety", "stem", "explanation", "answer", "unit",
            "units", "wrong",
        }  # fmt: skip
        assert (version.points, version.difficulty, version.tags) == (2, 2, ["clock"])
        assert version.meta["stem"]["zh"] == "{{sla.first}} 多少？\n"
        assert (version.question.unit, version.question.pool) == ("S1-A", Pool.EXAM)

    def test_an_exam_has_its_defaults_filled_in(self, root: Path, session: Session) -> None:
        bring_in(root)
        settings = session.scalars(select(ExamVersion.settings)).one()
        rules = ExamRules.read(settings)
        assert settings["shuffle_questions"] is True
        assert (rules.questions, rules.cooldown_days) == (3, (1, 7))

    def test_a_changed_stem_is_a_new_version_and_attempts_keep_theirs(
        self, root: Path, session: Session, trainee: Person
    ) -> None:
        bring_in(root)
        first = published("Q-single")
        attempt = sitting(trainee, [[first.id, "BAC", 2]])
        swap(root, BANK, "en: Which?", "en: Which one?")
        assert bring_in(root)["questions"].changed == 1
        second = published("Q-single")
        assert (second.number, second.body["stem"]["en"]) == (2, "Which one?")
        assert first.body["stem"]["en"] == "Which?"
        session.refresh(attempt)
        assert attempt.layout == [[first.id, "BAC", 2]]
        assert published("Q-multiple").number == 1

    def test_moving_a_question_to_another_pool_makes_no_version(self, root: Path) -> None:
        bring_in(root)
        swap(root, BANK, "pool: exam", "pool: practice")
        counts = bring_in(root)["questions"]
        assert (counts.changed, counts.same) == (1, ROWS - 1)
        assert published("Q-single").number == 1
        assert published("Q-single").question.pool is Pool.PRACTICE

    def test_a_question_that_vanished_is_retired_and_can_come_back(self, root: Path) -> None:
        bring_in(root)
        write(root, *content_tree.QUESTIONS[1:])
        assert bring_in(root)["questions"].gone == ["Q-single"]
        assert published("Q-single").question.pool is Pool.RETIRED
        assert bring_in(root)["questions"].gone == [], "it is said once"
        write(root, *content_tree.QUESTIONS)
        assert bring_in(root)["questions"].changed == 1
        assert published("Q-single").question.pool is Pool.EXAM
        assert published("Q-single").number == 1

    def test_an_exam_that_changed_has_a_new_version(self, root: Path, session: Session) -> None:
        bring_in(root)
        swap(root, "exams/stage-1.yaml", "minutes: 20", "minutes: 25")
        assert bring_in(root)["exams"].changed == 1
        numbers = session.scalars(select(ExamVersion.number).order_by(ExamVersion.number))
        assert numbers.all() == [1, 2]

    def test_a_case_is_its_sub_questions_each_of_its_own_kind(self, root: Path) -> None:
        bring_in(root)
        one, two = published("Q-case-1"), published("Q-case-2")
        assert (one.kind, two.kind) == (Kind.TRUEFALSE, Kind.TEXT)
        assert one.question.case == two.question.case == "Q-case"
        assert (one.difficulty, one.tags, two.difficulty, two.tags) == (2, ["clock"], 3, ["mail"])
        assert two.body["case"] == {
            "code": "Q-case", "part": 2, "of": 2,
            "stem": {"zh": "10 分钟内的邮件", "en": "A mail within 10 minutes"},
        }  # fmt: skip
        assert two.body["lesson"] == "S1-A-1"
        drawn = next(each for each in bank() if each.kind is Kind.CASE)
        assert (drawn.code, [each.code for each in drawn.parts]) == (
            "Q-case", ["Q-case-1", "Q-case-2"],
        )  # fmt: skip
        assert (drawn.difficulty, sorted(drawn.tags), drawn.points) == (3, ["clock", "mail"], 4)

    def test_changed_material_is_a_new_version_of_each_sub_question(self, root: Path) -> None:
        bring_in(root)
        swap(root, BANK, "en: A mail", "en: Two mails")
        assert bring_in(root)["questions"].changed == 2
        swap(root, BANK, "en: What first?", "en: What now?")
        assert bring_in(root)["questions"].changed == 1
        assert (published("Q-case-1").number, published("Q-case-2").number) == (2, 3)


@pytest.mark.usefixtures("session")
class TestExport:
    def test_what_was_imported_comes_out_and_goes_in_again_unchanged(
        self, root: Path, session: Session, tmp_path: Path
    ) -> None:
        bring_in(root)
        write(root, *content_tree.QUESTIONS[1:])
        bring_in(root)
        content.write_out(tmp_path / "out")
        counts = bring_in(tmp_path / "out")
        assert {kind: (each.added, each.changed) for kind, each in counts.items()} == dict.fromkeys(
            counts, (0, 0)
        )
        assert published("Q-single").question.pool is Pool.RETIRED
        assert session.scalar(select(func.count()).select_from(QuestionVersion)) == ROWS

    def test_an_empty_database_gives_the_same_digests(
        self, root: Path, live_app: Flask, tmp_path: Path
    ) -> None:
        bring_in(root)
        content.write_out(tmp_path / "out")
        before = digests()
        assert len(before) == ROWS + 1
        with live_app.app_context():
            bring_in(tmp_path / "out")
            assert digests() == before


def digests() -> dict[str, str]:
    questions = select(Question.code, QuestionVersion.digest).join(
        QuestionVersion, Question.published_id == QuestionVersion.id
    )
    exams = select(Exam.code, ExamVersion.digest).join(
        ExamVersion, Exam.published_id == ExamVersion.id
    )
    return dict([*db.session.execute(questions).all(), *db.session.execute(exams).all()])


def sitting(person: Person, layout: list[Any]) -> Attempt:
    """An attempt that is under way, at the exam that was imported."""
    programme = db.session.scalars(select(Programme)).one()
    exam = db.session.scalars(select(Exam)).one()
    enrolment = factories.enrolment(person, programme)
    return factories.save(
        Attempt(
            person_id=person.id,
            enrolment_id=enrolment.id,
            exam_id=exam.id,
            version_id=exam.published_id,
            stage="first",
            number=1,
            seed="seed",
            layout=layout,
            client="page",
            started_at=NOON,
            deadline_at=NOON,
        )
    )
