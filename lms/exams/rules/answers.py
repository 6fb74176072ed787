"""What somebody who knows would answer: for the demo, for previews and for tests."""

from typing import assert_never

from lms.exams.rules import pairs
from lms.exams.rules.marks import Cloze, FillIn, Key, MultipleChoice, Numeric, SingleChoice
from lms.exams.rules.pairs import Matching, Ordering
from lms.exams.rules.rubric import ByHand
from lms.exams.rules.shorttext import ANYTHING, Accepted, ShortText


def right_answer(key: Key) -> tuple[str, ...]:
    """Return an answer that earns full marks, or one that a person has to mark."""
    match key:
        case SingleChoice(answer):
            given: tuple[str, ...] = (answer,)
        case MultipleChoice():
            given = tuple(sorted(key.answers))
        case FillIn(blanks):
            given = tuple(min(forms) for forms in blanks)
        case Numeric():
            given = (str(key.value),)
        case ShortText(accepted):
            given = (_typed(next(each for each in accepted if each.share == 1)),)
        case Matching() | Ordering():
            given = tuple(pairs.pair(*each) for each in pairs.right(key).items())
        case ByHand():
            given = ("…",)
        case Cloze(gaps):
            given = tuple(right_answer(gap)[0] for gap in gaps)
        case _:
            assert_never(key)
    return given


def _typed(accepted: Accepted) -> str:
    if accepted.forms:
        return min(accepted.forms).replace(ANYTHING, "")
    return " ".join(sorted(accepted.parts[0]))
