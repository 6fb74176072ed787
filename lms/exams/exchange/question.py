"""A question as every format can say it: the one form between readers, writers and the bank.

Texts are our Markdown (`texts`), plain texts are lines. Answers refer to option keys.
"""

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

FULL, NOTHING = Fraction(1), Fraction(0)
SIMPLEST, NEAR = 20, Fraction(5, 1_000_000)
"""Greatest denominator that is guessed, and how near the decimals must be to it."""
BLANK = "____"
"""Stands in a stem where something is typed or chosen, once per blank."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Sort(enum.StrEnum):
    """What a file's entry is: a kind of question, a text without a question, or neither."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUEFALSE = "truefalse"
    FILLIN = "fillin"
    NUMERIC = "numeric"
    TEXT = "text"
    MATCHING = "matching"
    ORDERING = "ordering"
    CLOZE = "cloze"
    CASE = "case"
    ESSAY = "essay"
    UPLOAD = "upload"
    DESCRIPTION = "description"
    """A text between questions."""
    MANUAL = "manual"
    """Has no native kind: kept with its source, for marking by hand."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; in an ordering, something to put in its place."""

    key: str
    text: str
    share: Fraction = NOTHING
    """Of the points that choosing it earns; from -1 to 1."""
    why: str = ""
    """What choosing it shows."""


@dataclass(frozen=True, slots=True)
class Form:
    """A text that is accepted for a blank; ``*`` in it stands for anything."""

    text: str
    share: Fraction = FULL
    why: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is accepted for a blank, the bounds themselves included."""

    value: Decimal
    tolerance: Decimal = Decimal(0)
    share: Fraction = FULL
    why: str = ""


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to type or choose in: texts, numbers or options, one of the three."""

    forms: tuple[Form, ...] = ()
    numbers: tuple[Number, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """The left side of a matching, and the key of the option that belongs to it."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that came with a question; its texts name it ``media:NAME``."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """One entry of a file."""

    sort: Sort
    stem: str = ""
    title: str = ""
    """Plain; empty if the file gives none."""
    points: Decimal = Decimal(1)
    options: tuple[Option, ...] = ()
    """Choices; of a true/false question ``true`` and ``false``; of a matching the right sides; of
    an ordering the parts in their right order."""
    blanks: tuple[Blank, ...] = ()
    pairs: tuple[Pair, ...] = ()
    parts: tuple["Question", ...] = ()
    """Of a case, in order."""
    model: str = ""
    """What a good essay says."""
    explanation: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    difficulty: int | None = None
    shuffle: bool = True
    pictures: tuple[Picture, ...] = ()
    source: str = ""
    """Of what has no native kind: how the file said it."""
    where: str = field(default="", compare=False)
    """Number in the file, and line where it has lines: ``3, line 12``."""

    @property
    def name(self) -> str:
        """The title, else the beginning of the stem: for lists."""
        return self.title or " ".join(self.stem.split())[:80]

    @property
    def key(self) -> list[str]:
        """What is right, in short: option keys, accepted texts, pairs."""
        match self.sort:
            case Sort.SINGLE | Sort.TRUEFALSE | Sort.MULTIPLE:
                return right_keys(self.options)
            case Sort.ORDERING:
                return [each.key for each in self.options]
            case Sort.MATCHING:
                texts = {each.key: each.text for each in self.options}
                return [f"{each.text} -> {texts.get(each.key, '')}" for each in self.pairs]
            case Sort.CASE:
                return [" ".join(each.key) for each in self.parts]
            case _:
                return [_said(each) for each in self.blanks]


def exact(share: Fraction) -> Fraction:
    """Return the simple fraction that a share with few decimals stands for: 1/3 for 0.33333."""
    simple = share.limit_denominator(SIMPLEST)
    return simple if abs(simple - share) < NEAR else share


def right_keys(options: tuple[Option, ...]) -> list[str]:
    """Return the keys of the options that earn something."""
    return [each.key for each in options if each.share > 0]


def option_key(place: int) -> str:
    """Return the key of the option at `place`, from 0: A to Z, then A1, B1 and so on."""
    turn, letter = divmod(place, len(LETTERS))
    return LETTERS[letter] + (str(turn) if turn else "")


def _said(blank: Blank) -> str:
    if blank.options:
        return " / ".join(each.text for each in blank.options if each.share == FULL)
    if blank.numbers:
        return " / ".join(map(_number, blank.numbers))
    return " / ".join(each.text for each in blank.forms if each.share == FULL)


def _number(number: Number) -> str:
    return f"{number.value} ± {number.tolerance}" if number.tolerance else str(number.value)
