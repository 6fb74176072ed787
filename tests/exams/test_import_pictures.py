"""Pictures of imported questions: looked at, brought into the bank, and out of it again."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import clock, queue, storage, uploads
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.exams.exchange import drawing, shelf, storing
from lms.exams.exchange.question import Question as File
from lms.exams.exchange.reading import read
from lms.exams.exchange.report import Report
from lms.exams.exchange.storing import Order
from lms.exams.exchange.writing import write
from lms.exams.import_models import QuestionImport, QuestionImportRow
from lms.exams.importing import files, pictures
from lms.exams.models import Question, QuestionVersion
from lms.exams.picture_models import QuestionPicture
from tests import factories
from tests.browser import sign_in
from tests.exams.exchange.illustrated import (
    BLUE,
    BROKEN,
    GREEN,
    RED,
    drawn,
    embedded,
    inline,
    item,
    moodle,
    moodle_single,
    parts_of,
    run,
    word,
    zipped,
)
from tests.exams.test_importing import ORDER, bring, teacher
from tests.factories import NOON

__all__ = ["teacher"]

PHOTO = drawn("green", "JPEG", 64)


def single(content: bytes, alt: str = "灯", title: str = "q", name: str = "r.png") -> str:
    """Return a question with a picture in its stem and another in its right option."""
    right = f'<text><![CDATA[<img src="@@PLUGINFILE@@/b.png" alt="蓝">]]></text>{embedded("b.png", BLUE)}'
    stem = f'<p>Which lamp?</p><img src="@@PLUGINFILE@@/{name}" alt="{alt}">'
    return moodle_single(stem, embedded(name, content), right=right, title=title)


PLAIN = moodle_single("Another one?", title="plain")


def take(client: FlaskClient, address: str, *numbers: int, **more: str) -> str:
    """Bring questions in; return the page that says what became of them."""
    data = {
        "shown": list(map(str, numbers)),
        "number": list(map(str, numbers)),
        **ORDER,
        "act": "in",
    }
    reply = client.post(address, data=data | more)
    assert reply.status_code == 302, reply.text
    assert queue.run_one()
    return client.get(address).text


def bodies() -> list[dict[str, object]]:
    return [each.body for each in db.session.scalars(select(QuestionVersion)
                                                     .order_by(QuestionVersion.id))]  # fmt: skip


def kept() -> Sequence[QuestionPicture]:
    return db.session.scalars(select(QuestionPicture).order_by(QuestionPicture.id)).all()


@pytest.mark.usefixtures("teacher")
class TestPages:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_check_shows_them_at_their_places(self, client: FlaskClient, language: str) -> None:
        client.set_cookie("lang", language)
        address = bring(client, moodle(single(RED), PLAIN), "q.xml")
        page = client.get(address).text
        found = re.findall(r'<img src="([^"]+)" alt="(灯|蓝)"', page)
        assert [alt for _source, alt in found] == ["灯", "蓝"]
        for source, _alt in found:
            reply = client.get(source)
            assert (reply.status_code, reply.mimetype) == (200, "image/png")
            assert Image.open(io.BytesIO(reply.data)).size == (8, 8)
        assert page.count('<details class="data brought"') == 1
        assert kept() == []
        assert client.get(f"{address}/pictures/{'0' * 64}.png").status_code == 404

    def test_they_are_for_their_bringer_alone(self, client: FlaskClient) -> None:
        address = bring(client, moodle(single(RED)), "q.xml")
        source = re.findall(r'<img src="([^"]+)" alt="灯"', client.get(address).text)[0]
        sign_in(client, factories.person(roles={Role.TRAINER}))
        assert client.get(source).status_code == 404

    def test_the_bank_shows_what_was_brought_in(self, client: FlaskClient) -> None:
        told = take(client, bring(client, moodle(single(RED), PLAIN), "q.xml"), 1, 2)
        assert "2 new in the bank" in told
        (body, _plain) = bodies()
        said = json.dumps(body, ensure_ascii=False)
        assert "media:" not in said
        sources = re.findall(r"!\[(?:灯|蓝)\]\((/questions/pictures/[0-9a-f]{64}\.png)\)", said)
        assert len(set(sources)) == 2
        code = db.session.scalars(select(Question.code).order_by(Question.id)).first()
        page = client.get(f"/studio/questions/{code}").text
        for source in set(sources):
            assert f'src="{source}"' in page
            assert client.get(source).mimetype == "image/png"
        assert len(kept()) == 2
        added = select(func.count()).where(AuditEntry.action == "exams.picture_added")
        assert db.session.scalar(added) == 2

    def test_what_they_hold_beside_the_picture_stays_outside(self, client: FlaskClient) -> None:
        secret = b"made in Room 7"
        take(client, bring(client, moodle(single(RED + secret)), "q.xml"), 1)
        assert all(secret not in storage.get(each.sha256) for each in kept())

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "Picture 1 of this question is damaged"), ("zh", "第 1 张图片已损坏")],
    )
    def test_a_broken_one_keeps_its_question_out_and_no_other(
        self, client: FlaskClient, language: str, words: str
    ) -> None:
        client.set_cookie("lang", language)
        address = bring(client, moodle(single(BROKEN, title="bad"), single(RED), PLAIN), "q.xml")
        page = client.get(address).text
        assert words in page
        numbers = [int(each) for each in re.findall(r'name="number" value="(\d+)" checked', page)]
        assert numbers == [2, 3]
        take(client, address, 1, 2, 3)
        titles = {each.meta["title"] for each in db.session.scalars(select(QuestionVersion))}
        assert titles == {"q", "plain"}
        assert len(kept()) == 2

    def test_one_with_too_many_pixels_is_broken_too(self, client: FlaskClient) -> None:
        bomb = io.BytesIO()
        Image.new("1", (6000, 5000)).save(bomb, "PNG")
        page = client.get(bring(client, moodle(single(bomb.getvalue())), "q.xml")).text
        assert "more than 24 million pixels" in page

    def test_one_that_does_not_say_what_it_shows_is_named(self, client: FlaskClient) -> None:
        page = client.get(bring(client, moodle(single(RED, alt="")), "q.xml")).text
        assert "Pictures that do not say what they show: 1." in page

    def test_word_files_bring_theirs(self, client: FlaskClient) -> None:
        content = word(
            [run("1. 这是什么？") + inline("r1", "红色"), run("A. 甲 B. 乙"), run("答案：A"),
             run("解析：") + inline("r2", "绿色")],
            {"a.png": RED, "b.gif": GREEN},
        )  # fmt: skip
        take(client, bring(client, content, "paper.docx"), 1)
        (body,) = bodies()
        said = json.dumps(body, ensure_ascii=False)
        assert re.search(r"!\[红色\]\(/questions/pictures/\w+\.png\)", said)
        assert re.search(r"!\[绿色\]\(/questions/pictures/\w+\.gif\)", said)

    def test_the_same_question_does_not_store_again(self, client: FlaskClient) -> None:
        content = moodle(single(RED), single(PHOTO, title="photo", name="p.jpg"))
        take(client, bring(client, content, "q.xml"), 1, 2)
        before = [(each.id, each.sha256) for each in kept()]
        address = bring(client, content, "q.xml")
        assert client.get(address).text.count("In the bank already") >= 2
        assert "2 not taken" in take(client, address, 1, 2)
        assert [(each.id, each.sha256) for each in kept()] == before
        assert len(bodies()) == 2

    def test_the_same_words_with_another_picture_are_another_question(
        self, client: FlaskClient
    ) -> None:
        content = moodle(single(RED, title="red"), single(GREEN, title="green", name="g.gif"))
        assert "2 new in the bank" in take(client, bring(client, content, "q.xml"), 1, 2)
        assert len(kept()) == 3

    def test_a_job_tried_again_goes_on(self, client: FlaskClient, session: Session) -> None:
        address = bring(
            client, moodle(single(RED), single(GREEN, title="g", name="g.gif")), "q.xml"
        )
        data = {"shown": ["1", "2"], "number": ["1", "2"], **ORDER, "act": "in"}
        client.post(address, data=data)
        with transaction():
            session.scalars(select(QuestionImportRow).filter_by(number=1)).one().is_in = True
        assert queue.run_one()
        assert {each.suffix for each in kept()} == {"gif", "png"}
        assert len(bodies()) == 1

    def test_what_an_earlier_release_has_checked_goes_in(
        self, client: FlaskClient, session: Session
    ) -> None:
        address = bring(client, moodle(single(RED)), "q.xml")
        with transaction():
            session.scalars(select(QuestionImport)).one().pictures = None
            session.scalars(select(QuestionImportRow)).one().shown = None
        assert client.get(address).status_code == 200
        take(client, address, 1)
        assert len(kept()) == 2

    def test_they_are_forgotten_with_their_import(
        self, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bring(client, moodle(single(RED)), "q.xml")
        row = session.scalars(select(QuestionImport)).one()
        names = pictures.stored_names(row.pictures)
        assert len(names) == 2
        files.sweep()
        assert all(uploads.read(pictures.FOLDER, each) for each in names)
        later = clock.now() + uploads.KEPT + timedelta(minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        files.sweep()
        assert not any(uploads.read(pictures.FOLDER, each) for each in names)

    def test_a_site_below_the_top_of_its_host(
        self, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = app.url_map.bind("").match(shelf.address("x.png"))
        assert found == ("exams.question_picture", {"name": "x.png"})
        below = replace(app.config["SETTINGS"], public_url="https://example.org/lms/")
        monkeypatch.setitem(app.config, "SETTINGS", below)
        take(client, bring(client, moodle(single(RED)), "q.xml"), 1)
        assert "](/lms/questions/pictures/" in json.dumps(bodies())
        assert len(out("Mine")[0].pictures) == 2

    def test_an_export_says_which_formats_have_no_place(self, client: FlaskClient) -> None:
        take(client, bring(client, moodle(single(RED), single(GREEN, "", "g", "g.gif"), PLAIN), "q.xml"),
             1, 2, 3)  # fmt: skip
        page = client.get("/studio/questions/export?bank=Mine").text
        assert page.count("without their pictures") == 2  # as a spreadsheet and as GIFT
        for wanted in ("moodlexml", "qti21"):
            reply = client.get(f"/studio/questions/export/{wanted}?bank=Mine&lang=zh")
            assert {len(each.pictures) for each in read(reply.data).questions} == {0, 2}


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
    return list(shelf.illustrated(storing.exported(bank, "zh")))


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


class TestRoundTrips:
    @pytest.mark.parametrize("wanted", ["moodlexml", "qti21"])
    @pytest.mark.parametrize(
        "content",
        [moodle(single(RED), single(PHOTO, title="p", name="p.jpg")), PAPER, PACKAGE, MATCHING, CLOZE],
        ids=["moodle", "word", "qti", "matching", "cloze"],
    )  # fmt: skip
    def test_bytes_and_places_stay(self, session: Session, content: bytes, wanted: str) -> None:
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

    def test_a_package_lists_its_pictures(self, session: Session) -> None:
        stored(PACKAGE)
        (question,) = out()
        file, _losses = write([question], "qti21")
        assert f"images/{question.pictures[0].name}" in parts_of(file)

    def test_a_case_keeps_its_pictures(self, session: Session) -> None:
        stored(CASE_PAPER, wanted="docx")
        (case,) = out()
        red, blue = case.pictures
        assert case.stem == f"客户来电。![红](media:{red.name})"
        assert case.parts[0].options[0].text == f"![蓝](media:{blue.name})"
        assert stored(CASE_PAPER, wanted="docx").problems[-1].code == "duplicate"

    @pytest.mark.parametrize("wanted", ["xlsx", "gift"])
    def test_formats_without_a_place_say_what_they_leave_out(
        self, session: Session, wanted: str
    ) -> None:
        stored(moodle(single(RED), single(GREEN, "", "g", "g.gif"), PLAIN,
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

    def test_a_list_to_choose_from_has_no_pictures(self, session: Session) -> None:
        turned = MATCHING.decode().replace(
            "<answer><text>two</text></answer>",
            '<answer format="html"><text><![CDATA[<img src="@@PLUGINFILE@@/a.png" alt="x">]]></text>'
            "</answer>",
        )
        assert [each.code for each in stored(turned.encode()).problems] == ["picture-in-list"]
        assert kept() == []


class TestCommands:
    def test_from_file_to_bank_to_file(self, app: Flask, session: Session, tmp_path: Path) -> None:
        runner, file, made = app.test_cli_runner(), tmp_path / "in.xml", tmp_path / "out.zip"
        file.write_bytes(moodle(single(RED), single(BROKEN, title="bad"), PLAIN))
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

    def test_a_dry_run_looks_at_them_and_keeps_nothing(
        self, app: Flask, session: Session, tmp_path: Path
    ) -> None:
        file = tmp_path / "in.xml"
        file.write_bytes(moodle(single(RED), single(BROKEN, title="bad")))
        result = app.test_cli_runner().invoke(
            args=["exams", "import", str(file), "--dry-run", "--json"]
        )
        assert result.exit_code == 0
        assert [each["code"] for each in json.loads(result.output)["problems"]] == [
            "picture-broken"
        ]
        assert kept() == []


def test_the_people_who_may_not(client: FlaskClient, trainee: Person) -> None:
    sign_in(client, trainee)
    assert client.get("/studio/questions/import/1/pictures/x.png").status_code == 403
