"""Answers to a question, counted: what is stored reads back, and piles add up."""

from fractions import Fraction

import pytest

from lms.exams.rules import cells
from lms.exams.rules.cells import TYPED, Answers, Cell


@pytest.mark.parametrize(
    ("mark", "rest", "whole", "chosen", "expected"),
    [
        (Fraction(1, 3), Fraction(2, 5), Fraction(3, 8), "A C", (1 / 3, 2 / 5, 3 / 8, ("A", "C"))),
        (Fraction(1), Fraction(0), Fraction(1, 2), TYPED, (1, 0, 1 / 2, (TYPED,))),
        (Fraction(-1, 4), Fraction(0), Fraction(0), "", (-1 / 4, 0, 0, ())),
        (Fraction(1), Fraction(1), Fraction(1), "a|b", (1, 1, 1, ("a|b",))),
    ],
)
def test_a_cell_reads_back(
    mark: Fraction,
    rest: Fraction,
    whole: Fraction,
    chosen: str,
    expected: tuple[float, float, float, tuple[str, ...]],
) -> None:
    assert cells.read(cells.written(mark, rest, whole, chosen)) == Cell(*expected)


def test_piles_of_different_times_add_up() -> None:
    piles = [{"1|0|1/2|A": 2, "0|1|1/2|B": 1}, {"1|0|1/2|A": 3}, {}, {"1|0|2/4|A": 4}]
    assert cells.added(piles) == {
        Cell(1, 0, 0.5, ("A",)): 9,
        Cell(0, 1, 0.5, ("B",)): 1,
    }
    assert cells.added([]) == {}


def test_blanks_are_answers() -> None:
    found = Answers("x", {Cell(1, 0, 1, ("A",)): 5, Cell(0, 0, 0, ()): 3})
    assert (found.count, found.blank) == (8, 3)
