"""Whatever a file is, reading it returns questions and a report."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from lms.exams.exchange import asjson
from lms.exams.exchange.files import FORMATS
from lms.exams.exchange.reading import AUTO, READERS, read
from tests.corpora import QUESTIONS

calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
formats = st.sampled_from([AUTO, *FORMATS])
PIECES = [
    "1. ", "（1）", "一、单选题", "A. ", "B、", "答案：", "解析：", "参考答案", "1-5 ABCDE", "{", "}", "=", "~",
    "%50%", "#", "::", "->", "$CATEGORY: x", "ANSWER: A", "A) ", "\n", "\n\n", "____", "（ ）", "√", "T",
    "<quiz>", "<question type='multichoice'>", "<answer fraction='100'>", "</question>", "&x;", "\0",
    "题干,题型,答案", "=1+1", '"', "\ud7ff", "x" * 50,
]  # fmt: skip


def corpus() -> list[Path]:
    return sorted(each for each in QUESTIONS.glob("**/*")
                  if each.is_file() and each.suffix not in {".json", ".jsonl"}
                  and each.stat().st_size < 100_000)  # fmt: skip


def check(content: bytes, wanted: str) -> None:
    report = read(content, wanted)
    assert report.questions or report.problems
    assert asjson.report(json.loads(json.dumps(asjson.of_report(report)))) == report


@calm
@given(st.binary(max_size=300), formats)
def test_any_bytes(content: bytes, wanted: str) -> None:
    check(content, wanted)


@calm
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), formats)
@example("{" * 5000, "gift")
@example("1. A. " * 3000, "text")
@example("<a>" * 3000, "qti")
def test_pieces_of_every_grammar(text: str, wanted: str) -> None:
    check(text.encode("utf-8", "replace"), wanted)


@pytest.mark.skipif(not corpus(), reason="the corpus of question files is not beside the project")
@calm
@given(st.data())
def test_files_that_were_damaged(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(corpus())).read_bytes())
    for _change in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        what = data.draw(st.sampled_from(["flip", "cut", "put", "take"]))
        if what == "flip" and content:
            content[at] ^= data.draw(st.integers(1, 255))
        elif what == "cut":
            del content[at:]
        elif what == "put":
            content[at:at] = data.draw(st.sampled_from(PIECES)).encode("utf-8", "replace")
        else:
            del content[at : at + data.draw(st.integers(1, 200))]
    check(bytes(content), data.draw(formats))


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(FORMATS)
