"""What terms come to for a sample person: the days of one certificate and of its renewal. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.certificates.rules.terms import Life, Terms, Timing, first_end, life, next_end


@dataclass(frozen=True, slots=True)
class Case:
    """One way in which the sample person may renew."""

    timing: Timing
    """As on time, the last valid day; as early, the first on which it is possible."""
    renewed_on: date
    until: date
    """The last valid day of the next one."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The life of a sample certificate, and what follows it."""

    earned: date
    life: Life | None
    """None: it does not expire."""
    cases: Sequence[Case]

    def place(self, day: date) -> float:
        """Return where a day lies between the first and the last of the drawing, in percent."""
        first, last = self.earned, max((each.until for each in self.cases), default=self.earned)
        whole = max(1, (last - first).days)
        return round(100 * (day - first).days / whole, 2)


def sample(terms: Terms, earned: date) -> Sample:
    """Return what the terms come to for somebody who earns the certificate on this day."""
    last = first_end(terms, earned)
    if last is None:
        return Sample(earned, None, [])
    lived = life(terms, earned, last)
    days = {Timing.EARLY: lived.opens, Timing.ON_TIME: lived.last}
    if terms.grace:
        days[Timing.LATE] = lived.last + timedelta(days=1 + terms.grace // 2)
    days[Timing.LAPSED] = lived.grace_ends + timedelta(days=30)
    cases = []
    for timing, renewed_on in days.items():
        until = next_end(terms, lived, renewed_on)
        assert until is not None  # terms that end once end always
        cases.append(Case(timing, renewed_on, until))
    return Sample(earned, lived, cases)
