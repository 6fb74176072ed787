"""Bodies of requests that their page would refuse: taken off the line, and kept nowhere.

A server that answers and hangs up while a browser is still sending shows it a broken line, not the
page that says what to do. So what is too large for a page is read to its end, but neither memory
nor disk has any of it.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from typing_extensions import override
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver

MostBytes = Callable[[str, str], int | None]
"""Method and path of a request -> what its page takes in; None: as much as the site."""
SMALL = 64 * 1024
"""Bytes of a body that are let in without asking: they never leave memory."""


def parser(most_bytes: MostBytes) -> type[Any]:
    """Return what reads requests, for a server that knows how much each page takes in."""
    return type("Parser", (_Parser,), {"most_bytes": staticmethod(most_bytes)})


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # untyped
    """Reads a request; a body that its page refuses is let go."""

    most_bytes: MostBytes

    @override
    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.content_length > SMALL:
            most = self.most_bytes(self.command, self.path)
            if most is not None and self.content_length > most:
                self.body_rcv = FixedStreamReceiver(self.content_length, _Nowhere())


class _Nowhere:
    """Stands in for the buffer of a body."""

    def append(self, part: bytes) -> None:
        """Let a part of it go."""

    def getfile(self) -> BytesIO:
        """Return what the page may read: nothing. It knows the length from the header."""
        return BytesIO()

    def close(self) -> None:
        """There is nothing to close."""

    def __len__(self) -> int:
        return 0
