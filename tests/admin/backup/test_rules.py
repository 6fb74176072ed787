from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from lms.admin.backup import rules
from lms.admin.backup.rules import Keep

SHANGHAI = ZoneInfo("Asia/Shanghai")
instants = st.integers(0, 3 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(instants)
def test_a_name_says_when_it_was_made(at: datetime) -> None:
    assert rules.made_at(rules.name_of(at)) == at


@pytest.mark.parametrize("name", ["stairway.tar", "stairway-20260101T000000Z.tar.unverified", ".x"])
def test_other_files_are_none_of_ours(name: str) -> None:
    assert rules.made_at(name) is None
    assert rules.superfluous([name], Keep(0, 0, 1), SHANGHAI) == set()


def test_a_year_of_nights_leaves_twelve_months_five_weeks_and_seven_days() -> None:
    first = datetime(2026, 1, 1, 3, tzinfo=SHANGHAI)
    names = [rules.name_of(first + timedelta(days=day)) for day in range(365)]
    stays = set(names) - rules.superfluous(names, Keep(12, 5, 7), SHANGHAI)
    days = sorted(at.astimezone(SHANGHAI) for each in stays if (at := rules.made_at(each)))
    assert [f"{day:%m-%d}" for day in days if day.month < 11] == [
        *("01-31", "02-28", "03-31", "04-30", "05-31"),
        *("06-30", "07-31", "08-31", "09-30", "10-31"),
    ]
    assert [f"{day:%m-%d}" for day in days if day.month >= 11] == [
        *("11-30", "12-06", "12-13", "12-20", "12-25", "12-26", "12-27"),
        *("12-28", "12-29", "12-30", "12-31"),
    ]


@given(
    st.lists(instants, min_size=1, max_size=60, unique=True),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(1, 5),
)
def test_the_newest_always_stays_and_night_by_night_is_as_good_as_at_once(
    times: list[datetime], months: int, weeks: int, days: int
) -> None:
    keep = Keep(months, weeks, days)
    names = [rules.name_of(at) for at in sorted(times)]
    at_once = set(names) - rules.superfluous(names, keep, SHANGHAI)
    assert names[-1] in at_once
    assert len(at_once) <= months + weeks + days
    nightly: set[str] = set()
    for name in names:
        nightly.add(name)
        nightly -= rules.superfluous(nightly, keep, SHANGHAI)
    assert nightly == at_once


@given(instants, st.integers(0, 23))
def test_the_hour_is_the_last_one_that_has_come(at: datetime, hour: int) -> None:
    due = rules.occurrence(at, hour, SHANGHAI)
    assert timedelta(0) <= at - due < timedelta(days=1)
    assert due.astimezone(SHANGHAI).hour == hour


@pytest.mark.parametrize("text", ["", "12", "1,2", "1,2,0", "a,b,c", "1,2,-3"])
def test_what_is_kept_is_three_numbers_and_never_nothing(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any
        Keep.read(text)
