"""The grammar of Chinese papers: numbers, sections, options, keys here and there."""

import io
import json
import zipfile
from typing import Any

import pytest

from lms.exams.exchange.question import Question, Sort
from lms.exams.exchange.reading import read
from lms.exams.exchange.report import Report
from tests.corpora import QUESTIONS, needs_questions

PAPER = """售后服务培训试卷

一、单选题（每题 2 分，共 6 分）
1. 备份的目的是（ B ）
A. 省电  B. 恢复数据\tC. 提速   D. 好看
2、下列属于一级故障的是？
A．页面颜色
B．生产系统全部不可用
C．错别字
答案：B
解析：一级故障指全部不可用。
3）版本号 1.5 表示
(A)甲 (B)乙 (C)丙 (D)丁
【答案】C
【解析】略
二、多项选择题
1. 备份策略有
A、全量 B、增量 C、不备份
答案：AB
三、判断题（每题1分）
1. 备份可以不测试。（ × ）
2. RTO 是恢复时间目标。（√）
3. 地球是圆的。
A.正确 B.错误
答案：A
四、填空题
1. SLA 的全称是____，RPO 的全称是（    ）。
答案：服务级别协议；恢复点目标
五、简答题
1. 简述恢复步骤。
(1) 第一步是什么？
(2) 第二步是什么？
答案：
1. 停机
2. 恢复
3. 验证
解析：(1) 见手册
2. 什么是 SLA？
参考答案：服务级别协议。
"""
AT_THE_END = """单项选择题
1. 甲（ ）
A 一
B 二
2. 乙（ ）
A. 一 B. 二 C. 三 D. 四
多选题
1. 丙
A. 一
B. 二
C. 三
判断题
1. 丁
2. 戊
填空题
1. 己____庚____
简答题
1. 辛

参考答案
一、单选题
1-2 BD
二、多选题
1. ABC
三、判断题
1. √  2. ×
四、填空题
1. 甲；乙
五、简答题
1. 答这一题要点：
(1) 要点一
(2) 要点二
"""


def paper(text: str) -> Report:
    report = read(text.encode(), "text")
    assert not [each for each in report.problems if each.severity == "error"]
    return report


def test_a_paper_with_keys_beside_the_questions() -> None:
    report = paper(PAPER)
    assert [(each.sort.value, each.key) for each in report.questions] == [
        ("single", ["B"]), ("single", ["B"]), ("single", ["C"]), ("multiple", ["A", "B"]),
        ("truefalse", ["false"]), ("truefalse", ["true"]), ("truefalse", ["true"]),
        ("fillin", ["服务级别协议", "恢复点目标"]), ("essay", []), ("essay", []),
    ]  # fmt: skip
    assert [str(each.points) for each in report.questions] == ["2"] * 3 + ["1"] * 7
    assert report.questions[0].stem == "备份的目的是（ ）"
    assert report.questions[1].explanation == "一级故障指全部不可用。"
    assert report.questions[8].stem == "简述恢复步骤。  \n(1) 第一步是什么？  \n(2) 第二步是什么？"
    assert "3" in report.questions[8].model
    assert report.questions[8].explanation == "(1) 见手册"
    assert report.questions[9].model == "服务级别协议。"
    assert [each.code for each in report.problems] == ["line-skipped"]


def test_a_paper_with_its_keys_at_the_end() -> None:
    report = paper(AT_THE_END)
    assert [(each.sort.value, each.key) for each in report.questions] == [
        ("single", ["B"]), ("single", ["D"]), ("multiple", ["A", "B", "C"]),
        ("truefalse", ["true"]), ("truefalse", ["false"]), ("fillin", ["甲", "乙"]), ("essay", []),
    ]  # fmt: skip
    assert "要点二" in report.questions[-1].model


NUMBERS = ["{}. ", "{}、", "{}）", "（{}）", "{}．", "第{}题 "]
OPTIONS = ["{}. ", "{}、", "{}．", "({})", "（{}）"]


@needs_questions
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("key", ["答案：{}", "参考答案：{}", "【答案】{}", "end"])
def test_questions_of_real_exams_in_each_way_of_writing(number: str, option: str, key: str) -> None:
    rows = [row for name in ("gaokao-history", "jec-qa-kd", "gaokao-geography")
            for row in _rows(name)[:30]]  # fmt: skip
    lines, keys = ["选择题"], []
    for place, row in enumerate(rows, start=1):
        lines.append(number.format(place) + " ".join(row["question"].split()))
        said = [each.strip()[3:] for each in row["options"]]
        marked = [option.format(letter) + text for letter, text in zip("ABCD", said, strict=True)]
        lines += marked if place % 2 else ["\t".join(marked)]
        keys.append("".join(row["label"]))
        if key != "end":
            lines.append(key.format(keys[-1]))
    if key == "end":
        lines += ["参考答案", *(f"{at}. {each}" for at, each in enumerate(keys, start=1))]
    report = read("\n".join(lines).encode(), "text")
    assert ["".join(each.key) for each in report.questions] == keys
    assert all(len(each.options) == 4 for each in report.questions)


def _rows(name: str) -> list[dict[str, Any]]:
    path = QUESTIONS / "zh" / f"{name}.head60.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(body: str, numbering: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        if numbering:
            file.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
    return target.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}<w:r><w:t>{text}</w:t></w:r></w:p>"


def listed(number: int) -> str:
    return f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'


def level(kind: str, text: str) -> str:
    return (f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>')  # fmt: skip


def only(content: bytes) -> Question:
    report = read(content)
    assert report.format == "docx"
    assert report.problems == []
    (question,) = report.questions
    return question


def test_word_that_numbers_headings_questions_and_options_itself() -> None:
    numbering = "".join(
        f'<w:abstractNum w:abstractNumId="{at}">{level(*each)}</w:abstractNum>'
        for at, each in enumerate(
            [("chineseCounting", "%1、"), ("decimal", "%1．"), ("upperLetter", "%1．")]
        )
    ) + "".join(
        f'<w:num w:numId="{at + 1}"><w:abstractNumId w:val="{at}"/></w:num>' for at in range(3)
    )
    body = (p("单选题（每题3分）", listed(1)) + p("备份是为了", listed(2))
            + p("省电", listed(3)) + p("恢复", listed(3)) + p("答案：B"))  # fmt: skip
    question = only(word(body, numbering))
    assert (question.sort, question.key, str(question.points)) == (Sort.SINGLE, ["B"], "3")
    assert question.stem == "备份是为了"
    assert [each.text for each in question.options] == ["省电", "恢复"]


def test_word_with_an_underlined_blank() -> None:
    run = '<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t xml:space="preserve">    </w:t></w:r>'
    body = f"<w:p><w:r><w:t>1. SLA 是</w:t></w:r>{run}</w:p>" + p("答案：服务级别协议")
    question = only(word(p("填空题") + body))
    assert (question.sort, question.stem, question.key) == (
        Sort.FILLIN, "SLA 是____", ["服务级别协议"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old-office"),
        (rb"{\rtf1\ansi hello}", "rtf"),
        (b"%PDF-1.7", "unknown-format"),
        (b"   ", "empty-file"),
    ],
)
@pytest.mark.parametrize("wanted", ["auto", "docx"])
def test_old_files_are_refused_with_advice(content: bytes, code: str, wanted: str) -> None:
    report = read(content, wanted)
    if not (wanted == "docx" and code == "unknown-format"):
        assert [each.code for each in report.problems] == [code]
    assert not report.is_readable


def test_a_case_has_sub_questions() -> None:
    report = paper("案例分析题\n1. 客户来电。\n（1）先做什么？\nA. 记录 B. 挂断\n答案：A\n"
                   "（2）要升级吗？\n答案：√\n")  # fmt: skip
    (case,) = report.questions
    assert case.sort is Sort.CASE
    assert [(each.sort.value, each.key) for each in case.parts] == [
        ("single", ["A"]), ("truefalse", ["true"]),
    ]  # fmt: skip
