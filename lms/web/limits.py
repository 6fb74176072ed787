"""How often one address may ask for a public page.

Counted in this process and not in the database: a page that costs less than its own counting is
not worth a write. With several web processes each of them counts for itself.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError

WINDOW = 60.0
"""Seconds."""
KNOWN = 10_000
"""Addresses that are remembered; beyond, the one that was seen first is forgotten."""


class TooOftenError(LmsError):
    """Too many requests from one address."""

    code = "too-often"
    status = HTTPStatus.TOO_MANY_REQUESTS
    message = _("That was asked too often from your address. Wait a minute, then try again.")


class Limit:
    """So many requests per address and minute."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._mutex = Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> None:
        """Count one request.

        Raises:
            TooOftenError: it is one too many.
        """
        now = self._clock()
        with self._mutex:
            since, count = self._seen.get(address, (now, 0))
            if now - since >= WINDOW:
                since, count = now, 0
            self._seen[address] = (since, count + 1)
            if len(self._seen) > KNOWN:
                self._seen.popitem(last=False)
        if count >= self._per_minute:
            raise TooOftenError

    def forget(self) -> None:
        """Forget everyone; for tests."""
        with self._mutex:
            self._seen.clear()
