"""What terms come to for a sample person, by the calendar."""

from datetime import date, timedelta

from lms.certificates.rules.sample import Case, Sample, sample
from lms.certificates.rules.terms import Anchor, Life, Terms, Timing

JANUARY = date(2026, 1, 31)
YEAR = Terms(months=12, window=60, grace=30, anchor=Anchor.EXPIRY)


def test_the_days_of_one_certificate_and_of_its_renewal() -> None:
    assert sample(YEAR, JANUARY) == Sample(
        JANUARY,
        Life(date(2026, 12, 1), date(2027, 1, 30), date(2027, 3, 1)),
        [
            Case(Timing.EARLY, date(2026, 12, 1), date(2028, 1, 30)),
            Case(Timing.ON_TIME, date(2027, 1, 30), date(2028, 1, 30)),
            Case(Timing.LATE, date(2027, 2, 15), date(2028, 2, 14)),
            Case(Timing.LAPSED, date(2027, 3, 31), date(2028, 3, 30)),
        ],
    )


def test_without_grace_nobody_is_late() -> None:
    cases = sample(Terms(days=100, window=10), JANUARY).cases
    assert [each.timing for each in cases] == [Timing.EARLY, Timing.ON_TIME, Timing.LAPSED]


def test_what_does_not_expire_is_not_renewed() -> None:
    for_ever = sample(Terms(), JANUARY)
    assert for_ever == Sample(JANUARY, None, [])
    assert for_ever.place(JANUARY) == 0


def test_days_lie_on_the_drawing_between_the_first_and_the_last() -> None:
    drawn = sample(YEAR, JANUARY)
    assert [drawn.place(day) for day in (JANUARY, date(2028, 3, 30))] == [0, 100]
    whole = (date(2028, 3, 30) - JANUARY).days
    assert drawn.place(JANUARY + timedelta(days=100)) == round(100 * 100 / whole, 2)
