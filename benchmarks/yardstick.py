"""How fast the machine is while something is measured: what one password's hash costs meanwhile.

Machines that are shared run at half their speed for minutes. Processor seconds of two runs can be
compared when each is read beside this: `BASE` is what a hash cost when the goals were set.
"""

import time
from statistics import median
from threading import Event, Thread
from typing import Self

from lms.accounts import passwords

BASE = 22.0
"""Milliseconds of one core."""
PAUSE = 1.0
"""Seconds between two tries: little enough not to be in the way."""


class Yardstick:
    """Hashes a password now and then, from its entering to its leaving."""

    def __init__(self) -> None:
        self._over = Event()
        self._seen: list[float] = []
        self._thread = Thread(target=self._measure, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    @property
    def milliseconds(self) -> float:
        """Of one core, for one hash: the median."""
        return 1000 * median(self._seen)

    def _measure(self) -> None:
        while not self._over.wait(PAUSE if self._seen else 0):
            began = time.thread_time()
            passwords.hashed("how fast is this machine just now")
            self._seen.append(time.thread_time() - began)
