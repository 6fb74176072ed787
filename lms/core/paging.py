"""One page of a long list."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from sqlalchemy import Select, func, select

from lms.core.db import db

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Rows `first` to `last` (from 1) of `total`."""

    rows: Sequence[Any]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, ceil(self.total / self.size))

    @property
    def first(self) -> int:
        """Number of the first row on this page; 0 if there is none."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row on this page."""
        return (self.number - 1) * self.size + len(self.rows)


def page_of(query: Select[Any], number: int, *, size: int = PAGE_SIZE) -> Page:
    """Run `query` for one page.

    Args:
        query: ordered; its rows are entities or tuples of columns.
        number: from 1; one that does not exist gives the nearest that does.
        size: rows per page.
    """
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    total = total or 0
    number = min(max(1, number), max(1, ceil(total / size)))
    result = db.session.execute(query.limit(size).offset((number - 1) * size))
    rows = result.scalars().all() if len(query.column_descriptions) == 1 else result.all()
    return Page(rows, number, total, size)
