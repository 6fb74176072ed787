"""The power goes: what the disk was not told to keep is gone."""

import random
import time
from collections.abc import Mapping

import pytest

from tests.conftest import HowOften
from tests.faults.ledger import acknowledged, damage, lost, told
from tests.faults.shim import Shim
from tests.faults.site import CARELESS, RESTLESS, SERVE, Site
from tests.faults.sitters import Room, Sitter, enrol

SEATS = 4


def test_no_acknowledged_answer_is_lost(
    site: Site, shim: Shim, how_often: HowOften, report: list[str]
) -> None:
    cuts = how_often(4, 100)
    sitters = enrol(site, 24 * cuts)
    for cut in range(cuts):
        mine = sitters[cut::cuts]
        command = RESTLESS if cut % 4 > 1 else SERVE
        cut_power(site, mine, command, shim.with_shadow(some=cut % 2 == 1))
        shim.after_power_cut()
        assert lost(site, told(sitters)) == [], f"cut {cut}"
        assert damage(site) == [], f"cut {cut}"
    assert told(sitters)
    report.append(f"{cuts} power cuts: {acknowledged(sitters)} answers acknowledged, 0 lost")


def test_the_same_with_less_care_would_lose_some(site: Site, shim: Shim, report: list[str]) -> None:
    """Or the test above would prove nothing."""
    sitters = enrol(site, 24)
    cut_power(site, sitters, CARELESS, shim.with_shadow())
    shim.after_power_cut()
    gone = lost(site, told(sitters))
    assert gone
    report.append(f"with synchronous=NORMAL one cut lost {len(gone)} of {len(told(sitters))} slots")


def cut_power(
    site: Site, sitters: list[Sitter], command: tuple[str, ...], preload: Mapping[str, str]
) -> None:
    """Let people sit for a moment, and end everything at once."""
    site.start(command, preload=preload)
    with Room(site, sitters, seats=SEATS, pause=0.005) as room:
        until = time.monotonic() + 20
        while not told(sitters):
            assert time.monotonic() < until, site.said()
            time.sleep(0.01)
        time.sleep(random.uniform(0.2, 0.8))
        site.kill_all()
    if room.errors:
        pytest.fail(repr(room.errors))
