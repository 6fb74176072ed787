"""A sitting from start to result: who may, what is kept, what is refused, and what comes of it."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.errors import NotFoundError
from lms.courses import queries as courses
from lms.courses.rules import StageStatus
from lms.exams import queries
from lms.exams.errors import (
    AlreadyPassedError,
    AttemptClosedError,
    CoolingDownError,
    NoAttemptsLeftError,
    NotOpenYetError,
    PaperNotReadyError,
    TakenOverError,
)
from lms.exams.models import Attempt, HandedInBy, LateAnswer
from lms.exams.rules.kinds import Kind
from lms.exams.services import (
    hand_in,
    save_answers,
    settle,
    start_attempt,
    sweep,
    take_over,
)
from lms.exams.sitting import Answer
from tests import factories
from tests.exams import papers
from tests.factories import NOON

ALL = len(papers.BANKED)
MINUTE = timedelta(minutes=1)
DEADLINE = NOON + 20 * MINUTE
OVER = DEADLINE + timedelta(seconds=31)


def begin(person: Person, at: datetime = NOON) -> Attempt:
    return start_attempt("stage-1", actor=person, at=at)[0]


def right_answers(attempt: Attempt, seq: int = 1) -> list[Answer]:
    kinds = enumerate(papers.kinds(attempt), start=1)
    return [Answer(slot, seq, papers.RIGHT[kind]) for slot, kind in kinds]


def slot_of(attempt: Attempt, kind: Kind) -> int:
    return papers.kinds(attempt).index(kind) + 1


def stored(attempt: Attempt) -> dict[int, tuple[int, list[str]]]:
    rows = queries.responses(attempt)
    return {slot: (row.seq, row.answer) for slot, row in rows.items()}


@pytest.fixture
def attempt(trainee: Person) -> Attempt:
    papers.ready(trainee)
    return begin(trainee)


class TestStart:
    def test_pins_paper_clock_and_number(self, attempt: Attempt) -> None:
        assert attempt.number == 1
        assert attempt.deadline_at == DEADLINE
        assert papers.kinds(attempt) == papers.BANKED

    def test_goes_on_with_the_open_attempt(self, attempt: Attempt, trainee: Person) -> None:
        again, client = start_attempt("stage-1", actor=trainee, at=NOON + MINUTE)
        assert (again.id, client) == (attempt.id, "")

    def test_waits_for_the_lessons(self, trainee: Person) -> None:
        run = papers.ready(trainee)
        other = factories.person()
        papers.enrol(other, run.programme)
        with pytest.raises(NotOpenYetError):
            begin(other)

    @pytest.mark.usefixtures("attempt")
    def test_is_nothing_for_who_does_not_take_the_programme(self) -> None:
        with pytest.raises(NotFoundError):
            begin(factories.person())

    def test_needs_enough_questions(self, trainee: Person) -> None:
        papers.ready(trainee, draw=[{"unit": "M1", "count": ALL + 1}])
        with pytest.raises(PaperNotReadyError):
            begin(trainee)

    def test_pauses_after_a_failure(self, attempt: Attempt, trainee: Person) -> None:
        hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON + MINUTE)
        with pytest.raises(CoolingDownError):
            begin(trainee, NOON + timedelta(days=1))
        assert begin(trainee, NOON + timedelta(days=1) + MINUTE).number == 2

    def test_refuses_when_all_are_used(self, trainee: Person) -> None:
        papers.ready(trainee, attempts=1)
        first = begin(trainee)
        hand_in(first.id, client=first.client, actor=trainee, at=NOON)
        with pytest.raises(NoAttemptsLeftError):
            begin(trainee, NOON + timedelta(days=30))

    def test_a_passed_exam_is_not_sat_again(self, attempt: Attempt, trainee: Person) -> None:
        answers = right_answers(attempt)
        hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)
        with pytest.raises(AlreadyPassedError):
            begin(trainee, NOON + timedelta(days=30))

    def test_an_attempt_whose_time_is_up_counts_before_the_next_begins(
        self, attempt: Attempt, trainee: Person
    ) -> None:
        with pytest.raises(CoolingDownError):
            begin(trainee, OVER)
        assert attempt.handed_in_by is HandedInBy.CLOCK


class TestSave:
    def test_keeps_what_was_sent_and_says_so(self, attempt: Attempt, trainee: Person) -> None:
        slot = slot_of(attempt, Kind.SINGLE)
        reply = save_answers(
            attempt.id, [Answer(slot, 7, ("B",))], client=attempt.client, actor=trainee, at=NOON
        )
        assert reply.seqs == {slot: 7}
        assert reply.deadline_at == DEADLINE
        assert stored(attempt) == {slot: (7, ["B"])}

    def test_a_lower_or_equal_seq_changes_nothing(self, attempt: Attempt, trainee: Person) -> None:
        slot = slot_of(attempt, Kind.SINGLE)
        for seq, key in ((7, "B"), (7, "A"), (3, "C")):
            reply = save_answers(
                attempt.id,
                [Answer(slot, seq, (key,))],
                client=attempt.client,
                actor=trainee,
                at=NOON,
            )
            assert reply.seqs == {slot: 7}
        assert stored(attempt) == {slot: (7, ["B"])}

    def test_foreign_slots_and_options_are_not_kept(
        self, attempt: Attempt, trainee: Person
    ) -> None:
        slot = slot_of(attempt, Kind.MULTIPLE)
        sent = [Answer(99, 1, ("A",)), Answer(0, 1, ("A",)), Answer(slot, 1, ("A", "Z", "A"))]
        save_answers(attempt.id, sent, client=attempt.client, actor=trainee, at=NOON)
        assert stored(attempt) == {slot: (1, ["A"])}

    def test_for_a_stranger_the_attempt_does_not_exist(self, attempt: Attempt) -> None:
        with pytest.raises(NotFoundError):
            save_answers(attempt.id, [], client=attempt.client, actor=factories.person(), at=NOON)

    def test_within_the_grace_answers_are_taken(self, attempt: Attempt, trainee: Person) -> None:
        at = DEADLINE + timedelta(seconds=30)
        save_answers(
            attempt.id, [Answer(1, 1, ("B",))], client=attempt.client, actor=trainee, at=at
        )
        assert 1 in stored(attempt)

    def test_a_late_answer_is_refused_and_kept_as_evidence(
        self, attempt: Attempt, trainee: Person, session: Session
    ) -> None:
        with pytest.raises(AttemptClosedError):
            save_answers(
                attempt.id, [Answer(1, 1, ("B",))], client=attempt.client, actor=trainee, at=OVER
            )
        late = session.scalars(select(LateAnswer)).one()
        assert (late.slot, late.answer, late.received_at) == (1, ["B"], OVER)
        assert stored(attempt) == {}
        assert attempt.handed_in_by is HandedInBy.CLOCK
        assert attempt.submitted_at == DEADLINE

    def test_a_second_device_has_to_take_over_and_the_first_one_is_told(
        self, attempt: Attempt, trainee: Person
    ) -> None:
        first = attempt.client
        second = take_over(attempt.id, actor=trainee).client
        assert first != second
        with pytest.raises(TakenOverError):
            save_answers(attempt.id, [Answer(1, 1, ("A",))], client=first, actor=trainee, at=NOON)
        save_answers(attempt.id, [Answer(1, 1, ("B",))], client=second, actor=trainee, at=NOON)
        with pytest.raises(TakenOverError):
            hand_in(attempt.id, client=first, actor=trainee, at=NOON)
        assert attempt.is_open

    def test_nobody_takes_over_someone_else_s(self, attempt: Attempt) -> None:
        with pytest.raises(NotFoundError):
            take_over(attempt.id, actor=factories.person())


class TestHandIn:
    def test_marks_every_kind_and_opens_the_next_stage(
        self, attempt: Attempt, trainee: Person
    ) -> None:
        answers = right_answers(attempt)
        done = hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)
        assert (done.score, done.passed, done.submitted_at) == (Fraction(1), True, NOON)
        progress = courses.progress_of(attempt.enrolment)
        assert [state.status for state in progress.stages] == [StageStatus.DONE, StageStatus.NOW]

    def test_partly_right_is_worth_its_share(self, attempt: Attempt, trainee: Person) -> None:
        answers = [Answer(slot_of(attempt, Kind.MULTIPLE), 1, ("A",))]
        done = hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)
        assert (done.score, done.passed) == (Fraction(1, 2 * ALL), False)
        assert {row.mark for row in queries.responses(done).values()} == {Fraction(1, 2)}

    def test_a_wrong_choice_costs_where_the_exam_says_so(self, trainee: Person) -> None:
        papers.ready(trainee, penalty="0.5")
        attempt = begin(trainee)
        answers = [
            Answer(slot_of(attempt, Kind.SINGLE), 1, ("A",)),
            Answer(slot_of(attempt, Kind.NUMERIC), 1, ("180",)),
        ]
        done = hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)
        assert done.score == Fraction(1, 2 * ALL)

    def test_a_blank_paper_fails_and_opens_nothing(self, attempt: Attempt, trainee: Person) -> None:
        done = hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        assert (done.score, done.passed) == (Fraction(0), False)
        assert courses.progress_of(attempt.enrolment).current.stage.number == 1

    def test_handing_in_twice_keeps_the_first_result(
        self, attempt: Attempt, trainee: Person
    ) -> None:
        first = hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        receipt = first.receipt
        again = hand_in(
            attempt.id,
            right_answers(attempt),
            client=attempt.client,
            actor=trainee,
            at=NOON + MINUTE,
        )
        assert (again.score, again.receipt, again.submitted_at) == (Fraction(0), receipt, NOON)

    def test_answers_are_frozen_afterwards(self, attempt: Attempt, trainee: Person) -> None:
        hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        with pytest.raises(AttemptClosedError):
            save_answers(
                attempt.id,
                right_answers(attempt, seq=99),
                client=attempt.client,
                actor=trainee,
                at=NOON,
            )
        assert stored(attempt) == {}

    def test_too_late_counts_what_was_saved(self, attempt: Attempt, trainee: Person) -> None:
        slot = slot_of(attempt, Kind.SINGLE)
        save_answers(
            attempt.id, [Answer(slot, 1, ("B",))], client=attempt.client, actor=trainee, at=NOON
        )
        done = hand_in(
            attempt.id, right_answers(attempt, 2), client=attempt.client, actor=trainee, at=OVER
        )
        assert (done.score, done.handed_in_by) == (Fraction(1, ALL), HandedInBy.CLOCK)


class TestExpiry:
    def test_the_outcome_is_the_same_whoever_notices(
        self, attempt: Attempt, trainee: Person
    ) -> None:
        slot = slot_of(attempt, Kind.SINGLE)
        save_answers(
            attempt.id, [Answer(slot, 1, ("B",))], client=attempt.client, actor=trainee, at=NOON
        )
        assert not settle(attempt.id, at=DEADLINE + timedelta(seconds=30))
        assert sweep(at=OVER + timedelta(hours=5)) == 1
        assert (attempt.submitted_at, attempt.score) == (DEADLINE, Fraction(1, ALL))
        assert sweep(at=OVER + timedelta(hours=6)) == 0
        assert not settle(attempt.id, at=OVER)

    def test_the_sweep_leaves_running_attempts_alone(self, attempt: Attempt) -> None:
        assert sweep(at=DEADLINE) == 0
        assert attempt.is_open


class TestSummaries:
    def test_a_run_sees_its_own_attempts(self, attempt: Attempt, trainee: Person) -> None:
        summary = queries.exam_summaries(trainee, attempt.enrolment)["stage-1"]
        assert (summary.attempts_used, summary.open_attempt_id) == (1, attempt.id)
        hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        summary = queries.exam_summaries(trainee, attempt.enrolment)["stage-1"]
        assert (summary.open_attempt_id, summary.best_percent) == (None, Decimal(0))
        assert summary.retake_opens_at == NOON + timedelta(days=1)
