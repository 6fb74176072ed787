"""Self-checks, and where they stand in a lesson. Pure: no database, no clock, no request."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.courses.rules import Bilingual


@dataclass(frozen=True)
class Option:
    """One possible answer to a self-check."""

    key: str
    text: Bilingual
    why: Bilingual
    """What choosing it shows."""
    is_right: bool


@dataclass(frozen=True)
class Check:
    """A self-check of a lesson: never part of an exam, and its answers are not kept."""

    id: str
    stem: Bilingual
    options: tuple[Option, ...]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Check":
        """Read one entry of a lesson version's `checks`."""
        options = tuple(
            Option(each["key"], each["text"], each["why"], bool(each.get("right")))
            for each in given["options"]
        )
        return cls(given["id"], given["stem"], options)

    @property
    def right(self) -> frozenset[str]:
        """Keys of the right options; more than one asks for several."""
        return frozenset(option.key for option in self.options if option.is_right)


_CHECK = re.compile(r'<div data-check="([^"]+)">\s*</div>')


def pieces(html: str) -> Iterator[tuple[str, str]]:
    """Split a lesson's page where its self-checks stand.

    Yields:
        ``("html", text)`` and ``("check", id)``, in the order of the page.
    """
    for number, piece in enumerate(_CHECK.split(html)):
        if number % 2:
            yield "check", piece
        elif piece.strip():
            yield "html", piece
