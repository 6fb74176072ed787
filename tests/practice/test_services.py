"""Rounds, marks, and what goes into the notebook, leaves it and comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import queue
from lms.core.db import transaction
from lms.core.errors import NotFoundError
from lms.exams import services as exams
from lms.exams.models import Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind
from lms.exams.sitting import Answer
from lms.practice import notebook, queries, services
from lms.practice.errors import (
    NothingDueError,
    NothingToPractiseError,
    NotToBeRatedError,
    QuestionChangedError,
    QuestionWithdrawnError,
)
from lms.practice.models import Mistake, PracticeAnswer, PracticeRound, Source
from lms.practice.queries import Wanted
from lms.practice.rules import SOON, Rated
from lms.practice.services import Given
from tests import factories
from tests.exams import papers
from tests.factories import NOON
from tests.practice import pool

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def begun(trainee: Person, **wanted: object) -> PracticeRound:
    return services.begin_round(Wanted(**wanted), actor=trainee, at=NOON)  # type: ignore[arg-type]


def answered(
    row: PracticeRound,
    place: int,
    trainee: Person,
    *,
    right: bool,
    seconds: int = 10,
    after: timedelta = timedelta(),
) -> PracticeAnswer:
    asked = queries.asked(row.questions[place - 1])
    assert asked is not None
    kind = Kind(asked.shown.kind)
    said = (pool.RIGHT if right else pool.WRONG)[kind]
    at = NOON + after
    given = Given(said, asked.shown.version_id, at - timedelta(seconds=seconds))
    return services.answer(row.id, place, given, actor=trainee, at=at)


def mistakes(session: Session) -> list[Mistake]:
    return list(session.scalars(select(Mistake).order_by(Mistake.id)))


def test_each_kind_is_marked_at_once(trainee: Person, session: Session) -> None:
    pool.ready(trainee)
    row = begun(trainee, count=20)
    assert len(row.questions) == len(papers.BANKED)
    for place in range(1, len(row.questions) + 1):
        assert answered(row, place, trainee, right=True).mark == 1
    again = begun(trainee, count=20)
    for place in range(1, len(again.questions) + 1):
        assert answered(again, place, trainee, right=False, after=MINUTE).mark < 1
    assert len(mistakes(session)) == len(papers.BANKED)
    assert queries.standings(trainee, ["M1"])["M1"] == queries.Standing(9, 9, 0)
    assert queries.open_places(again) == []


def test_what_was_answered_first_stays(trainee: Person, session: Session) -> None:
    pool.ready(trainee, [Kind.SINGLE])
    row = begun(trainee)
    first = answered(row, 1, trainee, right=False)
    again = answered(row, 1, trainee, right=True, after=MINUTE)
    assert again.id == first.id
    assert again.mark == 0
    assert len(session.scalars(select(PracticeAnswer)).all()) == 1


def test_a_round_can_be_left_and_gone_on_with(trainee: Person) -> None:
    pool.ready(trainee)
    row = begun(trainee, count=5)
    answered(row, 2, trainee, right=True)
    assert queries.unfinished(trainee) == row
    assert queries.open_places(row) == [1, 3, 4, 5]
    for place in (1, 3, 4, 5):
        answered(row, place, trainee, right=True)
    assert queries.unfinished(trainee) is None


class TestWhatIsAsked:
    def test_only_of_stages_that_are_open(self, trainee: Person) -> None:
        run = pool.ready(trainee, [Kind.SINGLE])
        pool.practised("M2-p1", unit="M2")
        assert [*queries.open_modules(trainee)] == ["M1"]
        assert len(begun(trainee, count=20).questions) == 1
        with pytest.raises(NotFoundError):
            begun(trainee, unit="M2")
        with pytest.raises(NotFoundError):
            begun(trainee, lesson="M2-1")
        stranger = factories.person()
        with pytest.raises(NothingToPractiseError):
            begun(stranger)
        with pytest.raises(NotFoundError):
            begun(stranger, unit="M1")
        assert run.person_id == trainee.id

    def test_by_kind_and_the_lesson_s_own_first(self, trainee: Person, session: Session) -> None:
        pool.ready(trainee)
        row = begun(trainee, kind="numeric")
        assert len(row.questions) == 1
        with pytest.raises(NothingToPractiseError):
            begun(trainee, kind="essay")
        far = pool.practised("M1-far")
        version = session.get_one(QuestionVersion, far.published_id)
        with transaction():
            version.body = {**version.body, "lesson": "M1-9"}
            version.digest = "9" * 64
        assert begun(trainee, lesson="M1-1", count=20).questions[-1] == far.id

    def test_nothing_that_a_person_has_to_mark(self, trainee: Person) -> None:
        pool.ready(trainee, [Kind.SINGLE])
        for kind in (Kind.ESSAY, Kind.UPLOAD):
            pool.practised(f"M1-{kind}", kind)
        assert len(begun(trainee, count=20).questions) == 1

    def test_a_case_stays_together(self, trainee: Person) -> None:
        papers.ready(trainee)
        parts = papers.case("M1-case", [Kind.SINGLE, Kind.NUMERIC, Kind.FILLIN])
        for each in parts:
            pool.put(each, Pool.PRACTICE)
        assert begun(trainee, count=1).questions == [each.id for each in parts]

    def test_what_is_retired_or_a_draft_is_not_there(self, trainee: Person) -> None:
        papers.ready(trainee)
        pool.put(papers.question("M1-old", Kind.SINGLE), Pool.RETIRED)
        draft = pool.practised("M1-draft")
        with transaction():
            draft.published = None
        with pytest.raises(NothingToPractiseError):
            begun(trainee)


class TestTheNotebook:
    @pytest.fixture
    def row(self, trainee: Person) -> PracticeRound:
        pool.ready(trainee, [Kind.SINGLE])
        return begun(trainee)

    def test_right_answers_stay_out(
        self, row: PracticeRound, trainee: Person, session: Session
    ) -> None:
        answered(row, 1, trainee, right=True)
        assert mistakes(session) == []

    def test_i_do_not_know_is_a_mistake(
        self, row: PracticeRound, trainee: Person, session: Session
    ) -> None:
        asked = queries.asked(row.questions[0])
        assert asked is not None
        given = Given((), asked.shown.version_id)
        added = services.answer(row.id, 1, given, actor=trainee, at=NOON)
        assert added.mark == 0
        assert (added.rated, added.seconds) == (Rated.AGAIN, None)
        assert len(mistakes(session)) == 1

    def test_it_comes_in_minutes_then_days_and_slow_sooner_than_good(
        self, row: PracticeRound, trainee: Person, session: Session
    ) -> None:
        answered(row, 1, trainee, right=False)
        (mistake,) = mistakes(session)
        assert (mistake.source, mistake.due_at) == (Source.PRACTICE, NOON + SOON)
        assert queries.due_count(trainee, NOON) == 0
        assert queries.due_count(trainee, NOON + DAY) == 1
        review = services.begin_review(actor=trainee, before=NOON + DAY, at=NOON + SOON)
        assert review.is_review
        slow = answered(review, 1, trainee, right=True, seconds=500, after=SOON)
        assert slow.rated is Rated.HARD
        hard_due = mistake.due_at
        notebook.rate(review.id, 1, Rated.GOOD, actor=trainee, at=NOON + SOON)
        good_due = mistake.due_at
        notebook.rate(review.id, 1, Rated.EASY, actor=trainee, at=NOON + SOON)
        assert NOON + SOON < hard_due < good_due <= mistake.due_at
        with pytest.raises(NothingDueError):
            services.begin_review(actor=trainee, before=NOON + DAY, at=NOON + SOON)

    def test_only_the_latest_right_answer_can_be_rated(
        self, row: PracticeRound, trainee: Person
    ) -> None:
        answered(row, 1, trainee, right=False)
        with pytest.raises(NotToBeRatedError):
            notebook.rate(row.id, 1, Rated.EASY, actor=trainee, at=NOON)
        with pytest.raises(NotFoundError):
            notebook.rate(row.id, 2, Rated.EASY, actor=trainee, at=NOON)
        second, third = begun(trainee), begun(trainee)
        answered(second, 1, trainee, right=True, after=MINUTE)
        answered(third, 1, trainee, right=True, after=2 * MINUTE)
        with pytest.raises(NotToBeRatedError):
            notebook.rate(second.id, 1, Rated.EASY, actor=trainee, at=NOON + DAY)
        with pytest.raises(NotToBeRatedError):
            notebook.rate(third.id, 1, Rated.AGAIN, actor=trainee, at=NOON + DAY)
        late = notebook.rate(third.id, 1, Rated.HARD, actor=trainee, at=NOON + 400 * DAY)
        assert late.due_at >= NOON + 400 * DAY

    def test_i_know_it_takes_it_out_until_it_is_wrong_again(
        self, row: PracticeRound, trainee: Person, session: Session
    ) -> None:
        answered(row, 1, trainee, right=False)
        (mistake,) = mistakes(session)
        notebook.leave(mistake.id, actor=trainee, at=NOON + MINUTE)
        assert queries.due_count(trainee, NOON + DAY) == 0
        answered(begun(trainee), 1, trainee, right=True, after=2 * MINUTE)
        assert mistakes(session)[0].left_at is not None
        answered(begun(trainee), 1, trainee, right=False, after=3 * MINUTE)
        assert mistakes(session)[0].left_at is None
        assert mistake.entered_at == NOON + 3 * MINUTE
        assert mistake.due_at == NOON + 3 * MINUTE + SOON
        notebook.leave(mistake.id, actor=trainee, at=NOON + DAY)
        notebook.come_back(mistake.id, actor=trainee)
        assert queries.due_count(trainee, NOON + DAY) == 1
        other = factories.person()
        for act in (notebook.leave, notebook.come_back):
            with pytest.raises(NotFoundError):
                act(mistake.id, actor=other)

    def test_nobody_answers_in_another_s_round(self, row: PracticeRound) -> None:
        other = factories.person()
        with pytest.raises(NotFoundError):
            answered(row, 1, other, right=True)

    def test_a_place_that_is_not_there(self, row: PracticeRound, trainee: Person) -> None:
        for place in (0, 2):
            with pytest.raises(NotFoundError):
                services.answer(row.id, place, Given(("A",), 1), actor=trainee, at=NOON)

    def test_a_question_that_changed_is_answered_anew(
        self, row: PracticeRound, trainee: Person
    ) -> None:
        with pytest.raises(QuestionChangedError):
            services.answer(row.id, 1, Given(("A",), 2**30), actor=trainee, at=NOON)
        assert queries.answers_in(row) == {}


class TestAfterAnExam:
    def sit(self, trainee: Person, *, right: bool) -> None:
        attempt, _ = exams.start_attempt("stage-1", actor=trainee, at=NOON)
        kinds = papers.kinds(attempt)
        answers = [
            Answer(slot, 1, (papers.RIGHT if right else pool.WRONG)[kind])
            for slot, kind in enumerate(kinds, start=1)
        ]
        exams.hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON + MINUTE)

    def work(self) -> None:
        while queue.run_one(at=NOON + DAY):
            pass

    def test_a_question_like_each_wrong_one_is_put_in(
        self, trainee: Person, session: Session
    ) -> None:
        pool.ready(trainee, [Kind.SINGLE, Kind.NUMERIC])
        self.sit(trainee, right=False)
        self.work()
        found = mistakes(session)
        assert [each.source for each in found] == [Source.EXAM, Source.EXAM]  # it has no more
        assert all(queries.asked(each.question_id) for each in found)
        assert queries.due_count(trainee, NOON + DAY) == 2

    def test_a_perfect_paper_puts_in_nothing(self, trainee: Person, session: Session) -> None:
        pool.ready(trainee)
        self.sit(trainee, right=True)
        self.work()
        assert mistakes(session) == []

    @pytest.mark.parametrize("review", [[], ["own"], ["own", "key", "explanation"]])
    def test_an_exam_that_does_not_show_what_was_wrong_does_not_tell_it_here(
        self, trainee: Person, session: Session, review: list[str]
    ) -> None:
        papers.ready(trainee, review=review)
        pool.practised("M1-p1")
        self.sit(trainee, right=False)
        self.work()
        assert mistakes(session) == []


def test_a_question_that_went_to_the_exams_is_refused(trainee: Person, session: Session) -> None:
    pool.ready(trainee, [Kind.SINGLE])
    row = begun(trainee)
    asked = queries.asked(row.questions[0])
    assert asked is not None
    pool.put(session.get_one(Question, row.questions[0]), Pool.EXAM)
    with pytest.raises(QuestionWithdrawnError):
        services.answer(row.id, 1, Given(("B",), asked.shown.version_id), actor=trainee, at=NOON)
