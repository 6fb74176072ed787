"""Answers as people type them into one cell or one line, for every kind that has a key.

Lines are blanks; ``|`` parts what is accepted for one of them; ``A=1/2`` says what a choice earns;
``3.14 ± 0.01`` is a number with its tolerance; ``=right | ~wrong`` is a list to choose from.
"""

import re
from decimal import Decimal
from fractions import Fraction

from lms.exams.exchange import spoken, texts
from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    Blank,
    Form,
    Number,
    Option,
    option_key,
)
from lms.exams.exchange.readers.cloze import number_of
from lms.exams.rules.kinds import FALSE, TRUE

_SHARED = re.compile(r"([A-Z]\d*)\s*=\s*(-?\d{1,9}(?:/\d{1,9})?)")
_WORTH = re.compile(r"(.*?)\s*=\s*(-?\d{1,9}/\d{1,9}|0)$", re.DOTALL)
_NEAR = re.compile(r"\s*(?:±|\+-|\+/-)\s*")
_PIECE = re.compile(r"(?<!\\)[|｜]")
_PLACES = re.compile(r"(?:\\_|_){2,}|[（(][\s\u3000]{1,40}[）)]|[（(][）)]")
_SEPARATORS = ("\n", "|", "｜", "；", ";", "\t", "，", ",", "、", "  ", " ")


def shares(said: str) -> dict[str, Fraction] | None:
    """Return option key -> what it earns, for ``AB`` and for ``A=1/2 B=1/2``; None if it is neither."""
    if "=" in said:
        found = _SHARED.findall(said)
        if _SHARED.sub("", said).strip(" ,;") or not found:
            return None
        try:
            return {key: Fraction(value) for key, value in found}
        except ZeroDivisionError:
            return None
    keys = spoken.keys(said)
    if not keys:
        return None
    return {key: FULL if len(keys) == 1 else Fraction(1, len(keys)) for key in keys}


def truth_options(is_true: bool) -> tuple[Option, Option]:  # noqa: FBT001  it is the subject
    """Return the options of a true/false question."""
    return (
        Option(TRUE, "", FULL if is_true else NOTHING),
        Option(FALSE, "", NOTHING if is_true else FULL),
    )


def places(stem: str) -> tuple[str, int]:
    """Return a stem with each ``__``, ``（ ）`` as our blank, and how many there are."""
    found = _PLACES.sub(BLANK, stem)
    return found, found.count(BLANK)


def blanks(said: str, count: int) -> tuple[Blank, ...]:
    """Return the blanks that a typed answer means; none if it does not fit their number.

    Args:
        said: the answer.
        count: how many blanks the stem has; 0 is taken as one.
    """
    for pieces in _splits(said, max(count, 1)):
        found = [blank(each) for each in pieces]
        if all(each.forms or each.numbers or each.options for each in found):
            return tuple(found)
    return ()


def _splits(said: str, count: int) -> list[list[str]]:
    text = said.strip()
    if count == 1:
        return [[text]] if text else []
    found = []
    for sign in _SEPARATORS:
        pieces = [each.strip() for each in text.split(sign)]
        if sign != "\n":
            pieces = [each for each in pieces if each]
        if len(pieces) == count and all(pieces):
            found.append(pieces)
    return found


def blank(said: str) -> Blank:
    """Return one blank: a list to choose from, or what is accepted."""
    pieces = [each.strip() for each in _PIECE.split(said)]
    if len(pieces) > 1 and all(each.startswith(("=", "~")) for each in pieces):
        return Blank(options=tuple(
            Option(option_key(place), *_chosen(each)) for place, each in enumerate(pieces)
        ))  # fmt: skip
    forms = []
    for each in filter(None, pieces):
        text, share = _worth(each)
        forms.append(Form(texts.line(text.replace("\\|", "|")), share))
    return Blank(forms=tuple(forms))


def numbers(said: str) -> Blank | None:
    """Return a blank for a number, or None if the text is none."""
    found: list[Number] = []
    for each in filter(None, (piece.strip() for piece in _PIECE.split(said))):
        text, share = _worth(each)
        value, *near = _NEAR.split(texts.line(text), maxsplit=1)
        number = number_of(value, near[0] if near else "0", share)
        if number is None:
            return None
        found.append(number)
    return Blank(numbers=tuple(found)) if found else None


def said_shares(options: tuple[Option, ...], *, is_multiple: bool) -> str:
    """Return what `shares` reads: ``AB`` where each earns the same, else ``A=1/2 B=1/3``."""
    right = [each for each in options if each.share]
    usual = Fraction(1, len(right)) if is_multiple and right else FULL
    is_usual = all(each.share == usual for each in right) and (is_multiple or len(right) == 1)
    if is_usual and all(len(each.key) == 1 for each in right):
        return "".join(each.key for each in right)
    return " ".join(f"{each.key}={each.share}" for each in right)


def said_blank(one: Blank) -> str:
    """Return what `blank` and `numbers` read."""
    if one.options:
        return " | ".join(
            f"{'=' if each.share == FULL else '~'}{_kept(each.text)}" for each in one.options
        )
    if one.numbers:
        return " | ".join(_said_number(each) for each in one.numbers)
    return " | ".join(_kept(each.text) + _said_share(each.share) for each in one.forms)


def _chosen(piece: str) -> tuple[str, Fraction]:
    text = texts.line(piece[1:].replace("\\|", "|"))
    return text, FULL if piece.startswith("=") else NOTHING


def _worth(piece: str) -> tuple[str, Fraction]:
    found = _WORTH.fullmatch(piece)
    if found is None or found[2].endswith("/0"):
        return piece, FULL
    return found[1], Fraction(found[2])


def _kept(text: str) -> str:
    return text.replace("|", "\\|")


def _said_share(share: Fraction) -> str:
    if share == FULL:
        return ""
    return f" ={share}" if share.denominator > 1 or not share else f" ={share}/1"


def _said_number(number: Number) -> str:
    near = f" ± {_decimal(number.tolerance)}" if number.tolerance else ""
    return f"{_decimal(number.value)}{near}{_said_share(number.share)}"


def _decimal(value: Decimal) -> str:
    return f"{value:f}"
