"""The empty table that a trainer fills in: columns that the reader knows, with lists to choose from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_babel import gettext as _

from lms.core.sheets_out import Column, Sheet, write_xlsx
from lms.web import i18n

ROWS = 500
"""Empty rows with lists to choose from."""
OPTIONS = "ABCDEF"
HEADINGS: Mapping[str, Sequence[str]] = {
    "zh": ("题型", "题干", "答案", "分值", "难度", "解析", "标签", "标题", "小题"),
    "en": (
        "Kind", "Question", "Answer", "Points", "Difficulty", "Explanation", "Tags", "Title", "Part",
    ),
}  # fmt: skip
"""As `readers.sheets` knows them; not translated texts, for a file has to be read again."""
OPTION = {"zh": "选项{}", "en": "Option {}"}
WHY = {"zh": "反馈{}", "en": "Feedback {}"}
KINDS: Mapping[str, Sequence[str]] = {
    "zh": (
        "单选题", "多选题", "判断题", "填空题", "数值题", "短答题", "匹配题", "排序题", "案例题",
    ),
    "en": (
        "Single", "Multiple", "True/False", "Fill-in", "Numeric", "Text", "Matching", "Ordering",
        "Case",
    ),
}  # fmt: skip
DIFFICULTIES = ("1", "2", "3", "4", "5")
WIDE = {1, 5}
"""Places of the columns with long texts."""


def made() -> tuple[str, bytes]:
    """Return name and content of the template, in the language at hand."""
    columns = columns_in(i18n.language())
    empty = [[None] * len(columns)] * ROWS
    questions = Sheet(_("Question"), columns, empty, ROWS)
    notes = [Column(_("Kind"), width=18), Column(_("What goes into it"), width=100)]
    rows = list(zip(["", *KINDS[i18n.language()]], _notes(), strict=True))
    explained = Sheet(_("Notes"), notes, rows, len(rows))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_xlsx(path, [questions, explained], zone=i18n.zone())
        return f"{_('Questions to import')}.xlsx", path.read_bytes()


def columns_in(language: str) -> list[Column]:
    """Return the columns of the template."""
    choices = {0: KINDS[language], 4: DIFFICULTIES}
    own = [
        Column(heading, width=40 if place in WIDE else 14, choices=choices.get(place, ()))
        for place, heading in enumerate(HEADINGS[language])
    ]
    options = [Column(OPTION[language].format(each), width=20) for each in OPTIONS]
    whys = [Column(WHY[language].format(each), width=20) for each in OPTIONS]
    return [*own, *options, *whys]


def _notes() -> list[str]:
    return [
        _("One question per row of the first sheet; kind, question and answer are needed. Points "
          "are 1 and the difficulty is 2 where nothing is said."),
        _("Options in their columns, one key as the answer: B"),
        _("Options in their columns, all keys as the answer: AC"),
        _("The answer is true or false."),
        _("____ in the question for each blank; in the answer one line for each blank, with | "
          "between what is accepted."),
        _("The answer is a number, with its tolerance if there is one: 3.14 ± 0.01"),
        _("The answer is the text that is accepted; | stands between several, * for anything."),
        _("Each option is a pair: left => right. The answer stays empty."),
        _("The options are the steps, each in a column of its own. The answer is their right "
          "order: B A C"),
        _("The text of the case in a row; below it a row for each of its questions, of the first "
          "six kinds, with its number in the column for parts."),
    ]  # fmt: skip
