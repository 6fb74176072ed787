"""When two typed answers are the same: widths, letters, blanks, numbers."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width forms to ASCII. Not NFKC: that would turn 10² into 102."""
_TWINS = str.maketrans("，。、；：？！（）【】《》“”‘’「」—–−", ',.,;:?!()[]<>""\'\'""---')
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BLANK_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<part>\.[0-9]*)?"
    r"(?P<power>[eE][+-]?[0-9]{1,3})?|(?P<sign2>[+-]?)(?P<part2>\.[0-9]+)"
)
_LONGEST = 4
"""Rounds of folding after which a text has always settled; asserted by a property test."""


_WORD = re.compile(rf"[{_HAN}]|[^\W{_HAN}]+(?:['’-][^\W{_HAN}]+)*")


def count_words(text: str) -> int:
    """Return how long a text is: each Chinese character is one, and so is each other word."""
    return len(_WORD.findall(text))


def fold_width(text: str) -> str:
    """Return `text` with full-width letters, digits and blanks as ASCII, and nothing else changed."""
    return text.translate(_WIDE)


def normal_text(text: str) -> str:
    """Return what is compared of a short text: ``ＳＬＡ`` and ``sla``, ``备 份`` and ``备份`` are equal.

    NFKC, small letters, Chinese punctuation as its Latin twin, invisible characters dropped, blanks
    collapsed, and dropped beside Chinese characters. Doing it twice changes nothing.
    """
    for _round in range(_LONGEST):
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    return text


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFKC", text.translate(_TWINS).translate(_INVISIBLE))
    return _BLANK_BESIDE_HAN.sub("", " ".join(text.split()))


def parse_number(text: str, units: Iterable[str] = ()) -> Decimal | None:
    """Read a number as people type it.

    Args:
        text: such as ``1,234.5``, ``１８０``, ``-3``, ``2e3``, ``180 min``.
        units: what may stand behind it, in any case.

    Returns:
        Its exact value, or None if it is no number.
    """
    typed = fold_width(text).replace("\u2212", "-").strip()
    for unit in sorted((fold_width(each) for each in units), key=len, reverse=True):
        if unit and typed.casefold().endswith(unit.casefold()):
            typed = typed[: len(typed) - len(unit)].strip()
            break
    if not _NUMBER.fullmatch(typed):
        return None
    return Decimal(typed.replace(",", ""))
