"""What is exported and imported again is the same question, as far as the format can say it."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from lms.exams.exchange import asjson, banked, banking, texts
from lms.exams.exchange.media import picture
from lms.exams.exchange.question import FULL, Option, Pair, Question, Sort
from lms.exams.exchange.reading import read
from lms.exams.exchange.report import Report
from lms.exams.exchange.writers import gift, moodlexml, qti21
from lms.exams.exchange.writing import write
from lms.exams.rules.kinds import Kind
from tests.exams.exchange.questions import questions

slow = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
SHEET = frozenset(Sort) - {Sort.CASE, Sort.MANUAL}
BANKED = frozenset({
    Sort.SINGLE, Sort.MULTIPLE, Sort.TRUEFALSE, Sort.FILLIN, Sort.TEXT, Sort.NUMERIC, Sort.MATCHING,
    Sort.ORDERING, Sort.CLOZE,
})  # fmt: skip


def again(question: Question, wanted: str, reader: str) -> Question:
    content, report = write([question], wanted)
    assert not report.problems
    found = read(content, reader)
    assert [each.code for each in found.problems if each.code != "same-options"] == []
    (back,) = found.questions
    return back


def keyed(question: Question) -> Question:
    """Return a question with its options in the order of their texts: matching keeps no order."""
    if question.sort is not Sort.MATCHING:
        return question
    said = {each.key: each.text for each in question.options}
    return replace(
        question,
        options=tuple(sorted((Option("", each.text) for each in question.options),
                             key=lambda each: each.text)),
        pairs=tuple(Pair(each.text, said[each.key]) for each in question.pairs),
    )  # fmt: skip


def seen(text: str) -> str:
    """Return the HTML of a text; a browser shows several blanks as one, bare words as a paragraph,
    and no blanks at the ends of code."""
    shown = re.sub(r"<code>(\s*)(.*?)(\s*)</code>", r"\1<code>\2</code>\3", texts.rendered(text))
    return " ".join(re.sub(r"</?p>|<code></code>", " ", shown).split())


def as_seen(question: Question) -> Question:
    """Return a question with its Markdown as HTML: what a reader sees, however it is spelt."""
    return replace(
        question,
        stem=seen(question.stem),
        explanation=seen(question.explanation),
        model=seen(question.model),
        options=tuple(replace(each, text=seen(each.text), why=seen(each.why))
                      for each in question.options),
        pairs=tuple(replace(each, text=seen(each.text)) for each in question.pairs),
    )  # fmt: skip


@slow
@given(questions(gift.SORTS - {Sort.FILLIN}))
def test_gift(question: Question) -> None:
    # Points, difficulty, model answers have no place in it; a description no explanation.
    said = replace(question, points=Decimal(1), difficulty=None, model="")
    if said.sort is Sort.DESCRIPTION:
        said = replace(said, explanation="")
    if said.sort is Sort.MULTIPLE and len(said.key) == 1:
        said = replace(said, sort=Sort.SINGLE)  # by its weights it is one
    assert keyed(again(question, "gift", "gift")) == keyed(said)


@slow
@given(questions(moodlexml.SORTS))
def test_moodle_xml(question: Question) -> None:
    said = replace(question, difficulty=None)
    if said.sort not in {Sort.ESSAY, Sort.UPLOAD}:
        said = replace(said, model="")
    if said.sort is Sort.ORDERING:
        back = again(question, "moodlexml", "moodlexml")
        said = replace(said, options=tuple(replace(each, share=found.share) for each, found in
                                           zip(said.options, back.options, strict=True)))  # fmt: skip
    if said.sort is Sort.FILLIN and len(said.blanks) > 1:
        said = replace(said, sort=Sort.CLOZE)  # as which Moodle has several blanks
    assert keyed(again(question, "moodlexml", "moodlexml")) == keyed(said)


@slow
@given(questions(SHEET))
def test_spreadsheet(question: Question) -> None:
    said = question
    if said.sort not in {Sort.ESSAY, Sort.UPLOAD, Sort.DESCRIPTION}:
        said = replace(said, model="")
    if said.sort is Sort.ORDERING:
        said = replace(said, options=tuple(replace(each, why="") for each in said.options))
    assert keyed(again(question, "xlsx", "xlsx")) == keyed(said)


@pytest.mark.parametrize("wanted", ["qti21", "qti30"])
@slow
@given(question=questions(qti21.SORTS))
def test_qti(wanted: str, question: Question) -> None:
    said = question
    if said.sort not in {Sort.ESSAY, Sort.UPLOAD}:
        said = replace(said, model="")
    back = again(question, wanted, "qti")
    assert as_seen(keyed(back)) == as_seen(keyed(said))


@slow
@given(questions(BANKED))
def test_the_bank(question: Question) -> None:
    body = banking.body_of(question)
    back = banked.question_of(Kind(question.sort.value), body, "zh")
    said = replace(question, title="", points=Decimal(1), tags=(), category="", difficulty=None)
    if said.sort is Sort.ORDERING:
        said = replace(said, options=tuple(replace(each, why="") for each in said.options))
    assert keyed(back) == keyed(said)


@slow
@given(questions(frozenset(Sort) - {Sort.CASE}))
def test_json(question: Question) -> None:
    report = Report("gift", [question])
    report.warning("1", "no-stem", value="x")
    assert asjson.report(asjson.of_report(report)) == report


def test_an_option_that_begins_like_a_weight() -> None:
    options = (Option("A", "0", FULL), Option("B", "%0%"))
    back = again(Question(Sort.MULTIPLE, "0", title="0", options=options), "gift", "gift")
    assert [(each.text, each.share) for each in back.options] == [
        ("0", FULL),
        ("%0%", FULL - FULL),
    ]


def test_emphasis_over_a_broken_line() -> None:
    question = Question(Sort.DESCRIPTION, "_0  \n0_", title="0")
    assert seen(again(question, "qti21", "qti").stem) == seen(question.stem)


@pytest.mark.parametrize("wanted", ["moodlexml", "qti21", "qti30"])
def test_pictures_come_along(wanted: str) -> None:
    own = picture(b"\x89PNG\r\n\x1a\n" + bytes(20))
    assert own is not None
    stem = f"看图\n\n![灯](media:{own.name})"
    question = Question(Sort.ESSAY, stem, title="q", pictures=(own,))
    back = again(question, wanted, "qti" if wanted.startswith("qti") else wanted)
    assert (back.stem, back.pictures) == (stem, (own,))


def test_a_case_goes_into_a_sheet_row_by_row() -> None:
    options = (Option("true", "", FULL), Option("false", ""))
    part = Question(Sort.TRUEFALSE, "甲", options=options)
    case = Question(Sort.CASE, "材料", title="c", parts=(part, part))
    back = again(case, "xlsx", "xlsx")
    assert (back.sort, back.stem, len(back.parts)) == (Sort.CASE, "材料", 2)
    assert [each.key for each in back.parts] == [["true"], ["true"]]
