"""What a blueprint asks of the bank: numbers, points, entries that cannot be filled."""

import pytest

from lms.exams.rules import plans
from lms.exams.rules.drawing import Candidate, case, draw, layout
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import Draw, ExamRules, Sort

SETTINGS = {"code": "x", "title": {}, "minutes": 1, "pass_percent": 1, "attempts": 1}


def candidate(code: str, *, unit: str = "A", difficulty: int = 1, points: int = 2) -> Candidate:
    tags = frozenset({"log"})
    return Candidate(
        code, len(code) * 100 + int(code[1:]), unit, Kind.SINGLE, difficulty, tags, points, ("A",),
        shuffle=False,
    )  # fmt: skip


BANK = [
    *(candidate(f"a{n}", difficulty=1 + n % 2, points=1 + n % 2) for n in range(6)),
    *(candidate(f"b{n}", unit="B") for n in range(3)),
    case("c", [candidate("p1", unit="B"), candidate("p2", unit="B")]),
]


def test_numbers_and_points_by_entry_and_by_cell() -> None:
    found = plans.plan(
        [Draw(2, unit="A"), Draw(1, unit="A", difficulty=2), Draw(1, question="b1", points=7)], BANK
    )
    assert [(e.number, e.entry.count, e.available, e.fewest, e.most) for e in found.lines] == [
        (1, 2, 6, 2, 4),
        (2, 1, 3, 2, 2),
        (3, 1, 1, 7, 7),
    ]
    assert found.cells == {
        ("A", plans.ANY): plans.Cell(2, 6),
        ("A", 2): plans.Cell(1, 3),
        ("B", 1): plans.Cell(1, 1),
    }
    assert (found.units, found.difficulties) == (["A", "B"], [0, 1, 2])
    assert (found.questions, found.fewest, found.most, found.shortage) == (4, 11, 13, None)


def test_an_entry_for_any_module_stands_in_a_row_without_one() -> None:
    found = plans.plan([Draw(5), Draw(1, difficulty=2)], BANK)
    assert [(e.available, e.fewest, e.most) for e in found.lines] == [(9, 7, 10), (3, 2, 2)]
    assert found.cells == {("", plans.ANY): plans.Cell(5, 9), ("", 2): plans.Cell(1, 3)}


def test_entries_that_compete_are_named_though_each_has_enough() -> None:
    shortage = plans.plan([Draw(2, unit="B"), Draw(2, unit="B", difficulty=1)], BANK).shortage
    assert shortage is not None
    told = (shortage.entry, shortage.rivals, shortage.wanted, shortage.available)
    assert told == (2, [1], 4, 3)


def test_a_named_question_is_no_other_entrys() -> None:
    fixed = Draw(1, question="b0")
    for seed in map(str, range(20)):
        drawn = [each.code for each in draw(seed, [Draw(2, unit="B"), fixed], BANK)]
        assert sorted(drawn) == ["b0", "b1", "b2"]
    assert plans.plan([fixed, fixed], BANK).shortage is not None


def test_points_of_an_entry_take_the_place_of_the_questions_own() -> None:
    draws = [{"unit": "A", "count": 2, "points": 9}, {"question": "c", "parts": 2, "points": 4}]
    rules = ExamRules.read({**SETTINGS, "draw": draws})
    assert [points for _version, _order, points in layout("s", rules, BANK)] == [9, 9, 4, 4]
    assert rules.questions == plans.plan(rules.draws, BANK).questions == 4
    assert plans.plan(rules.draws, BANK).most == 26


@pytest.mark.parametrize(
    ("sort", "is_met"),
    [
        (Sort(), True),
        (Sort(unit="B", kind=Kind.CASE), True),
        (Sort(unit="A", kind=Kind.CASE), False),
        (Sort(unit="A", kind=Kind.SINGLE), True),
        (Sort(tags=("log",)), True),
        (Sort(tags=("log", "mail")), False),
    ],
)
def test_a_sort_is_met_by_questions_and_parts(sort: Sort, *, is_met: bool) -> None:
    drawable = plans.drawable([Draw(1, unit="A"), Draw(1, question="c", parts=2)], BANK)
    assert plans.is_met(sort, drawable) is is_met
