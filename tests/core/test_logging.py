import logging

import pytest

from lms.core.logging import LineFormatter, configure, loggable


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


def test_configuring_twice_does_not_say_everything_twice() -> None:
    logger = logging.getLogger("lms")
    before = list(logger.handlers)
    try:
        configure()
        configure()
        assert len(logger.handlers) - len(before) <= 1
    finally:
        for name in ("lms", "waitress"):
            logging.getLogger(name).handlers[:] = before if name == "lms" else []
