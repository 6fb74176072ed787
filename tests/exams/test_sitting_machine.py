"""An attempt under everything that can happen to it, in any order.

Two devices, a clock that only goes on, and a line that loses, repeats and reorders what is sent.
The machine keeps its own small idea of what must be stored, and compares after each step.
How many histories are tried is the profile's to say, in `conftest.py`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import events
from lms.core.db import db
from lms.courses import services as courses
from lms.courses.models import Programme
from lms.exams import queries
from lms.exams.errors import AttemptClosedError, NotRunningError, TakenOverError
from lms.exams.events import AttemptMarked
from lms.exams.models import Attempt, HandedInBy, LateAnswer
from lms.exams.room import collect
from lms.exams.rules.kinds import Kind
from lms.exams.services import hand_in, save_answers, settle, start_attempt, sweep, take_over
from lms.exams.sitting import Answer, receipt
from tests import factories
from tests.exams import papers
from tests.factories import NOON

LIMIT, GRACE = timedelta(minutes=20), timedelta(seconds=30)
DEVICES, SLOTS = st.sampled_from("AB"), st.integers(1, 3)


@dataclass
class Page:
    """What one device believes."""

    client: str = ""
    answers: dict[int, Answer] = field(default_factory=dict)

    def type(self, slot: int, said: tuple[str, ...]) -> None:
        """Answer, one above all that this page knows."""
        known = self.answers[slot].seq if slot in self.answers else 0
        self.answers[slot] = Answer(slot, known + 1, said)


@dataclass(frozen=True)
class Parcel:
    """What is on its way to the server."""

    client: str
    answers: tuple[Answer, ...]
    is_hand_in: bool


class Sitting(RuleBasedStateMachine):
    """One attempt."""

    programme_id: int
    told: list[AttemptMarked]

    @initialize()
    def begin(self) -> None:
        db.session.expunge_all()  # or each history would make the next one slower
        self.person = factories.person()
        self.trainer = factories.person(roles={Role.TRAINER})
        programme = db.session.get_one(Programme, self.programme_id)
        run = papers.enrol(self.person, programme)
        courses.finish_lesson(run.id, "M1-1", actor=self.person, at=NOON)
        self.attempt, _new = start_attempt("stage-1", actor=self.person, at=NOON)
        self.now = NOON
        self.pages = {"A": Page(self.attempt.client), "B": Page()}
        self.line: list[Parcel] = []
        self.stored: dict[int, Answer] = {}
        self.acknowledged: dict[int, int] = {}
        self.end: tuple[HandedInBy, datetime, str] | None = None
        self.told.clear()

    # ---- what people and pages do
    @rule(device=DEVICES, slot=SLOTS, said=st.sampled_from(["A", "B", "C", ""]))
    def answer(self, device: str, slot: int, said: str) -> None:
        if self.pages[device].client:
            self.pages[device].type(slot, (said,) if said else ())

    @rule(device=DEVICES, is_hand_in=st.booleans())
    def send(self, device: str, is_hand_in: bool) -> None:  # noqa: FBT001
        page = self.pages[device]
        self.line.append(Parcel(page.client, tuple(page.answers.values()), is_hand_in))

    @rule(device=DEVICES)
    def take_over(self, device: str) -> None:
        try:
            client = take_over(self.attempt.id, actor=self.person).client
        except AttemptClosedError:
            assert self.end
            return
        known = queries.responses(self.attempt).values()
        answers = {each.slot: Answer(each.slot, each.seq, tuple(each.answer)) for each in known}
        self.pages[device] = Page(client, answers)

    @rule()
    def start_again(self) -> None:
        """Two clicks, or a second tab: the open attempt is the one."""
        if self.end is None and self.now <= self.attempt.deadline_at + GRACE:
            again, is_new = start_attempt("stage-1", actor=self.person, at=self.now)
            assert (again.id, is_new) == (self.attempt.id, False)

    # ---- what the line and the clock do
    @rule(seconds=st.sampled_from([1, 29, 300, 599, 700]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.line)
    @rule(data=st.data(), is_kept=st.booleans())
    def deliver(self, data: st.DataObject, is_kept: bool) -> None:  # noqa: FBT001
        """Let something arrive, in any order; what is kept arrives once more later."""
        number = data.draw(st.integers(0, len(self.line) - 1))
        parcel = self.line[number] if is_kept else self.line.pop(number)
        self._hand_in(parcel) if parcel.is_hand_in else self._save(parcel)

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.line.pop(data.draw(st.integers(0, len(self.line) - 1)))

    @rule(is_sweep=st.booleans())
    def notice_the_time(self, is_sweep: bool) -> None:  # noqa: FBT001
        if is_sweep:
            sweep(at=self.now)
        else:
            settle(self.attempt.id, at=self.now)
        self._expire()

    @rule()
    def collect(self) -> None:
        """A trainer hands in for the trainee, while the time runs."""
        try:
            collect(self.attempt.id, "x", actor=self.trainer, at=self.now)
        except NotRunningError:
            assert self.end or self.now > NOON + LIMIT
            return
        assert self.end is None
        self._close(HandedInBy.TRAINER, self.now)

    # ---- what must come of it
    def _expire(self) -> None:
        if self.end is None and self.now > NOON + LIMIT + GRACE:
            self._close(HandedInBy.CLOCK, NOON + LIMIT)

    def _close(self, by: HandedInBy, at: datetime) -> None:
        db.session.refresh(self.attempt)
        self.end = (by, at, receipt(self.attempt, queries.responses(self.attempt)))

    def _take_in(self, parcel: Parcel) -> None:
        for each in parcel.answers:
            if each.slot not in self.stored or each.seq > self.stored[each.slot].seq:
                self.stored[each.slot] = each

    def _save(self, parcel: Parcel) -> None:
        current = self.attempt.client
        try:
            reply = save_answers(
                self.attempt.id,
                parcel.answers,
                client=parcel.client,
                actor=self.person,
                at=self.now,
            )
        except AttemptClosedError:
            self._expire()
            assert self.end
            return
        except TakenOverError:
            assert parcel.client != current
            assert self.end is None
            return
        assert self.end is None
        assert parcel.client == current
        assert self.now <= NOON + LIMIT + GRACE
        self._take_in(parcel)
        assert reply.deadline_at == NOON + LIMIT
        for slot, seq in reply.seqs.items():
            assert seq >= max(each.seq for each in parcel.answers if each.slot == slot)
            self.acknowledged[slot] = max(seq, self.acknowledged.get(slot, 0))

    def _hand_in(self, parcel: Parcel) -> None:
        current, was = self.attempt.client, self.end
        try:
            hand_in(
                self.attempt.id,
                parcel.answers,
                client=parcel.client,
                actor=self.person,
                at=self.now,
            )
        except TakenOverError:
            assert parcel.client != current
            return
        self._expire()
        if was is None and self.end is None:
            self._take_in(parcel)
            self._close(HandedInBy.TRAINEE, self.now)

    @invariant()
    def what_is_stored_is_what_was_taken(self) -> None:
        stored = queries.responses(self.attempt)
        found = {slot: (each.seq, tuple(each.answer)) for slot, each in stored.items()}
        assert found == {slot: (each.seq, each.answer) for slot, each in self.stored.items()}
        for slot, seq in self.acknowledged.items():
            assert found[slot][0] >= seq, "acknowledged, and then lost"

    @invariant()
    def one_result_that_never_changes(self) -> None:
        db.session.refresh(self.attempt)
        told = [each for each in self.told if each.attempt.id == self.attempt.id]
        if self.end is None:
            assert self.attempt.is_open
            assert told == []
            return
        attempt = self.attempt
        assert (attempt.handed_in_by, attempt.submitted_at, attempt.receipt) == self.end
        assert attempt.score is not None
        assert len(told) == 1

    @invariant()
    def the_clock_is_the_server_s_and_one_attempt_is_open_at_most(self) -> None:
        assert self.attempt.deadline_at == NOON + LIMIT
        mine = select(func.count()).select_from(Attempt).filter_by(person_id=self.person.id)
        assert db.session.scalar(mine) == 1

    def teardown(self) -> None:
        """What came late is kept, and counts for nothing."""
        if hasattr(self, "attempt") and self.end is None:
            late = select(func.count()).select_from(LateAnswer)
            assert not db.session.scalar(late.filter_by(attempt_id=self.attempt.id))
            settle(self.attempt.id, at=self.now + timedelta(days=1))  # none is left for a sweep


@pytest.fixture
def machine(session: Session, trainee: Person) -> type[Sitting]:
    """The machine, on one programme for all its histories."""
    assert session.get(Person, trainee.id)
    programme = papers.programme()
    papers.exam(draw=[{"unit": "M1", "count": 3}], attempts=1)
    for number in range(1, 4):
        papers.question(f"M1-q{number}", Kind.SINGLE)
    told: list[AttemptMarked] = []
    events.subscribe(AttemptMarked, told.append)
    return type("OneSitting", (Sitting,), {"programme_id": programme.id, "told": told})


def test_any_history_gives_one_result_and_loses_nothing(machine: type[Sitting]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
