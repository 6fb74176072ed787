"""What `make bench` is made of, without its clock: figures, processes, replayed pages, commands."""

import os
import subprocess
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from benchmarks import __main__ as bench, crowd, processes, replay
from benchmarks.bare import save
from benchmarks.figures import Goals, percentile
from lms.accounts.models import Person
from tests import factories
from tests.browser import sign_in


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0, 2.0], 0.99) == 2.0
    assert percentile([], 0.5) == 0.0


def test_a_goal_is_met_or_named(capsys: pytest.CaptureFixture[str]) -> None:
    goals = Goals("Part")
    goals.most("quick", 1.0, 2.0, "ms")
    goals.most("slow", 3.0, 2.0, "ms")
    goals.least("many", 1.0, 8.0)
    goals.plain("some", 1234.5)
    assert goals.missed == ["Part: slow", "Part: many"]
    printed = capsys.readouterr().out
    assert printed.count("NOT MET") == 2
    assert printed.count(": met") == 1
    assert "1,234" in printed


def test_an_unknown_part_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONLY", "moon")
    assert bench.main() == 2
    assert "no such part: moon" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
class TestProcesses:
    def test_have_a_size_and_time(self) -> None:
        memory = processes.memory_of(os.getpid())
        assert memory.resident >= memory.proportional > 0
        assert processes.cpu_seconds([os.getpid()]) > 0

    def test_are_found_below_their_parent(self) -> None:
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
            assert child.pid in processes.children_of(os.getpid())
            child.communicate(b"\n")


def test_a_page_is_replayed_without_the_database(client: FlaskClient, trainee: Person) -> None:
    factories.enrolment(trainee, factories.programme())
    sign_in(client, trainee)
    with client.application.app_context():
        cost = replay.cost_of(client, "/home", rounds=4)
    assert cost is not None
    assert cost.statements > 0
    assert cost.bytes > 0


def test_what_is_no_page_is_not_measured(client: FlaskClient) -> None:
    assert replay.cost_of(client, "/healthz", rounds=1) is None


def test_the_endpoint_without_a_database_answers_as_the_real_one(app: Flask) -> None:
    answer = {"slot": 1, "seq": 5, "answer": ["A"], "flagged": False}
    with app.test_request_context(json={"answers": [answer]}, method="POST"):
        said = save(1).get_json()
    assert said["saved"] == {"1": 5}
    assert said.keys() == {"saved", "server_now", "deadline", "left_ms"}


def test_a_crowd_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        crowd.sent_out("no such kind")
