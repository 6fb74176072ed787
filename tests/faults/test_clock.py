"""Somebody sets the machine's clock while people sit an exam."""

from datetime import datetime

import pytest

from tests.faults.shim import Shim
from tests.faults.site import Site
from tests.faults.sitters import Room, enrol
from tests.test_serve import wait_until

TWO_HOURS = 7200


@pytest.mark.parametrize("jump", [TWO_HOURS, -TWO_HOURS])
def test_nobody_is_thrown_out_and_nobody_gets_more_time(site: Site, shim: Shim, jump: int) -> None:
    early, late = enrol(site, 2)
    site.start(preload=shim.preload)
    with Room(site, [early], seats=1, pause=0.2) as room:
        wait_until(lambda: bool(early.saved))
        shim.set_clock(jump)
        room.wait()  # what is left of its paper is saved and handed in, as if nothing had happened
    with Room(site, [late], seats=1) as after:
        after.wait()
    assert room.errors == after.errors == []
    assert "clock was set by" in site.said()
    site.stop()
    query = "SELECT started_at, deadline_at, submitted_at, handed_in_by FROM attempt ORDER BY id"
    rows = site.rows(query)
    assert [row[3] for row in rows] == ["trainee", "trainee"]
    (began, deadline, ended), (next_began, *_) = (
        [datetime.fromisoformat(each) for each in row[:3]] for row in rows
    )
    assert 0 < (ended - began).total_seconds() < 600
    assert (deadline - began).total_seconds() == 20 * 60
    assert 0 <= (next_began - ended).total_seconds() < 600
