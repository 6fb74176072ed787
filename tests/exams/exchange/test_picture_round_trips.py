"""Pictures on their way: file to bank to file, with the same bytes at the same places."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.db import db
from lms.exams.exchange import drawing, shelf, storing
from lms.exams.exchange.question import Question as File
from lms.exams.exchange.reading import read
from lms.exams.exchange.report import Report
from lms.exams.exchange.storing import Order
from lms.exams.exchange.writing import write
from lms.exams.models import QuestionVersion
from lms.exams.picture_models import QuestionPicture
from tests.exams.exchange.illustrated import (
    BLUE,
    BROKEN,
    GREEN,
    PHOTO,
    PLAIN,
    RED,
    embedded,
    inline,
    item,
    moodle,
    moodle_single,
    parts_of,
    run,
    two_pictures,
    word,
    zipped,
)
from tests.factories import NOON


def bodies() -> list[dict[str, object]]:
    ordered = select(QuestionVersion).order_by(QuestionVersion.id)
    return [each.body for each in db.session.scalars(ordered)]


def kept() -> Sequence[QuestionPicture]:
    return db.session.scalars(select(QuestionPicture).order_by(QuestionPicture.id)).all()


def stored(content: bytes, bank: str = "mine", wanted: str = "auto") -> Report:
    """Bring a file in as the command does."""
    report = read(content, wanted)
    given = drawing.shown_in(report.questions)
    report = drawing.settled(report, drawing.draw(given.values(), known=shelf.known(given)))
    known = storing.known_in(bank)
    storing.put_pictures(report, known)
    storing.store(report, Order(bank), actor_id=None, at=NOON, known=known)
    return report


def out(bank: str = "mine") -> list[File]:
    return shelf.illustrated(storing.exported(bank, "zh"))


CASE_PAPER = word(
    [run("案例分析题"), run("1. 客户来电。") + inline("r1", "红"), run("（1）先做什么？"),
     run("A. ") + inline("r2", "蓝") + run(" B. 挂断"), run("答案：A"), run("（2）要升级吗？"),
     run("答案：√")],
    {"a.png": RED, "b.png": BLUE},
)  # fmt: skip
PAPER = word(
    [run("填空题"), run("1. 看图") + inline("r1", "红") + run("它是____色。"), run("答案：红"),
     run("简答题"), run("2. 说说") + inline("r3", "相"), run("答案：见") + inline("r2", "蓝")],
    {"a.png": RED, "b.png": BLUE, "p.jpg": PHOTO},
)  # fmt: skip
PACKAGE = zipped({
    "one.xml": item('<p>Which? <img src="p.jpg" alt="photo"/></p>', explained="<p>See.</p>"),
    "p.jpg": PHOTO,
})  # fmt: skip
MATCHING = moodle(
    '<question type="matching"><name><text>m</text></name><questiontext format="html">'
    "<text>Match</text></questiontext>"
    '<subquestion format="html"><text><![CDATA[<img src="@@PLUGINFILE@@/a.png" alt="r">]]></text>'
    f"{embedded('a.png', RED)}<answer><text>one</text></answer></subquestion>"
    '<subquestion format="html"><text>b</text><answer><text>two</text></answer></subquestion>'
    "</question>"
)
CLOZE = moodle(
    '<question type="cloze"><name><text>c</text></name><questiontext format="html"><text><![CDATA['
    '<p>See <img src="@@PLUGINFILE@@/a.png" alt="r">: {1:SHORTANSWER:=red} and {1:SHORTANSWER:=blue}'
    f"]]></text>{embedded('a.png', RED)}</questiontext></question>"
)


@pytest.mark.usefixtures("session")
class TestRoundTrips:
    @pytest.mark.parametrize("wanted", ["moodlexml", "qti21", "qti30"])
    @pytest.mark.parametrize(
        "content",
        [moodle(two_pictures(RED), two_pictures(PHOTO, title="p", name="p.jpg")), PAPER, PACKAGE, MATCHING, CLOZE],
        ids=["moodle", "word", "qti", "matching", "cloze"],
    )  # fmt: skip
    def test_bytes_and_places_stay(self, content: bytes, wanted: str) -> None:
        first = stored(content)
        assert [each.code for each in first.problems] == []
        before = out()
        assert all(each.pictures for each in before)
        rows = len(kept())
        file, losses = write(before, wanted)
        assert losses.problems == []
        back = stored(file, "again")
        after = out("again")
        assert [each.pictures for each in after] == [each.pictures for each in before]
        assert len(kept()) == rows, "drawn by the bank itself, it is not drawn again"
        assert {each.code for each in back.problems} <= {"kept-by-hand", "points-rounded"}
        for one, two in zip(before, after, strict=True):
            assert [each.text for each in one.options] == [each.text for each in two.options]
            assert sorted(each.text for each in one.pairs) == sorted(
                each.text for each in two.pairs
            )
            assert one.stem == two.stem

    def test_a_package_lists_its_pictures(self) -> None:
        stored(PACKAGE)
        (question,) = out()
        file, _losses = write([question], "qti21")
        assert f"images/{question.pictures[0].name}" in parts_of(file)

    def test_a_case_keeps_its_pictures(self) -> None:
        stored(CASE_PAPER, wanted="docx")
        (case,) = out()
        red, blue = case.pictures
        assert case.stem == f"客户来电。![红](media:{red.name})"
        assert case.parts[0].options[0].text == f"![蓝](media:{blue.name})"
        assert stored(CASE_PAPER, wanted="docx").problems[-1].code == "duplicate"

    @pytest.mark.parametrize("wanted", ["xlsx", "gift"])
    def test_formats_without_a_place_say_what_they_leave_out(self, wanted: str) -> None:
        stored(moodle(two_pictures(RED), two_pictures(GREEN, "", "g", "g.gif"), PLAIN,
                      moodle_single('<img src="@@PLUGINFILE@@/x.png">', embedded("x.png", BLUE))))  # fmt: skip
        file, report = write(storing.exported("mine", "zh"), wanted)
        assert [(each.where, each.code) for each in report.problems] == [
            ("1", "picture-dropped"), ("2", "picture-dropped"), ("4", "picture-needed"),
        ]  # fmt: skip
        back = read(file, wanted)
        assert [each.stem for each in back.questions] == [
            "Which lamp?\n\n灯", "Which lamp?", "Another one?",
        ]  # fmt: skip
        assert back.questions[0].options[0].text == "蓝"
        assert back.problems == []

    def test_a_list_to_choose_from_has_no_pictures(self) -> None:
        turned = MATCHING.decode().replace(
            "<answer><text>two</text></answer>",
            '<answer format="html"><text><![CDATA[<img src="@@PLUGINFILE@@/a.png" alt="x">]]></text>'
            "</answer>",
        )
        assert [each.code for each in stored(turned.encode()).problems] == ["picture-in-list"]
        assert kept() == []


@pytest.mark.usefixtures("session")
class TestCommands:
    def test_from_file_to_bank_to_file(self, app: Flask, tmp_path: Path) -> None:
        runner, file, made = app.test_cli_runner(), tmp_path / "in.xml", tmp_path / "out.zip"
        file.write_bytes(moodle(two_pictures(RED), two_pictures(BROKEN, title="bad"), PLAIN))
        args = ["exams", "import", str(file), "--bank", "mine", "--json"]
        result = runner.invoke(args=args)
        assert result.exit_code == 0, result.output
        told = json.loads(result.output)
        assert set(told) == {"format", "count", "questions", "kinds", "problems"}
        assert told["count"] == 3
        assert [(each["where"].split(",")[0], each["severity"], each["code"])
                for each in told["problems"]] == [("2", "error", "picture-broken")]  # fmt: skip
        assert told["questions"][0] == {
            "kind": "single", "title": "q", "points": 1, "options": ["蓝", "no"], "key": ["A"],
            "tags": [], "category": "",
        }  # fmt: skip
        assert len(bodies()) == 2
        args = ["exams", "export", "--bank", "mine", "--format", "qti21", "--out", str(made)]
        result = runner.invoke(args=args)
        assert result.exit_code == 0, result.output
        assert [len(each.pictures) for each in read(made.read_bytes()).questions] == [2, 0]
        args = ["exams", "export", "--bank", "mine", "--format", "gift", "--out", str(made)]
        assert "Pictures cannot go into this format" in runner.invoke(args=args).output

    def test_a_dry_run_looks_at_them_and_keeps_nothing(self, app: Flask, tmp_path: Path) -> None:
        file = tmp_path / "in.xml"
        file.write_bytes(moodle(two_pictures(RED), two_pictures(BROKEN, title="bad")))
        result = app.test_cli_runner().invoke(
            args=["exams", "import", str(file), "--dry-run", "--json"]
        )
        assert result.exit_code == 0
        assert [each["code"] for each in json.loads(result.output)["problems"]] == [
            "picture-broken"
        ]
        assert kept() == []
