"""What a question's form asks for, by kind: fields, and rows of fields that can be added.

The names follow the question's form in files (docs/content-format.md), so that what is wrong with
``options[2].text`` is said at the field ``options-1-text``.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from flask_babel import LazyString, lazy_gettext as _

from lms.courses.upload_rules import FORMS
from lms.exams.content.kind_checks import CHOICES, GAPS, OWN, RUBRIC, THINGS
from lms.exams.rules.kinds import FALSE, TRUE, Kind
from lms.exams.rules.marks import MultiplePolicy
from lms.exams.rules.pairs import OrderPolicy

MOST_ROWS = 20
"""Rows that are read: more than any kind has, so that one too many can be said and taken out."""
Words: TypeAlias = LazyString | str


class Sort(enum.StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    """Several lines, as Markdown."""
    LINES = "lines"
    """One form on each line."""
    NUMBER = "number"
    TICK = "tick"
    CHOICE = "choice"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    name: str
    label: Words
    sort: Sort = Sort.LINE
    both: bool = False
    """Whether it is asked in both languages."""
    hint: Words = ""
    choices: Mapping[str, Words] = field(default_factory=dict)
    only: str = ""
    """Of a row: the sort of row that has it; empty for all."""
    folded: bool = False
    """Whether it stays out of the way until it is filled in or asked for."""
    usual: str | bool = ""
    """What a new question begins with."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Fields that stand several times."""

    name: str
    label: Words
    one: Words
    """What a row is called, with its ``%(number)s``."""
    fields: Sequence[Field]
    most: int
    start: int = 0
    """How many a new question begins with."""
    add: Mapping[str, Words] = field(default_factory=dict)
    """Sort of row -> what its button says; the empty sort where all are alike."""
    hint: Words = ""
    letters: bool = False
    """Whether rows go by letters."""


_TEXT = Field("text", _("Text"), Sort.TEXT, both=True)
_BRIEF = Field("text", _("Text"), both=True)
_WHY = Field("why", _("What choosing it shows"), Sort.TEXT, both=True, folded=True)
_SHUFFLE = Field("shuffle", _("Shown to everyone in another order"), Sort.TICK, usual=True)
_FORMS = _("One on each line. Capitals, widths and blanks do not matter; * stands for anything.")
_UNITS = Field(
    "units", _("Units that may be typed"), hint=_("Parted by commas, such as: min, 分钟")
)
_NUMBERS = (
    Field("value", _("Right number")),
    Field("tolerance", _("Tolerance"), hint=_("How far off still counts; empty for none.")),
    Field("relative", _("The tolerance is a share of the number: 0.05 of it"), Sort.TICK),
)
_RUBRIC = Rows(
    "rubric",
    _("What the marker looks for"),
    _("Item %(number)s"),
    (
        Field("text", _("Text"), Sort.TEXT, both=True),
        Field("points", _("Points"), Sort.NUMBER, hint=_("Below 0 for what costs points.")),
    ),
    most=RUBRIC[1],
    start=1,
    add={"": _("Add an item")},
    hint=_("Together they reach the points of the question."),
)
_POLICIES = {
    MultiplePolicy.SUBSET_HALF.value: _(
        "A share for part of the right ones; nothing with a wrong one"
    ),
    MultiplePolicy.ALL_OR_NOTHING.value: _("All or nothing"),
    MultiplePolicy.PROPORTIONAL.value: _("In proportion; nothing with a wrong one"),
    MultiplePolicy.RIGHT_MINUS_WRONG.value: _("Right ones less wrong ones"),
}
_ORDERS = {
    OrderPolicy.EXACT.value: _("The whole order is right, or nothing"),
    OrderPolicy.NEIGHBOURS.value: _("A share for each two that follow each other rightly"),
    OrderPolicy.KENDALL.value: _("A share for each two that stand in the right order"),
}


def _options(kind: Kind) -> Rows:
    return Rows(
        "options",
        _("Options"),
        _("Option %(number)s"),
        (_TEXT, Field("right", _("This one is right"), Sort.TICK), _WHY),
        most=OWN.options[kind][1],
        start=4,
        add={"": _("Add an option")},
        letters=True,
    )


KINDS: Mapping[Kind, Sequence[Field | Rows]] = {
    Kind.SINGLE: (_options(Kind.SINGLE), _SHUFFLE),
    Kind.MULTIPLE: (
        _options(Kind.MULTIPLE),
        _SHUFFLE,
        Field("policy", _("How it is marked"), Sort.CHOICE, choices=_POLICIES,
              usual=MultiplePolicy.SUBSET_HALF.value),
        Field("partly", _("Share for part of the right ones"),
              hint=_("Such as 0.5, which is usual; only for the first way of marking.")),
    ),
    Kind.TRUEFALSE: (
        Field("answer", _("The statement is"), Sort.CHOICE,
              choices={TRUE: _("True"), FALSE: _("False")}),
        Field(f"why-{TRUE}", _("What choosing “true” shows"), Sort.TEXT, both=True, folded=True),
        Field(f"why-{FALSE}", _("What choosing “false” shows"), Sort.TEXT, both=True, folded=True),
    ),
    Kind.FILLIN: (
        Rows("blanks", _("Blanks"), _("Blank %(number)s"),
             (Field("accept", _("Accepted"), Sort.LINES, both=True, hint=_FORMS),),
             most=10, start=1, add={"": _("Add a blank")},
             hint=_("Write ____ (four underscores) in the question, once for each blank.")),
    ),
    Kind.NUMERIC: (
        *_NUMBERS,
        Field("unit", _("Unit shown beside the field"), both=True),
        _UNITS,
        Rows("wrong", _("Mistakes that are expected"), _("Mistake %(number)s"),
             (Field("value", _("Wrong number")),
              Field("why", _("What typing it shows"), Sort.TEXT, both=True, folded=True)),
             most=10, add={"": _("Add a mistake")}),
    ),
    Kind.TEXT: (
        Rows("accept", _("Answers"), _("Answer %(number)s"),
             (Field("forms", _("Accepted"), Sort.LINES, both=True, hint=_FORMS),
              Field("all", _("Or: all of these have to be in it"), Sort.LINES, both=True),
              Field("share", _("Share of the points"),
                    hint=_("Empty for all of them, or such as 0.5.")),
              Field("why", _("What typing it shows"), Sort.TEXT, both=True, folded=True)),
             most=10, start=1, add={"": _("Add an answer")}),
    ),
    Kind.MATCHING: (
        Rows("things", _("Pairs"), _("Pair %(number)s"),
             (_BRIEF, Field("match", _("Belongs to it"), both=True), _WHY),
             most=THINGS[1], start=3, add={"": _("Add a pair")}),
        Rows("extra", _("What belongs to none"), _("Extra %(number)s"), (_BRIEF,),
             most=CHOICES[1] - THINGS[0], add={"": _("Add one that belongs to none")}),
        _SHUFFLE,
    ),
    Kind.ORDERING: (
        Rows("items", _("In the right order"), _("Step %(number)s"), (_BRIEF, _WHY),
             most=OWN.items[1], start=3, add={"": _("Add a step")},
             hint=_("Write them as they should stand; trainees see them mixed.")),
        Field("policy", _("How it is marked"), Sort.CHOICE, choices=_ORDERS,
              usual=OrderPolicy.EXACT.value),
    ),
    Kind.CLOZE: (
        Field("text", _("Text with gaps"), Sort.TEXT, both=True,
              hint=_("Write [[1]], [[2]] … where the gaps are, each once, in both languages.")),
        Rows("gaps", _("Gaps"), _("Gap %(number)s"),
             (Field("options", _("To choose from"), Sort.LINES, both=True, only="list",
                    hint=_("One on each line, 2 to 6 of them.")),
              Field("answer", _("Which line is right"), Sort.NUMBER, only="list", usual="1"),
              Field("accept", _("Accepted"), Sort.LINES, both=True, only="words", hint=_FORMS),
              *(Field(each.name, each.label, each.sort, hint=each.hint, only="number")
                for each in (*_NUMBERS, _UNITS)),
              Field("why", _("What is told about it"), Sort.TEXT, both=True, folded=True)),
             most=GAPS[1],
             add={"list": _("Add a gap: list"), "words": _("Add a gap: words"),
                  "number": _("Add a gap: number")}),
    ),
    Kind.ESSAY: (
        Field("words-min", _("Words at least"), Sort.NUMBER),
        Field("words-max", _("Words at most"), Sort.NUMBER),
        _RUBRIC,
    ),
    Kind.UPLOAD: (
        Field("files-types", _("Kinds of files"), Sort.SEVERAL, choices={e: e for e in FORMS},
              hint=_("None ticked: all of them.")),
        Field("files-most", _("Files at most"), Sort.NUMBER, usual="1"),
        _RUBRIC,
    ),
}  # fmt: skip
STEM = Field("stem", _("Question"), Sort.TEXT, both=True)
EXPLANATION = Field("explanation", _("Explanation"), Sort.TEXT, both=True,
                    hint=_("Shown after handing in, as far as the exam allows."))  # fmt: skip
MATERIAL = Field("case-stem", _("The case: what all its questions are about"), Sort.TEXT, both=True,
                 hint=_("Changing it changes it for every question of the case."))  # fmt: skip
ALT = Field(
    "alt",
    _("What the picture shows"),
    both=True,
    hint=_("Read out to those who cannot see it; without giving the answer away."),
)
COMMON: Sequence[Field] = (
    Field("points", _("Points"), Sort.NUMBER, usual="1"),
    Field("seconds", _("Seconds to answer it"), Sort.NUMBER,
          hint=_("A guess is enough; it helps to plan a paper.")),
    Field("difficulty", _("Difficulty"), Sort.CHOICE, usual="2",
          choices={"1": _("1 · very easy"), "2": "2", "3": "3", "4": "4", "5": _("5 · very hard")}),
    Field("tags", _("Tags"), hint=_("Parted by commas")),
    Field("safety", _("Safety question"), Sort.TICK,
          hint=_("Exams may ask that none of these is wrong.")),
)  # fmt: skip


def fields_of(kind: Kind, *, in_case: bool) -> list[Field | Rows]:
    """Return everything that the form of a kind asks for, in the order of the page."""
    return [*([MATERIAL] if in_case else []), STEM, *KINDS[kind], EXPLANATION, *COMMON]
