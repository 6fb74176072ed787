"""GIFT, as `readers.gift` and Moodle read it. Points, difficulty and pictures have no place in it."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from lms.exams.exchange.question import (
    FULL,
    NOTHING,
    Form,
    Number,
    Option,
    Question,
    Sort,
)
from lms.exams.rules.kinds import FALSE, TRUE

SORTS = frozenset({
    Sort.SINGLE, Sort.MULTIPLE, Sort.TRUEFALSE, Sort.FILLIN, Sort.TEXT, Sort.NUMERIC, Sort.MATCHING,
    Sort.ESSAY, Sort.DESCRIPTION,
})  # fmt: skip
_SIGNS = re.compile(r"[\\~=#{}:]")


def written(questions: Sequence[Question]) -> bytes:
    """Return a file of the questions, all of them of `SORTS`."""
    blocks: list[str] = []
    category = ""
    for each in questions:
        if each.category != category:
            category = each.category
            blocks.append(f"$CATEGORY: {_escaped(category)}\n")
        blocks.append(_block(each))
    return ("\n".join(blocks)).encode()


def is_sayable(question: Question) -> bool:
    """Whether the format has a form for a question: several blanks it has not."""
    return question.sort in SORTS and len(question.blanks) <= 1


def _block(question: Question) -> str:
    tags = " ".join(f"[tag:{tag}]" for tag in question.tags if "]" not in tag)
    head = f"// {tags}\n" if tags else ""
    title = f"::{_escaped(question.title)}::" if question.title else ""
    stem = f"{title}[markdown]{_escaped(question.stem)}"
    if question.sort is Sort.DESCRIPTION:
        return f"{head}{stem}\n"
    general = f"\n####{_escaped(question.explanation)}" if question.explanation else ""
    answers = _ANSWERS[question.sort](question)
    return f"{head}{stem}{{{answers}{general}}}\n"


def _escaped(text: str) -> str:
    return _SIGNS.sub(lambda found: f"\\{found[0]}", text).replace("\n", "\\n")


def _choice(question: Question) -> str:
    return "\n" + "".join(_option(each) for each in question.options)


def _option(option: Option) -> str:
    sign = "=" if option.share == FULL else "~"
    share = _percent(option.share) or _plain(option.share, option.text)
    return f"{sign}{share}{_escaped(option.text)}{_why(option.why)}\n"


def _plain(share: Fraction, text: str) -> str:
    """Return the weight of what needs none, where its text begins like one and would be taken for it."""
    return f"%{share * 100}%" if text.lstrip().startswith("%") else ""


def _percent(share: Fraction) -> str:
    if share in {NOTHING, FULL}:
        return ""
    hundredth = share * 100
    if hundredth.denominator == 1:
        return f"%{hundredth}%"
    return f"%{Decimal(hundredth.numerator) / Decimal(hundredth.denominator):.5f}%"


def _why(text: str) -> str:
    return f"#{_escaped(text)}" if text else ""


def _truth(question: Question) -> str:
    by_key = {each.key: each for each in question.options}
    is_true = by_key[TRUE].share == FULL
    right, wrong = (TRUE, FALSE) if is_true else (FALSE, TRUE)
    whys = by_key[wrong].why, by_key[right].why
    said = f"#{_escaped(whys[0])}#{_escaped(whys[1])}" if any(whys) else ""
    return ("TRUE" if is_true else "FALSE") + said


def _forms(question: Question) -> str:
    return "\n" + "".join(_form(each) for blank in question.blanks for each in blank.forms)


def _form(form: Form) -> str:
    share = (_percent(form.share) or _plain(form.share, form.text)) if form.share else "%0%"
    return f"={share}{_escaped(form.text)}{_why(form.why)}\n"


def _numbers(question: Question) -> str:
    (blank,) = question.blanks
    others = "".join(f"~{_why(each.why)}\n" for each in blank.forms)
    return "#\n" + "".join(map(_number, blank.numbers)) + others


def _number(number: Number) -> str:
    share = _percent(number.share) if number.share else "%0%"
    return f"={share}{number.value:f}:{number.tolerance:f}{_why(number.why)}\n"


def _pairs(question: Question) -> str:
    texts = {each.key: each.text for each in question.options}
    used = {each.key for each in question.pairs}
    lines = [f"={_escaped(each.text)} -> {_escaped(texts[each.key])}\n" for each in question.pairs]
    lines += [f"= -> {_escaped(each.text)}\n" for each in question.options if each.key not in used]
    return "\n" + "".join(lines)


_ANSWERS: Mapping[Sort, Callable[[Question], str]] = {
    Sort.SINGLE: _choice, Sort.MULTIPLE: _choice, Sort.TRUEFALSE: _truth, Sort.FILLIN: _forms,
    Sort.TEXT: _forms, Sort.NUMERIC: _numbers, Sort.MATCHING: _pairs, Sort.ESSAY: lambda _each: "",
}  # fmt: skip
