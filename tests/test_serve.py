"""The one command: it prepares, serves, keeps its processes running, and ends as it was told."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from lms import serve
from lms.config import PROJECT

START = 60
"""Seconds that a start may take on a busy machine."""
CHILDREN = 3


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Site:
    """One run of the command."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = int(settings.get("LMS_PORT", free_port()))
        environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
        environ |= {"LMS_DATA_DIR": str(data), "LMS_PORT": str(self.port)} | settings
        self.output = data.parent / "output"
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lms.serve"],
                cwd=PROJECT,
                env=environ,
                stdout=output,
                stderr=output,
            )

    def get(self, path: str) -> int:
        """Ask for a page; return its status, or 0 if nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def children(self) -> list[int]:
        """Two web processes and jobs, in the order in which they began."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def wait_for_a_page(self, children: int = CHILDREN) -> None:
        until = time.monotonic() + START
        while self.get("/sign-in") != 200:
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < until, self.output.read_text()
            time.sleep(0.1)
        wait_until(lambda: len(self.children()) == children)


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    return False


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture
def site(data: Path) -> Iterator[Site]:
    """A running site, on the same data in each test: the start is one with nothing to do."""
    site = Site(data)
    try:
        site.wait_for_a_page()
        yield site
    finally:
        site.process.terminate()
        site.process.wait(30)


def test_it_says_how_to_sign_in_and_keeps_everything_in_one_place(site: Site) -> None:
    said = site.output.read_text()
    assert f"http://127.0.0.1:{site.port}" in said
    assert "/setup/" in said
    assert "demo-trainee / " in said
    accounts = site.data / "demo-accounts.txt"
    assert accounts.stat().st_mode & 0o777 == 0o600
    assert all(each in said for each in accounts.read_text().splitlines())


def test_told_to_end_it_ends_well_and_leaves_one_whole_file(site: Site) -> None:
    children = site.children()
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(20) == 0
    assert not any(map(is_alive, children))
    assert list((site.data / "tmp").iterdir()) == []
    wal = site.data / "lms.sqlite-wal"
    assert not wal.exists() or wal.stat().st_size == 0


def test_ctrl_c_is_no_crash(site: Site) -> None:
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(20) == 0
    assert "Traceback" not in site.output.read_text()


def test_a_dead_jobs_process_is_replaced_and_pages_go_on(site: Site) -> None:
    *web, jobs = site.children()
    os.kill(jobs, signal.SIGKILL)
    wait_until(lambda: len(site.children()) == CHILDREN and jobs not in site.children())
    assert set(web) < set(site.children())
    assert site.get("/sign-in") == 200


def test_a_dead_web_process_is_replaced_and_the_other_one_answers_meanwhile(site: Site) -> None:
    web, other, jobs = site.children()
    os.kill(web, signal.SIGKILL)
    assert site.get("/sign-in") == 200
    wait_until(lambda: len(site.children()) == CHILDREN and web not in site.children())
    assert {other, jobs} < set(site.children())


def test_with_one_web_process_whoever_asks_while_it_is_replaced_only_waits(data: Path) -> None:
    site = Site(data, LMS_WEB_PROCESSES="1")
    site.wait_for_a_page(children=2)
    web, jobs = site.children()
    os.kill(web, signal.SIGKILL)
    assert site.get("/sign-in") == 200
    assert jobs in site.children()
    assert web not in site.children()
    site.process.terminate()
    assert site.process.wait(30) == 0


def test_it_ends_when_the_web_process_dies_again_and_again_so_that_someone_notices(
    site: Site,
) -> None:
    *web, jobs = site.children()
    known = {*web, jobs}
    os.kill(web[0], signal.SIGKILL)
    for _ in range(serve.LIVES * len(web)):
        wait_until(lambda: bool(set(site.children()) - known))
        new = (set(site.children()) - known).pop()
        known.add(new)
        os.kill(new, signal.SIGKILL)
    assert site.process.wait(20) == 1
    assert not any(map(is_alive, known))


def test_a_process_that_dies_again_and_again_is_told_from_one_that_was_killed() -> None:
    deaths = serve.Deaths(serve.LIVES)
    assert [deaths.are_too_many() for _ in range(serve.LIVES)] == [False] * serve.LIVES
    assert deaths.are_too_many()


def test_nothing_is_left_running_when_it_is_killed(site: Site) -> None:
    children = site.children()
    site.process.kill()
    site.process.wait()
    wait_until(lambda: not any(map(is_alive, children)))


def test_a_port_in_use_is_said_in_a_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        site = Site(data, LMS_PORT=str(port))
        assert site.process.wait(START) == 1
    last = site.output.read_text().rpartition("Port ")[2]
    assert f"{port} on 127.0.0.1 cannot be used: Address already in use." in last
    assert "Traceback" not in last


def test_an_unknown_setting_is_named(data: Path) -> None:
    site = Site(data, LMS_COLOUR="blue")
    assert site.process.wait(START) == 1
    assert "LMS_COLOUR" in site.output.read_text()
