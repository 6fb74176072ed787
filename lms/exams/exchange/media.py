"""Pictures inside question files: named by what they are, and by their content."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from lms.core import storage
from lms.exams.exchange.question import Picture
from lms.exams.exchange.report import Report

MOST_BYTES = 5 * 1024 * 1024
MOST_ALL_BYTES = 40 * 1024 * 1024
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_SOURCE = re.compile(r"""(?P<before>\bsrc\s*=\s*["'])(?P<name>[^"']*)(?=["'])""", re.IGNORECASE)


def kind_of(content: bytes) -> str:
    """Return the suffix that a picture's content deserves; empty if it is none that we take."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((suffix for magic, suffix in _KINDS if content.startswith(magic)), "")


def picture(content: bytes) -> Picture | None:
    """Return a picture under a name of our own, or None if it is none that we take."""
    suffix = kind_of(content)
    if not suffix or len(content) > MOST_BYTES:
        return None
    return Picture(f"{storage.sha256(content)[:24]}.{suffix}", content)


class Album:
    """The pictures of one file: found by the names that its texts use."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._left = MOST_ALL_BYTES
        self._known: dict[str, Picture] = {}

    def taken(self, content: bytes, said: str, where: str) -> Picture | None:
        """Return a picture's place in the album; what cannot be taken is said."""
        found = picture(content)
        if found is None or (found.name not in self._known and self._left < len(content)):
            self._report.warning(where, "file-dropped", name=said[:80])
            return None
        if found.name not in self._known:
            self._left -= len(content)
            self._known[found.name] = found
        return found

    def placed(
        self, markup: str, files: Mapping[str, Picture], where: str
    ) -> tuple[str, list[Picture]]:
        """Return HTML with its pictures named as ours, and which they are.

        Args:
            markup: as the file has it.
            files: the name that the HTML uses -> picture.
            where: for what is said about a picture that is not there.
        """
        used: list[Picture] = []

        def replaced(found: re.Match[str]) -> str:
            own = files.get(local(found["name"]))
            if own is None:
                self._report.warning(where, "picture-missing", name=found["name"][:80])
                return found["before"]
            if own not in used:
                used.append(own)
            return f"{found['before']}media:{own.name}"

        return _SOURCE.sub(replaced, markup), used


def local(name: str) -> str:
    """Return the name of a file as formats spell it inside their texts, without what is before."""
    name = unquote(name.partition("?")[0])
    for start in (
        "@@PLUGINFILE@@/",
        "$IMS-CC-FILEBASE$/",
        "$IMS_CC_FILEBASE$/",
        "$IMS_CC_FILE_BASE$/",
        "$IMS_CC_FILE_BASE$",
        "./",
    ):
        name = name.removeprefix(start)
    return name
