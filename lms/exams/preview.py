"""A paper drawn to look at: as a trainee would get it, and stored nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.exams import drawable, paper, queries, review
from lms.exams.paper import Slot
from lms.exams.review import Line
from lms.exams.rules import drawing
from lms.exams.rules.settings import ExamRules


@dataclass(frozen=True, slots=True)
class Preview:
    """A drawn paper."""

    slots: Sequence[Slot]
    lines: Sequence[Line]
    """The same questions with key and explanation."""

    @property
    def points(self) -> int:
        """What the paper is worth."""
        return sum(each.points for each in self.slots)


def drawn(rules: ExamRules, seed: str, language: str) -> Preview:
    """Draw a paper; the same seed gives the same one as long as the bank stays as it is.

    Raises:
        TooFewQuestionsError: the bank cannot fill the blueprint.
    """
    layout, penalties = drawing.paper(seed, rules, drawable.bank())
    shown = queries.questions(entry[0] for entry in layout)
    lines = [
        review.preview(shown[version_id], points, language, order=order, number=number)
        for number, (version_id, order, points) in enumerate(layout, start=1)
    ]
    return Preview(
        paper.slots_of(layout, shown, {}, {}, paper.costs(rules, layout, penalties)), lines
    )
