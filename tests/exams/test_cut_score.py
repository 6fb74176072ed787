"""Where a pass mark should be: what judges propose, and who would pass."""

from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st

from lms.accounts.models import Person
from lms.exams.rules import angoff
from tests.browser import sign_in
from tests.exams.test_outcomes import Class

PERCENTS = st.integers(0, 100).map(Fraction)
PAGE = "/studio/exams/stage-1/cut-score"


class TestProposal:
    def test_is_the_mean_of_all_with_its_error_over_judges(self) -> None:
        found = angoff.proposal([
            ("Q1", [Fraction(70), Fraction(60), Fraction(80)]),
            ("Q2", [Fraction(50), Fraction(60), Fraction(40)]),
        ])  # fmt: skip
        assert found.percent == 60
        assert list(found.judges) == [60, 60, 60]
        assert found.error == 0
        assert found.questions == [
            angoff.Judged("Q1", Fraction(70), Fraction(20)),
            angoff.Judged("Q2", Fraction(50), Fraction(20)),
        ]

    def test_judges_who_differ_make_it_uncertain(self) -> None:
        found = angoff.proposal([("Q1", [Fraction(50), Fraction(60), Fraction(70)])])
        assert found.error == pytest.approx(10 / 3**0.5)
        assert not found.questions[0].is_wide
        assert angoff.proposal([("Q1", [Fraction(50), Fraction(76)])]).questions[0].is_wide

    def test_one_judge_has_no_error(self) -> None:
        assert angoff.proposal([("Q1", [Fraction(50)])]).error is None

    @pytest.mark.parametrize("estimates", [[], [("Q1", [])]])
    def test_nothing_is_no_proposal(self, estimates: list[tuple[str, list[Fraction]]]) -> None:
        with pytest.raises(ValueError, match="nothing"):
            angoff.proposal(estimates)

    def test_two_judges_are_enough_for_an_error(self) -> None:
        found = angoff.proposal([("Q1", [Fraction(50), Fraction(70)])])
        assert found.error == pytest.approx(10)

    def test_who_left_a_question_out_makes_no_proposal(self) -> None:
        with pytest.raises(ValueError, match="shorter"):
            angoff.proposal([("Q1", [Fraction(50), Fraction(70)]), ("Q2", [Fraction(50)])])

    @given(st.lists(st.lists(PERCENTS, min_size=3, max_size=3), min_size=1, max_size=9))
    def test_lies_among_the_judges(self, rows: list[list[Fraction]]) -> None:
        found = angoff.proposal([(str(n), row) for n, row in enumerate(rows)])
        assert min(found.judges) <= found.percent <= max(found.judges)
        assert found.percent == sum(map(sum, rows)) / (3 * len(rows))
        assert found.error is not None
        assert found.error >= 0


class TestReading:
    def test_as_it_is_pasted(self) -> None:
        found, problems = angoff.read("Q1\t70\t65.5\n\n Q2 50% 60；\n")
        assert found == [("Q1", [70, Fraction("65.5")]), ("Q2", [50, 60])]
        assert problems == []

    def test_marks_between_the_numbers(self) -> None:
        found, problems = angoff.read("Q1;0;100\nQ2；0.5％；99.5%\nQ3\t7 8\n")
        assert found == [
            ("Q1", [0, 100]),
            ("Q2", [Fraction(1, 2), Fraction(199, 2)]),
            ("Q3", [7, 8]),
        ]
        assert problems == []

    @pytest.mark.parametrize(
        ("line", "why", "said"),
        [
            ("Q2", "few", "Q2"),
            ("Q2\ta\tb", "number", "a b"),
            ("Q2 1e999999999 1", "number", "1e999999999 1"),
            ("Q2 -1 5", "number", "-1 5"),
            ("Q2 101 5", "range", "101 5"),
            ("Q2 5", "judges", "5"),
        ],
    )
    def test_what_cannot_be_read_is_named_by_its_line(self, line: str, why: str, said: str) -> None:
        found, problems = angoff.read(f"Q1 70 60\n{line}")
        assert len(found) == 1
        assert problems == [angoff.Misread(2, why, said)]

    @given(st.text(max_size=200))
    def test_no_text_breaks_it(self, text: str) -> None:
        found, _problems = angoff.read(text)
        assert all(0 <= each <= 100 for _name, row in found for each in row)


class TestPage:
    @pytest.fixture(autouse=True)
    def signed_in(self, client: FlaskClient, trainer: Person) -> None:
        sitting = Class()
        for chosen in "B" * 3 + "A" * 2:
            sitting.sits(chosen)
        sign_in(client, trainer)

    def test_says_who_would_pass(self, client: FlaskClient) -> None:
        assert "3 of 5 attempts reach 55.00 %" in client.get(f"{PAGE}?mark=55").text
        assert "5 of 5 attempts reach 0.00 %" in client.get(f"{PAGE}?mark=0").text

    @pytest.mark.parametrize("mark", ["x", "101", "-1", "1e99"])
    def test_a_mark_that_is_none_is_said(self, client: FlaskClient, mark: str) -> None:
        reply = client.get(f"{PAGE}?mark={mark}")
        assert (reply.status_code, "from 0 to 100" in reply.text) == (422, True)

    def test_proposes_a_mark_and_keeps_what_was_typed(self, client: FlaskClient) -> None:
        page = client.post(PAGE, data={"estimates": "Q1 70 30\nQ2 50 50"}).text
        for part in ("50.00 %", "standard error ± 10.00", "more than 25 points apart", "Q1 70 30"):
            assert part in page, part

    def test_says_which_line_is_wrong_and_keeps_all(self, client: FlaskClient) -> None:
        reply = client.post(PAGE, data={"estimates": "Q1 70 30\nQ2 <b>"})
        assert reply.status_code == 422
        assert "Line 2: “&lt;b&gt;” holds something else than numbers." in reply.text
        assert "Q1 70 30" in reply.text

    def test_nothing_is_asked_for(self, client: FlaskClient) -> None:
        reply = client.post(PAGE, data={"estimates": ""})
        assert (reply.status_code, "Paste a line" in reply.text) == (422, True)
