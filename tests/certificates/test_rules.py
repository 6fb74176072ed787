from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.certificates.rules import (
    ALPHABET,
    EXPIRING,
    State,
    as_printed,
    check_character,
    is_serial,
    masked_name,
    serial,
    state,
    valid_until,
)

prefixes = st.text(ALPHABET, min_size=1, max_size=8)
serials = st.builds(serial, prefixes, st.integers(2000, 9999), st.integers(1, 999_999))
days = st.dates(date(2000, 1, 1), date(2199, 12, 31))
months = st.integers(1, 240)
ONE_DAY = timedelta(days=1)


def test_the_check_character_is_that_of_a_published_example() -> None:
    assert check_character("A12425GABC1234002") == "M"  # GRid A1-2425G-ABC1234002-M


@given(serials)
def test_a_serial_that_we_made_is_valid_however_it_is_typed(made: str) -> None:
    assert is_serial(made)
    assert is_serial(f" {made.lower().replace('-', ' ')}")


@given(serials)
def test_however_it_is_typed_it_is_printed_in_one_way(made: str) -> None:
    assert as_printed(f" {made.lower().replace('-', ' ')}") == made
    assert as_printed(made.replace("-", "")) == as_printed(made) == made


def test_a_serial_has_prefix_year_number_and_check_character() -> None:
    assert serial("SKL", 2026, 42)[:-1] == "SKL-2026-000042-"
    assert not is_serial("A"), "one character has none to check"


@given(made=serials, data=st.data())
def test_one_wrong_character_is_always_noticed(made: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([i for i, each in enumerate(made) if each != "-"]))
    other = data.draw(st.sampled_from([each for each in ALPHABET if each != made[place]]))
    assert not is_serial(made[:place] + other + made[place + 1 :])


@pytest.mark.parametrize("text", ["", "1", "SKL-2026-000042-ß", "证书-1"])
def test_what_is_no_serial_is_refused(text: str) -> None:
    assert not is_serial(text)


@pytest.mark.parametrize(
    ("issued_on", "for_months", "last_day"),
    [
        (date(2019, 4, 1), 24, date(2021, 3, 31)),
        (date(2026, 11, 23), 24, date(2028, 11, 22)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 3, 1), 1, date(2026, 3, 31)),
    ],
)
def test_the_last_valid_day_is_the_day_before_the_anniversary(
    issued_on: date, for_months: int, last_day: date
) -> None:
    assert valid_until(issued_on, for_months) == last_day


@given(days)
def test_without_a_term_a_certificate_does_not_expire(issued_on: date) -> None:
    assert valid_until(issued_on, None) is None


@given(days)
def test_a_term_of_no_month_is_refused(issued_on: date) -> None:
    with pytest.raises(ValueError, match="at least one month"):
        valid_until(issued_on, 0)


@given(issued_on=days, term=months)
def test_a_term_ends_in_its_month_or_with_the_month_before(issued_on: date, term: int) -> None:
    last_day = valid_until(issued_on, term)
    assert last_day is not None
    after = last_day + ONE_DAY
    reached = (after.year - issued_on.year) * 12 + after.month - issued_on.month
    if after.day == issued_on.day:
        assert reached == term
    else:  # that month has no such day
        assert (after.day, reached) == (1, term + 1)
        assert monthrange(last_day.year, last_day.month)[1] < issued_on.day


@given(one=days, other=days, term=months)
def test_who_is_certified_later_is_never_valid_for_shorter(
    one: date, other: date, term: int
) -> None:
    ends = [valid_until(day, term) for day in sorted([one, other])]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0] <= ends[1]


@given(last_day=days, today=days)
def test_a_revoked_certificate_is_revoked_whatever_the_day(last_day: date, today: date) -> None:
    assert state(revoked=True, superseded=False, last_day=last_day, today=today) is State.REVOKED


@given(last_day=days | st.none(), today=days)
def test_what_another_one_follows_is_superseded(last_day: date | None, today: date) -> None:
    found = state(revoked=False, superseded=True, last_day=last_day, today=today)
    assert found is State.SUPERSEDED
    both = state(revoked=True, superseded=True, last_day=last_day, today=today)
    assert both is State.REVOKED


@given(days)
def test_it_expires_from_the_day_on_which_it_may_be_renewed(last_day: date) -> None:
    opens = last_day - 60 * ONE_DAY
    on = [opens - ONE_DAY, opens, last_day]
    assert [
        state(revoked=False, superseded=False, last_day=last_day, today=day, opens=opens)
        for day in on
    ] == [State.VALID, State.EXPIRING, State.EXPIRING]


@given(days)
def test_what_does_not_expire_stays_valid(today: date) -> None:
    assert state(revoked=False, superseded=False, last_day=None, today=today) is State.VALID


@given(days)
def test_the_last_valid_day_is_still_a_valid_one(last_day: date) -> None:
    on = [last_day - EXPIRING - ONE_DAY, last_day - EXPIRING, last_day, last_day + ONE_DAY]
    assert [state(revoked=False, superseded=False, last_day=last_day, today=day) for day in on] == [
        State.VALID,
        State.EXPIRING,
        State.EXPIRING,
        State.EXPIRED,
    ]


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张思远", "张**"),
        ("Zhang Siyuan", "Z**** S*****"),
        ("𠮷田䶮", "𠮷**"),
        ("阿卜杜勒·买买提江", "阿********"),
        (" Anna  Maria ", "A*** M****"),
        ("J Smith", "* S****"),
        ("李", "*"),
        ("", ""),
    ],
)
def test_a_stranger_sees_the_first_character_of_each_word(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@given(st.text())
def test_a_masked_name_shows_at_most_one_character_of_a_word(name: str) -> None:
    for word, masked in zip(name.split(), masked_name(name).split(), strict=True):
        assert len(masked) == len(word)
        assert set(masked[1:]) <= {"*"}
        assert masked[0] in {word[0], "*"}
