"""What several accommodations make together, and when one counts."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given, strategies as st

from lms.exams.rules import timing
from lms.exams.rules.allowances import NOTHING, Allowance, combined, counts_on, overlap

allowances = st.builds(
    Allowance, st.integers(0, 200), st.booleans(), st.integers(0, 10)
)  # fmt: skip
some = st.lists(allowances, max_size=4)
days = st.dates(date(2026, 1, 1), date(2026, 3, 1))
spans = st.tuples(days, st.one_of(st.none(), days)).filter(lambda e: e[1] is None or e[0] <= e[1])
START = datetime(2026, 11, 25, 12, tzinfo=UTC)


def is_as_generous(one: Allowance, other: Allowance) -> bool:
    ends = [timing.deadline(START, 20, factor=each.factor) for each in (one, other)]
    return ends[0] >= ends[1] and one.extra_attempts >= other.extra_attempts


@given(some, some)
def test_the_persons_own_takes_the_place_of_all_groups(
    own: list[Allowance], of_groups: list[Allowance]
) -> None:
    found = combined(own, of_groups)
    assert found == combined(own or of_groups, [])
    assert all(is_as_generous(found, each) for each in own or of_groups)
    assert found == combined(own[::-1], of_groups[::-1])
    assert combined([], []) == NOTHING


@given(allowances, st.integers(1, 600), st.integers(0, 240))
def test_no_accommodation_and_no_minute_ever_shortens(
    given_: Allowance, limit: int, minutes: int
) -> None:
    extra = timedelta(minutes=minutes)
    plain = timing.deadline(START, limit)
    own = timing.deadline(START, limit, factor=given_.factor)
    assert plain <= own
    assert timing.deadline(START, limit, factor=given_.factor, extra=extra) == own + extra


@given(spans, spans)
def test_two_overlap_when_a_day_is_in_both(
    one: tuple[date, date | None], other: tuple[date, date | None]
) -> None:
    both = [
        day
        for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(61))
        if counts_on(day, *one) and counts_on(day, *other)
    ]
    assert overlap(*one, *other) is bool(both)
    assert overlap(*one, *other) is overlap(*other, *one)


def test_factor_and_the_window() -> None:
    assert Allowance(25).factor == Fraction(5, 4)
    assert Allowance(is_untimed=True).factor is None
    closes = START + timedelta(minutes=15)
    for factor in (Fraction(2), None):
        assert timing.deadline(START, 20, factor=factor, closes_at=closes) == closes
    assert timing.minutes(45, Fraction(5, 4)) == 56
    assert timing.minutes(45, None) == 45
