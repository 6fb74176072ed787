"""Packages of QTI 3.0: spelt as it spells, in its order, and read again by whoever reads 3.0."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from lms.core import archives, etree
from lms.exams.exchange import trees
from lms.exams.exchange.media import picture
from lms.exams.exchange.question import FULL, Blank, Form, Number, Option, Question, Sort
from lms.exams.exchange.reading import read
from lms.exams.exchange.trees import Node
from lms.exams.exchange.writers import qti21, qti30
from lms.exams.exchange.writing import loss, write
from tests.exams.exchange.questions import questions

ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
HTML = frozenset({
    "p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a", "img", "table", "thead",
    "tbody", "tr", "th", "td", "blockquote", "hr",
})  # fmt: skip
ORDER = (
    "qti-response-declaration", "qti-outcome-declaration", "qti-item-body",
    "qti-response-processing", "qti-modal-feedback",
)  # fmt: skip
"""Of the children of an item, as its schema has them."""
NAME = re.compile("qti-[a-z]+(-[a-z]+)*")
slow = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def parts(given: list[Question]) -> dict[str, Node]:
    content, report = write(given, "qti30")
    assert report.problems == []
    files = archives.unpacked(content)
    return {name: etree.fromstring(each) for name, each in files.items() if name.endswith(".xml")}


def plain(node: Node) -> str:
    space, _close, name = node.tag[1:].partition("}")
    assert space == ITEM, node.tag
    return str(name)


def item_of(question: Question) -> Node:
    return parts([question])["item00001.xml"]


def own(root: Node) -> Iterator[Node]:
    return (each for each in root.iter() if plain(each) not in HTML)


@slow
@given(questions(qti30.SORTS))
def test_every_item_is_spelt_as_3_0_has_it(question: Question) -> None:
    root = item_of(question)
    assert plain(root) == "qti-assessment-item"
    for each in own(root):
        assert NAME.fullmatch(plain(each))
        assert all(key.startswith("{") or key == key.lower() for key in each.attrib)
    order = [ORDER.index(plain(each)) for each in root]
    assert order == sorted(order)
    for each in root.iter(f"{{{ITEM}}}qti-modal-feedback", f"{{{ITEM}}}qti-rubric-block"):
        assert [plain(child) for child in each] == ["qti-content-body"]
    declared = {each.get("identifier") for each in root.iter(f"{{{ITEM}}}qti-outcome-declaration")}
    shown = {each.get("outcome-identifier") for each in own(root)} - {None}
    assert shown <= declared
    asked = {each.get("response-identifier") for each in own(root)} - {None}
    responses = {
        each.get("identifier") for each in root.iter(f"{{{ITEM}}}qti-response-declaration")
    }
    assert asked == responses


@slow
@given(questions(qti30.SORTS))
def test_it_says_what_2_1_says(question: Question) -> None:
    old, new = (read(write([question], each)[0]).questions for each in ("qti21", "qti30"))
    assert old == new
    assert qti30.is_sayable(question) is qti21.is_sayable(question)


def test_the_manifest_names_its_items_pictures_and_tags() -> None:
    own_picture = picture(b"\x89PNG\r\n\x1a\n" + bytes(20))
    assert own_picture is not None
    shown = Question(
        Sort.ESSAY, f"![灯](media:{own_picture.name})", title="甲", tags=("日志", "网络"),
        category="S1", difficulty=4, pictures=(own_picture,),
    )  # fmt: skip
    root = parts([shown, replace(shown, title="乙", pictures=(), stem="Why?")])["imsmanifest.xml"]
    assert root.tag == f"{{{PACKAGE}}}manifest"
    said = [root.findtext(f"{{{PACKAGE}}}metadata/{{{PACKAGE}}}{key}") for key in ("schema", "schemaversion")]  # fmt: skip
    assert said[0] == "QTI Package"
    assert (said[1] or "").startswith("3.0")
    resources = list(root.iter(f"{{{PACKAGE}}}resource"))
    assert [each.get("type") for each in resources] == ["imsqti_item_xmlv3p0"] * 2
    assert [each.get("href") for each in resources[0].iter(f"{{{PACKAGE}}}file")] == [
        "item00001.xml", f"images/{own_picture.name}",
    ]  # fmt: skip
    content, _report = write([shown], "qti30")
    (back,) = read(content).questions
    assert (back.tags, back.category, back.difficulty) == (("日志", "网络"), "S1", 4)


@pytest.mark.parametrize(
    ("question", "template"),
    [
        (
            Question(Sort.SINGLE, "?", options=(Option("A", "x", FULL), Option("B", "y"))),
            "match_correct",
        ),
        (
            Question(Sort.TEXT, "?", blanks=(Blank((Form("a"), Form("b", FULL / 2))),)),
            "map_response",
        ),
    ],
)
def test_how_it_is_marked_is_a_template_of_3_0(question: Question, template: str) -> None:
    processing = item_of(question).find(f"{{{ITEM}}}qti-response-processing")
    assert processing.get("template") == (
        f"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{template}.xml"
    )


def test_a_number_has_its_tolerance() -> None:
    near = Question(
        Sort.NUMERIC, "?", blanks=(Blank(numbers=(Number(Decimal(5), Decimal("0.5")),)),)
    )
    (equal,) = item_of(near).iter(f"{{{ITEM}}}qti-equal")
    assert dict(equal.attrib) == {"tolerance-mode": "absolute", "tolerance": "0.5 0.5"}
    assert [plain(each) for each in equal] == ["qti-variable", "qti-correct"]


def test_what_choosing_shows_is_a_block_at_its_choice() -> None:
    options = (Option("A", "x", FULL, "Yes.\n\nIndeed."), Option("B", "y", why="No."))
    root = item_of(Question(Sort.SINGLE, "?", options=options))
    blocks = list(root.iter(f"{{{ITEM}}}qti-feedback-block"))
    assert [plain(each.getparent()) for each in blocks] == ["qti-simple-choice"] * 2
    assert [trees.text_of(each) for each in blocks] == ["Yes.Indeed.", "No."]
    assert [len(each.findall(f".//{{{ITEM}}}p")) for each in blocks] == [2, 1]


def test_a_case_and_what_has_no_kind_are_named_and_left_out() -> None:
    for sort in (Sort.CASE, Sort.MANUAL):
        assert loss(Question(sort, "x"), "qti30") == "not-exported"
