"""Into the bank and out of it: duplicates, cases, drafts, and what the content files own."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.core import content
from lms.core.content import Tree
from lms.core.db import db
from lms.exams.body import key_of
from lms.exams.exchange import storing
from lms.exams.exchange.question import Question as File, Sort
from lms.exams.exchange.reading import read
from lms.exams.exchange.report import Report
from lms.exams.exchange.storing import Order
from lms.exams.models import Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import FULL, mark
from tests import content_tree
from tests.factories import NOON

GIFT = """
::one::What is it?{=right ~wrong#no}

::two::Is it?{T}

::three::How many?{#5:1}

::four::Say {=this =that}.

::five::Match{=a -> b =c -> d}

::six::Write{}
"""


def stored(text: str = GIFT, order: Order | None = None) -> tuple[int, list[str]]:
    report = read(text.encode(), "gift")
    count = storing.store(report, order or Order("mine"), actor_id=None, at=NOON)
    return count, [each.code for each in report.problems]


def versions() -> list[QuestionVersion]:
    return list(db.session.scalars(select(QuestionVersion).order_by(QuestionVersion.id)))


def test_questions_go_in_once(session: Session) -> None:
    assert stored() == (6, [])
    assert stored() == (0, ["duplicate"] * 6)
    assert stored(order=Order("other"))[0] == 6
    assert {each.bank for each in db.session.scalars(select(Question))} == {"mine", "other"}


def test_what_a_person_marks_goes_in_with_a_rubric(session: Session) -> None:
    report = Report("moodlexml")
    report.questions += [
        File(Sort.ESSAY, "Why?", model="Because.", explanation="See above.", points=Decimal(4)),
        File(Sort.UPLOAD, "Draw it."),
        File(Sort.MANUAL, "Drag it.", source="<hotspot/>"),
    ]
    assert storing.store(report, Order("mine"), actor_id=None, at=NOON) == 3
    assert [each.code for each in report.problems] == ["kept-by-hand"]
    essay, upload, manual = versions()
    assert [each.kind for each in versions()] == [Kind.ESSAY, Kind.UPLOAD, Kind.ESSAY]
    assert essay.body["explanation"]["en"] == "Because.\n\nSee above."
    assert [each["points"] for each in essay.body["rubric"]] == [4]
    assert sum(each["points"] for each in upload.body["rubric"]) == upload.points
    assert manual.meta["source"] == "<hotspot/>"
    told = {each.sort: each.model for each in storing.exported("mine", "en")}
    assert told[Sort.UPLOAD] == "- Says what is expected (+1)"


def test_the_same_question_twice_in_a_file(session: Session) -> None:
    assert stored("Is it?{T}\n\nＩＳ  it？{T}\n") == (1, ["twice-in-file"])


def test_a_question_with_an_error_stays_outside(session: Session) -> None:
    assert stored("Is it?{~a ~b}\n\nWell?{T}\n") == (1, ["no-answer"])


def test_what_went_in_is_marked_by_the_engine(session: Session) -> None:
    stored()
    single, truth, numeric, *_rest = versions()
    assert mark(key_of(single.kind, single.body), ("A",)) == FULL
    assert mark(key_of(truth.kind, truth.body), ("true",)) == FULL
    assert mark(key_of(numeric.kind, numeric.body), ("6",)) == FULL


def test_drafts_are_not_published(session: Session) -> None:
    stored(order=Order("mine", Pool.EXAM, is_draft=True))
    questions = db.session.scalars(select(Question)).all()
    assert all(each.published_id is None and each.pool is Pool.EXAM for each in questions)
    assert len(storing.exported("mine", "zh")) == 6


def test_a_case_goes_in_and_out_with_its_parts(session: Session) -> None:
    text = "案例分析题\n1. 客户来电。\n（1）先做什么？\nA. 记录 B. 挂断\n答案：A\n（2）要升级吗？\n答案：√\n"
    report = read(text.encode(), "text")
    assert storing.store(report, Order("mine"), actor_id=None, at=NOON) == 1
    assert len({each.case for each in db.session.scalars(select(Question))} - {None}) == 1
    (case,) = storing.exported("mine", "en")
    assert (case.stem, [each.key for each in case.parts]) == ("客户来电。", [["A"], ["true"]])
    assert storing.store(report, Order("mine"), actor_id=None, at=NOON) == 0


def test_the_content_files_leave_imports_alone(session: Session, tmp_path: Path) -> None:
    root = content_tree.make(tmp_path / "content")
    content.bring_in(Tree(root), at=NOON)
    stored()
    content.bring_in(Tree(root), at=NOON)
    mine = db.session.scalars(select(Question).filter_by(bank="mine")).all()
    assert {each.pool for each in mine} == {Pool.PRACTICE}
    content.write_out(tmp_path / "out")
    assert "mine" not in "".join(
        each.read_text("utf-8") for each in tmp_path.glob("out/questions/*")
    )


def test_a_module_and_a_programme_are_banks(session: Session, tmp_path: Path) -> None:
    content.bring_in(Tree(content_tree.make(tmp_path / "content")), at=NOON)
    of_module = storing.exported("S1-A", "zh")
    assert of_module
    assert {each.title for each in storing.exported("basics", "zh")} >= {
        each.title for each in of_module
    }
    assert storing.exported("nothing", "zh") == []


@pytest.mark.parametrize("wanted", ["xlsx", "gift", "moodlexml", "qti21", "qti30"])
def test_the_commands(wanted: str, app: Flask, session: Session, tmp_path: Path) -> None:
    runner, file, out = app.test_cli_runner(), tmp_path / "in.gift", tmp_path / "out"
    file.write_text(GIFT, "utf-8")
    result = runner.invoke(args=["exams", "import", str(file), "--bank", "mine", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert (told["format"], told["count"], told["kinds"]["single"]) == ("gift", 6, 1)
    assert told["questions"][0] == {
        "kind": "single", "title": "one", "points": 1, "options": ["right", "wrong"],
        "key": ["A"], "tags": [], "category": "",
    }  # fmt: skip
    args = ["exams", "export", "--bank", "mine", "--format", wanted, "--out", str(out)]
    result = runner.invoke(args=args)
    assert result.exit_code == 0, result.output
    args = ["exams", "import", str(out), "--dry-run", "--json"]
    again = json.loads(runner.invoke(args=args).output)
    assert again["count"] == 6
    titles = {"one", "two", "three", "four", "five", "six"}
    assert {each["title"] for each in again["questions"]} == titles


def test_a_dry_run_changes_nothing(app: Flask, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "in.gift"
    file.write_text(GIFT, "utf-8")
    result = app.test_cli_runner().invoke(args=["exams", "import", str(file), "--dry-run"])
    assert result.exit_code == 0
    assert versions() == []


def test_what_cannot_be_read_ends_with_1(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "in.doc"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    result = app.test_cli_runner().invoke(args=["exams", "import", str(file), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert [each["code"] for each in told["problems"]] == ["old-office"]


def test_a_bank_that_is_not_there(app: Flask, session: Session, tmp_path: Path) -> None:
    args = ["exams", "export", "--bank", "x", "--format", "gift", "--out", str(tmp_path / "x")]
    result = app.test_cli_runner().invoke(args=args)
    assert result.exit_code == 1
    assert "no bank" in result.output
