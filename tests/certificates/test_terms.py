"""For how long certificates hold: early, on time, late, by every anchor."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, strategies as st

from lms.certificates.rules.terms import (
    FURTHEST,
    Anchor,
    Late,
    Terms,
    Timing,
    faults,
    first_end,
    fixed_day,
    life,
    next_end,
    timing,
)

ONE_DAY = timedelta(days=1)
JANUARY = date(2026, 1, 31)
days = st.dates(date(2000, 1, 1), date(2199, 12, 31))
fixed_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: (day.month, day.day))
lengths = st.one_of(
    st.builds(Terms, months=st.integers(1, 60)),
    st.builds(Terms, days=st.integers(1, 2000)),
    st.builds(Terms, fixed=fixed_days),
)
expiring = st.builds(
    replace,
    lengths,
    anchor=st.sampled_from(Anchor),
    late=st.sampled_from(Late),
    window=st.integers(0, 200),
    grace=st.integers(0, 200),
).filter(lambda terms: not faults(terms))


def terms(**given: object) -> Terms:
    return replace(Terms(months=12, window=60, grace=30), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_terms", "issued_on", "last"),
    [
        (Terms(), JANUARY, None),
        (Terms(months=1), JANUARY, date(2026, 2, 28)),
        (Terms(months=1), date(2028, 1, 31), date(2028, 2, 29)),
        (Terms(months=12), date(2024, 2, 29), date(2025, 2, 28)),
        (Terms(months=24), date(2026, 3, 2), date(2028, 3, 1)),
        (Terms(days=365), date(2019, 1, 17), date(2020, 1, 16)),
        (Terms(days=365), date(2019, 4, 1), date(2020, 3, 30)),  # a leap day lies between
        (Terms(days=1), JANUARY, JANUARY),
        (Terms(fixed=(12, 31)), date(2026, 3, 1), date(2026, 12, 31)),
        (Terms(fixed=(12, 31)), date(2026, 11, 30), date(2026, 12, 31)),
        (Terms(fixed=(12, 31)), date(2026, 12, 1), date(2027, 12, 31)),  # within its window
        (Terms(fixed=(2, 29)), date(2026, 3, 1), date(2027, 2, 28)),
        (Terms(fixed=(2, 29)), date(2027, 3, 1), date(2028, 2, 29)),
        (Terms(months=600), date(9990, 1, 1), FURTHEST),
        (Terms(fixed=(1, 1)), date(9999, 12, 1), FURTHEST),
    ],
)
def test_a_first_term(given_terms: Terms, issued_on: date, last: date | None) -> None:
    assert first_end(given_terms, issued_on) == last


@pytest.mark.parametrize(
    ("anchor", "renewed_on", "late", "last"),
    [
        # The previous one holds from 31 January 2026 to 30 January 2027; renewal from 1 December.
        (Anchor.COMPLETION, date(2026, 8, 1), Late.COMPLETION, date(2027, 7, 31)),
        (Anchor.EXPIRY, date(2026, 8, 1), Late.COMPLETION, date(2027, 7, 31)),
        (Anchor.FIXED, date(2026, 8, 1), Late.COMPLETION, date(2027, 1, 30)),
        (Anchor.COMPLETION, date(2026, 12, 1), Late.COMPLETION, date(2027, 11, 30)),
        (Anchor.EXPIRY, date(2026, 12, 1), Late.COMPLETION, date(2028, 1, 30)),
        (Anchor.FIXED, date(2026, 12, 1), Late.COMPLETION, date(2028, 1, 30)),
        (Anchor.EXPIRY, date(2027, 1, 30), Late.COMPLETION, date(2028, 1, 30)),
        (Anchor.COMPLETION, date(2027, 2, 10), Late.COMPLETION, date(2028, 2, 9)),
        (Anchor.EXPIRY, date(2027, 2, 10), Late.COMPLETION, date(2028, 2, 9)),
        (Anchor.EXPIRY, date(2027, 2, 10), Late.EXPIRY, date(2028, 1, 30)),
        (Anchor.COMPLETION, date(2027, 2, 10), Late.EXPIRY, date(2028, 1, 30)),
        (Anchor.FIXED, date(2027, 2, 10), Late.COMPLETION, date(2028, 1, 30)),
        (Anchor.EXPIRY, date(2027, 3, 2), Late.EXPIRY, date(2028, 3, 1)),  # the grace is over
        (Anchor.FIXED, date(2030, 1, 1), Late.COMPLETION, date(2031, 1, 30)),
    ],
)
def test_a_renewal(anchor: Anchor, renewed_on: date, late: Late, last: date) -> None:
    ours = terms(anchor=anchor, late=late)
    first = first_end(ours, JANUARY)
    assert first == date(2027, 1, 30)
    assert next_end(ours, life(ours, JANUARY, first), renewed_on) == last


def test_shorter_terms_take_nothing_away_and_do_not_end_before_the_renewal() -> None:
    lived = life(Terms(months=48, grace=200), JANUARY, date(2030, 1, 30))
    short = Terms(days=30, window=5, late=Late.EXPIRY)
    assert next_end(short, lived, date(2027, 1, 1)) == date(2030, 1, 30)
    assert next_end(short, lived, date(2030, 5, 1)) == date(2030, 5, 1)


def test_renewals_by_expiry_do_not_drift_over_a_leap_year() -> None:
    ours = terms(anchor=Anchor.EXPIRY)
    last = first_end(ours, date(2026, 3, 1))
    ends = [last]
    for _ in range(3):
        assert last is not None
        last = next_end(ours, life(ours, last - timedelta(days=300), last), last)
        ends.append(last)
    assert ends == [date(2027, 2, 28), date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28)]


@pytest.mark.parametrize(
    ("day", "when"),
    [
        (date(2026, 11, 30), Timing.EARLY),
        (date(2026, 12, 1), Timing.ON_TIME),
        (date(2027, 1, 30), Timing.ON_TIME),
        (date(2027, 1, 31), Timing.LATE),
        (date(2027, 3, 1), Timing.LATE),
        (date(2027, 3, 2), Timing.LAPSED),
    ],
)
def test_the_days_of_a_life(day: date, when: Timing) -> None:
    assert timing(life(terms(), JANUARY, date(2027, 1, 30)), day) is when


def test_a_renewal_never_opens_before_the_issue() -> None:
    assert life(terms(), JANUARY, JANUARY + 10 * ONE_DAY).opens == JANUARY


@given(ours=expiring, issued_on=days)
def test_a_first_term_is_never_over_before_it_begins(ours: Terms, issued_on: date) -> None:
    last = first_end(ours, issued_on)
    assert last is not None
    assert last >= issued_on


@given(ours=expiring, issued_on=days, wait=st.integers(0, 4000))
def test_a_renewal_shortens_nothing_and_is_not_over_on_its_day(
    ours: Terms, issued_on: date, wait: int
) -> None:
    last = first_end(ours, issued_on)
    assert last is not None
    renewed_on = issued_on + timedelta(days=wait)
    end = next_end(ours, life(ours, issued_on, last), renewed_on)
    assert end is not None
    assert end >= last
    assert end >= renewed_on


@given(ours=expiring, issued_on=days, data=st.data())
def test_on_time_is_longer_than_before(ours: Terms, issued_on: date, data: st.DataObject) -> None:
    last = first_end(ours, issued_on)
    assert last is not None
    lived = life(ours, issued_on, last)
    renewed_on = data.draw(st.dates(lived.opens, lived.last))
    end = next_end(ours, lived, renewed_on)
    assert end is not None
    if ours.anchor is not Anchor.COMPLETION:
        assert end > last
    assert end >= renewed_on


@given(ours=expiring, issued_on=days, one=st.integers(0, 4000), more=st.integers(0, 400))
def test_later_is_never_a_shorter_term(ours: Terms, issued_on: date, one: int, more: int) -> None:
    """Within one timing: what a day's delay costs is never paid back by the end."""
    last = first_end(ours, issued_on)
    assert last is not None
    lived = life(ours, issued_on, last)
    early, late = (issued_on + timedelta(days=each) for each in (one, one + more))
    assume(timing(lived, early) is timing(lived, late))
    ends = next_end(ours, lived, early), next_end(ours, lived, late)
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0] <= ends[1]


@given(ours=expiring, issued_on=days, data=st.data())
def test_by_expiry_the_day_within_the_window_does_not_matter(
    ours: Terms, issued_on: date, data: st.DataObject
) -> None:
    ours = replace(ours, anchor=data.draw(st.sampled_from([Anchor.EXPIRY, Anchor.FIXED])))
    last = first_end(ours, issued_on)
    assert last is not None
    lived = life(ours, issued_on, last)
    some, other = (data.draw(st.dates(lived.opens, lived.last)) for _ in range(2))
    assert next_end(ours, lived, some) == next_end(ours, lived, other)


@given(ours=expiring, issued_on=days, wait=st.integers(0, 4000))
def test_a_fixed_rhythm_ends_where_renewing_on_time_would_have(
    ours: Terms, issued_on: date, wait: int
) -> None:
    ours = replace(ours, anchor=Anchor.FIXED)
    last = first_end(ours, issued_on)
    assert last is not None
    end = next_end(ours, life(ours, issued_on, last), issued_on + timedelta(days=wait))
    assert end is not None
    while last < end:
        following = next_end(ours, life(ours, issued_on, last), last)
        assert following is not None
        last = following
    assert last == end


@given(days, days)
def test_what_never_expires_stays_so(issued_on: date, renewed_on: date) -> None:
    lived = life(Terms(), issued_on, issued_on)
    assert next_end(Terms(), lived, renewed_on) is None


@pytest.mark.parametrize(
    ("given_terms", "wrong"),
    [
        (Terms(months=12, window=60, grace=30), []),
        (Terms(months=1, window=28), ["renewal_days"]),
        (Terms(days=30, window=30, grace=30), ["renewal_days", "grace_days"]),
        (Terms(fixed=(6, 30), window=365), ["renewal_days"]),
        (Terms(window=999, grace=999), []),
    ],
)
def test_a_renewal_opens_within_its_own_term(given_terms: Terms, wrong: list[str]) -> None:
    assert faults(given_terms) == wrong


def test_a_definition_is_read() -> None:
    said = {"valid_to": "02-29", "anchor": "fixed", "renewal_days": 90, "grace_days": 14}
    assert Terms.read(said) == Terms(fixed=(2, 29), anchor=Anchor.FIXED, window=90, grace=14)
    assert Terms.read({"validity_months": 24}) == Terms(months=24)
    assert Terms.read({"validity_days": 90, "late": "expiry"}) == Terms(days=90, late=Late.EXPIRY)
    assert Terms.read({"renewal_days": 0, "anchor": None, "late": None}) == Terms(window=0)


@pytest.mark.parametrize(
    "text",
    ["2-29", "02-30", "13-01", "00-10", "02/29", "１２-３１", "１２-31", "12-３１", "ab-cd", ""],
)
def test_what_is_no_day_of_the_year(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the message is the calendar's own
        fixed_day(text)
