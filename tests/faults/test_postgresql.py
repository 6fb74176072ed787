"""The product on PostgreSQL: one setting is enough, and it outlives a restart of the server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from tests import postgres
from tests.faults.ledger import finish_jobs, lost, miscounted, told
from tests.faults.site import Site, new_site
from tests.faults.sitters import Room, enrol
from tests.test_serve import wait_until


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.running() as server:
        yield server


@pytest.fixture
def site(server: postgres.Server, tmp_path: Path) -> Iterator[Site]:
    """A site whose only setting is where its database is: empty, and its own."""
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS stairway WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE stairway")
    url = make_url(server.url).set(database="stairway").render_as_string(hide_password=False)
    with new_site(tmp_path, LMS_DATABASE_URL=url) as site:
        yield site


def test_a_url_is_all_it_takes(site: Site) -> None:
    sitters = enrol(site, 2, passing=[0])
    site.start()
    with Room(site, sitters, seats=2) as room:
        room.wait()
    site.stop()
    assert room.errors == []
    assert lost(site, told(sitters)) == []
    finish_jobs(site)
    assert miscounted(site, sitters) == []
    assert not (site.data / "lms.sqlite").exists()


def test_the_database_goes_away_and_comes_back(
    site: Site, server: postgres.Server, report: list[str]
) -> None:
    sitters = enrol(site, 150)
    site.start()
    with Room(site, sitters, seats=4, pause=0.02) as room:
        wait_until(lambda: len(told(sitters)) > 5)
        server.stop(mode="fast")
        try:
            wait_until(lambda: any(each.refusals for each in sitters))
            assert site.readiness() == 503
            page = Request(f"{site.url}/home", headers={"Cookie": sitters[-1].cookie})
            with pytest.raises(HTTPError) as said:
                urlopen(page, timeout=20)
            assert said.value.code == 503
            assert "does not answer" in said.value.read().decode()
        finally:
            server.start()
        before = told(sitters)
        assert lost(site, before) == []
        wait_until(lambda: len(told(sitters)) > len(before) + 5)
        assert site.readiness() == 200
    site.stop()
    assert room.errors == []
    assert lost(site, told(sitters)) == []
    finish_jobs(site)
    assert miscounted(site, sitters) == []
    refused = sum(len(each.refusals) for each in sitters)
    report.append(f"PostgreSQL away and back: {refused} requests refused in words, 0 answers lost")
