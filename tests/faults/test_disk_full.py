"""The disk is full: the site says so, loses nothing, and goes on when there is room again."""

from urllib.request import urlopen

from tests.faults.ledger import damage, lost, told
from tests.faults.shim import Shim
from tests.faults.site import Site
from tests.faults.sitters import Room, enrol
from tests.test_serve import wait_until


def test_it_is_said_nothing_is_lost_and_it_goes_on(
    site: Site, shim: Shim, report: list[str]
) -> None:
    sitters = enrol(site, 150)
    site.start(preload=shim.preload)
    with Room(site, sitters, seats=4, pause=0.02) as room:
        wait_until(lambda: len(told(sitters)) > 5)
        shim.fill_disk()
        wait_until(lambda: any(each.refusals for each in sitters))
        assert site.readiness() == 503
        with urlopen(f"{site.url}/sign-in", timeout=20) as page:  # reading goes on
            assert page.status == 200
        acknowledged = told(sitters)
        assert lost(site, acknowledged) == []
        shim.make_room()
        wait_until(lambda: len(told(sitters)) > len(acknowledged) + 5)
        assert site.readiness() == 200
    assert room.errors == []
    refusals = [said for each in sitters for said in each.refusals]
    assert {said["type"] for said in refusals} <= {"/problems/not-saved", "/problems/disk-full"}
    assert any("kept in this browser" in said["detail"] for said in refusals)
    site.stop()
    assert lost(site, told(sitters)) == []
    assert damage(site) == []
    report.append(f"disk full: {len(refusals)} requests refused in words, 0 answers lost")
