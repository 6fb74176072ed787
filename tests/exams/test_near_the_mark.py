"""Papers within one standard error of measurement of the pass mark: how many, and which."""

import csv
import io
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st

from lms.accounts.models import Person
from lms.core import deliverables, queue
from lms.core.db import db
from lms.exams.outcomes import outcome_of
from lms.exams.rules import results
from lms.exams.rules.results import Near
from tests.browser import sign_in
from tests.exams.test_outcomes import Class, results_of
from tests.exams.test_points_of_papers import sat

SHARES = st.fractions(0, 1)


class TestRules:
    def test_its_bounds_belong_to_it_and_the_mark_is_reached(self) -> None:
        found = results_of([Fraction(n, 8) for n in (1, 3, 3, 4, 5, 6)])
        assert results.near(found, Fraction(1, 2), 0.125) == Near(below=2, reached=2)
        assert results.near(found, Fraction(1, 2), 0.0) == Near(below=0, reached=1)
        assert results.near(found, Fraction(0), 0.1).papers == 0
        assert results.near({}, Fraction(1, 2), 1.0).papers == 0

    @given(st.lists(SHARES), SHARES, st.floats(0, 1))
    def test_whoever_would_change_sides_is_near(
        self, scores: list[Fraction], mark: Fraction, margin: float
    ) -> None:
        found = results_of(scores)
        near = results.near(found, mark, margin)
        least, most = mark - Fraction(margin), mark + Fraction(margin)
        assert near.papers == sum(least <= each <= most for each in scores)
        up, down = (results.would_pass(found, each) for each in (least, mark))
        assert near.below == up - down
        assert near.reached >= down - results.would_pass(found, most)


class TestPages:
    @pytest.fixture
    def near(self, client: FlaskClient, trainer: Person) -> Near:
        """Sign a trainer in to an exam whose error of measurement is known."""
        sat(30)
        sign_in(client, trainer)
        outcome = outcome_of(trainer, "stage-1")
        found = outcome.near(outcome.mark)
        assert found is not None
        assert found.below > 0
        assert found.reached > 0
        assert found.papers < 30
        return found

    def test_both_say_how_many(self, client: FlaskClient, near: Near) -> None:
        said = f"{near.reached} reached it, {near.below} did not."
        for page in ("", "/cut-score"):
            text = client.get(f"/studio/exams/stage-1{page}").text
            assert f"{near.papers} attempts lie within ± " in text
            assert "of 80.00 %:" in text
            assert said in text

    def test_another_mark_has_others(
        self, client: FlaskClient, near: Near, trainer: Person
    ) -> None:
        found = outcome_of(trainer, "stage-1").near(Fraction(1, 2))
        assert found is not None
        assert found != near
        text = client.get("/studio/exams/stage-1/cut-score?mark=50").text
        assert "of 50.00 %:" in text
        assert f"{found.reached} reached it, {found.below} did not." in text

    def test_the_file_says_which(self, client: FlaskClient, near: Near) -> None:
        client.post("/studio/exams/stage-1/file", data={"format": "csv"})
        assert queue.run_one()
        path = db.session.query(deliverables.Deliverable).one().path
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        name = "Within the error of measurement of the pass mark"
        marked = [float(row["Score in percent"]) >= 80 for row in rows if row[name] == "yes"]
        assert (len(rows), len(marked), sum(marked)) == (30, near.papers, near.reached)
        assert {row[name] for row in rows} == {"yes", "no"}


def test_what_is_not_known_is_said(client: FlaskClient, trainer: Person) -> None:
    sitting = Class()
    sitting.sits("B")
    sign_in(client, trainer)
    assert "lies within" not in client.get("/studio/exams/stage-1").text
    text = client.get("/studio/exams/stage-1/cut-score").text
    assert "the error of measurement is not known: fewer than 20 attempts" in text
