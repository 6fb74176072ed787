"""An end for work that may hang where no exception reaches it, such as inside a C library."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """End this process if what is inside takes longer; where it hung is written to the log.

    For jobs only: the process is replaced, the job's lease ends, and the job is tried again.
    """
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
