"""What a blueprint makes questions worth: the figures of an exam go by it, and so do its roll-ups."""

import random
from datetime import timedelta
from fractions import Fraction

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.db import db
from lms.exams import outcomes, tallying
from lms.exams.models import Attempt, HandedInBy, Response
from lms.exams.rules import analysis
from lms.exams.rules.figures import Item
from lms.exams.rules.kinds import Kind
from lms.exams.tally_models import AnswerTally, ScoreTally
from tests import factories
from tests.exams import papers
from tests.factories import NOON

WORTH = (5, 1, 3, 2, 4)
"""Of questions that are worth one point each by themselves."""
Table = list[list[Fraction]]


def sat(people: int, *, seed: int = 1) -> Table:
    """Add marked papers of five questions that the exam makes worth `WORTH`; return their marks."""
    draw = random.Random(seed)
    exam, run = papers.exam(), papers.enrol(factories.person(), papers.programme())
    asked = [papers.question(f"q{n}", Kind.SINGLE) for n in range(len(WORTH))]
    table: Table = []
    for number in range(1, people + 1):
        ability = draw.random()
        marks = [Fraction(draw.random() < ability) for _each in WORTH]
        earned = sum(mark * worth for mark, worth in zip(marks, WORTH, strict=True))
        score = Fraction(earned, sum(WORTH))
        row = factories.save(
            Attempt(
                person_id=run.person_id, enrolment_id=run.id, exam_id=exam.id, number=number,
                version_id=exam.published_id, stage="one", seed="s", client="c", receipt="r",
                layout=[[each.published_id, "A B C", worth]
                        for each, worth in zip(asked, WORTH, strict=True)],
                started_at=NOON, deadline_at=NOON + timedelta(minutes=20), submitted_at=NOON,
                handed_in_by=HandedInBy.TRAINEE, score=score, passed=score >= Fraction(4, 5),
            )
        )  # fmt: skip
        for slot, mark in enumerate(marks, start=1):
            factories.save(Response(attempt_id=row.id, slot=slot, seq=1, answer=["AB"[int(mark)]],
                                    saved_at=NOON, mark=mark))  # fmt: skip
        table.append(marks)
    return table


@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_reliability_is_that_of_the_points_that_were_earned(
    session: Session,
    trainer: Person,
    is_rolled_up: bool,  # noqa: FBT001
) -> None:
    assert not session.new
    table = sat(24)
    columns = zip(zip(*table, strict=True), WORTH, strict=True)
    expected = analysis.analyse([
        Item(str(worth), [float(mark * worth) for mark in column], most=worth)
        for column, worth in columns
    ])  # fmt: skip
    if is_rolled_up:
        tallying.keep_up()
    found = outcomes.outcome_of(trainer, "stage-1")
    assert expected.alpha is not None
    assert expected.sem is not None
    assert found.reliability.is_alpha
    assert found.reliability.value == pytest.approx(expected.alpha)
    assert found.reliability.sem == pytest.approx(expected.sem / sum(WORTH))
    by_code = {line.question.code: line for line in found.items}
    for number, item in enumerate(expected.items):
        assert by_code[f"q{number}"].figures.item_rest == pytest.approx(item.item_rest)


def test_an_upgrade_has_the_papers_counted_again(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade()
        sat(3)
        tallying.keep_up()
        assert db.session.scalars(select(Attempt.counted)).all() == [True] * 3
        db.session.commit()
        flask_migrate.downgrade(revision="0020")
        flask_migrate.upgrade()
        assert db.session.scalars(select(Attempt.counted)).all() == [False] * 3
        for table in (AnswerTally, ScoreTally):
            assert not db.session.scalars(select(table)).all()
        assert tallying.keep_up() == 3
        assert tallying.differences() == 0
        found = outcomes.outcome_of(factories.person(roles={Role.TRAINER}), "stage-1")
        assert [line.figures.count for line in found.items] == [3] * len(WORTH)
