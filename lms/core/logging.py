"""One line per event on stderr, for people and for machines.

``2026-03-02T12:00:00.123Z INFO lms.access request=3f… method=GET path=/map status=200 ms=12``,
or the same as a JSON object, by setting.
Where the lines go and how long they are kept is the business of whoever started the process.
Query strings, bodies and cookies are never logged: they carry tokens and people's answers.
"""

import enum
import json
import logging
import re
import sys
from datetime import UTC, datetime

from typing_extensions import override

NAMES = ("lms", "waitress")
"""The loggers whose lines are shown."""
_SPACED = re.compile(r'[\s"=]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SECRET = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{22,}(?![\w-])")
"""Long enough to be a random token, as in the address of an invitation."""


class Format(enum.StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


class LineFormatter(logging.Formatter):
    """Formats a record as one line; only a traceback takes more."""

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        text = _CONTROL.sub(lambda each: repr(each[0])[1:-1], record.message)
        return f"{_instant(record)} {record.levelname} {record.name} {text}"


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object; a traceback is a field of it."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None)
        words = getattr(record, "words", "") if fields is not None else record.getMessage()
        said = {"at": _instant(record), "level": record.levelname, "logger": record.name}
        said |= {"message": words} if words else {}
        said |= fields or {}
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


_formatter: logging.Formatter = LineFormatter()


def choose(form: Format) -> None:
    """Write lines in this format from now on."""
    global _formatter  # noqa: PLW0603  one process has one stderr
    _formatter = JsonFormatter() if form is Format.JSON else LineFormatter()


def event(
    logger: logging.Logger, words: str = "", *, level: int = logging.INFO, **fields: object
) -> None:
    """Log something that happened, by name and value.

    Args:
        logger: whose line it is.
        words: what happened, where the logger's name does not say it.
        level: how bad it is.
        **fields: what a machine looks for; None is left out.
    """
    if not logger.isEnabledFor(level):
        return
    fields = {name: value for name, value in fields.items() if value is not None}
    text = " ".join(f"{name}={_quoted(value)}" for name, value in fields.items())
    known = {"fields": fields, "words": words}
    logger.log(level, "%s", f"{words}: {text}" if words else text, extra=known)


def _quoted(value: object) -> str:
    """Return a value as it stands behind its name: in quotes where a blank would end it."""
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if _SPACED.search(text) else text


def _instant(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")


class StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in stubs only
    """Writes to what ``sys.stderr`` is at the moment, so that redirecting it works."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @override
    def format(self, record: logging.LogRecord) -> str:
        return _formatter.format(record)

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
