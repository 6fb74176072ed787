"""Question files that other people wrote: each is read as another reader found it."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from lms.exams.exchange.aside import read_aside
from lms.exams.exchange.question import Question, Sort
from lms.exams.exchange.reading import read
from lms.exams.exchange.report import Report
from tests.corpora import QUESTIONS, needs_questions

pytestmark = needs_questions

SORTS: dict[str, set[Sort]] = {
    "MC": {Sort.SINGLE, Sort.MULTIPLE},
    "TF": {Sort.TRUEFALSE},
    "Short": {Sort.TEXT, Sort.FILLIN},
    "Numerical": {Sort.NUMERIC},
    "Essay": {Sort.ESSAY},
    "Description": {Sort.DESCRIPTION},
    "Matching": {Sort.MATCHING},
    "truefalse": {Sort.TRUEFALSE},
    "cloze": {Sort.CLOZE},
    "multichoice": {Sort.SINGLE},
    "essay": {Sort.ESSAY},
}
NO_QUESTION = {"Category", "category"}
INTERACTIONS: dict[str, set[Sort]] = {
    "choiceInteraction": {Sort.SINGLE, Sort.MULTIPLE, Sort.TRUEFALSE},
    "matchInteraction": {Sort.MATCHING},
    "associateInteraction": {Sort.MATCHING},
    "extendedTextInteraction": {Sort.ESSAY},
    "gapMatchInteraction": {Sort.CLOZE},
    "orderInteraction": {Sort.ORDERING},
    "textEntryInteraction": {Sort.FILLIN},
}
REFUSED = {
    "billion_laughs.moodle.xml": "entities",
    "xxe_file.moodle.xml": "entities",
    "xxe.docx": "entities",
    "bomb.docx": "unpacks-too-large",
    "bomb_ratio.zip": "unpacks-too-large",
    "dupes_case_nfc.zip": "strange-entry",
    "not_a_zip.zip": "damaged-archive",
    "size_lie.zip": "damaged-archive",
    "slip_backslash.zip": "strange-entry",
    "slip_dotdot.zip": "strange-entry",
    "symlink.zip": "strange-entry",
    "truncated.zip": "damaged-archive",
    "unterminated.gift.txt": "unterminated",
}
SECONDS = 2
"""Of CPU that a hostile file may take; the slowest took a tenth of that."""


def expected() -> dict[str, Any]:
    path = QUESTIONS / "expected.json"
    return json.loads(path.read_bytes()) if path.is_file() else {}


def files(folder: str) -> list[Path]:
    return sorted(each for each in (QUESTIONS / folder).glob("**/*") if each.is_file())


def loaded(name: str, wanted: str = "auto") -> Report:
    return read((QUESTIONS / name).read_bytes(), wanted)


def texts(question: Question) -> Iterator[str]:
    yield from (question.stem, question.title, question.explanation, question.category)
    yield from question.tags
    for option in question.options:
        yield from (option.text, option.why)


@pytest.mark.parametrize("name", [each for each in expected() if "gift" in each or "xml/" in each])
def test_entries_are_what_another_reader_found(name: str) -> None:
    report = loaded(name)
    wanted = {kind: count for kind, count in expected()[name]["types"].items()
              if kind not in NO_QUESTION}  # fmt: skip
    for kind, count in wanted.items():
        assert sum(each.sort in SORTS[kind] for each in report.questions) == count, kind
    assert len(report.questions) == sum(wanted.values())
    assert report.is_readable
    assert report.format == ("gift" if "gift" in name else "moodlexml")


@pytest.mark.parametrize("name", [each for each in expected() if each.startswith("qti")])
def test_items_are_what_another_reader_found(name: str) -> None:
    report, wanted = loaded(name), expected()[name]
    assert report.format == "qti"
    if "illformed" in wanted:
        assert [each.code for each in report.problems] == ["ill-formed"]
        assert not report.is_readable
    elif wanted["kind"] == "qti12":
        assert len(report.questions) == wanted["items"]
    else:
        (interaction,) = wanted["interactions"]
        (question,) = report.questions
        assert question.sort in INTERACTIONS[interaction]


def as_qti_3(content: bytes) -> bytes:
    """Return an item of 2.x as 3.0 spells it: ``qti-choice-interaction``, ``response-identifier``."""
    root = etree.fromstring(content, etree.XMLParser(remove_comments=True))
    html = {"p", "img", "b", "br", "div", "ul", "li", "h1", "blockquote", "object", "span"}
    for each in root.iter():
        name = etree.QName(each).localname
        each.tag = name if name in html else f"qti-{kebab(name)}"
        for key in list(each.attrib):
            if not key.startswith("{"):
                value = each.attrib.pop(key)
                each.set(kebab(str(key)), value)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)


@pytest.mark.parametrize("path", files("qti21/items_2.1"), ids=lambda each: each.name)
def test_items_as_3_0_spells_them_are_the_same(path: Path) -> None:
    before, after = read(path.read_bytes()), read(as_qti_3(path.read_bytes()))
    assert after.format == "qti"
    assert after.questions == before.questions


def test_aiken() -> None:
    report = loaded("aiken/questions.aiken.txt")
    assert report.format == "aiken"
    assert [each.key for each in report.questions] == [["B"], ["A"]]
    assert not report.problems


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ksb_layout_cmmlu_computer_security_120.xlsx", 120),
        ("mtb_layout_cmmlu_40.xlsx", 40),
        ("wldx_layout_cmmlu_40.xlsx", 40),
    ],
)
def test_spreadsheets_of_chinese_quiz_programs(name: str, count: int) -> None:
    report = loaded(f"spreadsheet/{name}")
    assert (report.format, report.kinds, report.problems) == ("xlsx", {"single": count}, [])
    assert all(len(each.options) == 4 and len(each.key) == 1 for each in report.questions)
    assert [each.key for each in report.questions[:5]] == [["C"], ["C"], ["D"], ["D"], ["A"]]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("qti12/minimal_qti_1.2_sample.zip", {"single": 1}),
        ("qti12/test_qti_1.2.zip", {"multiple": 1, "single": 1, "truefalse": 1}),
        ("qti21/minimal_qti_2.1_sample.zip", {"multiple": 1, "single": 1}),
        ("qti21/test_qti_2.1.zip",
         {"essay": 1, "fillin": 1, "multiple": 1, "single": 1, "truefalse": 1}),
        ("qti12/text2qti/quiz.zip",
         {"essay": 1, "multiple": 1, "numeric": 1, "single": 1, "text": 1}),
    ],
)  # fmt: skip
def test_packages(name: str, kinds: dict[str, int]) -> None:
    assert loaded(name).kinds == kinds


def test_embedded_pictures_come_along() -> None:
    for name in ("multianswer", "multichoice", "truefalse"):
        for question in loaded(f"moodlexml/{name}.xml").questions:
            assert question.pictures
            said = "\n".join(texts(question))
            assert all(f"media:{each.name}" in said for each in question.pictures)


@pytest.mark.parametrize("path", files("hostile"), ids=lambda each: each.name)
def test_hostile_files_are_refused_or_made_harmless(path: Path) -> None:
    began = time.process_time()
    report = read(path.read_bytes())
    assert time.process_time() - began < SECONDS
    if path.name in REFUSED:
        assert not report.questions
        assert REFUSED[path.name] in {each.code for each in report.problems}
        assert not report.is_readable
        return
    assert report.is_readable
    said = "\n".join(each for question in report.questions for each in texts(question)).lower()
    for danger in ("<script", "onerror", "<iframe", "javascript:", "<form", "<input", "<meta",
                   "<base", "<svg", "<object", "\u202e", "\0", "root:"):  # fmt: skip
        assert danger not in said


@pytest.mark.parametrize("name", ["bomb.docx", "billion_laughs.moodle.xml", "size_lie.zip"])
def test_a_process_of_its_own_says_the_same(name: str) -> None:
    content = (QUESTIONS / "hostile" / name).read_bytes()
    assert read_aside(content) == read(content)


def test_a_wrong_encoding_is_said() -> None:
    for name in ("lying_encoding.moodle.xml", "gb18030.csv"):
        report = loaded(f"hostile/{name}")
        assert "read-as-gb18030" in {each.code for each in report.problems}
        assert len(report.questions) == 1


def test_shares_that_are_none_are_said() -> None:
    report = loaded("hostile/fractions.moodle.xml")
    assert [each.values["value"] for each in report.problems if each.code == "bad-share"] == [
        "1e308", "-1e308", "NaN", "Infinity", "200", "", "abc", "50,5",
    ]  # fmt: skip
