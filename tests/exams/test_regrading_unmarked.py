"""Correcting a key while papers wait for a marker: what can be said at once, and what later."""

from collections.abc import Collection, Mapping
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import events
from lms.core.db import db
from lms.exams import marking, marking_queue, services, tallying
from lms.exams.events import AttemptMarked
from lms.exams.marking import Judgement
from lms.exams.models import Attempt
from lms.exams.regrade_models import Regrade, RegradeChange
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rulings import Ruling, Way
from lms.exams.sitting import Answer
from tests.exams import papers
from tests.exams.test_regrading import LATER, Room, result
from tests.factories import NOON

Shares = Mapping[tuple[str, ...], int | Fraction]
LEFT_OUT, FULL, AS_WRITTEN = Ruling(Way.LEAVE_OUT), Ruling(Way.FULL), Ruling(Way.AS_WRITTEN)
OWN: Shares = {(): 0, ("B",): 0, ("A",): Fraction(1, 2), ("A", "C"): 1}
"""Answers to the multiple choice (A and C are right), and what they earn."""
ESSAY: Shares = {(): 0, ("1",): Fraction(1, 2), ("1", "2"): 1}
"""What is met of the rubric, and what that earns."""


class Desk(Room):
    """An exam of a multiple choice (1 point), a single one (1) and essays (4 each); 80 % pass."""

    def __init__(self, essays: int = 1) -> None:
        super().__init__()
        draw = [{"kind": "multiple", "count": 1}, {"kind": "single", "count": 1}]
        self.exam.published.settings = {  # type: ignore[union-attr]
            **papers.exam("other").published.settings,  # type: ignore[union-attr]
            "code": "stage-1",
            "draw": [*draw, {"kind": "essay", "count": essays}],
        }
        db.session.commit()
        self.first = papers.question("q3", Kind.MULTIPLE)
        self.essays = [papers.question(f"e{n}", Kind.ESSAY, points=4) for n in range(essays)]

    def waits(self, first: tuple[str, ...]) -> Attempt:
        """Hand in an attempt: the single choice is right, the essays have to be marked."""
        person, attempt = self.begins()
        first_id, essay_ids = self.first.published_id, {each.published_id for each in self.essays}
        answers = []
        for slot, (version_id, _order, _points) in enumerate(attempt.layout, start=1):
            given = ("Ten o’clock.",) if version_id in essay_ids else ("B",)
            answers.append(Answer(slot, 1, first if version_id == first_id else given))
        return services.hand_in(attempt.id, answers, client=attempt.client, actor=person, at=NOON)

    def slots(self, attempt: Attempt) -> dict[int | None, int]:
        return {entry[0]: slot for slot, entry in enumerate(attempt.layout, start=1)}

    def marks(self, attempt: Attempt, met: Collection[str], essay: int = 0) -> Attempt:
        slot = self.slots(attempt)[self.essays[essay].published_id]
        return marking.mark_answer(attempt.id, slot, Judgement(met), actor=self.trainer, at=LATER)

    def regrades_essay(self, ruling: Ruling, *, never_lower: bool = True) -> Regrade:
        first, self.first = self.first, self.essays[0]
        try:
            return self.regrades(ruling, never_lower=never_lower)
        finally:
            self.first = first

    def queue(self) -> set[tuple[int, int]]:
        rows = marking_queue.waiting(self.trainer, at=LATER)
        return {(each.attempt_id, each.version_id) for each in rows}


@pytest.fixture
def desk(session: Session) -> Desk:
    assert not session.new
    return Desk()


@pytest.fixture
def told() -> list[AttemptMarked]:
    heard: list[AttemptMarked] = []
    events.subscribe(AttemptMarked, heard.append)
    return heard


class TestLeavingOutWhileTheEssayWaits:
    @pytest.mark.parametrize("met", ESSAY)
    @pytest.mark.parametrize("first", OWN)
    @pytest.mark.parametrize("never_lower", [True, False])
    def test_nobody_loses_by_it_where_that_is_said(
        self, desk: Desk, first: tuple[str, ...], met: tuple[str, ...], *, never_lower: bool
    ) -> None:
        attempt = desk.waits(first)
        desk.regrades(LEFT_OUT, never_lower=never_lower)
        assert result(attempt) == (None, None)
        desk.marks(attempt, met)
        counts = (Fraction(OWN[first]) + 1 + 4 * ESSAY[met]) / 6
        left_out = (1 + 4 * Fraction(ESSAY[met])) / 5
        expected = max(counts, left_out) if never_lower else left_out
        assert result(attempt)[0] == expected
        assert tallying.keep_up() == 1
        assert tallying.differences() == 0

    def test_a_wrong_answer_is_left_out_at_once(self, desk: Desk) -> None:
        wrong, right = desk.waits(("B",)), desk.waits(("A", "C"))
        row = desk.regrades(LEFT_OUT)
        db.session.refresh(wrong)
        assert wrong.regraded == {str(desk.slots(wrong)[desk.first.published_id]): None}
        assert right.regraded is None
        changed = db.session.scalars(select(RegradeChange).filter_by(regrade_id=row.id)).all()
        assert [each.attempt_id for each in changed] == [wrong.id]

    def test_taking_it_back_lowers_nobody_either(self, desk: Desk) -> None:
        attempt = desk.waits(("B",))
        desk.regrades(LEFT_OUT)
        desk.regrades(AS_WRITTEN)
        desk.marks(attempt, ("1", "2"))
        assert result(attempt) == (Fraction(1), True)


class TestRulingOnTheEssay:
    @pytest.mark.parametrize(("ruling", "score"), [(LEFT_OUT, 1), (FULL, 1)])
    def test_what_nothing_else_is_awaited_for_gets_its_result(
        self, desk: Desk, told: list[AttemptMarked], ruling: Ruling, score: int
    ) -> None:
        attempt = desk.waits(("A", "C"))
        assert desk.queue() == {(attempt.id, desk.essays[0].published_id)}
        row = desk.regrades_essay(ruling)
        assert result(attempt) == (Fraction(score), True)
        assert [each.attempt.id for each in told] == [attempt.id]
        assert desk.queue() == set()
        change = db.session.scalars(select(RegradeChange).filter_by(regrade_id=row.id)).one()
        assert (change.score_before, change.score_after) == (None, Fraction(score))
        assert (change.was_passed, change.is_passed) == (None, True)

    def test_a_result_is_not_taken_back_for_want_of_a_mark(
        self, desk: Desk, told: list[AttemptMarked]
    ) -> None:
        attempt = desk.waits(("A", "C"))
        desk.regrades_essay(FULL)
        desk.regrades_essay(AS_WRITTEN, never_lower=False)
        assert result(attempt) == (Fraction(1), True)
        assert len(told) == 1

    def test_what_was_put_off_is_weighed_then(self, desk: Desk) -> None:
        half, full = desk.waits(("A",)), desk.waits(("A", "C"))
        desk.regrades(LEFT_OUT)
        assert (half.regraded, full.regraded) == (None, None), "it may lower them"
        desk.regrades_essay(FULL)
        assert result(half) == result(full) == (Fraction(1), True)
        for attempt in (half, full):  # left out after all: the second one loses nothing by it
            assert set((attempt.regraded or {}).values()) == {None, "1"}

    def test_another_essay_still_waits(self, session: Session, told: list[AttemptMarked]) -> None:
        assert not session.new
        desk = Desk(essays=2)
        attempt = desk.waits(("A", "C"))
        ruled, other = (each.published_id for each in desk.essays)
        desk.regrades_essay(LEFT_OUT)
        assert (result(attempt), told) == ((None, None), [])
        assert desk.queue() == {(attempt.id, other)}
        desk.regrades_essay(AS_WRITTEN, never_lower=False)
        assert desk.queue() == {(attempt.id, ruled), (attempt.id, other)}
        desk.regrades_essay(LEFT_OUT)
        desk.marks(attempt, ("1",), essay=1)
        assert result(attempt) == (Fraction(2 + 2, 6), False)
        assert len(told) == 1


def test_what_a_marker_gave_stays_beside_what_counts(desk: Desk, trainer: Person) -> None:
    attempt = desk.waits(("A", "C"))
    desk.marks(attempt, ())
    assert result(attempt) == (Fraction(2, 6), False)
    desk.regrades_essay(FULL)
    assert result(attempt) == (Fraction(1), True)
    desk.regrades_essay(AS_WRITTEN, never_lower=False)
    assert result(attempt) == (Fraction(2, 6), False)
    assert marking_queue.waiting(trainer, at=LATER) == []
