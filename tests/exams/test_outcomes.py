"""How an exam went: the figures, what they hide, and who sees them."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.courses import queries as courses
from lms.exams.bank import exam_rows
from lms.exams.models import Attempt, HandedInBy, QuestionVersion, Response
from lms.exams.outcomes import Outcome, outcome_of
from lms.exams.rules import items
from lms.exams.rules.items import SMALLEST, Flag, Tally
from lms.exams.rules.kinds import Kind
from tests import factories
from tests.browser import forget_person, sign_in
from tests.exams import papers
from tests.factories import NOON
from tests.statements import counted

SHARES = st.fractions(0, 1)


class TestSummary:
    def test_nothing_says_nothing(self) -> None:
        assert items.summary([]) is None

    def test_figures_of_four_scores(self) -> None:
        found = items.summary([Fraction(n, 10) for n in (5, 6, 8, 10)])
        assert found is not None
        assert (found.mean, found.median) == (Fraction(29, 40), Fraction(7, 10))
        assert found.spread == pytest.approx(0.22173557826)
        assert found.bands == (0, 0, 0, 0, 0, 1, 1, 0, 1, 1)

    def test_one_score_has_no_spread(self) -> None:
        found = items.summary([Fraction(1)])
        assert found is not None
        assert found.spread is None

    @given(st.lists(SHARES, min_size=1))
    def test_every_score_lies_in_one_band(self, scores: list[Fraction]) -> None:
        found = items.summary(scores)
        assert found is not None
        assert sum(found.bands) == found.count == len(scores)
        assert min(scores) <= found.median <= max(scores)
        assert min(scores) <= found.mean <= max(scores)


def tally(answers: Sequence[tuple[str, int]], *, right: str = "B") -> Tally:
    found = Tally()
    for key, count in answers:
        for _ in range(count):
            found.add(Fraction(key == right), [key] if key else [], is_blank=not key)
    return found


class TestFlags:
    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ([("B", 20)], [Flag.TOO_EASY]),
            ([("B", 19), ("A", 1)], []),  # 95 % exactly
            ([("B", 6), ("A", 5), ("C", 5), ("", 4)], []),  # 30 % exactly
            ([("B", 5), ("A", 5), ("C", 5), ("", 5)], [Flag.TOO_HARD]),
            ([("B", 8), ("A", 9), ("C", 3)], [Flag.DISTRACTOR]),
            ([("B", 2), ("A", 15), ("C", 3)], [Flag.TOO_HARD, Flag.DISTRACTOR]),
            ([("B", 19)], []),  # one answer too few
        ],
    )
    def test_what_is_pointed_at(self, answers: list[tuple[str, int]], expected: list[Flag]) -> None:
        assert items.flags(tally(answers), "ABC", frozenset("B")) == expected

    def test_a_typed_answer_has_no_distractors(self) -> None:
        assert items.flags(tally([("", 25)]), (), frozenset()) == [Flag.TOO_HARD]

    def test_shares_are_rounded_half_up(self) -> None:
        found = tally([("B", 1), ("A", 7)])
        assert (found.share(1), found.share(7)) == (13, 88)

    @given(st.lists(st.tuples(SHARES, st.sampled_from("ABC")), min_size=1))
    def test_facility_is_a_share(self, answers: list[tuple[Fraction, str]]) -> None:
        found = Tally()
        for mark, key in answers:
            found.add(mark, [key], is_blank=False)
        assert 0 <= found.facility <= 1
        assert all(0 <= found.share(found.chosen[key]) <= 100 for key in "ABC")


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
        run = next(iter(courses.current_runs(person)), None) or papers.enrol(person, self.programme)
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
        assert (found.attempts, found.summary, found.interval) == (0, None, None)
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
        typed, single = outcome(trainer).items
        assert (typed.code, typed.seen, typed.right, typed.blank) == ("M1-q2", 20, 0, 100)
        assert typed.options == []
        assert typed.flags == [Flag.TOO_HARD]
        assert (single.code, single.seen, single.right, single.blank) == ("M1-q1", 20, 40, 5)
        assert [(o.key, o.percent, o.is_right) for o in single.options] == [
            ("A", 45, False),
            ("B", 40, True),
            ("C", 10, False),
        ]
        assert single.flags == [Flag.DISTRACTOR]

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
        assert [(e.code, e.version, e.seen) for e in found] == [
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
        assert "chosen by" not in page

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
            "chosen by 52 %",
            "A wrong option is chosen more often than a right one",
            "Most get it wrong",
        ):
            assert part in page, part
        assert '<details class="data">' in page

    def test_needs_few_statements_however_many_sat_it(
        self, client: FlaskClient, sitting: Class
    ) -> None:
        for _ in range(30):
            sitting.sits("B")
        forget_person()
        with counted() as sent:
            client.get("/studio/exams/stage-1")
        assert len(sent) <= 8, sent

    def test_the_list_names_every_exam(self, client: FlaskClient) -> None:
        page = client.get("/studio/exams").text
        assert "Stage 1 exam" in page
        assert "draws 2 of 2" in page

    def test_trainees_are_refused(self, client: FlaskClient, trainee: Person) -> None:
        sign_in(client, trainee)
        assert client.get("/studio/exams/stage-1").status_code == 403
