"""How often one address may ask."""

import pytest

from lms.web import limits
from lms.web.limits import WINDOW, Limit, TooOftenError


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_counts_per_address_and_forgets_after_a_minute() -> None:
    clock = FakeClock()
    limit = Limit(2, clock=clock)
    for _ in range(2):
        limit.count("a")
    limit.count("b")
    with pytest.raises(TooOftenError):
        limit.count("a")
    clock.now = WINDOW
    limit.count("a")


def test_remembers_only_so_many_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KNOWN", 3)
    limit = Limit(1)
    for address in "abcd":
        limit.count(address)
    limit.count("a")  # forgotten, so counted from nothing
    with pytest.raises(TooOftenError):
        limit.count("d")
