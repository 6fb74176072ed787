"""An attempt under everything that can happen to it, in any order.

Two devices, a clock that only goes on, a line that loses, repeats and reorders what is sent, and a
trainer who grants time; once with questions in any order, once one by one and never back.
The machine keeps its own small idea of what must be stored, and compares after each step.
How many histories are tried is the profile's to say, in `conftest.py`.
"""

from collections.abc import Iterable
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
from lms.exams.errors import (
    AttemptClosedError,
    NotRunningError,
    QuestionLeftError,
    TakenOverError,
)
from lms.exams.events import AttemptMarked
from lms.exams.extra_time import grant_time
from lms.exams.models import Attempt, HandedInBy, LateAnswer
from lms.exams.room import collect
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import FORWARD, FREE
from lms.exams.services import (
    hand_in,
    move_on,
    save_answers,
    settle,
    start_attempt,
    sweep,
    take_over,
)
from lms.exams.sitting import Answer, receipt
from tests import factories
from tests.exams import papers
from tests.factories import NOON

LIMIT, GRACE = timedelta(minutes=20), timedelta(seconds=30)
LAST = 3
DEVICES, SLOTS = st.sampled_from("AB"), st.integers(1, LAST)
SAID = st.sampled_from(["A", "B", "C", ""])


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
    is_forward: bool

    @initialize()
    def begin(self) -> None:
        db.session.expunge_all()  # or each history would make the next one slower
        self.person = factories.person()
        self.trainer = factories.person(roles={Role.TRAINER})
        programme = db.session.get_one(Programme, self.programme_id)
        run = papers.enrol(self.person, programme)
        courses.finish_lesson(run.id, "M1-1", actor=self.person, at=NOON)
        self.attempt, _new = start_attempt("stage-1", actor=self.person, at=NOON)
        self.now, self.deadline = NOON, NOON + LIMIT
        self.position = 1
        """Of the one question that takes answers, where they come one by one."""
        self.pages = {"A": Page(self.attempt.client), "B": Page()}
        self.line: list[Parcel] = []
        self.stored: dict[int, Answer] = {}
        self.acknowledged: dict[int, int] = {}
        self.end: tuple[HandedInBy, datetime, str] | None = None
        self.told.clear()

    # ---- what people and pages do
    @rule(device=DEVICES, slot=SLOTS, said=SAID)
    def answer(self, device: str, slot: int, said: str) -> None:
        if self.pages[device].client:
            self.pages[device].type(slot, (said,) if said else ())

    @rule(device=DEVICES, is_hand_in=st.booleans())
    def send(self, device: str, is_hand_in: bool) -> None:  # noqa: FBT001
        page = self.pages[device]
        self.line.append(Parcel(page.client, tuple(page.answers.values()), is_hand_in))

    @rule(device=DEVICES, slot=SLOTS, said=SAID, patience=st.integers(0, 5))
    def answer_and_send(self, device: str, slot: int, said: str, patience: int) -> None:
        """What mostly happens: a change is sent by itself, or all with the hand-in, and arrives."""
        page = self.pages[device]
        if not page.client:
            return
        page.type(slot, (said,) if said else ())
        if patience:
            self._save(Parcel(page.client, (page.answers[slot],), is_hand_in=False))
        else:
            self._hand_in(Parcel(page.client, tuple(page.answers.values()), is_hand_in=True))

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
            again, client = start_attempt("stage-1", actor=self.person, at=self.now)
            assert (again.id, client) == (self.attempt.id, "")

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

    @precondition(lambda self: self.acknowledged)
    @rule(patience=st.integers(0, 3))
    def collect(self, patience: int) -> None:
        """A trainer hands in for the trainee, while the time runs; seldom, for it ends the history."""
        if patience:
            return
        try:
            collect(self.attempt.id, "x", actor=self.trainer, at=self.now)
        except NotRunningError:
            assert self.end or self.now > self.deadline
            return
        assert self.end is None
        self._close(HandedInBy.TRAINER, self.now)

    @rule(minutes=st.sampled_from([1, 10]))
    def grant_time(self, minutes: int) -> None:
        """A trainer adds time, while it runs; none comes back once it is over, in grace neither."""
        try:
            grant_time(self.attempt.id, minutes, "x", actor=self.trainer, at=self.now)
        except NotRunningError:
            assert self.end or self.now > self.deadline
            return
        assert self.end is None
        assert self.now <= self.deadline
        self.deadline += timedelta(minutes=minutes)

    @precondition(lambda self: self.is_forward)
    @rule(device=DEVICES, slot=SLOTS)
    def move_on(self, device: str, slot: int) -> None:
        """A page leaves a question: the open one, from the device that sits it, and not the last."""
        client = self.pages[device].client
        is_open = self.end is None and slot == self.position
        is_left = move_on(self.attempt.id, slot, client=client, actor=self.person)
        assert is_left is (is_open and client == self.attempt.client and slot < LAST)
        self.position += is_left

    # ---- what must come of it
    def _expire(self) -> None:
        if self.end is None and self.now > self.deadline + GRACE:
            self._close(HandedInBy.CLOCK, self.deadline)

    def _close(self, by: HandedInBy, at: datetime) -> None:
        db.session.refresh(self.attempt)
        self.end = (by, at, receipt(self.attempt, queries.responses(self.attempt)))

    def _taken(self, parcel: Parcel) -> list[Answer]:
        """Return what may be answered of what is sent."""
        return [
            each for each in parcel.answers if not self.is_forward or each.slot == self.position
        ]

    def _take_in(self, answers: Iterable[Answer]) -> None:
        for each in answers:
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
        except QuestionLeftError:
            assert self.end is None
            assert parcel.client == current
            assert self._taken(parcel) != list(parcel.answers)
            return
        assert self.end is None
        assert parcel.client == current
        assert self._taken(parcel) == list(parcel.answers)
        assert self.now <= self.deadline + GRACE
        self._take_in(parcel.answers)
        assert reply.deadline_at == self.deadline
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
            self._take_in(self._taken(parcel))
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
        assert self.attempt.deadline_at == self.deadline
        assert self.attempt.position == (self.position if self.is_forward else None)
        mine = select(func.count()).select_from(Attempt).filter_by(person_id=self.person.id)
        assert db.session.scalar(mine) == 1

    def teardown(self) -> None:
        """What came late is kept, and counts for nothing."""
        if hasattr(self, "attempt") and self.end is None:
            late = select(func.count()).select_from(LateAnswer)
            late = late.filter_by(attempt_id=self.attempt.id, reason=AttemptClosedError.code)
            assert not db.session.scalar(late)
            settle(self.attempt.id, at=self.now + timedelta(days=1))  # none is left for a sweep


@pytest.fixture(params=[FREE, FORWARD])
def machine(session: Session, trainee: Person, request: pytest.FixtureRequest) -> type[Sitting]:
    """The machine, on one programme for all its histories."""
    assert session.get(Person, trainee.id)
    programme = papers.programme()
    papers.exam(draw=[{"unit": "M1", "count": LAST}], attempts=1, navigation=request.param)
    for number in range(1, LAST + 1):
        papers.question(f"M1-q{number}", Kind.SINGLE)
    told: list[AttemptMarked] = []
    events.subscribe(AttemptMarked, told.append)
    about = {"programme_id": programme.id, "told": told, "is_forward": request.param == FORWARD}
    return type("OneSitting", (Sitting,), about)


def test_any_history_gives_one_result_and_loses_nothing(machine: type[Sitting]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
