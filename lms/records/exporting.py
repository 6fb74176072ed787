"""Training records as files: all of what was asked for, or nothing.

Everything is read as of one moment. What was counted first has to be what was written at the end;
else there is no file, because nobody notices what is missing in one.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from flask_babel import force_locale, gettext as _, ngettext
from sqlalchemy import func, select

from lms.accounts import queries as accounts
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core.db import db, one_read
from lms.core.errors import NotFoundError
from lms.core.sheets_out import write_csv, write_xlsx
from lms.core.text import filename
from lms.records import document, queries, roster, sheets, snapshot
from lms.records.errors import NobodyError, TooManyError
from lms.records.lines import Asked, FileFormat, Order
from lms.records.source import Source
from lms.web import i18n
from lms.web.i18n import today

MOST_IN_PDF = 2000
"""Lines; more would take minutes to print, and nobody reads a hundred pages."""
ENTRY_READERS = frozenset({Role.HR, Role.ADMIN})
"""To whom all entries of the people on a list are given with it."""
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
    asked, who = order.asked, roster.seen_by(actor)
    entries_of: ColumnElement[bool] | None = who
    if order.person_id is not None:
        asked = Asked(view=None, people=(order.person_id,))
    elif actor is not None:
        entries_of = accounts.visible_to(actor, roles=ENTRY_READERS)
        if not actor.roles & ENTRY_READERS:
            entries_of = None
    asked_by = _("the operator") if actor is None else actor.name
    with one_read() as session:
        source = Source(session, asked, who=who, entries_of=entries_of, today=today(at))
        _refuse(order, source.lines_count)
        about = about_list.rows(source, asked, asked_by=asked_by, at=at)
        _WRITERS[order.format](path, source, about, is_one=order.person_id is not None)
    return source.lines_count if order.person_id is None else source.entries_count


def _write_xlsx(path: Path, source: Source, about: About, *, is_one: bool) -> None:
    made = [sheets.about(about), sheets.people(source.lines(), source.lines_count)]
    if source.has_entries:
        made.append(sheets.entries(source.entries(), source.entries_count))
    write_xlsx(path, made, zone=i18n.zone())


def _write_csv(path: Path, source: Source, about: About, *, is_one: bool) -> None:
    """The list; of one person, the entries."""
    sheet = sheets.people(source.lines(), source.lines_count)
    if is_one:
        list(source.lines())
        sheet = sheets.entries(source.entries(), source.entries_count)
    write_csv(path, sheet, zone=i18n.zone())


def _write_pdf(path: Path, source: Source, about: About, *, is_one: bool) -> None:
    lines = list(source.lines())
    path.write_bytes(document.render_list(list_snapshot.assemble(lines, about)))


def _write_json(path: Path, source: Source, about: About, *, is_one: bool) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"about": {json.dumps(dict(about), ensure_ascii=False)}')
        _write_array(file, "lines", sheets.people_json(source.lines()))
        _write_array(file, "entries", sheets.entries_json(source.entries()))
        file.write("}\n")


def _write_array(file: TextIO, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one list of an object, row by row: it may be longer than the memory is large."""
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
