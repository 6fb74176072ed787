"""Our spreadsheet: one row per question, in columns that `readers.sheets` knows by their names."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from lms.core.sheets_out import Cell, Column, Sheet, write_xlsx
from lms.exams.exchange import typed
from lms.exams.exchange.question import FULL, Question, Sort, option_key
from lms.exams.rules.kinds import TRUE

MOST_OPTIONS = 10
_HEADINGS = ("题型", "标题", "题干", "答案", "分值", "难度", "章节", "标签", "解析", "小题", "标记")
_OWN_QUOTE = re.compile(r"'+\s*[=+\-@＝＋－＠]")
_CHOICE = {Sort.SINGLE, Sort.MULTIPLE}


def written(questions: Sequence[Question]) -> bytes:
    """Return a workbook of the questions: one row each, a case's sub-questions below it."""
    rows = [row for each in questions for row in _rows(each)]
    return _workbook(rows)


def is_sayable(question: Question) -> bool:
    """Whether the columns are enough for a question's options."""
    parts = (question, *question.parts)
    return all(len(_options(each)) <= MOST_OPTIONS for each in parts)


def _workbook(rows: Sequence[Sequence[Cell]]) -> bytes:
    letters = [option_key(place) for place in range(MOST_OPTIONS)]
    headings = [
        *_HEADINGS,
        *(f"选项{each}" for each in letters),
        *(f"反馈{each}" for each in letters),
    ]
    columns = [Column(each, width=40 if each in {"题干", "解析"} else 12) for each in headings]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "questions.xlsx"
        write_xlsx(path, [Sheet("题目", columns, rows, len(rows))], zone=ZoneInfo("UTC"))
        return path.read_bytes()


def _rows(question: Question, part: str = "") -> Iterator[list[Cell]]:
    options = [_cell(each) for each in _options(question)]
    whys = [_cell(each.why) for each in question.options] if question.sort in {
        *_CHOICE, Sort.TRUEFALSE
    } else []  # fmt: skip
    yield [
        question.sort.value,
        _cell(question.title),
        _cell(question.stem),
        _cell(_answer(question)),
        f"{question.points:f}",
        None if question.difficulty is None else str(question.difficulty),
        _cell(question.category),
        _cell("，".join(question.tags)),
        _cell(question.explanation),
        part,
        "markdown",
        *_padded(options),
        *_padded(whys),
    ]
    for number, each in enumerate(question.parts, start=1):
        yield from _rows(each, str(number))


def _cell(text: str) -> str:
    """Return a text that the reader gets back: of one that begins like a quoted formula, quoted."""
    return f"'{text}" if _OWN_QUOTE.match(text) else text


def _padded(cells: list[str]) -> list[str]:
    return [*cells, *[""] * (MOST_OPTIONS - len(cells))]


def _options(question: Question) -> list[str]:
    if question.sort is Sort.MATCHING:
        texts = {each.key: each.text for each in question.options}
        used = {each.key for each in question.pairs}
        pairs = [(each.text, texts[each.key]) for each in question.pairs]
        pairs += [("", each.text) for each in question.options if each.key not in used]
        return [f"{_arrowless(left)} => {_arrowless(right)}" for left, right in pairs]
    if question.sort is Sort.TRUEFALSE:
        return []
    return [each.text for each in question.options]


def _arrowless(text: str) -> str:
    return re.sub(r"(=>|->|→)", r"\\\1", text)


def _answer(question: Question) -> str:
    sort = question.sort
    if sort in _CHOICE:
        return typed.said_shares(question.options, is_multiple=sort is Sort.MULTIPLE)
    if sort is Sort.TRUEFALSE:
        right = next((each.key for each in question.options if each.share == FULL), "")
        return "对" if right == TRUE else "错"
    if sort is Sort.ORDERING:
        return " ".join(each.key for each in question.options)
    if question.blanks:
        return "\n".join(map(typed.said_blank, question.blanks))
    return question.source if sort is Sort.MANUAL else question.model
