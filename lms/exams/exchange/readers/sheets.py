"""Tables: our template, the layouts of Chinese quiz programs, and CSV. Columns go by their names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from lms.core import spreadsheets
from lms.core.spreadsheets import Cell, Sheet, SheetRefusedError
from lms.exams.exchange import spoken, texts, typed
from lms.exams.exchange.question import NOTHING, Blank, Option, Pair, Question, Sort, option_key
from lms.exams.exchange.report import FileProblemError, Report

_FIELDS = {
    "kind": "题型 类型 试题类型 kind type questiontype",
    "stem": "题干 题目 试题 题目内容 试题内容 题干内容 question stem",
    "options": "选项 选项内容 options",
    "answer": "答案 正确答案 参考答案 标准答案 正确答案h answer key correctanswer",
    "explanation": "解析 答案解析 试题解析 题目解析 explanation",
    "points": "分值 分数 得分 points score",
    "category": "章节 分类 目录 试题分类 category",
    "tags": "标签 知识点 tags",
    "difficulty": "难度 难易度 难易程度 difficulty",
    "title": "标题 名称 title",
    "markup": "标记 格式 markup format",
    "part": "小题 part",
}
_NAMES = {name: field_ for field_, names in _FIELDS.items() for name in names.split()}
_OPTION = re.compile(r"(?:选项|选择项|option)([a-z]|\d{1,2})")
_ANSWER = re.compile(r"(?:答案|answer)(\d{1,2})")
_POINTS = re.compile(r"(?:得分|score)(\d{1,2})")
_WHY = re.compile(r"(?:反馈|feedback|why)([a-z])")
_ASIDE = re.compile(r"[（(][^（）()]*[）)]")
_ARROW = re.compile(r"(?<!\\)(?:=>|->|→)")
_KEPT_ARROW = re.compile(r"\\(=>|->|→)")
_QUOTED = re.compile(r"'+\s*[=+\-@＝＋－＠]")
SEARCHED_ROWS = 12
_MOST_POINTS = 1000


@dataclass(slots=True)
class _Columns:
    """Which column holds what, by place from 0."""

    row: int
    fields: dict[str, int] = field(default_factory=dict)
    options: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    whys: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """One row, read by names."""

    number: int
    cells: Sequence[Cell]
    columns: _Columns
    where: str
    report: Report

    def get(self, name: str) -> str:
        """Return a cell's text; empty if there is none."""
        place = self.columns.fields.get(name)
        return "" if place is None else self.at(place)

    def at(self, place: int) -> str:
        """Return the text of the cell in a column; empty if there is none."""
        cell = self.cells[place] if place < len(self.cells) else None
        text = texts.visible(_text(cell)).strip()
        return text[1:] if _QUOTED.match(text) else text

    def prose(self, text: str) -> str:
        """Return a cell's text as Markdown: as it is, where the row says so, else kept plain."""
        return text if self.get("markup").casefold() == "markdown" else texts.plain(text)

    def error(self, code: str, **values: object) -> None:
        """Note what keeps the question out."""
        self.report.error(self.where, code, **values)


def read(content: bytes, report: Report) -> None:
    """Read a table; problems and questions go into the report."""
    try:
        sheet = spreadsheets.read(content, f"table.{report.format}")
    except SheetRefusedError as error:
        raise FileProblemError(error.reason, **error.context) from None
    if sheet.encoding == "gb18030":
        report.warning("", "read-as-gb18030")
    for name in (*sheet.others, *sheet.hidden):
        report.warning("", "sheet-not-read", name=name[:40])
    columns = _columns(sheet)
    head: Question | None = None
    for row in _rows(sheet, columns, report):
        question = _question(row)
        if head is not None and row.get("part"):
            head = replace(head, parts=(*head.parts, replace(question, where="")))
            report.questions[-1] = head
            continue
        report.add(question)
        head = question if question.sort is Sort.CASE else None


def _columns(sheet: Sheet) -> _Columns:
    for number, cells in sheet.rows[:SEARCHED_ROWS]:
        found = _Columns(number)
        for place, cell in enumerate(cells):
            _name(found, place, _ASIDE.sub("", spoken.folded(_text(cell))))
        has_answer = "answer" in found.fields or found.answers
        if "stem" in found.fields and (has_answer or "kind" in found.fields):
            return found
    raise FileProblemError("no-header")


def _name(columns: _Columns, place: int, name: str) -> None:
    lists = ((_OPTION, columns.options), (_ANSWER, columns.answers), (_POINTS, columns.points),
             (_WHY, columns.whys))  # fmt: skip
    for pattern, found in lists:
        if pattern.fullmatch(name):
            found.append(place)
            return
    if name in _NAMES:
        columns.fields.setdefault(_NAMES[name], place)


def _rows(sheet: Sheet, columns: _Columns, report: Report) -> Iterator[_Row]:
    count = 0
    for number, cells in sheet.rows:
        if number > columns.row:
            count += 1
            row = _Row(number, cells, columns, f"{count}, line {number}", report)
            for (line, column), code in sheet.faults.items():
                if line == number:
                    row.error(code, column=spreadsheets.column_letters(column))
            yield row


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def _question(row: _Row) -> Question:
    stem, said = row.get("stem"), _answer(row)
    options = _options(row)
    word = row.get("kind")
    sort = spoken.kind(word) if word else _guess(options, said, stem)
    if sort is None:
        row.report.warning(row.where, "unknown-kind", kind=word[:40])
        sort = _guess(options, said, stem)
    is_typed = row.get("markup").casefold() != "markdown"
    if is_typed and any(each.startswith(("=", "+", "@")) for each in (stem, *options)):
        row.report.warning(row.where, "formula-text")
    if not stem:
        row.error("no-stem")
    question = Question(
        sort,
        row.prose(stem),
        title=texts.title(row.get("title")),
        points=_points(row),
        explanation=row.prose(row.get("explanation")),
        tags=tuple(filter(None, map(texts.title, re.split(r"[,，;；、]", row.get("tags"))))),
        category=texts.title(row.get("category")),
        difficulty=spoken.difficulty(row.get("difficulty")),
        where=row.where,
    )
    return _keyed(row, question, options, said)


def _answer(row: _Row) -> str:
    """Return the answer; of several columns, one line for each that is filled."""
    several = [row.at(place) for place in row.columns.answers]
    return row.get("answer") or "\n".join(filter(None, several))


def _options(row: _Row) -> list[str]:
    joined = row.get("options")
    found = re.split(r"\$;\$|\n", joined) if joined else []
    found += [row.at(place) for place in row.columns.options]
    while found and not found[-1]:
        found.pop()
    return found


def _guess(options: list[str], said: str, stem: str) -> Sort:
    if options:
        return Sort.MULTIPLE if len(spoken.keys(said)) > 1 else Sort.SINGLE
    if spoken.truth(said) is not None:
        return Sort.TRUEFALSE
    return Sort.FILLIN if said and typed.places(stem)[1] else Sort.ESSAY


def _points(row: _Row) -> Decimal:
    given = row.get("points")
    several = [row.at(place) for place in row.columns.points]
    try:
        points = Decimal(given) if given else sum(map(Decimal, filter(None, several)), Decimal(0))
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= _MOST_POINTS:
        row.report.warning(row.where, "bad-points", value=given[:40])
        return Decimal(1)
    return points if given or points else Decimal(1)


def _keyed(row: _Row, question: Question, options: list[str], said: str) -> Question:
    """Return the question with its answer, as its kind has it."""
    sort = question.sort
    if sort in _CHOSEN:
        return _CHOSEN[sort](row, question, options, said)
    if sort in {Sort.FILLIN, Sort.TEXT, Sort.CLOZE, Sort.NUMERIC}:
        return _typed(row, question, said)
    if sort is Sort.MANUAL:
        return replace(question, source=said)
    return replace(question, model=row.prose(said))


def _choice(row: _Row, question: Question, options: list[str], said: str) -> Question:
    shares = typed.shares(said)
    keys = [option_key(place) for place in range(len(options))]
    if shares is None or not set(shares) <= set(keys) or not any(v > 0 for v in shares.values()):
        row.error("bad-key", key=said[:40])
        shares = {}
    sort = question.sort
    if sort is Sort.SINGLE and len(shares) > 1 and "=" not in said:
        row.report.warning(row.where, "more-than-one-right")
        sort = Sort.MULTIPLE
    whys = [row.prose(row.at(place)) for place in row.columns.whys]
    whys += [""] * (len(options) - len(whys))
    return replace(question, sort=sort, options=tuple(
        Option(key, row.prose(text), shares.get(key, NOTHING), why)
        for key, text, why in zip(keys, options, whys, strict=False)
    ))  # fmt: skip


def _truth(row: _Row, question: Question, options: list[str], said: str) -> Question:
    keys = spoken.keys(said)
    place = ord(keys[0]) - ord("A") if len(keys) == 1 else -1
    word = options[place] if 0 <= place < len(options) else said
    if not options and said.strip().upper() in {"A", "B"}:
        word = "对" if said.strip().upper() == "A" else "错"
    is_true = spoken.truth(word)
    if is_true is None:
        row.error("bad-key", key=said[:40])
        return question
    whys = [row.prose(row.at(each)) for each in row.columns.whys[:2]] + ["", ""]
    right, wrong = typed.truth_options(is_true)
    return replace(question, options=(replace(right, why=whys[0]), replace(wrong, why=whys[1])))


def _typed(row: _Row, question: Question, said: str) -> Question:
    stem, count = typed.places(question.stem)
    if question.sort is Sort.NUMERIC:
        number = typed.numbers(said)
        if number is None:
            row.error("not-a-number", value=said[:40])
        return replace(question, blanks=(number,) if number else ())
    if question.sort is Sort.TEXT:
        stem, count = question.stem, 1
    elif not count:
        stem, count = f"{stem} ____", 1
    blanks = typed.blanks(said, count)
    if not blanks:
        row.error("blank-count", count=count)
    if question.sort is Sort.CLOZE:
        blanks = tuple(_cloze_blank(each, text) for each, text in zip(
            blanks, said.split("\n") if len(blanks) > 1 else [said], strict=False
        ))  # fmt: skip
    return replace(question, stem=stem, blanks=blanks)


def _cloze_blank(blank: Blank, said: str) -> Blank:
    """Return a blank of a cloze: what can be a number is one."""
    return blank if blank.options else typed.numbers(said) or blank


def _matching(row: _Row, question: Question, options: list[str], _said: str) -> Question:
    rights: dict[str, Option] = {}
    pairs = []
    for cell in filter(None, options):
        left, *rest = _ARROW.split(cell, maxsplit=1)
        right = row.prose(_KEPT_ARROW.sub(r"\1", rest[0] if rest else "").strip())
        rights.setdefault(right, Option(option_key(len(rights)), right))
        if left.strip():
            text = row.prose(_KEPT_ARROW.sub(r"\1", left).strip())
            pairs.append(Pair(text, rights[right].key))
        if not rest:
            row.error("no-pair", value=cell[:40])
    if not pairs:
        row.error("no-answer")
    return replace(question, options=tuple(rights.values()), pairs=tuple(pairs))


def _ordering(row: _Row, question: Question, options: list[str], said: str) -> Question:
    keys = [option_key(place) for place in range(len(options))]
    order = re.findall(r"[A-Z]\d*", said.upper()) or keys
    if sorted(order) != sorted(keys) or not keys:
        row.error("bad-key", key=said[:40])
        order = keys
    by_key = dict(zip(keys, options, strict=True))
    return replace(question, options=tuple(
        Option(option_key(place), row.prose(by_key[key])) for place, key in enumerate(order)
    ))  # fmt: skip


_CHOSEN = {
    Sort.SINGLE: _choice,
    Sort.MULTIPLE: _choice,
    Sort.TRUEFALSE: _truth,
    Sort.MATCHING: _matching,
    Sort.ORDERING: _ordering,
}
