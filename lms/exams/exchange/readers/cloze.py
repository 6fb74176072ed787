"""Embedded answers as Moodle writes them: ``{1:SHORTANSWER:=Paris#Yes~*#No}``."""

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lms.exams.exchange import texts
from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    Blank,
    Form,
    Number,
    Option,
    exact,
    option_key,
)
from lms.exams.exchange.report import Report

_START = re.compile(
    r"\{(\d*):(MULTICHOICE|MULTIRESPONSE|MULTICHOICE_\w+|MULTIRESPONSE_\w+|MC\w{0,3}|MR\w{0,3}|"
    r"SHORTANSWER|SHORTANSWER_C|SA|SAC|MW|MWC|NUMERICAL|NM):"
)
_ESCAPED = re.compile(r"\\([}~#=/\"\\])")
_HIDDEN = {sign: chr(0xE010 + place) for place, sign in enumerate('}~#=/"\\')}
_SHOWN = {ord(hidden): sign for sign, hidden in _HIDDEN.items()}
_WEIGHT = re.compile(r"%(-?[\d.]{1,20})%")


def read(markup: str, report: Report, where: str) -> tuple[str, tuple[Blank, ...]]:
    """Return the text with a blank in each place, and the blanks."""
    hidden = _ESCAPED.sub(lambda found: _HIDDEN[found[1]], markup)
    out, blanks, position = [], [], 0
    for found in _START.finditer(hidden):
        end = hidden.find("}", found.end())
        if end < 0 or found.start() < position:
            continue
        out += [hidden[position : found.start()], BLANK]
        blanks.append(_blank(found[2], hidden[found.end() : end], report, where))
        position = end + 1
    out.append(hidden[position:])
    return "".join(out).translate(_SHOWN), tuple(blanks)


def number_of(said: str, tolerance: str, share: Fraction, why: str = "") -> Number | None:
    """Return a number as files write it, or None."""
    try:
        value, near = Decimal(said.replace(",", ".")), abs(Decimal(tolerance.replace(",", ".")))
    except InvalidOperation:
        return None
    return Number(value, near, share, why) if value.is_finite() and near.is_finite() else None


def _blank(kind: str, inside: str, report: Report, where: str) -> Blank:
    is_choice = kind.startswith(("MULTI", "MC", "MR"))
    is_number = kind in {"NUMERICAL", "NM"}
    options: list[Option] = []
    forms: list[Form] = []
    numbers: list[Number] = []
    for piece in inside.split("~"):
        share, text, why = _answer(piece, report, where)
        if is_choice:
            options.append(Option(option_key(len(options)), text, share, why))
        elif is_number and text != "*":
            value, _colon, near = text.partition(":")
            number = number_of(value, near or "0", share, why)
            if number is None:
                report.error(where, "not-a-number", value=text[:40])
            else:
                numbers.append(number)
        else:
            forms.append(Form(text, share, why))
    shares = [each.share for group in (options, forms, numbers) for each in group]
    if not any(share > 0 for share in shares):
        report.error(where, "no-answer")
    return Blank(tuple(forms), tuple(numbers), tuple(options))


def _answer(piece: str, report: Report, where: str) -> tuple[Fraction, str, str]:
    text, _mark, why = piece.partition("#")
    share = NOTHING
    if found := _WEIGHT.match(text):
        try:
            share = exact(Fraction(Decimal(found[1])) / 100)
        except InvalidOperation:
            report.error(where, "bad-share", value=found[1])
        text = text[found.end() :]
    if text.startswith("="):
        share, text = FULL, text[1:]
    words = texts.line(texts.html_words(text.translate(_SHOWN)))
    return share, words, texts.either(why.translate(_SHOWN))
