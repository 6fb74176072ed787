"""The words by which people name kinds, truth and difficulty in files, in either language."""

import re
import unicodedata

from lms.exams.exchange.question import Sort

KINDS: dict[str, Sort] = {
    "单选题": Sort.SINGLE, "单选": Sort.SINGLE, "单项选择题": Sort.SINGLE, "单项选择": Sort.SINGLE,
    "选择题": Sort.SINGLE, "single": Sort.SINGLE, "singlechoice": Sort.SINGLE,
    "多选题": Sort.MULTIPLE, "多选": Sort.MULTIPLE, "多项选择题": Sort.MULTIPLE,
    "多项选择": Sort.MULTIPLE, "不定项选择题": Sort.MULTIPLE, "不定项": Sort.MULTIPLE,
    "不定项选择": Sort.MULTIPLE, "multiple": Sort.MULTIPLE, "multiplechoice": Sort.MULTIPLE,
    "判断题": Sort.TRUEFALSE, "判断": Sort.TRUEFALSE, "是非题": Sort.TRUEFALSE,
    "判断正误题": Sort.TRUEFALSE, "truefalse": Sort.TRUEFALSE, "true/false": Sort.TRUEFALSE,
    "填空题": Sort.FILLIN, "填空": Sort.FILLIN, "fillin": Sort.FILLIN, "fill-in": Sort.FILLIN,
    "数值题": Sort.NUMERIC, "numeric": Sort.NUMERIC, "numerical": Sort.NUMERIC,
    "短答题": Sort.TEXT, "text": Sort.TEXT, "shortanswer": Sort.TEXT, "shorttext": Sort.TEXT,
    "匹配题": Sort.MATCHING, "配对题": Sort.MATCHING, "连线题": Sort.MATCHING,
    "matching": Sort.MATCHING,
    "排序题": Sort.ORDERING, "ordering": Sort.ORDERING,
    "完形填空": Sort.CLOZE, "完形填空题": Sort.CLOZE, "选词填空": Sort.CLOZE, "cloze": Sort.CLOZE,
    "案例题": Sort.CASE, "案例分析题": Sort.CASE, "材料题": Sort.CASE, "组合题": Sort.CASE,
    "材料分析题": Sort.CASE, "case": Sort.CASE,
    "简答题": Sort.ESSAY, "问答题": Sort.ESSAY, "论述题": Sort.ESSAY, "名词解释": Sort.ESSAY,
    "名词解释题": Sort.ESSAY, "计算题": Sort.ESSAY, "综合题": Sort.ESSAY, "分析题": Sort.ESSAY,
    "应用题": Sort.ESSAY, "作文题": Sort.ESSAY, "写作题": Sort.ESSAY, "主观题": Sort.ESSAY,
    "解答题": Sort.ESSAY, "简述题": Sort.ESSAY, "essay": Sort.ESSAY,
    "上传题": Sort.UPLOAD, "操作题": Sort.UPLOAD, "文件上传": Sort.UPLOAD, "upload": Sort.UPLOAD,
    "说明": Sort.DESCRIPTION, "description": Sort.DESCRIPTION, "manual": Sort.MANUAL,
}  # fmt: skip
TRUE_WORDS = frozenset({"√", "✓", "✔", "对", "正确", "是", "t", "true", "right", "yes", "y", "v"})
FALSE_WORDS = frozenset({"×", "✗", "✘", "✕", "错", "错误", "否", "不正确", "f", "false", "wrong", "no",
                         "n", "x"})  # fmt: skip
DIFFICULTY = {
    "易": 1, "简单": 1, "容易": 1, "easy": 1, "较易": 2, "中": 3, "中等": 3, "一般": 3, "medium": 3,
    "较难": 4, "难": 5, "困难": 5, "hard": 5, "difficult": 5, "very easy": 1, "very hard": 5,
}  # fmt: skip
HARDEST = 5
_KEYS = re.compile(r"[A-Z](?:[\s,，、;；]*[A-Z])*")


def folded(text: str) -> str:
    """Return a word as it is compared: width, letters and blanks made the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def kind(text: str) -> Sort | None:
    """Return the kind that a word names, or None."""
    return KINDS.get(folded(text))


def truth(text: str) -> bool | None:
    """Return what a word says about a statement, or None if it says neither."""
    word = folded(text).strip("。.;；")
    if word in TRUE_WORDS:
        return True
    return False if word in FALSE_WORDS else None


def keys(text: str) -> list[str]:
    """Return the option keys that ``ABC``, ``A,B`` or ``A、B`` name; empty if it is something else."""
    said = unicodedata.normalize("NFKC", text).strip().rstrip(".;。").upper()
    if not _KEYS.fullmatch(said):
        return []
    found = re.findall("[A-Z]", said)
    return list(dict.fromkeys(found))


def difficulty(text: str) -> int | None:
    """Return a difficulty from 1 to 5, or None."""
    word = folded(text)
    if word.isdecimal() and 1 <= int(word) <= HARDEST:
        return int(word)
    return DIFFICULTY.get(word)
