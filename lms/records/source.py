"""What an export reads: everything as of one moment, counted first and read once."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.queue import note_progress
from lms.records import roster
from lms.records.errors import IncompleteError
from lms.records.lines import Asked, Line
from lms.records.models import RecordEntry

Entry = Row[*tuple[Any, ...]]
"""A row of `RecordEntry`, with ``name`` and ``staff_no`` of its person."""

CHUNK = 500
"""Lines that are held at once, and people whose entries are."""
NOTES = 100
"""How often at most an export says how far it is."""
T = TypeVar("T")


class Source:
    """The lines that were asked for, and then the entries of the people on them."""

    def __init__(
        self,
        session: Session,
        asked: Asked,
        *,
        who: ColumnElement[bool],
        entries_of: ColumnElement[bool] | None,
        today: date,
    ) -> None:
        """Count what there is.

        Args:
            session: from `core.db.one_read`.
            asked: which lines.
            who: whom the reader may see.
            entries_of: whose entries are given to the reader; None: nobody's.
            today: the day that the list is of.
        """
        self._session, self._asked, self._who, self._today = session, asked, who, today
        self._entries_of = entries_of
        self._people: dict[int, None] = {}
        """On the lines read so far, in their order."""
        self._done = 0
        self.known = roster.versions(session)
        self.lines_count = session.scalars(roster.counted(who, asked, today=today)).one()
        self.entries_count = 0
        if entries_of is not None:
            on_lines = RecordEntry.person_id.in_(roster.people_of(who, asked, today=today))
            entries = self._entries_where(on_lines).order_by(None).with_only_columns(func.count())
            self.entries_count = session.scalars(entries).one()

    @property
    def has_entries(self) -> bool:
        """Whether entries are given to the reader at all."""
        return self._entries_of is not None

    def lines(self) -> Iterator[Line]:
        """Read the list.

        Raises:
            IncompleteError: there were fewer lines, or more, than were counted.
        """
        statement = roster.lines(self._who, self._asked, self.known, today=self._today)
        rows = self._session.execute(statement, execution_options={"yield_per": CHUNK})
        for row in self._watched(rows, self.lines_count):
            line = roster.read_line(row, self.known)
            self._people[line.person_id] = None
            yield line

    def entries(self) -> Iterator[Entry]:
        """Read the entries of the people on the list, in its order; after the `lines`.

        Raises:
            IncompleteError: as `lines`.
        """
        return self._watched(self._entries_in_order(), self.entries_count)

    def _entries_in_order(self) -> Iterator[Entry]:
        people = list(self._people)
        for start in range(0, len(people), CHUNK):
            found: dict[int, list[Entry]] = {each: [] for each in people[start : start + CHUNK]}
            some = self._entries_where(RecordEntry.person_id.in_(found))
            for row in self._session.execute(some):
                found[row.person_id].append(row)
            for rows in found.values():
                yield from rows

    def _entries_where(self, condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        query = select(*RecordEntry.__table__.columns, Person.name, Person.staff_no)
        query = query.join(Person, Person.id == RecordEntry.person_id).where(condition)
        if self._entries_of is not None:
            query = query.where(self._entries_of)
        return query.order_by(RecordEntry.person_id, RecordEntry.number)

    def _watched(self, rows: Iterable[T], count: int) -> Iterator[T]:
        """Pass rows on, say how far it is, and see at the end that there were as many."""
        total = self.lines_count + self.entries_count
        stride, read = max(1, total // NOTES), 0
        for row in rows:
            yield row
            read += 1
            self._done += 1
            if self._done % stride == 0:
                note_progress(self._done, total)
        if read != count:
            raise IncompleteError(count=count, read=read)
