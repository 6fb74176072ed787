"""A paper as the trainee sees it while sitting: no key, no explanation, no feedback in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _

from lms.exams import body, queries
from lms.exams.models import Attempt
from lms.exams.rules.kinds import TRUE, Kind
from lms.exams.rules.marks import is_blank
from lms.exams.words import kind_name


@dataclass(frozen=True, slots=True)
class Slot:
    """One question on the paper, with what was answered so far."""

    number: int
    kind: Kind
    stem: Mapping[str, str]
    points: int
    options: Sequence[tuple[str, Mapping[str, str]]]
    """Key and text, in the order shown."""
    blanks: int
    unit: Mapping[str, str]
    answer: list[str]
    flagged: bool
    seq: int

    @property
    def is_answered(self) -> bool:
        """Whether something was chosen or typed."""
        return not is_blank(tuple(self.answer))

    def typed(self, blank: int) -> str:
        """Return what was typed into a blank, counted from 0."""
        return self.answer[blank] if blank < len(self.answer) else ""


def slots(attempt: Attempt) -> list[Slot]:
    """Return the questions of an attempt as pinned, with the answers so far; two statements."""
    shown = queries.questions(entry[0] for entry in attempt.layout)
    answers = queries.responses(attempt)
    result = []
    for number, (version_id, order, points) in enumerate(attempt.layout, start=1):
        question = shown[version_id]
        kind = Kind(question.kind)
        saved = answers.get(number)
        result.append(
            Slot(
                number=number,
                kind=kind,
                stem=question.body["stem"],
                points=points,
                options=_options(kind, question, order),
                blanks=body.blanks(kind, question.body),
                unit=question.body.get("unit") or {},
                answer=saved.answer if saved else [],
                flagged=saved.flagged if saved else False,
                seq=saved.seq if saved else 0,
            )
        )
    return result


def _options(
    kind: Kind, question: queries.Shown, order: str
) -> Sequence[tuple[str, Mapping[str, str]]]:
    texts = body.option_texts(question.body)
    if kind is Kind.TRUEFALSE:
        texts = {key: truth_words(key) for key in order.split()}
    return [(key, texts[key]) for key in order.split()]


def truth_words(key: str) -> Mapping[str, str]:
    """Return the words of a true/false option in both languages."""
    return {"zh": "正确", "en": "True"} if key == TRUE else {"zh": "错误", "en": "False"}


def groups(paper: Sequence[Slot]) -> list[tuple[str, list[Slot]]]:
    """Return the answer card: name of the kind, and its slots."""
    return [(kind_name(kind), list(each)) for kind, each in groupby(paper, lambda s: s.kind)]


def how_to(slot: Slot) -> str:
    """Return the sentence that says how a question is answered and what it earns."""
    texts = {
        Kind.SINGLE: _("Choose one."),
        Kind.MULTIPLE: _("Choose all that are right."),
        Kind.TRUEFALSE: _("True or false?"),
        Kind.FILLIN: _("Type the missing words."),
        Kind.NUMERIC: _("Type a number."),
    }
    return str(texts[slot.kind])
