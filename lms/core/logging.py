"""One line per event on stderr, for people and for machines.

``2026-03-02T12:00:00.123Z INFO lms.access request=3f… method=GET path=/map status=200 ms=12``.
Where the lines go and how long they are kept is the business of whoever started the process.
Query strings, bodies and cookies are never logged: they carry tokens and people's answers.
"""

import logging
import re
import sys
from datetime import UTC, datetime

from typing_extensions import override

NAMES = ("lms", "waitress")
"""The loggers whose lines are shown."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SECRET = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{22,}(?![\w-])")
"""Long enough to be a random token, as in the address of an invitation."""


class LineFormatter(logging.Formatter):
    """Formats a record as one line; only a traceback takes more."""

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        text = _CONTROL.sub(lambda each: repr(each[0])[1:-1], record.message)
        return f"{at.replace('+00:00', 'Z')} {record.levelname} {record.name} {text}"


class StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in stubs only
    """Writes to what ``sys.stderr`` is at the moment, so that redirecting it works."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(LineFormatter())

    @property
    def stream(self) -> object:
        """The stream that is stderr now."""
        return sys.stderr

    @stream.setter
    def stream(self, _stream: object) -> None:
        """Ignore the one that the base class would keep."""


def configure() -> None:
    """Show our lines and those of the web server; calling it again changes nothing."""
    for name in NAMES:
        logger = logging.getLogger(name)
        if not any(isinstance(each, StderrHandler) for each in logger.handlers):
            logger.addHandler(StderrHandler())
    logging.getLogger("lms").setLevel(logging.INFO)
    # A queue of one or two is not news: requests wait for a thread all the time.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def loggable(path: str) -> str:
    """Return the path of a request without what may be a one-time token in it."""
    return _SECRET.sub("…", path)
