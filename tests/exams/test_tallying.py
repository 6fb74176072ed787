"""The roll-ups of the statistics: whatever comes and goes, they are what counting anew gives."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.exams import answered, outcomes, quality, tallying
from lms.exams.asked import Asked
from lms.exams.models import Attempt, ExamVersion, HandedInBy, QuestionVersion, Response
from lms.exams.rules import results
from lms.exams.rules.figures import Sign
from lms.exams.rules.kinds import Kind
from lms.exams.tally_models import AnswerTally, ScoreTally
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

MARKS = [Fraction(0), Fraction(1, 2), Fraction(1), Fraction(1, 7), Fraction(-1, 4)]
"""With one that is no whole number of parts, and one that cost points."""
KINDS = [Kind.SINGLE, Kind.MULTIPLE, Kind.NUMERIC]
OWN = (1, 2, 3)
WORTHS = [OWN, (3, 2, 1), (1, 7, 1)]
"""Points of the questions: their own, and those that a blueprint gives them."""
GIVEN = st.lists(
    st.tuples(st.sampled_from(MARKS), st.sampled_from(["A", "B", "C", ""])),
    min_size=len(KINDS), max_size=len(KINDS),
)  # fmt: skip


class Sat:
    """An exam with three questions, and people who sit it."""

    def __init__(self) -> None:
        self.programme = papers.programme()
        self.exam = papers.exam()
        rows = [papers.question(f"q{n}", kind, points=n) for n, kind in enumerate(KINDS, 1)]
        self.versions = [row.published_id or 0 for row in rows]
        self.exam_versions = [self.exam.published_id or 0, self._another_version()]
        self.run = papers.enrol(factories.person(), self.programme)
        self.number = 0

    def _another_version(self) -> int:
        row = ExamVersion(
            exam_id=self.exam.id, number=2, settings={}, digest="2" * 64, made_at=NOON
        )
        return factories.save(row).id

    def sits(self, given: Any, points: Sequence[int] = OWN, version: int = 0) -> int:
        """Add a marked attempt at a version of the exam; return its id."""
        self.number += 1
        layout = [[each, "" if n == 3 else "A B C", points[n - 1]]
                  for n, each in enumerate(self.versions, start=1)]  # fmt: skip
        earned = (mark * worth for (mark, _key), worth in zip(given, points, strict=True))
        score = max(Fraction(0), sum(earned, Fraction(0)) / sum(points))
        row = Attempt(
            person_id=self.run.person_id, enrolment_id=self.run.id, exam_id=self.exam.id,
            version_id=self.exam_versions[version], stage="one", number=self.number, seed="s",
            layout=layout, client="c", started_at=NOON, deadline_at=NOON + timedelta(minutes=20),
            submitted_at=NOON + timedelta(minutes=self.number % 9), receipt="r",
            handed_in_by=HandedInBy.TRAINEE, score=score, passed=score >= Fraction(4, 5),
        )  # fmt: skip
        factories.save(row)
        for slot, (mark, key) in enumerate(given, start=1):
            answer = [key] if key else []
            factories.save(Response(attempt_id=row.id, slot=slot, seq=1, answer=answer,
                                    saved_at=NOON, mark=mark))  # fmt: skip
        return row.id


def stored() -> answered.Counted:
    found = answered.Counted()
    for row in db.session.scalars(select(ScoreTally)):
        if row.results:
            found.results[row.exam_version_id, row.is_first] = results.read(row.results)
    for tally in db.session.scalars(select(AnswerTally)):
        if tally.cells:
            place = (tally.exam_version_id, tally.question_version_id, tally.is_first)
            found.answers[place] = dict(tally.cells)
    return found


def from_scratch(*, counted: bool = True) -> answered.Counted:
    ids = db.session.scalars(select(Attempt.id).where(Attempt.counted.is_(counted))).all()
    return answered.count(ids)


def regrade(ids: list[int], turn: int) -> None:
    """Correct a key, as regrading does it: out first, then other marks, then in again."""
    tallying.take_out(ids)
    with transaction():
        counts = {"1": ["1", None, "1/3"][turn % 3]}
        db.session.execute(update(Attempt).where(Attempt.id.in_(ids)).values(regraded=counts))
    tallying.take_in()


@pytest.fixture
def sat(session: Session) -> Sat:
    return Sat()


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(GIVEN, st.sampled_from(WORTHS), st.sampled_from([0, 1])),
            st.sampled_from(["in", "out", "again", "regrade"]),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_whatever_comes_and_goes_they_equal_counting_anew(sat: Sat, steps: list[Any]) -> None:
    ids: list[int] = []
    for step in steps:
        if step == "in":
            tallying.take_in()
        elif step == "out":
            tallying.take_out(ids[::2])
        elif step == "again":
            tallying.rebuild()
        elif step == "regrade":
            regrade(ids[-1:], len(ids))
        else:
            ids.append(sat.sits(*step))
        assert stored() == from_scratch()
    tallying.keep_up()
    assert stored() == from_scratch()
    assert from_scratch(counted=False) == answered.Counted()


RIGHT = [(Fraction(1), "B"), (Fraction(1), "A"), (Fraction(1), "7")]
WRONG = [(Fraction(0), "A"), (Fraction(0), "B"), (Fraction(0), "")]


class TestKeepingUp:
    def test_a_paper_is_counted_once(self, sat: Sat) -> None:
        sat.sits(RIGHT)
        assert tallying.keep_up() == 1
        before = stored()
        assert tallying.keep_up() == 0
        assert stored() == before

    def test_a_corrected_mark_counts_and_a_left_out_question_does_not(self, sat: Sat) -> None:
        attempt = sat.sits(WRONG)
        with transaction():
            one = update(Attempt).where(Attempt.id == attempt)
            db.session.execute(one.values(regraded={"1": "1", "3": None}))
        found = answered.count([attempt])
        assert {version for _exam, version, _first in found.answers} == set(sat.versions[:2])
        (result,) = next(iter(found.results.values()))
        assert (result.points, result.worth, result.questions) == (Fraction(1), 3, 2)

    def test_the_points_of_the_paper_count_whatever_is_counted_beside_it(self, sat: Sat) -> None:
        given = [(Fraction(1), "B"), (Fraction(1, 2), "A"), (Fraction(0), "7")]
        ids = [sat.sits(given, (1, 7, 1), version=1), sat.sits(given)]
        place = (sat.exam_versions[1], sat.versions[1], True)
        for order in (ids[:1], ids, ids[::-1]):
            assert answered.count(order).answers[place] == {"1/2|7|1/2|1/2|A": 1}

    def test_who_sees_everyone_sees_papers_that_are_not_counted_yet(
        self, sat: Sat, trainer: Person
    ) -> None:
        for _time in range(3):
            sat.sits(RIGHT)
        tallying.keep_up()
        sat.sits(WRONG)
        found = outcomes.outcome_of(trainer, "stage-1")
        assert (found.attempts, found.passed, found.firsts) == (4, 3, 1)
        assert [line.figures.count for line in found.items] == [4, 4, 4]

    def test_both_ways_give_the_same_figures(self, sat: Sat, trainer: Person) -> None:
        for turn in range(30):
            sat.sits([
                (Fraction(int(turn % 3 > 0)), "AB"[turn % 3 > 0]),
                (Fraction(turn % 2, 2), "C"),
                (Fraction(int(turn > 9)), "7"),
            ])  # fmt: skip
        anew = outcomes.outcome_of(trainer, "stage-1")
        tallying.keep_up()
        assert outcomes.outcome_of(trainer, "stage-1") == anew
        period = Asked(since=NOON.date(), until=NOON.date())
        of_period = outcomes.outcome_of(trainer, "stage-1", period)
        assert (of_period.items, of_period.results) == (anew.items, anew.results)

    def test_taking_an_attempt_out_that_is_not_in_changes_nothing(self, sat: Sat) -> None:
        attempt = sat.sits(RIGHT)
        tallying.take_out([attempt])
        assert stored() == answered.Counted()


class TestSigns:
    def test_are_kept_for_the_bank(self, sat: Sat) -> None:
        for turn in range(20):
            sat.sits(RIGHT if turn else WRONG)
        tallying.keep_up()
        tallying.renew_signs()
        first = sat.versions[0]
        assert quality.signs_of_versions(sat.versions)[first] == [Sign.UNUSED]
        condition = quality.versions_with_sign(Sign.UNUSED)
        assert first in db.session.scalars(select(QuestionVersion.id).where(condition)).all()
        assert not quality.due()

    def test_go_when_the_answers_go(self, sat: Sat) -> None:
        ids = [sat.sits(RIGHT) for _turn in range(20)]
        tallying.keep_up()
        tallying.renew_signs()
        assert Sign.TOO_EASY in quality.signs_of_versions(sat.versions)[sat.versions[0]]
        tallying.take_out(ids[:1])
        tallying.renew_signs()
        assert quality.signs_of_versions(sat.versions) == {}

    def test_few_answers_give_none(self, sat: Sat) -> None:
        for _turn in range(19):
            sat.sits(RIGHT)
        tallying.keep_up()
        tallying.renew_signs()
        condition = quality.versions_with_sign()
        assert not db.session.scalars(select(QuestionVersion.id).where(condition)).all()


class TestCommand:
    def test_says_that_they_agree_and_mends_what_does_not(
        self, sat: Sat, runner: FlaskCliRunner
    ) -> None:
        sat.sits(RIGHT)
        tallying.keep_up()
        reply = runner.invoke(args=["exams", "tallies", "--check"])
        assert (reply.exit_code, "agree" in reply.output) == (0, True)
        with transaction():
            db.session.execute(delete(ScoreTally))
        reply = runner.invoke(args=["exams", "tallies", "--check"])
        assert (reply.exit_code, "differ" in reply.output) == (1, True)
        reply = runner.invoke(args=["exams", "tallies"])
        assert "papers counted: 1" in reply.output
        assert stored() == from_scratch()


def test_the_bank_leads_to_the_figures(client: FlaskClient, sat: Sat, trainer: Person) -> None:
    sign_in(client, trainer)
    assert "/studio/questions/q1/statistics" in client.get("/studio/questions/q1").text
