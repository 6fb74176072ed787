"""Periods, what is hidden, how units are grouped, and what findings may claim."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.statistics import wilson
from lms.reports import findings, rules
from lms.reports.groups import PARTS
from lms.reports.rules import FEWEST, Grain, Spec, Unit, hidden

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


class TestSpec:
    def test_is_the_same_after_being_stored(self) -> None:
        spec = Spec("p", "s", "u", date(2026, 9, 1), None, "en")
        assert Spec.read(spec.as_json()) == spec


class TestSteps:
    @pytest.mark.parametrize(
        ("days", "grain"), [(1, Grain.WEEK), (69, Grain.WEEK), (70, Grain.MONTH)]
    )
    def test_less_than_ten_weeks_are_shown_by_week(self, days: int, grain: Grain) -> None:
        first = date(2026, 9, 1)
        assert rules.grain(first, first + timedelta(days=days - 1)) is grain

    def test_weeks_begin_on_monday(self) -> None:
        assert rules.step_of(date(2026, 11, 22), Grain.WEEK) == date(2026, 11, 16)

    @given(DAYS, st.integers(0, 800), st.sampled_from(Grain))
    def test_every_day_lies_in_exactly_one_step(self, first: date, span: int, step: Grain) -> None:
        last = first + timedelta(days=span)
        starts = rules.steps(first, last, step)
        assert starts[0] <= first < rules.step_end(starts[0], step)
        assert starts[-1] <= last < rules.step_end(starts[-1], step)
        for one, two in pairwise(starts):
            assert rules.step_end(one, step) == two


class TestHidden:
    @pytest.mark.parametrize(
        ("counts", "places"),
        [
            ([], set()),
            ([0, 12], set()),
            ([5, 6, 7], set()),
            ([4], {0}),
            ([4, 30, 9], {0, 2}),  # or 4 would be the total less the two
            ([4, 30, 3], {0, 2}),  # 7 together: neither can be worked out
            ([1, 0, 8], {0, 2}),
        ],
    )
    def test_few_people_and_what_would_give_them_away(
        self, counts: list[int], places: set[int]
    ) -> None:
        assert hidden(counts) == places

    @given(st.lists(st.integers(0, 40), max_size=12))
    def test_the_rest_never_stands_for_few(self, counts: list[int]) -> None:
        places = hidden(counts)
        rest = sum(counts[place] for place in places)
        assert not places or rest >= FEWEST or rest == sum(counts)
        assert all(place in places for place, n in enumerate(counts) if 0 < n < FEWEST)


class TestHalves:
    def test_about_as_many_trials_on_both_sides(self) -> None:
        counts = [(1, 2), (3, 10), (5, 6), (5, 5)]
        assert rules.halves(counts) == [(4, 12), (10, 11)]

    @pytest.mark.parametrize("counts", [[], [(3, 4)], [(0, 0), (3, 4), (0, 0)]])
    def test_one_step_has_no_halves(self, counts: list[tuple[int, int]]) -> None:
        assert rules.halves(counts) == []


ROOT = Unit(1, "/1/", "R", "Root")
EAST, WEST = Unit(2, "/1/2/", "E", "East"), Unit(3, "/1/3/", "W", "West")
TEAM = Unit(4, "/1/2/4/", "T", "Team")
OTHER = Unit(12, "/12/", "O", "Other")
"""Its path begins like that of a unit with a shorter number."""


class TestUnitGroups:
    def test_one_level_below_a_single_root_and_the_root_itself(self) -> None:
        found = rules.unit_groups([ROOT, EAST, TEAM, WEST], None)
        named = [(each.unit.code if each.unit else "", set(each.members)) for each in found]
        assert named == [("E", {2, 4}), ("W", {3}), ("R", {1})]
        assert [each.is_direct for each in found] == [False, False, True]

    def test_several_roots_each_with_all_below(self) -> None:
        found = rules.unit_groups([ROOT, EAST, TEAM, WEST, OTHER], None)
        assert [each.members for each in found] == [{1, 2, 3, 4}, {12}]

    def test_a_level_of_one_unit_is_passed_by(self) -> None:
        pair = [Unit(5, "/1/2/4/5/", "A", "A"), Unit(6, "/1/2/4/6/", "B", "B")]
        found = rules.unit_groups([ROOT, EAST, TEAM, *pair], None)
        assert [each.members for each in found] == [{5}, {6}, {1}, {2}, {4}]

    def test_below_the_chosen_unit(self) -> None:
        found = rules.unit_groups([ROOT, EAST, TEAM, WEST], EAST)
        assert [each.members for each in found] == [{2}, {4}]
        assert [each.is_direct for each in found] == [True, False]

    def test_without_units_there_are_no_rows(self) -> None:
        assert rules.unit_groups([], None) == []

    def test_a_unit_with_nothing_below_is_one_row(self) -> None:
        (only,) = rules.unit_groups([ROOT, EAST, TEAM, WEST], TEAM)
        assert only.members == {4}
        assert not only.is_direct


def rated(passed: int, n: int) -> dict[str, Any]:
    bounds = wilson(passed, n) or (0.0, 1.0)
    return {
        "first": n,
        "first_passed": passed,
        "first_rate": findings.percent(passed, n),
        "first_low": 100 * bounds[0],
        "first_high": 100 * bounds[1],
    }


def told(
    *, stages: list[dict[str, Any]] | None = None, halves: tuple[tuple[int, int], ...] = ()
) -> dict[str, Any]:
    names = (*PARTS["standing"], *PARTS["study"], *PARTS["awards"], "enrolled", "readers")
    total = {**dict.fromkeys(names, 0), **rated(30, 60)}
    total |= {"first_mean": None, "failed_first": 0, "sat_again": 0, "recovered": 0}
    figures = {"total": total, "stages": stages or [], "units": [], "modules": []}
    return findings.read(figures, halves)


class TestFindings:
    def test_a_hurdle_is_claimed_when_the_intervals_have_nothing_in_common(self) -> None:
        found = told(stages=[rated(55, 60), rated(14, 40), rated(30, 40)])["stages"]
        assert (found["code"], found["at"], found["other_at"]) == ("stages-differ", 1, 0)
        assert (found["passed"], found["n"]) == (14, 40)

    def test_otherwise_the_lowest_is_named_and_nothing_claimed(self) -> None:
        found = told(stages=[rated(6, 9), rated(5, 9)])["stages"]
        assert (found["code"], found["at"]) == ("stages-lowest", 1)

    def test_equal_rates_are_called_equal(self) -> None:
        assert told(stages=[rated(6, 9), rated(12, 18)])["stages"]["code"] == "stages-equal"

    def test_a_single_stage_is_compared_with_nothing(self) -> None:
        assert told(stages=[rated(6, 9)])["stages"]["code"] == "stages-one"

    def test_what_is_hidden_says_nothing(self) -> None:
        nothing = dict.fromkeys(rated(1, 2))
        found = told(stages=[{**nothing, "first": 3}])
        assert "stages" not in found

    @pytest.mark.parametrize(
        ("halves", "code"),
        [
            (((20, 60), (50, 60)), "trend-rose"),
            (((50, 60), (20, 60)), "trend-fell"),
            (((6, 10), (8, 10)), "trend-same"),
        ],
    )
    def test_a_trend_needs_intervals_apart(
        self, halves: tuple[tuple[int, int], ...], code: str
    ) -> None:
        assert told(halves=halves)["trend"]["code"] == code

    @pytest.mark.parametrize("halves", [(), ((1, 4), (50, 60))])
    def test_no_trend_from_few(self, halves: tuple[tuple[int, int], ...]) -> None:
        assert "trend" not in told(halves=halves)
