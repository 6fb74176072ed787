import os
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.core import clock, queue
from lms.core.queue import JobState
from lms.web import traffic
from lms.web.traffic import Counts
from tests.admin.test_health import change_settings
from tests.factories import NOON
from tests.statements import counted

TOKEN = "a-token-of-some-length"
LINE = re.compile(r'stairway_[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? [0-9.e+-]+')


@pytest.fixture
def fresh(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was asked before."""
    monkeypatch.setattr(traffic, "_counts", Counts(app.view_functions))


@pytest.fixture
def local(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    change_settings(app, monkeypatch, metrics="local")


def figures(client: FlaskClient) -> dict[str, float]:
    lines = client.get("/metrics").text.splitlines()
    return {name: float(value) for name, _, value in (
        line.rpartition(" ") for line in lines if not line.startswith("#"))}  # fmt: skip


class TestWhoMayRead:
    def test_nobody_unless_it_is_switched_on(self, client: FlaskClient) -> None:
        assert client.get("/metrics").status_code == 404

    @pytest.mark.usefixtures("local")
    def test_this_host_only(self, client: FlaskClient) -> None:
        assert client.get("/metrics").status_code == 200
        elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
        assert client.get("/metrics", environ_overrides=elsewhere).status_code == 401

    @pytest.mark.usefixtures("local")
    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
    def test_what_a_proxy_on_this_host_passes_on_is_not_this_host(
        self, client: FlaskClient, header: str
    ) -> None:
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 401

    def test_who_has_the_token(
        self, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change_settings(app, monkeypatch, metrics=f"token:{TOKEN}")
        answers = [
            client.get("/metrics", headers={"Authorization": given})
            for given in (f"Bearer {TOKEN}", "Bearer another", "")
        ]
        assert [each.status_code for each in answers] == [200, 401, 401]
        assert answers[-1].headers["WWW-Authenticate"] == "Bearer"
        assert not any(TOKEN in each.text for each in answers)


@pytest.mark.usefixtures("local", "fresh")
class TestTheFigures:
    def test_are_lines_that_prometheus_reads(self, client: FlaskClient) -> None:
        client.get("/sign-in")
        reply = client.get("/metrics")
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        families = re.findall(r"^# TYPE (\S+) (counter|gauge|histogram)$", reply.text, re.MULTILINE)
        assert len({name for name, _ in families}) == len(families) > 12
        for line in reply.text.splitlines():
            assert line.startswith("# ") or LINE.fullmatch(line), line

    def test_count_requests_by_endpoint_and_status(self, client: FlaskClient) -> None:
        client.get("/sign-in")
        client.get("/sign-in")
        client.get("/nowhere")
        found = figures(client)
        at = 'endpoint="accounts.sign_in"'
        assert found[f'stairway_requests_total{{{at},status="2xx"}}'] == 2
        assert found['stairway_requests_total{endpoint="none",status="4xx"}'] == 1
        assert found[f'stairway_request_seconds_bucket{{{at},le="+Inf"}}'] == 2
        assert found[f"stairway_request_seconds_count{{{at}}}"] == 2
        assert found[f"stairway_request_seconds_sum{{{at}}}"] > 0
        assert found["stairway_saves_total"] == 0

    def test_say_how_jobs_stand(self, client: FlaskClient, session: Session) -> None:
        queue.enqueue("note", key="a", run_at=NOON)
        queue.enqueue("note", key="b", run_at=NOON).state = JobState.DEAD
        session.commit()
        found = figures(client)
        assert found['stairway_jobs{state="waiting"}'] == 1
        assert found['stairway_jobs{state="dead"}'] == 1
        assert found["stairway_oldest_due_job_seconds"] > 0
        assert found["stairway_database_bytes"] > 0
        assert found["stairway_disk_free_bytes"] > 0
        assert abs(found["stairway_clock_drift_seconds"]) < clock.LEEWAY
        assert any(name.startswith("stairway_info{") for name in found)

    def test_cost_few_statements(self, client: FlaskClient) -> None:
        with counted() as sent:
            client.get("/metrics")
        assert len(sent) <= 7


def test_a_time_falls_into_its_interval() -> None:
    counts = Counts(["a"])
    counts.note("a", 200, 0.005, 1)
    counts.note("a", 500, 7.0, 2)
    seen = counts.so_far()
    assert seen.durations["a"] == [1, *[0] * 9, 1]
    assert seen.requests == {("a", "2xx"): 1, ("a", "5xx"): 1}
    assert (seen.seconds["a"], seen.statements["a"]) == (7.005, 3)


def test_what_nobody_knows_counts_as_none() -> None:
    counts = Counts(["a"])
    counts.note("b", 404, 0.1, 0)
    assert counts.so_far().requests == {(traffic.NONE, "4xx"): 1}


def test_processes_are_added_up_and_one_that_is_replaced_goes_on() -> None:
    counts = Counts(["a"]).with_places(2)
    pid = 0
    for place in (0, 1, 1):  # the last one takes the place of one that died
        pid = os.fork()
        if pid == 0:
            counts.count_in(place)
            counts.note("a", 200, 0.5, 10)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
    seen = counts.so_far()
    assert seen.requests == {("a", "2xx"): 3}
    assert (seen.seconds["a"], seen.statements["a"]) == (1.5, 30)
    assert len(counts.processes()) == 2
    assert counts.processes()[1] == pid
