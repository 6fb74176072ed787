"""Deadlines and pauses."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.timing import deadline, is_over, needs_talk, retake_opens_at
from tests.factories import NOON

instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(0), timedelta(days=2))


def test_the_deadline_is_start_plus_limit() -> None:
    assert deadline(NOON, 20) == NOON + timedelta(minutes=20)


def test_an_accommodation_lengthens_the_limit_in_whole_seconds_rounded_up() -> None:
    assert deadline(NOON, 1, factor=Fraction(4, 3)) == NOON + timedelta(seconds=80)
    assert deadline(NOON, 1, factor=Fraction(61, 60)) == NOON + timedelta(seconds=61)
    assert deadline(NOON, 1, factor=Fraction(601, 600)) == NOON + timedelta(seconds=61)


def test_the_closing_time_cuts_the_limit_short() -> None:
    assert deadline(NOON, 20, closes_at=NOON + timedelta(minutes=5)) == NOON + timedelta(minutes=5)


@given(start=instants, minutes=st.integers(1, 300), extra=spans, closes=st.none() | instants)
def test_extra_time_never_shortens_and_moves_the_closing_time(
    start: datetime, minutes: int, extra: timedelta, closes: datetime | None
) -> None:
    before = deadline(start, minutes, closes_at=closes)
    assert deadline(start, minutes, closes_at=closes, extra=extra) == before + extra


@pytest.mark.parametrize(("seconds", "expected"), [(0, False), (30, False), (31, True)])
def test_grace_belongs_to_the_time_that_answers_are_taken(seconds: int, *, expected: bool) -> None:
    at = NOON + timedelta(seconds=seconds)
    assert is_over(NOON, at=at, grace=timedelta(seconds=30)) is expected


def test_the_pause_grows_with_failures_and_the_last_one_holds_on() -> None:
    day = timedelta(days=1)
    assert retake_opens_at([], [1, 7]) is None
    assert retake_opens_at([NOON], [1, 7]) == NOON + day
    assert retake_opens_at([NOON, NOON + day], [1, 7]) == NOON + 8 * day
    assert retake_opens_at([NOON] * 3, [1, 7]) == NOON + 7 * day
    assert retake_opens_at([NOON], []) is None
    assert retake_opens_at([NOON], [0]) is None


def test_each_failure_from_the_second_on_needs_a_talk_of_its_own() -> None:
    day = timedelta(days=1)
    assert not needs_talk([], [], 2)
    assert not needs_talk([NOON], [], 2)
    assert needs_talk([NOON, NOON + day], [], 2)
    assert not needs_talk([NOON, NOON + day], [NOON + day], 2), "recorded in the same instant"
    assert needs_talk([NOON, NOON + day], [NOON], 2), "it was about the first failure"
    thrice = [NOON, NOON + day, NOON + 3 * day]
    assert needs_talk(thrice, [NOON + 2 * day], 2), "it was about the second failure"
    assert not needs_talk(thrice, [NOON + 4 * day, NOON], 2)
    assert needs_talk([NOON], [], 1)


def test_an_exam_may_ask_for_no_talk() -> None:
    assert not needs_talk([NOON] * 9, [], 0)
    assert not needs_talk([], [], 0)


def test_an_attempt_without_a_limit_ends_after_a_week() -> None:
    assert deadline(NOON, 20, factor=None) == NOON + timedelta(days=7)
