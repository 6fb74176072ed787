"""Item analysis: what must hold for every table of answers, and when a figure is doubted."""

import statistics

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.analysis import (
    alpha_interval,
    analyse,
    correlation,
    cronbach,
    doubt_of_alpha,
    figures_of,
    sem,
)
from lms.exams.rules.cells import TYPED, Answers, Cell
from lms.exams.rules.figures import Doubt, Item, ItemFigures, Sign

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


def test_alpha_is_what_its_formula_says() -> None:
    assert cronbach([1, 1], 4) == pytest.approx(1)
    assert cronbach([1, 1, 1], 6) == pytest.approx(0.75)
    assert cronbach([1, 1], 1) == pytest.approx(-2), "questions that contradict each other"
    assert cronbach([1, None], 4) is None
    assert cronbach([0, 0], 0) is None
    assert cronbach([1, 1], None) is None
    assert sem(0.75, 16) == pytest.approx(2)
    assert sem(-1, 4) == pytest.approx(8**0.5)
    assert sem(None, 4) is None
    assert sem(0.5, None) is None


def test_the_interval_of_an_alpha() -> None:
    # The worked example of pingouin's `cronbach_alpha`, checked there against R's psych.
    assert alpha_interval(0.5917, 15, 10) == pytest.approx((0.195, 0.840), abs=5e-4)


@pytest.mark.parametrize(
    ("alpha", "people", "items", "is_whole", "doubt"),
    [
        (0.8, 20, 5, True, None),
        (0.0, 20, 5, True, None),
        (0.8, 19, 4, True, Doubt.FEW_ANSWERS),
        (0.8, 20, 4, True, Doubt.FEW_ITEMS),
        (-0.1, 20, 5, True, Doubt.NEGATIVE_ALPHA),
        (None, 20, 5, True, Doubt.NO_SPREAD),
        (0.8, 20, 5, False, Doubt.FEW_ANSWERS),
        (None, 20, 5, False, Doubt.FEW_ANSWERS),
    ],
)
def test_why_an_alpha_is_doubted(
    alpha: float | None, people: int, items: int, *, is_whole: bool, doubt: Doubt | None
) -> None:
    assert doubt_of_alpha(alpha, people, items, is_whole=is_whole) is doubt


def test_an_exam_of_four_people_by_hand() -> None:
    # Scores 4 3 1 0: deviations 2 1 -1 -2, so the variance is 10/3.
    table = [[2.0, 2.0], [2.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    figures = analyse([Item("x", [row[0] for row in table], most=2),
                       Item("y", [row[1] for row in table], most=2)])  # fmt: skip
    x, y = figures.items
    assert (figures.people, figures.mean, figures.median) == (4, 2, 2)
    assert figures.sd == pytest.approx((10 / 3) ** 0.5)
    # Marks of x: variance 4/3; of y: 2/3; together 2/3.
    assert (x.facility, y.facility) == (0.5, 0.5)
    assert x.sd == pytest.approx((4 / 3) ** 0.5)
    assert x.covariance == y.covariance == pytest.approx(2 / 3)
    assert x.greatest_covariance == pytest.approx(2 / 3)
    assert x.efficiency == pytest.approx(1)
    assert x.item_rest == pytest.approx(0.5**0.5)
    # Covariance with the whole: 4/3 + 2/3 and 2/3 + 2/3; of their roots the shares.
    whole = 2**0.5 + (4 / 3) ** 0.5
    assert (x.weight, y.weight) == pytest.approx((2**0.5 / whole, (4 / 3) ** 0.5 / whole))
    # alpha = 2 · (1 - (4/3 + 2/3) / (10/3)) = 4/5; the error √(10/3 · 1/5).
    assert figures.alpha == pytest.approx(0.8)
    assert figures.sem == pytest.approx((2 / 3) ** 0.5)
    assert figures.alpha_interval == alpha_interval(figures.alpha or 0.0, 4, 2)
    assert figures.doubts == dict.fromkeys(
        ("alpha", "sem", "skewness", "kurtosis"), Doubt.FEW_ANSWERS
    )
    assert (x.upper_lower, y.upper_lower) == (1, 1)
    assert (x.blank, x.options, x.signs, x.doubt) == (0, (), (), Doubt.FEW_ANSWERS)
    # k4 = 16 · (5 · 17/2 - 9 · 25/4) / 6 = -110/3, over the squared variance.
    assert (figures.skewness, figures.kurtosis) == pytest.approx((0, -3.3))


def test_weights_are_shares_of_what_parts_the_people() -> None:
    marks: dict[str, list[float]] = {
        "x": [1, 1, 1, 0, 0.5, 0],
        "y": [1, 1, 1, 1, 0, 0],
        "all": [1] * 6,
        "against": [0, 0, 0, 0.25, 0, 0.25],
    }
    items = [Item(name, row) for name, row in marks.items()]
    scores = [sum(row) for row in zip(*marks.values(), strict=True)]
    roots = [statistics.covariance(marks[name], scores) ** 0.5 for name in ("x", "y")]
    found = [each.weight for each in analyse(items).items]
    assert found[:3] == pytest.approx([roots[0] / sum(roots), roots[1] / sum(roots), 0])
    assert found[3] is None, "it takes away from the differences"


def test_options_by_hand() -> None:
    # Twenty people, two of each row: the rest, and what they chose; A is right, two left it blank.
    rows = [(0, "B"), (0, ""), (1, "B"), (1, "A"), (2, "A"),
            (2, "B"), (3, "A"), (3, "A"), (4, "A"), (4, "A")]  # fmt: skip
    cells: dict[Cell, int] = {}
    for rest, chosen in rows:
        mark = float(chosen == "A")
        cell = Cell(mark, rest, rest + mark, (chosen,) if chosen else ())
        cells[cell] = cells.get(cell, 0) + 2
    found = figures_of(Answers("x", cells, keys={"A"}, options="ABC"))
    assert (found.count, found.blank, found.facility) == (20, 2, 0.6)
    key, second, unused = found.options
    assert (key.option, key.count, key.share, key.is_key) == ("A", 12, 0.6, True)
    assert (second.option, second.count, second.share, second.is_key) == ("B", 6, 0.3, False)
    assert (key.mean_rest, second.mean_rest) == pytest.approx((17 / 6, 1))
    assert (unused.count, unused.share, unused.mean_rest, unused.correlation) == (0, 0, None, None)
    # Wholes 0 0 1 2 2 3 4 4 5 5, twice: 27 % are five people, of the lowest all four with 0 and
    # one of the two with 1; of the highest all four with 5 and a quarter of the four with 4.
    assert (key.lower, second.lower) == pytest.approx((0, 0.6))
    assert (key.upper, second.upper, unused.upper) == pytest.approx((1, 0, 0))
    assert found.upper_lower == pytest.approx(1)
    is_key = [float(chosen == "A") for _rest, chosen in rows]
    expected = correlation(is_key, [float(rest) for rest, _chosen in rows])
    assert (found.item_rest, key.correlation) == pytest.approx((expected, expected))
    assert found.signs == (Sign.UNUSED,)
    assert found.doubt is None


def test_what_only_rounding_parts_is_no_spread() -> None:
    cells = {Cell(1, 0.3, 1.3, ("A",)): 10, Cell(0, 0.1 + 0.2, 0.3, ("B",)): 10}
    found = figures_of(Answers("x", cells, keys={"A"}))
    assert (found.item_rest, [each.correlation for each in found.options]) == (None, [None, None])


@pytest.mark.parametrize(
    ("answers", "signs"),
    [
        pytest.param([("A", 4, 8), ("B", 3, 6), ("C", 0, 6)], [], id="the key is best"),
        pytest.param(
            [("A", 2.2, 8), ("B", 4, 6), ("C", 0, 6)], [Sign.KEY_DOUBTFUL], id="another is better"
        ),
        pytest.param(
            [("B", 4, 10), ("C", 0, 10)], [Sign.KEY_DOUBTFUL, Sign.TOO_HARD], id="nobody takes it"
        ),
        pytest.param(
            [("A", 1, 8), ("B", 2, 3), ("C", 2, 3), ("", 4, 6)], [Sign.NEGATIVE], id="blank is best"
        ),
        pytest.param([("A", 4, 7), ("B", 4, 7), ("C", 0, 6)], [], id="another is as good"),
        pytest.param([("A", 2, 8), ("B", 2, 6), ("C", 2, 6)], [], id="the rest tells nothing"),
        pytest.param(
            [("A", 0.3, 8), ("B", 0.1 + 0.2, 6), ("C", 0.3, 6)], [], id="only rounding differs"
        ),
        pytest.param(
            [("A", 0, 5), ("A", 4, 5), ("B", 0, 3), ("B", 4, 3), ("C", 0, 2), ("C", 4, 2)],
            [],
            id="no option tells anything",
        ),
        pytest.param([("A", 4, 8), ("B", 3, 12)], [Sign.UNUSED], id="nobody takes C"),
        pytest.param([("A", 3, 38), ("B", 0, 1), ("C", 0, 1)], [], id="95 of 100"),
        pytest.param([("A", 3, 6), ("B", 0, 7), ("C", 0, 7)], [], id="30 of 100"),
    ],
)
def test_what_somebody_should_look_at(
    answers: list[tuple[str, float, int]], signs: list[Sign]
) -> None:
    for scale in (1, 1 / 128):  # in points, or as a share of them
        cells = {
            Cell(float(chosen == "A"), rest * scale, rest, (chosen,) if chosen else ()): many
            for chosen, rest, many in answers
        }
        assert list(figures_of(Answers("x", cells, keys={"A"}, options="ABC")).signs) == signs


def test_a_typed_answer_has_no_options() -> None:
    cells = {Cell(1, 1, 2, (TYPED,)): 12, Cell(0, 0, 0, (TYPED,)): 6, Cell(0, 0, 0, ()): 2}
    found = figures_of(Answers("x", cells, is_chosen=False))
    assert (found.options, found.blank, found.facility, found.signs) == ((), 2, 0.6, ())


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
    few = Doubt.FEW_ANSWERS if people < 20 else None
    assert figures.items[0].doubt is few
    assert [figures.doubts.get(each) for each in ("skewness", "kurtosis")] == [few, few]


def test_nobody_and_nothing() -> None:
    assert analyse([]).people == 0
    figures = analyse([Item("x", [])])
    assert (figures.mean, figures.items[0].facility) == (None, None)
    assert figures.items == (
        ItemFigures(
            name="x", count=0, blank=0, facility=None, interval=None, sd=None, item_rest=None,
            covariance=None, greatest_covariance=None, weight=None, upper_lower=None, options=(),
            signs=(), doubt=Doubt.FEW_ANSWERS,
        ),
    )  # fmt: skip
    assert cronbach([1.0], 2.0) is None


def test_one_person_has_no_spread() -> None:
    figures = analyse([Item("x", [1.0]), Item("y", [0.5])])
    assert (figures.mean, figures.median, figures.sd, figures.alpha) == (1.5, 1.5, None, None)
    assert [(each.name, each.facility, each.sd) for each in figures.items] == [
        ("x", 1, None),
        ("y", 0.5, None),
    ]


def test_a_few_answers_are_no_sign() -> None:
    hard = [Item("x", [0.0] * count) for count in (19, 20)]
    assert [analyse([each]).items[0].signs for each in hard] == [(), (Sign.TOO_HARD,)]


def test_the_lower_group_may_get_something_right() -> None:
    cells = {Cell(0.5, 0, 0.5, (TYPED,)): 1, Cell(0, 1, 1, ()): 2, Cell(1, 1, 2, (TYPED,)): 1}
    assert figures_of(Answers("x", cells, most=2)).upper_lower == pytest.approx(0.25)


def test_what_was_chosen_without_a_key_is_counted() -> None:
    item = Item("x", [0.0, 0.0, 0.0], chosen=["B", "", "B"])
    (found,) = analyse([item]).items
    assert (found.count, found.blank) == (3, 1)
    assert [(each.option, each.count, each.is_key) for each in found.options] == [("B", 2, False)]


def test_who_was_not_asked_does_not_count() -> None:
    figures = analyse([Item("x", [1.0, None, 0.0]), Item("y", [1.0, 1.0, 0.0])])
    assert (figures.items[0].count, figures.items[0].facility) == (2, 0.5)
