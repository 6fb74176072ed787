"""Answers to a question, counted: what is stored reads back, and piles add up."""

import statistics
from fractions import Fraction

import pytest

from lms.exams.rules import cells
from lms.exams.rules.cells import TYPED, Answers, Cell


@pytest.mark.parametrize(
    ("mark", "points", "rest", "whole", "chosen", "expected"),
    [
        (
            Fraction(1, 3),
            2,
            Fraction(2, 5),
            Fraction(3, 8),
            "A C",
            Cell(1 / 3, 2 / 5, 3 / 8, ("A", "C"), 2),
        ),
        (Fraction(1), 1, Fraction(0), Fraction(1, 2), TYPED, Cell(1, 0, 1 / 2, (TYPED,), 1)),
        (Fraction(-1, 4), 12, Fraction(0), Fraction(0), "", Cell(-1 / 4, 0, 0, (), 12)),
        (Fraction(1), 1, Fraction(1), Fraction(1), "a|b", Cell(1, 1, 1, ("a|b",), 1)),
    ],
)
def test_a_cell_reads_back(
    mark: Fraction,
    points: int,
    rest: Fraction,
    whole: Fraction,
    chosen: str,
    expected: Cell,
) -> None:
    assert cells.read(cells.written(mark, points, rest, whole, chosen)) == expected


def test_piles_of_different_times_add_up() -> None:
    piles = [
        {"1|1|0|1/2|A": 2, "0|1|1|1/2|B": 1},
        {"1|1|0|1/2|A": 3, "1|2|0|1/2|A": 5},
        {},
        {"1|1|0|2/4|A": 4},
    ]
    assert cells.added(piles) == {
        Cell(1, 0, 0.5, ("A",)): 9,
        Cell(1, 0, 0.5, ("A",), 2): 5,
        Cell(0, 1, 0.5, ("B",)): 1,
    }
    assert cells.added([]) == {}


def test_blanks_are_answers() -> None:
    found = Answers("x", {Cell(1, 0, 1, ("A",)): 5, Cell(0, 0, 0, ()): 3})
    assert (found.count, found.blank) == (8, 3)


def test_the_variance_is_of_the_points_that_were_earned() -> None:
    found = {Cell(1, 0, 1, ("A",), 4): 2, Cell(0.5, 0, 0, ("B",), 2): 1, Cell(0, 0, 0, ()): 3}
    assert cells.variance(found) == pytest.approx(statistics.variance([4, 4, 1, 0, 0, 0]))
    assert cells.variance({Cell(1, 0, 1, ("A",), 4): 1}) is None
