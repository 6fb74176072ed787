import json
import logging
from collections.abc import Iterator

import pytest

from lms.core import logging as lines
from lms.core.logging import Format, JsonFormatter, LineFormatter, configure, loggable


def line(message: str) -> str:
    record = logging.makeLogRecord({"name": "lms.access", "levelname": "INFO", "msg": message})
    return LineFormatter().format(record)


def test_an_event_is_one_line_whatever_is_in_it() -> None:
    forged = line("path=/a\n2026-03-02T12:00:00.000Z INFO lms.access forged\u2028x")
    assert len(forged.splitlines()) == 1
    assert "\\n2026" in forged


def test_a_line_begins_with_an_instant_in_utc() -> None:
    instant, level, name, *_ = line("path=/map").split()
    assert instant.endswith("Z")
    assert (level, name) == ("INFO", "lms.access")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/link/5AqM0J3y7hF1XLcALPUe-20S6z9ypNk9A02zI8FAsEI", "/link/…"),
        ("/lessons/s1-a-4", "/lessons/s1-a-4"),
        ("/v/S1-2026-000123-X", "/v/S1-2026-000123-X"),
    ],
)
def test_a_one_time_token_is_not_logged(path: str, shown: str) -> None:
    assert loggable(path) == shown


@pytest.fixture
def untouched() -> Iterator[None]:
    """Loggers and format as they were."""
    kept = {name: list(logging.getLogger(name).handlers) for name in lines.NAMES}
    yield
    lines.choose(Format.TEXT)
    for name, handlers in kept.items():
        logging.getLogger(name).handlers[:] = handlers


def test_configuring_twice_does_not_say_everything_twice(untouched: None) -> None:
    logger = logging.getLogger("lms")
    before = list(logger.handlers)
    configure()
    configure()
    assert len(logger.handlers) - len(before) <= 1


class TestAnEvent:
    @pytest.fixture
    def log(self, caplog: pytest.LogCaptureFixture) -> logging.Logger:
        caplog.set_level(logging.INFO, logger="lms.tests")
        return logging.getLogger("lms.tests")

    def test_is_names_and_values(
        self, log: logging.Logger, caplog: pytest.LogCaptureFixture
    ) -> None:
        lines.event(log, request="3f", person=None, path='/a "b" c=d', status=200)
        assert caplog.messages == [r'request=3f path="/a \"b\" c=d" status=200']

    def test_may_say_what_happened(
        self, log: logging.Logger, caplog: pytest.LogCaptureFixture
    ) -> None:
        lines.event(log, "slow statement", level=logging.WARNING, ms=300)
        assert caplog.messages == ["slow statement: ms=300"]
        assert caplog.records[0].levelname == "WARNING"

    def test_is_a_json_object_with_the_same_names(
        self, log: logging.Logger, caplog: pytest.LogCaptureFixture
    ) -> None:
        lines.event(log, "slow statement", ms=300, statement="SELECT 1\nFROM x")
        (said,) = JsonFormatter().format(caplog.records[0]).splitlines()
        found = json.loads(said)
        assert found.pop("at").endswith("Z")
        assert found == {
            "level": "INFO",
            "logger": "lms.tests",
            "message": "slow statement",
            "ms": 300,
            "statement": "SELECT 1\nFROM x",
        }

    def test_of_any_other_kind_is_one_too(
        self, log: logging.Logger, caplog: pytest.LogCaptureFixture
    ) -> None:
        try:
            int("wrong")
        except ValueError:
            log.exception("job %d failed", 7)
        (said,) = JsonFormatter().format(caplog.records[0]).splitlines()
        found = json.loads(said)
        assert found["message"] == "job 7 failed"
        assert "ValueError: invalid" in found["traceback"]


def test_the_format_is_chosen_for_handlers_that_are_there_already(
    untouched: None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure()
    lines.choose(Format.JSON)
    logging.getLogger("lms.tests").warning("%s", "über")
    assert json.loads(capsys.readouterr().err)["message"] == "über"
