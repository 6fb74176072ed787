"""How an exam went: the figures, what they hide, and who sees them."""

import statistics
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.errors import NotFoundError
from lms.courses import queries as courses
from lms.exams import queries
from lms.exams.asked import Asked
from lms.exams.bank import exam_rows
from lms.exams.models import Attempt, HandedInBy, QuestionVersion, Response
from lms.exams.outcomes import Outcome, outcome_of, question_outcome
from lms.exams.rules import results
from lms.exams.rules.analysis import SMALLEST
from lms.exams.rules.figures import Sign
from lms.exams.rules.kinds import Kind
from lms.exams.rules.results import Result, Results, Sum
from tests import factories
from tests.browser import forget_person, sign_in
from tests.exams import papers
from tests.factories import NOON
from tests.statements import counted

SHARES = st.fractions(0, 1)


def results_of(scores: Sequence[Fraction]) -> Results:
    return results.added(
        {Result(score, score * 10, 10, 10, score >= Fraction(8, 10)): Sum(1, 60, Fraction(1))}
        for score in scores
    )


class TestResults:
    def test_nothing_says_nothing(self) -> None:
        assert (results.mean({}), results.median({})) == (None, None)

    def test_figures_of_four_scores(self) -> None:
        found = results_of([Fraction(n, 10) for n in (5, 6, 8, 10)])
        assert (results.mean(found), results.median(found)) == (Fraction(29, 40), Fraction(7, 10))
        assert results.bands(found) == (0, 0, 0, 0, 0, 1, 1, 0, 1, 1)
        assert results.would_pass(found, Fraction(6, 10)) == 3

    def test_what_papers_of_one_result_have_adds_up(self) -> None:
        result = Result(Fraction(1, 2), Fraction(5), 10, 4, is_passed=False)
        one, two = Sum(1, 60, Fraction(3)), Sum(2, 90, Fraction(1, 2))
        assert results.added([{result: one}, {}, {result: two}]) == {
            result: Sum(3, 150, Fraction(7, 2))
        }
        left = Sum(3, 150, Fraction(7, 2))
        left.add(two, times=-1)
        assert left == one
        assert results.written({result: left}) == {"1/2|5|10|4|0": [1, 60, "3"]}
        assert results.written({result: Sum(0, 0, Fraction(0))}) == {}, "nobody has it"

    def test_shares_are_rounded_half_up(self) -> None:
        assert [results.percent(Fraction(n, 8)) for n in (1, 7)] == [13, 88]
        assert [results.percent(Fraction(n, 3)) for n in range(4)] == [0, 33, 67, 100]

    @given(st.lists(SHARES, min_size=1))
    def test_every_score_lies_in_one_band(self, scores: list[Fraction]) -> None:
        found = results_of(scores)
        mean, median = results.mean(found), results.median(found)
        assert mean is not None
        assert sum(results.bands(found)) == len(scores)
        assert median == Fraction(statistics.median(scores))
        assert mean == sum(scores, Fraction(0)) / len(scores)

    @given(st.lists(SHARES), st.lists(SHARES))
    def test_what_is_stored_reads_back_and_adds_up(
        self, some: list[Fraction], more: list[Fraction]
    ) -> None:
        found = results_of([*some, *more])
        stored = [results.read(results.written(results_of(each))) for each in (some, more)]
        assert results.added(stored) == found


class Class:
    """A class that sits one exam: a question with options, and one to type a number into."""

    def __init__(self) -> None:
        self.programme = papers.programme()
        self.exam = papers.exam(draw=[{"unit": "M1", "count": 2}])
        questions = [papers.question("M1-q1", Kind.SINGLE), papers.question("M1-q2", Kind.NUMERIC)]
        self.layout = [[questions[0].published_id, "C B A", 1], [questions[1].published_id, "", 1]]

    def sits(
        self, chosen: str, *, person: Person | None = None, number: int = 1, marked: bool = True
    ) -> Person:
        """Hand in one attempt: `chosen` for the first question, the second one left blank."""
        person = person or factories.person()
        run = next(iter(courses.enrolments_of(person)), None) or papers.enrol(
            person, self.programme
        )
        mark = Fraction(chosen == "B") if marked else None
        row = Attempt(
            person_id=person.id,
            enrolment_id=run.id,
            exam_id=self.exam.id,
            version_id=self.exam.published_id,
            stage="one",
            number=number,
            seed="s",
            layout=self.layout,
            client="c",
            started_at=NOON,
            deadline_at=NOON + timedelta(minutes=20),
            submitted_at=NOON,
            handed_in_by=HandedInBy.TRAINEE,
            receipt="r",
            score=mark,
            passed=None if mark is None else bool(mark),
        )
        factories.save(row)
        answer = [chosen] if chosen else []
        factories.save(
            Response(attempt_id=row.id, slot=1, seq=1, answer=answer, saved_at=NOON, mark=mark)
        )
        return person


@pytest.fixture
def sitting(session: Session) -> Class:
    return Class()


def outcome(actor: Person) -> Outcome:
    return outcome_of(actor, "stage-1")


class TestOutcome:
    @pytest.mark.usefixtures("sitting")
    def test_an_exam_that_nobody_sat_has_no_figures(self, trainer: Person) -> None:
        found = outcome(trainer)
        assert (found.attempts, found.mean, found.interval) == (0, None, None)
        assert found.items == []

    def test_first_attempts_count_for_the_rate(self, sitting: Class, trainer: Person) -> None:
        failed = sitting.sits("A")
        sitting.sits("B", person=failed, number=2)
        sitting.sits("B")
        found = outcome(trainer)
        assert (found.attempts, found.passed) == (3, 2)
        assert (found.firsts, found.first_passed, found.first_percent) == (2, 1, 50)
        assert found.interval == pytest.approx((0.0945, 0.9055), abs=1e-4)

    def test_what_a_person_has_to_mark_waits(self, sitting: Class, trainer: Person) -> None:
        sitting.sits("B", marked=False)
        assert outcome(trainer).attempts == 0

    def test_each_question_is_counted_as_it_was_answered(
        self, sitting: Class, trainer: Person
    ) -> None:
        for chosen in ["B"] * 8 + ["A"] * 9 + ["C"] * 2 + [""]:
            sitting.sits(chosen)
        typed, single = (each.figures for each in outcome(trainer).items)
        assert (typed.name, typed.count, typed.facility, typed.blank) == ("M1-q2", 20, 0, 20)
        assert typed.options == ()
        assert typed.signs == (Sign.TOO_HARD,)
        assert (single.name, single.count, single.facility, single.blank) == ("M1-q1", 20, 0.4, 1)
        assert [(o.option, o.count, o.is_key) for o in single.options] == [
            ("A", 9, False),
            ("B", 8, True),
            ("C", 2, False),
        ]
        assert single.signs == ()

    def test_a_new_version_of_a_question_counts_by_itself(
        self, sitting: Class, trainer: Person, session: Session
    ) -> None:
        sitting.sits("B")
        old = session.get_one(QuestionVersion, sitting.layout[0][0])
        new = factories.save(
            QuestionVersion(
                question_id=old.question_id, number=2, kind=old.kind, points=1, difficulty=2,
                tags=[], body=old.body, meta={}, digest="1" * 64, made_at=NOON,
            )
        )  # fmt: skip
        sitting.layout = [[new.id, "A B C", 1], sitting.layout[1]]
        sitting.sits("B")
        found = outcome(trainer).items
        assert [(e.question.code, e.question.number, e.figures.count) for e in found] == [
            ("M1-q1", 1, 1),
            ("M1-q1", 2, 1),
            ("M1-q2", 1, 2),
        ]

    def test_a_scope_shows_its_own_people_only(self, sitting: Class) -> None:
        here = factories.unit()
        scoped = factories.person(roles={Role.TRAINER}, scope=here)
        sitting.sits("B", person=factories.person(unit=here))
        sitting.sits("A")
        assert outcome(scoped).attempts == 1
        assert exam_rows(scoped)["stage-1"].attempts == 1

    def test_first_attempts_only_a_version_or_a_period(
        self, sitting: Class, trainer: Person
    ) -> None:
        again = sitting.sits("A")
        sitting.sits("B", person=again, number=2)
        assert outcome_of(trainer, "stage-1", Asked(firsts=True)).attempts == 1
        assert outcome_of(trainer, "stage-1", Asked(version=1)).attempts == 2
        day = NOON.date()
        for asked, expected in (
            (Asked(since=day, until=day), 2),
            (Asked(until=day - timedelta(days=1)), 0),
            (Asked(since=day + timedelta(days=1)), 0),
        ):
            assert outcome_of(trainer, "stage-1", asked).attempts == expected
        with pytest.raises(NotFoundError):
            outcome_of(trainer, "stage-1", Asked(version=9))

    def test_a_question_is_told_by_all_its_answers(self, sitting: Class, trainer: Person) -> None:
        for chosen in ["B"] * 12 + ["A"] * 8:
            sitting.sits(chosen)
        version_id = int(sitting.layout[0][0] or 0)
        question = queries.questions([version_id])[version_id]
        line, options = question_outcome(trainer, question)
        assert (line.figures.count, line.figures.facility) == (20, 0.6)
        assert [(o.key, o.count, o.is_right) for o in options] == [
            ("A", 8, False),
            ("B", 12, True),
            ("C", 0, False),
        ]

    @pytest.mark.usefixtures("sitting")
    def test_the_bank_is_counted_for_each_entry(self, trainer: Person) -> None:
        papers.exam("other", draw=[{"unit": "M1", "count": 1, "kind": "single"}, {"count": 9}])
        rows = exam_rows(trainer)
        assert [each.available for each in rows["other"].draws] == [1, 2]
        assert list(rows["other"].draws[0].others) == ["Single choice"]
        assert exam_rows(trainer, ["stage-1"]).keys() == {"stage-1"}


class TestPage:
    @pytest.fixture(autouse=True)
    def signed_in(self, client: FlaskClient, trainer: Person, sitting: Class) -> None:
        assert sitting.layout
        sign_in(client, trainer)

    def test_says_when_nobody_sat_it(self, client: FlaskClient) -> None:
        assert "Nobody has sat this exam yet" in client.get("/studio/exams/stage-1").text

    def test_an_exam_that_is_not_there_is_a_404(self, client: FlaskClient) -> None:
        assert client.get("/studio/exams/stage-9").status_code == 404

    def test_few_answers_show_no_shares_and_say_why(
        self, client: FlaskClient, sitting: Class
    ) -> None:
        for _ in range(SMALLEST - 1):
            sitting.sits("B")
        page = client.get("/studio/exams/stage-1").text
        assert "2 questions with too few answers" in page
        assert "Fewer than 20 answers" in page
        assert "n = 19" in page
        assert "Correlation with the rest" not in page

    def test_shows_figures_headline_table_and_questions(
        self, client: FlaskClient, sitting: Class
    ) -> None:
        for chosen in "B" * 12 + "A" * 13:
            sitting.sits(chosen)
        page = client.get("/studio/exams/stage-1").text
        for part in (
            "12 of 25; 95 % interval 30 to 67 %",
            "Most scores lie from 0 to 9 %: 13 attempts",
            "12 of 25 reached the pass mark",
            "Too hard",
            "Fewer than 5 questions".lower(),
        ):
            assert part in page, part
        assert '<details class="data">' in page

    def test_few_attempts_are_a_first_impression(self, client: FlaskClient, sitting: Class) -> None:
        sitting.sits("B")
        assert "They are not reliable yet" in client.get("/studio/exams/stage-1").text

    def test_a_day_that_is_none_is_said_at_its_field(
        self, client: FlaskClient, sitting: Class
    ) -> None:
        sitting.sits("B")
        reply = client.get("/studio/exams/stage-1?since=2026-13-01&until=2026-03-02")
        assert reply.status_code == 422
        assert "2026-13-01" in reply.text
        reply = client.get("/studio/exams/stage-1?since=2026-03-02&until=2026-03-01")
        assert "before the first day" in reply.text

    def test_a_filter_that_fits_nobody_says_so(self, client: FlaskClient, sitting: Class) -> None:
        sitting.sits("B")
        page = client.get("/studio/exams/stage-1?until=2020-01-01").text
        assert "No attempt fits" in page

    def test_the_figures_of_a_question(self, client: FlaskClient, sitting: Class) -> None:
        for chosen in "B" * 3 + "A" * 17:
            sitting.sits(chosen)
        page = client.get("/studio/questions/M1-q1/statistics").text
        for part in ("17 · 85 %", "Unused option", "Too hard", "Discrimination index"):
            assert part in page, part
        assert client.get("/studio/questions/M1-q1/statistics?version=9").status_code == 404
        assert "0 answers so far" not in page

    def test_the_figures_of_a_question_that_few_have_answered(
        self, client: FlaskClient, sitting: Class
    ) -> None:
        sitting.sits("B")
        page = client.get("/studio/questions/M1-q1/statistics").text
        assert "1 answer so far" in page
        assert "How often each option" not in page

    def test_needs_few_statements_however_many_sat_it(
        self, client: FlaskClient, sitting: Class
    ) -> None:
        for _ in range(30):
            sitting.sits("B")
        forget_person()
        with counted() as sent:
            client.get("/studio/exams/stage-1")
        assert len(sent) <= 14, sent  # one or two less where another test has read the texts

    def test_the_list_names_every_exam(self, client: FlaskClient) -> None:
        page = client.get("/studio/exams").text
        assert "Stage 1 exam" in page
        assert "draws 2 of 2" in page

    def test_trainees_are_refused(self, client: FlaskClient, trainee: Person) -> None:
        sign_in(client, trainee)
        assert client.get("/studio/exams/stage-1").status_code == 403
