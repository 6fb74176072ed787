"""Correcting a key after people have answered: first looked at, then applied, and taken back."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import queue
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import LmsError, NotFoundError
from lms.courses import services as courses
from lms.courses.models import Enrolment, StagePass
from lms.exams import answered, regrade_plan, regrading, services, tallying
from lms.exams.errors import (
    LostPassDecidedError,
    NoOtherKeyError,
    NotEveryoneError,
    NotRegradableError,
    RegradeNotOpenError,
)
from lms.exams.models import Attempt, Question, QuestionVersion, Response
from lms.exams.regrade_models import Regrade, RegradeChange
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rulings import Ruling, Way
from lms.exams.sitting import Answer
from lms.notifications.models import Message
from lms.records.models import RecordEntry
from lms.records.rules import Verb
from tests import factories
from tests.exams import papers
from tests.factories import NOON

LATER = NOON + timedelta(days=1)


class Room:
    """An exam of two single choices (B is right) that people have sat; 80 % pass."""

    def __init__(self) -> None:
        self.programme = papers.programme()
        self.exam = papers.exam(draw=[{"unit": "M1", "count": 2}])
        self.first = papers.question("q1", Kind.SINGLE)
        self.second = papers.question("q2", Kind.SINGLE)
        self.trainer = factories.person(roles={Role.TRAINER})

    @property
    def version_id(self) -> int:
        return self.first.published_id or 0

    def begins(self) -> tuple[Person, Attempt]:
        person = factories.person()
        run = papers.enrol(person, self.programme)
        courses.finish_lesson(run.id, "M1-1", actor=person, at=NOON)
        return person, services.start_attempt("stage-1", actor=person, at=NOON)[0]

    def sits(self, first: str, second: str = "B") -> Attempt:
        """Hand in an attempt through the services, as everyone does."""
        return self.hands_in(*self.begins(), first, second)

    def hands_in(self, person: Person, attempt: Attempt, first: str, second: str) -> Attempt:
        chosen = {self.first.published_id: first, self.second.published_id: second}
        answers = [
            Answer(slot, 1, (chosen[entry[0]],))
            for slot, entry in enumerate(attempt.layout, 1)
            if chosen[entry[0]]
        ]
        return services.hand_in(attempt.id, answers, client=attempt.client, actor=person, at=NOON)

    def asks(self, ruling: Ruling, *, never_lower: bool = True) -> Regrade:
        row, _job = regrading.ask(self.version_id, ruling, "The key was wrong",
                                  never_lower=never_lower, actor=self.trainer, at=NOON)  # fmt: skip
        while queue.run_one(at=LATER):
            pass
        return db.session.get_one(Regrade, row.id)

    def regrades(self, ruling: Ruling, *, never_lower: bool = True) -> Regrade:
        row = self.asks(ruling, never_lower=never_lower)
        regrading.decide(row.id, actor=self.trainer, at=LATER)
        run_all()
        return db.session.get_one(Regrade, row.id)


def run_all() -> None:
    while queue.run_one(at=LATER + timedelta(days=1)):
        pass


@pytest.fixture
def room(session: Session) -> Room:
    return Room()


def result(attempt: Attempt) -> tuple[Any, Any]:
    db.session.refresh(attempt)
    return attempt.score, attempt.passed


def verbs(attempt: Attempt) -> list[str]:
    query = select(RecordEntry.verb).where(RecordEntry.person_id == attempt.person_id)
    return list(db.session.scalars(query.order_by(RecordEntry.number)))


def mails(attempt: Attempt) -> Sequence[Message]:
    query = select(Message).where(Message.person_id == attempt.person_id)
    return db.session.scalars(query.where(Message.key.startswith("exams.regrade"))).all()


ALSO_A = Ruling(Way.ALSO, ("A",))
A_THIRD = Ruling(Way.LEAVE_OUT)


class TestCheck:
    def test_a_dry_run_changes_nothing_and_says_who_would_change(self, room: Room) -> None:
        failed, passed = room.sits("A"), room.sits("B")
        row = room.asks(ALSO_A)
        assert (row.answers, row.decided_at) == (2, None)
        assert result(failed) == (Fraction(1, 2), False)
        change = db.session.scalars(select(RegradeChange)).one()
        assert (change.attempt_id, change.score_before, change.score_after) == (
            failed.id, Fraction(1, 2), Fraction(1),
        )  # fmt: skip
        assert regrade_plan.totals(row.id) == regrade_plan.Totals(1, 1, 0, 1, 0)
        assert result(passed) == (Fraction(1), True)

    def test_who_would_lose_keeps_the_result_unless_it_is_said(self, room: Room) -> None:
        room.sits("B")
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        assert regrade_plan.totals(room.asks(key_is_a).id).papers == 0
        found = regrade_plan.totals(room.asks(key_is_a, never_lower=False).id)
        assert (found.papers, found.lost, found.lower) == (1, 1, 1)


def another_version(question: Question, answer: str, **changes: Any) -> QuestionVersion:
    old = db.session.get_one(QuestionVersion, question.published_id)
    body = {**old.body, "answer": [answer], **changes}
    return factories.save(
        QuestionVersion(
            question_id=question.id, number=old.number + 1, kind=old.kind, points=1, difficulty=2,
            tags=[], body=body, meta={}, digest=f"{question.id:064}", made_at=NOON,
        )
    )  # fmt: skip


class TestApply:
    def test_a_pass_opens_what_it_opens_and_tells_the_person(self, room: Room) -> None:
        failed = room.sits("A")
        before = db.session.scalar(select(func.count()).select_from(RecordEntry))
        row = room.regrades(ALSO_A)
        assert row.done_at is not None
        assert result(failed) == (Fraction(1), True)
        assert verbs(failed)[-2:] == [Verb.ATTEMPT_CORRECTED, Verb.STAGE_COMPLETED]
        assert Verb.ATTEMPT_FAILED in verbs(failed)  # what was noted before stays
        assert before is not None
        run = db.session.get_one(Enrolment, failed.enrolment_id)
        passed = db.session.scalars(select(StagePass).filter_by(enrolment_id=run.id)).one()
        assert passed.score == 1
        (mail,) = mails(failed)
        assert "50.00 %" in mail.body
        assert "The key was wrong" in mail.body
        assert "You have passed this exam now" in mail.body
        note = db.session.scalars(select(AuditEntry).filter_by(action="exams.regraded")).one()
        assert (note.actor_id, note.detail["reason"]) == (room.trainer.id, "The key was wrong")

    def test_the_mark_of_the_answer_itself_stays(self, room: Room) -> None:
        failed = room.sits("A")
        room.regrades(ALSO_A)
        kept = db.session.scalars(select(Response.mark).filter_by(attempt_id=failed.id)).all()
        assert sorted(kept) == [0, 1]  # type: ignore[type-var]

    def test_applied_twice_is_applied_once(self, room: Room) -> None:
        failed = room.sits("A")
        row = room.regrades(ALSO_A)
        told, noted = len(mails(failed)), len(verbs(failed))
        assert regrading.apply_to(row.id, [failed.id], at=LATER) == 0
        regrading.decide(row.id, actor=room.trainer, at=LATER)
        run_all()
        again = room.regrades(ALSO_A)
        assert regrade_plan.totals(again.id).papers == 0
        assert (len(mails(failed)), len(verbs(failed))) == (told, noted)

    def test_another_regrade_takes_it_back(self, room: Room) -> None:
        failed, other = room.sits("A"), room.sits("C")
        room.regrades(Ruling(Way.FULL))
        assert result(failed) == result(other) == (Fraction(1), True)
        room.regrades(Ruling(Way.AS_WRITTEN), never_lower=False)
        assert result(failed) == result(other) == (Fraction(1, 2), False)
        assert failed.regraded is None

    def test_full_points_are_for_blanks_too(self, room: Room) -> None:
        blank = room.sits("")
        room.regrades(Ruling(Way.FULL))
        assert result(blank) == (Fraction(1), True)

    def test_a_question_that_is_left_out_is_worth_nothing(self, room: Room) -> None:
        right, wrong = room.sits("B", "A"), room.sits("A", "B")
        row = room.regrades(Ruling(Way.LEAVE_OUT), never_lower=False)
        assert result(right) == (Fraction(0), False)
        assert result(wrong) == (Fraction(1), True)
        assert regrade_plan.totals(row.id) == regrade_plan.Totals(2, 1, 0, 1, 1)

    def test_papers_that_are_handed_in_later_are_marked_by_it(self, room: Room) -> None:
        person, attempt = room.begins()
        room.sits("A")
        room.regrades(ALSO_A)
        later = room.hands_in(person, attempt, "A", "B")
        assert result(later) == (Fraction(1), True)
        assert not mails(later)

    def test_a_pass_that_is_lost_revokes_nothing_and_waits_for_hr(self, room: Room) -> None:
        passed = room.sits("B")
        hr = factories.person(roles={Role.HR})
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        room.regrades(key_is_a, never_lower=False)
        assert result(passed) == (Fraction(1, 2), False)
        assert db.session.scalars(select(StagePass)).one().attempt_id == passed.id
        (lost,) = db.session.execute(regrade_plan.lost_passes(hr)).all()
        assert lost.attempt_id == passed.id
        assert "HR looks at it" in mails(passed)[0].body
        regrading.decide_lost(lost.id, "It stays.", actor=hr, at=LATER)
        assert not db.session.execute(regrade_plan.lost_passes(hr)).all()
        with pytest.raises(LostPassDecidedError):
            regrading.decide_lost(lost.id, "Again.", actor=hr, at=LATER)

    def test_what_is_given_back_waits_for_nobody(self, room: Room) -> None:
        room.sits("B")
        hr = factories.person(roles={Role.HR})
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        room.regrades(key_is_a, never_lower=False)
        room.regrades(Ruling(Way.AS_WRITTEN), never_lower=False)
        assert not db.session.execute(regrade_plan.lost_passes(hr)).all()
        with pytest.raises(NotFoundError):
            regrading.decide_lost(1_000_000, "x", actor=hr, at=LATER)

    def test_the_roll_ups_follow(self, room: Room) -> None:
        room.sits("A")
        room.sits("B")
        tallying.keep_up()
        room.regrades(ALSO_A)
        tallying.keep_up()
        assert tallying.differences() == 0
        ids = db.session.scalars(select(Attempt.id)).all()
        shares = {key.score for part in answered.count(ids).results.values() for key in part}
        assert shares == {Fraction(1)}

    def test_what_waits_for_a_marker_takes_it_along(self, room: Room) -> None:
        attempt = room.sits("A")
        with transaction() as session:
            attempt.score = attempt.passed = None
            own = update(Response).where(Response.attempt_id == attempt.id, Response.mark == 1)
            session.execute(own.values(mark=None))
        row = room.regrades(ALSO_A)
        assert result(attempt) == (None, None)
        assert list((attempt.regraded or {}).values()) == ["1"]
        assert regrade_plan.totals(row.id).papers == 1
        assert not mails(attempt)


class TestRefusals:
    def test_only_who_sees_everyone_corrects_a_key(self, room: Room) -> None:
        scoped = factories.person(roles={Role.TRAINER}, scope=factories.unit())
        with pytest.raises(NotEveryoneError):
            regrading.ask(room.version_id, ALSO_A, "x", never_lower=True, actor=scoped, at=NOON)
        row = room.asks(ALSO_A)
        with pytest.raises(NotEveryoneError):
            regrading.decide(row.id, actor=scoped, at=NOON)

    def test_it_is_looked_at_before_it_is_applied(self, room: Room) -> None:
        row, _job = regrading.ask(room.version_id, ALSO_A, "x", never_lower=True,
                                  actor=room.trainer, at=NOON)  # fmt: skip
        with pytest.raises(RegradeNotOpenError):
            regrading.decide(row.id, actor=room.trainer, at=NOON)

    def test_an_older_one_cannot_follow_a_newer_one(self, room: Room) -> None:
        older = room.asks(ALSO_A)
        room.regrades(Ruling(Way.FULL))
        with pytest.raises(RegradeNotOpenError):
            regrading.decide(older.id, actor=room.trainer, at=LATER)

    @pytest.mark.parametrize(
        ("kind", "error"), [(Kind.ESSAY, NotRegradableError), (Kind.UPLOAD, NotRegradableError)]
    )
    def test_what_people_mark_gets_no_key(
        self, room: Room, kind: Kind, error: type[LmsError]
    ) -> None:
        essay = papers.question(f"by-hand-{kind}", kind)
        with pytest.raises(error):
            regrading.ask(essay.published_id or 0, ALSO_A, "x", never_lower=True,
                          actor=room.trainer, at=NOON)  # fmt: skip

    def test_the_other_version_asks_the_same(self, room: Room) -> None:
        fewer = another_version(
            room.first, "A", options=[{"key": "A", "text": papers.text("A"), "why": papers.WHY}]
        )
        for version_id in (fewer.id, room.second.published_id):
            with pytest.raises(NoOtherKeyError):
                regrading.ask(room.version_id, Ruling(Way.OTHER_KEY, version_id=version_id), "x",
                              never_lower=True, actor=room.trainer, at=NOON)  # fmt: skip

    def test_pairs_are_called_the_same_in_the_other_version(self, room: Room) -> None:
        pairs = papers.question("pairs", Kind.MATCHING)
        choices = [{"key": key, "text": papers.text(f"Choice {key}")} for key in "ABC"]
        anew = [
            {"key": key, "text": each["text"]} for key, each in zip("BCA", choices, strict=True)
        ]
        for given, is_taken in ((choices, True), (anew, False)):
            other = another_version(pairs, "", choices=given, stem=papers.text("Corrected?"))
            ruling = Ruling(Way.OTHER_KEY, version_id=other.id)
            asked = partial(regrading.ask, pairs.published_id or 0, ruling, "x", never_lower=True,
                            actor=room.trainer, at=NOON)  # fmt: skip
            if is_taken:
                assert asked()[0].id
                db.session.delete(other)
                db.session.commit()
            else:
                with pytest.raises(NoOtherKeyError):
                    asked()
