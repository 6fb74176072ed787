"""What was made of immutable rows, kept in this process under the hash of their content.

The hash names the content, so nothing kept can be out of date: a new version has another hash.
"""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


_everything: list[dict[Hashable, Any]] = []


def forget_everything() -> None:
    """Begin as a new process does: for tests that count statements, whatever ran before them."""
    for values in _everything:
        values.clear()


class Kept(Generic[T]):
    """At most so many values; beyond, the one that was made first is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, T] = {}
        _everything.append(self._values)

    def peek(self, key: Hashable) -> T | None:
        """Return the value of a key, if it is kept."""
        return self._values.get(key)

    def put(self, key: Hashable, value: T) -> T:
        """Keep the value of a key, and return it."""
        self._values[key] = value
        while len(self._values) > self._most:
            self._values.pop(next(iter(list(self._values))), None)
        return value

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; two threads may make the same, and one of them stays."""
        value = self._values.get(key)
        return self.put(key, make()) if value is None else value
