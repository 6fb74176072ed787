"""Pictures in files of every format: at their places, within limits, and never lost silently."""

import base64
import io
import json

import pytest
import xlsxwriter

from lms.exams.exchange import asjson, media, prose
from lms.exams.exchange.aside import read_aside
from lms.exams.exchange.media import picture
from lms.exams.exchange.question import Picture, Question, Sort
from lms.exams.exchange.reading import read
from lms.exams.exchange.report import Report
from tests.exams.exchange.illustrated import (
    BLUE,
    BROKEN,
    GREEN,
    RED,
    SVG,
    embedded,
    inline,
    item,
    moodle,
    moodle_single,
    run,
    word,
    zipped,
)


def named(content: bytes) -> str:
    own = picture(content)
    assert own is not None
    return own.name


def only(report: Report) -> Question:
    assert report.is_readable, report.problems
    (question,) = report.questions
    return question


def codes(report: Report) -> list[str]:
    return [each.code for each in report.problems]


R, B, G = named(RED), named(BLUE), named(GREEN)


class TestMoodleXml:
    def test_pictures_stand_where_they_stood(self) -> None:
        right = f'<text><![CDATA[<img src="@@PLUGINFILE@@/b.png" alt="蓝">]]></text>{embedded("b.png", BLUE)}'
        why = f'<text><![CDATA[see <img src="@@PLUGINFILE@@/g.gif" alt="绿">]]></text>{embedded("g.gif", GREEN)}'
        stem = '<p>Which?</p><p><img src="@@PLUGINFILE@@/a%20b.png" alt="红&amp;方"></p>'
        content = moodle(moodle_single(stem, embedded("a b.png", RED), right=right, why=why))
        report = read(content)
        question = only(report)
        assert codes(report) == []
        assert question.stem == f"Which?\n\n![红&方](media:{R})"
        assert question.options[0].text == f"![蓝](media:{B})"
        assert question.options[0].why == f"see ![绿](media:{G})"
        assert question.pictures == (Picture(R, RED), Picture(B, BLUE), Picture(G, GREEN))

    def test_two_texts_may_have_two_files_of_one_name(self) -> None:
        right = f'<text><![CDATA[<img src="@@PLUGINFILE@@/x.png" alt="b">]]></text>{embedded("x.png", BLUE)}'
        stem = '<img src="@@PLUGINFILE@@/x.png" alt="r">'
        question = only(read(moodle(moodle_single(stem, embedded("x.png", RED), right=right))))
        assert question.stem == f"![r](media:{R})"
        assert question.options[0].text == f"![b](media:{B})"

    @pytest.mark.parametrize(
        ("tag", "code"),
        [
            ('<img src="http://example.org/a.png" alt="x">', "picture-remote"),
            ('<img src="//example.org/a.png" alt="x">', "picture-remote"),
            ('<img src="@@PLUGINFILE@@/none.png" alt="x">', "picture-missing"),
            ('<img src="file:///etc/passwd" alt="x">', "picture-missing"),
            ("<img src=none.png alt=x>", "picture-missing"),
            ('<img src="/questions/pictures/a.png" alt="x">', "picture-missing"),
            ('<img src="../../a.svg" alt="x">', "picture-svg"),
            ('<img alt="x">', "picture-missing"),
            ('<img src="@@PLUGINFILE@@/d.png" alt="x">', "picture-svg"),
            ("x <svg><script>1</script></svg>", "picture-svg"),
            (f'<img alt="x" src="data:image/svg+xml;base64,{base64.b64encode(SVG).decode()}">',
             "picture-svg"),
            ('<img alt="x" src="data:text/html,<b>">', "picture-missing"),
            ('<img alt="x" src="data:image/png;base64,%%%">', "file-dropped"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_said_and_leaves_its_words(self, tag: str, code: str) -> None:
        report = read(moodle(moodle_single(f"<p>Which? {tag}</p>", embedded("d.png", SVG))))
        question = only(report)
        assert code in codes(report)
        assert {each.where for each in report.problems} == {question.where}
        assert question.pictures == ()
        assert "](" not in question.stem
        assert "x" in question.stem
        assert "script" not in question.stem

    def test_one_that_says_nothing_is_named(self) -> None:
        stem = '<img src="@@PLUGINFILE@@/a.png"><img src="@@PLUGINFILE@@/a.png" alt=" ">'
        report = read(moodle(moodle_single(stem, embedded("a.png", RED))))
        assert [(each.code, each.values) for each in report.problems] == [
            ("picture-unnamed", {"count": 2})
        ]

    def test_markdown_names_its_own_pictures_only(self) -> None:
        stem = (
            "![a](@@PLUGINFILE@@/a.png) ![b](http://e.org/b.png) ![c](/login) ![d [e]](media:x.png)"
        )
        content = moodle(moodle_single("x", embedded("a.png", RED))).replace(
            b'format="html"><text><![CDATA[x]]>', f'format="markdown"><text>{stem}'.encode()
        )
        report = read(content)
        question = only(report)
        assert question.stem == f"![a](media:{R}) b c d [e]"
        assert sorted(codes(report)) == ["picture-missing", "picture-missing", "picture-remote"]

    def test_an_address_that_holds_the_picture_itself(self) -> None:
        held = base64.b64encode(RED).decode()
        stem = f'<p>Which? <img alt="r" src="data:image/png;base64,{held}"></p>'
        question = only(read(moodle(moodle_single(stem))))
        assert question.stem == f"Which? ![r](media:{R})"
        assert question.pictures == (Picture(R, RED),)


class TestGift:
    def test_an_address_that_holds_the_picture_itself(self) -> None:
        held = base64.b64encode(BLUE).decode().replace("=", "\\=")
        text = (
            f'[html]Which? <img alt\\="b" src\\="data\\:image/png;base64,{held}"> {{=right ~wrong}}'
        )
        question = only(read(text.encode(), "gift"))
        assert question.stem == f"Which? ![b](media:{B})"
        assert question.pictures == (Picture(B, BLUE),)
        text = f"[markdown]Which? ![b](data\\:image/png;base64,{held}) {{T}}"
        assert only(read(text.encode(), "gift")).stem == f"Which? ![b](media:{B})"

    def test_one_elsewhere_is_said(self) -> None:
        report = read(b'Which? <img alt\\="b" src\\="https\\://e.org/b.png"> {T}', "gift")
        assert codes(report) == ["picture-remote"]
        assert only(report).stem == "Which? b"


class TestWord:
    def test_pictures_stand_in_stem_option_and_explanation(self) -> None:
        content = word(
            [
                run("1. 这是什么？") + inline("r1", "红色方块"),
                run("A. ") + inline("r2", "蓝色") + run(" B. 绿"),
                run("答案：A"),
                run("解析：见") + inline("r3", "C:\\图片\\photo.gif"),
            ],
            {"image1.png": RED, "image2.PNG": BLUE, "image3.gif": GREEN},
        )
        report = read(content)
        question = only(report)
        assert (question.sort, question.key) == (Sort.SINGLE, ["A"])
        assert question.stem == f"这是什么？![红色方块](media:{R})"
        assert [each.text for each in question.options] == [f"![蓝色](media:{B})", "绿"]
        assert question.explanation == f"见![](media:{G})"
        assert [(each.code, each.where) for each in report.problems] == [
            ("picture-unnamed", question.where)
        ]

    def test_pictures_beside_a_key_explain_it_and_never_are_part_of_it(self) -> None:
        content = word(
            [inline("r2", "标志"), run("1. 看？"), run("A. 甲 B. 乙"), run("答案：B") + inline("r1", "红"),
             run("知识点：灯") + inline("r1"), run("填空题"), run("1. 灯是____色"),
             run("答案：红") + inline("r1", "红")],
            {"a.png": RED, "b.png": BLUE},
        )  # fmt: skip
        report = read(content)
        single, blank = report.questions
        assert (single.key, single.tags) == (["B"], ("灯",))
        assert blank.key == ["红"]
        assert single.explanation == blank.explanation == f"![红](media:{R})"
        assert [(each.code, each.values) for each in report.problems] == [
            ("line-skipped", {"text": "…"})
        ]

    @pytest.mark.parametrize(
        ("relation", "how", "code"),
        [("r1", "embed", "file-dropped"), ("rX", "link", "picture-remote"),
         ("r2", "embed", "picture-svg")],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_said_at_its_question(
        self, relation: str, how: str, code: str
    ) -> None:
        content = word(
            [run("1. 一？"), run("A. 甲 B. 乙"), run("答案：A"),
             run("2. 二？") + inline(relation, "图", how), run("A. 甲 B. 乙"), run("答案：B")],
            {"formula.wmf": b"\xd7\xcd\xc6\x9a", "d.png": SVG}, outside="http://e.org/a.png",
        )  # fmt: skip
        report = read(content)
        assert [(each.code, each.where) for each in report.problems] == [
            (code, report.questions[1].where)
        ]
        assert report.questions[1].stem == "二？图"


def test_pictures_in_a_table_are_said() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["题干", "答案"])
        sheet.write_row(1, 0, ["备份可以不测试。", "错"])
        sheet.insert_image(1, 2, "r.png", {"image_data": io.BytesIO(RED)})
    report = read(target.getvalue())
    assert len(report.questions) == 1
    assert [(each.where, each.code) for each in report.problems] == [("", "sheet-pictures")]


class TestQti:
    def test_pictures_are_found_from_the_item_s_folder(self) -> None:
        stem = '<p>Which? <img src="../images/r.png" alt="red"/></p>'
        right = '<p><object type="image/png" data="../images/b.png">blue</object></p>'
        explained = '<p><img src="g%20g.gif" alt="green"/></p>'
        content = zipped({
            "items/one.xml": item(stem, right, explained), "images/r.png": RED,
            "images/b.png": BLUE, "items/g g.gif": GREEN,
        })  # fmt: skip
        report = read(content)
        question = only(report)
        assert codes(report) == []
        assert question.stem == f"Which? ![red](media:{R})"
        assert question.options[0].text == f"![blue](media:{B})"
        assert question.explanation == f"![green](media:{G})"

    @pytest.mark.parametrize(
        ("source", "code"),
        [
            ("../../etc/r.png", "picture-missing"),
            ("/r.png", "picture-missing"),
            ("https://e.org/r.png", "picture-remote"),
            ("d.svg", "picture-svg"),
            ("fake.png", "picture-svg"),
            ("old.bmp", "file-dropped"),
        ],
    )
    def test_what_leads_outside_or_is_no_picture(self, source: str, code: str) -> None:
        stem = f'<p>Which? <img src="{source}" alt="w"/></p>'
        content = zipped({"one.xml": item(stem), "d.svg": SVG, "fake.png": SVG, "old.bmp": b"BM"})
        report = read(content)
        assert codes(report) == [code]
        assert only(report).stem == "Which? w"

    def test_an_item_of_1_2(self) -> None:
        held = base64.b64encode(BLUE).decode()
        content = zipped({
            "assessment/a.xml": '<questestinterop><item ident="1" title="q"><presentation><material>'
            '<mattext texttype="text/html">&lt;p&gt;Which? &lt;img alt="r" src="$IMS-CC-FILEBASE$/'
            'img/r.png?canvas=1"&gt;&lt;/p&gt;</mattext>'
            f'<matimage imagtype="image/png" embedded="base64" label="b">{held}</matimage></material>'
            "</presentation></item></questestinterop>",
            "img/r.png": RED,
        })  # fmt: skip
        question = only(read(content))
        assert question.stem == f"Which? ![r](media:{R})\n\n![b](media:{B})"


class TestLimits:
    def stem(self, count: int) -> bytes:
        tags = "".join(f'<img alt="{n}" src="@@PLUGINFILE@@/{n}.png">' for n in range(count))
        files = [embedded(f"{n}.png", RED + bytes([n])) for n in range(count)]
        return moodle(moodle_single(f"<p>Which? {tags}</p>", *files))

    def test_of_one_picture(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(media, "MOST_BYTES", len(RED) - 1)
        report = read(self.stem(1))
        assert codes(report) == ["picture-too-large"]
        assert only(report).pictures == ()

    def test_of_their_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(media, "MOST_PICTURES", 2)
        report = read(self.stem(4))
        assert codes(report) == ["pictures-too-many"] * 2
        assert len(only(report).pictures) == 2

    def test_of_all_of_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(media, "MOST_ALL_BYTES", 3 * len(RED))
        report = read(self.stem(4))
        assert codes(report) == ["pictures-too-many"] * 2
        assert len(only(report).pictures) == 2

    def test_one_picture_in_many_questions_is_sent_once(self) -> None:
        one = moodle_single('<img alt="r" src="@@PLUGINFILE@@/r.png">', embedded("r.png", RED))
        report = read(moodle(*[one] * 30))
        said = json.dumps(asjson.of_report(report))
        assert said.count(base64.b64encode(RED).decode()) == 1
        assert asjson.report(json.loads(said)) == report

    def test_tags_that_never_end_take_no_time(self) -> None:
        report = read(moodle(moodle_single('<img src="' * 50_000 + '<img alt="' * 50_000)))
        assert "picture-missing" in codes(report)


def test_a_process_of_its_own_sends_pictures_too() -> None:
    stem = '<p>Which? <img alt="r" src="@@PLUGINFILE@@/r.png"></p>'
    content = moodle(moodle_single(stem, embedded("r.png", RED), embedded("x.png", BROKEN)))
    assert read_aside(content) == read(content)


def test_a_question_without_pictures_says_what_they_show() -> None:
    own = Picture(R, RED)
    question = Question(Sort.ESSAY, f"a ![b](media:{R})\n\n![](media:{R})", pictures=(own,))
    assert prose.bare(question) == Question(Sort.ESSAY, "a b")
    assert prose.without_words(question) == 1
