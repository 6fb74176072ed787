"""What pages of practice show, put together from queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lms.accounts.models import Person
from lms.core.errors import found
from lms.core.paging import Page, page_of
from lms.courses import queries as courses
from lms.exams import queries as exams
from lms.exams.paper import Slot, order_of, slot_of
from lms.exams.review import PREVIEWED, Line, line_of
from lms.exams.rules.settings import Shown
from lms.practice import notebook, queries, services
from lms.practice.models import Mistake, PracticeAnswer, PracticeRound
from lms.practice.queries import Asked
from lms.web import i18n

ALL_OF_IT = frozenset(Shown)
PER_PAGE = 30


def lesson_titles(codes: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """Return code -> title of lessons."""
    wanted = sorted({each for each in codes if each})
    return {code: line.title for code, line in courses.lines_of(wanted).items()} if wanted else {}


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a question a page shows."""

    shows: frozenset[Shown]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One place of a round."""

    row: PracticeRound
    place: int
    answered: PracticeAnswer | None
    asked: Asked | None
    """None: it is no longer for practice, so nothing of it is shown."""
    slot: Slot | None
    """While it is to be answered."""
    line: Line | None
    """What the answer showed."""
    mistake: Mistake | None
    is_rateable: bool
    next_place: int | None
    done: int

    @classmethod
    def of(
        cls, actor: Person, round_id: int, place: int, *, given: tuple[str, ...] = ()
    ) -> "QuestionPage":
        """Return the page of one of the actor's own rounds, as it stands now.

        Raises:
            NotFoundError: there is no such round, or no such place.
        """
        row = queries.round_of(actor, round_id)
        question_id = found(dict(enumerate(row.questions, start=1)).get(place))
        answers = queries.answers_in(row)
        answered = answers.get(place)
        asked = queries.asked(question_id, answered.version_id if answered else None)
        mistake = queries.mistake_on(actor.id, question_id) if answered else None
        others = [each for each in queries.open_places(row) if each != place]
        later = [each for each in others if each > place]
        return cls(
            row=row,
            place=place,
            answered=answered,
            asked=asked,
            slot=_slot(asked, row, place, given) if asked and not answered else None,
            line=_line(asked, row, answered) if asked and answered else None,
            mistake=mistake if mistake and mistake.left_at is None else None,
            is_rateable=bool(answered and notebook.is_rateable(answered, mistake)),
            next_place=next(iter([*later, *others]), None),
            done=len(answers),
        )

    @property
    def lessons(self) -> list[str]:
        """Codes of the lesson that explains it, and of the one that the round goes with."""
        return [self.line.lesson if self.line else "", self.row.lesson]

    @property
    def review_context(self) -> dict[str, Any]:
        """What the template of a reviewed question asks for."""
        return {"line": self.line, "review": Seen(ALL_OF_IT)}


def _slot(asked: Asked, row: PracticeRound, place: int, given: tuple[str, ...]) -> Slot:
    order = order_of(asked.shown, seed=services.seed_of(row, place))
    saved = exams.Saved(1, 1, list(given), flagged=False, saved_at=row.begun_at, mark=None)
    return slot_of(1, asked.shown, order, asked.points, saved=saved)


def _line(asked: Asked, row: PracticeRound, answered: PracticeAnswer) -> Line:
    order = order_of(asked.shown, seed=services.seed_of(row, answered.place))
    saved = exams.Saved(
        answered.place,
        1,
        answered.answer,
        flagged=False,
        saved_at=answered.answered_at,
        mark=answered.mark,
    )
    return line_of(asked.shown, order, asked.points, saved, i18n.language(), ALL_OF_IT)


@dataclass(frozen=True, slots=True)
class NotebookLine:
    """A mistake with its question."""

    mistake: Mistake
    line: Line
    review: Seen


def notebook_lines(actor: Person, unit: str, number: int) -> Page:
    """Return one page of a notebook, each question with key and explanation."""
    page = page_of(queries.notebook(actor, unit), number, size=PER_PAGE)
    asked = queries.asked_all({each.question_id: None for each in page.rows})
    rows = [
        NotebookLine(each, _plain_line(number, one), Seen(PREVIEWED))
        for number, each in enumerate(page.rows, start=page.first)
        if (one := asked.get(each.question_id))
    ]
    return Page(rows, page.number, page.total, page.size)


def _plain_line(number: int, asked: Asked) -> Line:
    order = order_of(asked.shown)
    line = line_of(asked.shown, order, asked.points, None, i18n.language(), PREVIEWED)
    return replace(line, number=number)
