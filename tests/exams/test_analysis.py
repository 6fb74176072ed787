"""Item analysis: what must hold for every table of answers, and when a figure is doubted."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.analysis import (
    analyse,
    correlation,
    cronbach,
)
from lms.exams.rules.distributions import f_quantile, incomplete_beta
from lms.exams.rules.figures import Doubt, Item, Sign

rows = st.integers(2, 6).flatmap(
    lambda count: st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=count,
                                    max_size=count), min_size=4, max_size=30)
)  # fmt: skip


def items_of(table: list[list[float]]) -> list[Item]:
    return [Item(str(at), list(column)) for at, column in enumerate(zip(*table, strict=True))]


@given(rows)
def test_figures_stay_within_their_bounds(table: list[list[float]]) -> None:
    figures = analyse(items_of(table))
    assert figures.people == len(table)
    for item in figures.items:
        assert item.facility is not None
        assert item.interval is not None
        assert -1e-9 <= item.interval[0] <= item.facility + 1e-9
        assert item.facility - 1e-9 <= item.interval[1] <= 1 + 1e-9
        assert item.item_rest is None or -1 <= item.item_rest <= 1
        assert item.efficiency is None or item.efficiency <= 1 + 1e-9
    assert figures.alpha is None or figures.alpha <= 1 + 1e-9


@given(rows, st.randoms())
def test_the_order_of_people_changes_nothing(table: list[list[float]], random: object) -> None:
    shuffled = list(table)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = analyse(items_of(table)), analyse(items_of(shuffled))
    assert before.alpha == pytest.approx(after.alpha, abs=1e-9)
    for one, other in zip(before.items, after.items, strict=True):
        assert one.item_rest == pytest.approx(other.item_rest, abs=1e-9)
        assert one.efficiency == pytest.approx(other.efficiency, abs=1e-9)


@given(rows)
def test_a_point_biserial_is_a_correlation(table: list[list[float]]) -> None:
    items = [
        Item(
            each.name,
            each.marks,
            chosen=["A" if mark == 1 else "B" for mark in each.marks],
            key="A",
        )
        for each in items_of(table)
    ]
    scores = [sum(row) for row in table]
    for item, figures in zip(items, analyse(items).items, strict=True):
        for option in figures.options:
            if option.correlation is not None:
                is_chosen = [float(each == option.option) for each in item.chosen]
                rest = [score - float(mark or 0)
                        for score, mark in zip(scores, item.marks, strict=True)]  # fmt: skip
                assert option.correlation == pytest.approx(correlation(is_chosen, rest), abs=1e-9)


def test_identical_items_are_wholly_reliable() -> None:
    marks = [0.0, 1.0] * 20
    figures = analyse([Item(str(at), marks) for at in range(5)])
    assert figures.alpha == pytest.approx(1)
    assert figures.sem == pytest.approx(0, abs=1e-6)
    assert not figures.doubts


def test_a_wrong_key_is_seen() -> None:
    marks = [float(at >= 20) for at in range(40)]
    right = ["B" if mark else "A" for mark in marks]
    wrong_key = Item("x", [float(each == "A") for each in right], chosen=right, key="A",
                     options="ABC")  # fmt: skip
    figures = analyse([wrong_key, *(Item(str(at), marks) for at in range(5))])
    assert set(figures.items[0].signs) == {Sign.KEY_DOUBTFUL, Sign.NEGATIVE, Sign.UNUSED}


@pytest.mark.parametrize(("share", "sign"), [(40, Sign.TOO_EASY), (0, Sign.TOO_HARD)])
def test_too_easy_and_too_hard(share: int, sign: Sign) -> None:
    figures = analyse([Item("x", [float(at < share) for at in range(40)])])
    assert figures.items[0].signs == (sign,)


@pytest.mark.parametrize(
    ("people", "count", "doubt"),
    [(19, 5, Doubt.FEW_ANSWERS), (20, 4, Doubt.FEW_ITEMS), (20, 5, None)],
)
def test_figures_from_too_little_are_doubted(people: int, count: int, doubt: Doubt | None) -> None:
    figures = analyse([Item(str(at), [float(each % 2) for each in range(people)])
                       for at in range(count)])  # fmt: skip
    assert figures.doubts.get("alpha") is doubt
    assert figures.items[0].doubt is (Doubt.FEW_ANSWERS if people < 20 else None)


def test_nobody_and_nothing() -> None:
    assert analyse([]).people == 0
    figures = analyse([Item("x", [])])
    assert (figures.mean, figures.items[0].facility) == (None, None)
    assert cronbach([1.0], 2.0) is None


def test_who_was_not_asked_does_not_count() -> None:
    figures = analyse([Item("x", [1.0, None, 0.0]), Item("y", [1.0, 1.0, 0.0])])
    assert (figures.items[0].count, figures.items[0].facility) == (2, 0.5)


@pytest.mark.parametrize(
    ("share", "first", "second", "value"),
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.3, upper critical values.
    [(0.95, 1, 1, 161.448), (0.95, 5, 10, 3.326), (0.95, 20, 100, 1.676), (0.99, 10, 20, 3.368)],
)
def test_quantiles_of_f(share: float, first: int, second: int, value: float) -> None:
    assert f_quantile(share, first, second) == pytest.approx(value, abs=6e-4)


@given(st.floats(0, 1), st.floats(0.5, 50), st.floats(0.5, 50))
def test_the_incomplete_beta_is_symmetric(x: float, a: float, b: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(1 - incomplete_beta(1 - x, b, a), abs=1e-9)


def test_the_incomplete_beta_rises() -> None:
    values = [incomplete_beta(at / 50, 2.5, 3.5) for at in range(51)]
    assert all(low <= high for low, high in pairwise(values))
    assert incomplete_beta(0.25, 0.5, 0.5) == pytest.approx(1 / 3)  # arcsine law
