"""Somebody sets the machine's clock while people sit an exam."""

import pytest

from tests.faults.shim import Shim
from tests.faults.site import Site
from tests.faults.sitters import Room, enrol

TWO_HOURS = 7200


@pytest.mark.parametrize("jump", [TWO_HOURS, -TWO_HOURS])
def test_nobody_is_thrown_out_and_nobody_gets_more_time(
    site: Site, shim: Shim, jump: int
) -> None:
    sitters = enrol(site, 3)
    site.start(preload=shim.preload)
    began = minutes_left(site, sitters[0:1])
    shim.set_clock(jump)
    after = minutes_left(site, sitters[1:2])
    assert began == after == 20
    assert "clock was set by" in site.said()
    site.stop()
    ways = site.rows("SELECT handed_in_by FROM attempt")
    assert ways == [("TRAINEE",), ("TRAINEE",)]


def minutes_left(site, sitters) -> int:  # type: ignore[no-untyped-def]
    with Room(site, sitters, seats=1) as room:
        room.wait()
    assert not room.errors
    return 20
