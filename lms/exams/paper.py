"""A paper as the trainee sees it while sitting: no key, no explanation, no feedback in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count, groupby, takewhile
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from lms.exams import body, queries
from lms.exams.models import Attempt, ResponseFile
from lms.exams.rules import drawing, pairs
from lms.exams.rules.drawing import Candidate
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import is_blank
from lms.exams.rules.normal import count_words
from lms.exams.rules.settings import ExamRules
from lms.exams.words import kind_name

Texts = Sequence[tuple[str, Mapping[str, str]]]
"""Key and text, in the order shown."""


CHOSEN = frozenset({Kind.SINGLE, Kind.MULTIPLE, Kind.TRUEFALSE})
"""Kinds that can be guessed: only of these a wrong answer costs anything."""
NOTHING_APART: Mapping[int, Fraction] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Slot:
    """One question on the paper, with what was answered so far."""

    number: int
    kind: Kind
    stem: Mapping[str, str]
    points: int
    options: Texts
    things: Texts
    """What is given one of the `choices`; matching and ordering."""
    choices: Texts
    blanks: int
    gaps: Sequence[body.Gap]
    length: Mapping[str, int]
    """Of an essay: how many words it should have, ``min`` and ``max``; either may be missing."""
    types: Sequence[str]
    """Of an upload: endings of the files that are taken."""
    most: int
    files: Sequence[ResponseFile]
    text: Mapping[str, str]
    """Of a cloze: the text with its gaps as ``[[1]]``."""
    unit: Mapping[str, str]
    case: Mapping[str, Any]
    """Of a sub-question: the material and its place, see `lms.exams.content.cases`; else empty."""
    answer: list[str]
    flagged: bool
    seq: int
    penalty: Fraction | None = None
    """Share of its points that a wrong choice costs; None where that is not said by question."""

    @property
    def is_answered(self) -> bool:
        """Whether something was chosen or typed."""
        return not is_blank(tuple(self.answer))

    def typed(self, blank: int) -> str:
        """Return what was typed into a blank, counted from 0."""
        return self.answer[blank] if blank < len(self.answer) else ""

    @property
    def given(self) -> Mapping[str, str]:
        """Return thing -> choice as answered so far."""
        return pairs.given(self.answer)

    @property
    def words(self) -> int:
        """Return how many words were written so far."""
        return count_words(self.typed(0))


def slots(attempt: Attempt) -> list[Slot]:
    """Return the questions of an attempt as pinned, with the answers so far; two statements, or three."""
    shown = queries.questions(entry[0] for entry in attempt.layout)
    answers = queries.responses(attempt)
    has_files = any(Kind(each.kind) is Kind.UPLOAD for each in shown.values())
    files = queries.files_of(attempt, answers) if has_files else {}
    rules = ExamRules.read(attempt.version.settings)
    penalties = costs(rules, attempt.layout, attempt.penalties)
    return slots_of(attempt.layout, shown, answers, files, penalties)


def costs(
    rules: ExamRules, layout: Sequence[Any], own: Mapping[str, str] | None
) -> Mapping[int, Fraction]:
    """Return slot -> what a wrong choice costs; nothing where that is the same for all questions."""
    return {n: rules.penalty_at(n, own) for n in range(1, len(layout) + 1)} if own else {}


def slots_of(
    layout: Sequence[Any],
    shown: Mapping[int, queries.Shown],
    answers: Mapping[int, queries.Saved],
    files: Mapping[int, Sequence[ResponseFile]],
    penalties: Mapping[int, Fraction] = NOTHING_APART,
) -> list[Slot]:
    """Return the questions of a layout, with the answers, files and costs of each slot."""
    slots = [
        slot_of(
            number,
            shown[version_id],
            order,
            points,
            saved=answers.get(number),
            files=files.get(number, ()),
        )
        for number, (version_id, order, points) in enumerate(layout, start=1)
    ]
    return [
        replace(each, penalty=penalties.get(each.number)) if each.kind in CHOSEN else each
        for each in slots
    ]


def slot_of(
    number: int,
    question: queries.Shown,
    order: str,
    points: int,
    *,
    saved: queries.Saved | None = None,
    files: Sequence[ResponseFile] = (),
) -> Slot:
    """Return one question as it is shown to whoever answers it.

    Args:
        number: its place on the paper, from 1.
        question: in the version that is shown.
        order: of its options, as in a layout.
        points: that it is worth.
        saved: what was answered so far.
        files: that were handed in for it.
    """
    kind = Kind(question.kind)
    things, choices = _paired(kind, question, order)
    types, most = body.files_wanted(kind, question.body)
    return Slot(
        number=number,
        kind=kind,
        stem=question.body["stem"],
        points=points,
        options=_options(kind, question, order),
        things=things,
        choices=choices,
        blanks=body.blanks(kind, question.body),
        gaps=body.gaps(kind, question.body),
        length=question.body.get("words") or {},
        types=types,
        most=most,
        files=files,
        text=question.body.get("text") or {},
        unit=question.body.get("unit") or {},
        case=question.body.get("case") or {},
        answer=saved.answer if saved else [],
        flagged=saved.flagged if saved else False,
        seq=saved.seq if saved else 0,
    )


def order_of(question: queries.Shown, *, seed: str | None = None) -> str:
    """Return the order of a question's options by itself, as a layout has it.

    Args:
        question: of any kind.
        seed: decides where the options may be shown in another order; None leaves them as written.
    """
    kind = Kind(question.kind)
    candidate = Candidate(
        code=question.code,
        version_id=question.version_id,
        unit=question.unit,
        kind=kind,
        difficulty=1,
        tags=frozenset(),
        points=1,
        options=body.written_keys(kind, question.body),
        shuffle=seed is not None and body.is_shuffled(kind, question.body),
        last=body.last_keys(kind, question.body),
        things=body.things(kind, question.body),
    )
    return drawing.option_order(seed or "", candidate)


def given(fields: MultiDict[str, str], slot: int) -> tuple[str, ...]:
    """Return the answer in one slot, as the fields of its form say it.

    They are called ``a<slot>``. Gaps stand in the order of the language, so they have names of
    their own: ``a<slot>.<gap>``.
    """
    gaps = takewhile(lambda name: name in fields, (f"a{slot}.{n}" for n in count(1)))
    return (*fields.getlist(f"a{slot}"), *(fields[name] for name in gaps))


def _options(kind: Kind, question: queries.Shown, order: str) -> Texts:
    texts = body.option_texts(kind, question.body)
    return [] if pairs.sides(order) else [(key, texts[key]) for key in order.split()]


def _paired(kind: Kind, question: queries.Shown, order: str) -> tuple[Texts, Texts]:
    if (sides := pairs.sides(order)) is None:
        return (), ()
    things, choices = body.pair_texts(kind, question.body)
    return [(key, things[key]) for key in sides[0]], [(key, choices[key]) for key in sides[1]]


def groups(paper: Sequence[Slot]) -> list[tuple[str, list[Slot]]]:
    """Return the answer card: name of the kind, and its slots; a case's are together."""
    named = groupby(paper, lambda each: Kind.CASE if each.case else each.kind)
    return [(kind_name(kind), list(each)) for kind, each in named]


def pieces(html: Markup) -> list[tuple[int | None, Markup]]:
    """Return the HTML of a cloze's text in pieces, each with the number of the gap before it."""
    first, *others = html.split("[[")
    parted = (each.partition("]]") for each in others)
    return [(None, first), *((int(number), rest) for number, _end, rest in parted)]


def how_to(slot: Slot) -> str:
    """Return the sentence that says how a question is answered and what it earns."""
    return str(_HOW_TO[slot.kind])


_HOW_TO = {
    Kind.SINGLE: _("Choose one."),
    Kind.MULTIPLE: _("Choose all that are right."),
    Kind.TRUEFALSE: _("True or false?"),
    Kind.FILLIN: _("Type the missing words."),
    Kind.NUMERIC: _("Type a number."),
    Kind.TEXT: _("Answer in a few words."),
    Kind.MATCHING: _("Choose what belongs to each. Something may be left over."),
    Kind.ORDERING: _("Give each its place; 1 comes first."),
    Kind.CLOZE: _("Fill the gaps in the text."),
    Kind.ESSAY: _("Write a text. A person reads it."),
    Kind.UPLOAD: _("Hand in a file. A person looks at it."),
}
