"""Training records as files: all of what was asked for, or nothing.

Everything is read as of one moment. What was counted first has to be what was written at the end;
else there is no file, because nobody notices what is missing in one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from flask_babel import force_locale, gettext as _
from sqlalchemy import ColumnElement, func, select

from lms.accounts import queries as accounts
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core.db import db, one_read
from lms.core.errors import NotFoundError
from lms.core.sheets_out import Sheet, write_csv, write_xlsx
from lms.core.text import filename
from lms.records import about, document, queries, roster, sheets, snapshot
from lms.records.errors import NobodyError, TooManyError
from lms.records.lines import Asked, FileFormat, Order
from lms.records.source import Source
from lms.web import i18n
from lms.web.i18n import today

MOST_IN_PDF = 1000
"""Lines: they take twenty seconds and 400 MB, and nobody reads more pages."""
ENTRY_READERS = frozenset({Role.HR, Role.ADMIN})
"""To whom all entries of the people on a list are given with it."""
WITH_ENTRIES = frozenset({FileFormat.XLSX, FileFormat.JSON})
"""What holds more than one table."""
MIMES = {
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.CSV: "text/csv",
    FileFormat.PDF: "application/pdf",
    FileFormat.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written."""

    name: str
    """As it is saved."""
    mime: str
    rows: int
    """Lines of the list; of the record of one person, entries."""


def refuse_unfit(order: Order, *, actor: Person, at: datetime) -> None:
    """Refuse a list that cannot be written, before anyone waits for it.

    Raises:
        NotFoundError: the actor does not see one of the people who are named.
        NobodyError: there is nobody on the list.
        TooManyError: more than fit into a PDF.
    """
    who, named = roster.seen_by(actor), set(order.asked.people)
    if named:
        seen = select(func.count(Person.id)).where(Person.id.in_(named), who)
        if db.session.scalar(seen) != len(named):
            raise NotFoundError
    count = roster.counted(who, order.asked, today=today(at))
    _refuse(order, db.session.scalars(count).one())


def make(order: Order, path: Path, *, at: datetime) -> Made:
    """Write what was ordered to a new file, noting the progress of the job.

    Args:
        order: what; whoever asked must see it still.
        path: of the file; after an error, there may be a part of it.
        at: the instant that the list is of.

    Raises:
        IncompleteError: not everything could be read.
        NotFoundError, NobodyError, TooManyError: as `refuse_unfit`.
    """
    actor = None if order.actor_id is None else db.session.get_one(Person, order.actor_id)
    with force_locale(order.locale):
        if order.person_id is None:
            name = filename(_("Training records"), today(at).isoformat())
            rows = _write(order, actor, path, at)
        else:
            person = _person(order.person_id, actor)
            word = snapshot.file_word(order.locale)
            name = filename(person.name, word, today(at).isoformat())
            if order.format is FileFormat.PDF:
                rows = _print_record(person, order.locale, path)
            else:
                rows = _write(order, actor, path, at)
    return Made(f"{name}.{order.format.value}", MIMES[order.format], rows)


def _person(person_id: int, actor: Person | None) -> Person:
    if actor is None:
        return db.session.get_one(Person, person_id)
    return queries.person_for(actor, person_id)


def _print_record(person: Person, locale: str, path: Path) -> int:
    chain = queries.chain_of(person.id)
    printed = snapshot.assemble(person, chain, locale)
    db.session.rollback()  # the read is over: printing takes a while and should hold nothing
    path.write_bytes(document.render(printed))
    return len(chain.links)


def _write(order: Order, actor: Person | None, path: Path, at: datetime) -> int:
    """Write lines and entries; return how many rows the list has, or else the record."""
    asked, who, entries_of = _scope(order, actor)
    asked_by = _("the operator") if actor is None else actor.name
    unit = None if asked.unit_id is None else db.session.get(OrgUnit, asked.unit_id)
    unit_name = unit.name if unit else ""
    with one_read() as session:
        source = Source(session, asked, who=who, entries_of=entries_of, today=today(at))
        _refuse(order, source.lines_count)
        told = about.rows(source, asked, unit=unit_name, asked_by=asked_by, at=at)
        match order.format:
            case FileFormat.XLSX:
                _write_xlsx(path, source, told)
            case FileFormat.CSV:
                write_csv(path, _table(order, source), zone=i18n.zone())
            case FileFormat.PDF:
                printed = snapshot.assemble_list(list(source.lines()), told, order.locale)
                path.write_bytes(document.render_list(printed))
            case FileFormat.JSON:
                _write_json(path, source, asked, asked_by=asked_by, at=at)
    return source.lines_count if order.person_id is None else source.entries_count


def _scope(
    order: Order, actor: Person | None
) -> tuple[Asked, ColumnElement[bool], ColumnElement[bool] | None]:
    """Return which lines are written, of whom, and whose entries, if anybody's."""
    who = roster.seen_by(actor)
    if order.person_id is not None:
        return Asked(view=None, people=(order.person_id,)), who, who
    if order.format not in WITH_ENTRIES:
        return order.asked, who, None
    if actor is None:
        return order.asked, who, who
    reads_entries = bool(actor.roles & ENTRY_READERS)
    entries_of = accounts.visible_to(actor, roles=ENTRY_READERS) if reads_entries else None
    return order.asked, who, entries_of


def _table(order: Order, source: Source) -> Sheet:
    """Return the one table of a CSV: the list; of one person, the entries."""
    if order.person_id is None:
        return sheets.people(source.lines(), source.lines_count)
    list(source.lines())
    return sheets.entries(source.entries(), source.entries_count)


def _write_xlsx(path: Path, source: Source, told: Sequence[tuple[str, str]]) -> None:
    made = [sheets.about(told), sheets.people(source.lines(), source.lines_count)]
    if source.has_entries:
        made.append(sheets.entries(source.entries(), source.entries_count))
    write_xlsx(path, made, zone=i18n.zone())


def _write_json(path: Path, source: Source, asked: Asked, *, asked_by: str, at: datetime) -> None:
    """Write one object: row by row, as it may be larger than the memory."""
    head = {
        "made_at": at.isoformat(),
        "asked_by": asked_by,
        "asked": asked.as_json(),
        "lines": source.lines_count,
        "entries": source.entries_count,
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"about": {json.dumps(head, ensure_ascii=False)}')
        _write_array(file, "lines", sheets.people_json(source.lines()))
        _write_array(file, "entries", sheets.entries_json(source.entries()))
        file.write("}\n")


def _write_array(file: TextIO, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    between = ""
    file.write(f',\n"{name}": [')
    for row in rows:
        file.write(f"{between}\n{json.dumps(row, ensure_ascii=False)}")
        between = ","
    file.write("]")


def _refuse(order: Order, count: int) -> None:
    if not count:
        raise NobodyError
    if order.format is FileFormat.PDF and count > MOST_IN_PDF:
        raise TooManyError(count=count, most=MOST_IN_PDF)
