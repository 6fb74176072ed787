"""What the sheets of an export say: about it, the list, and all entries of those on the list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from lms.core.sheets_out import DATE, INSTANT, Cell, Column, Sheet
from lms.core.text import local as in_language
from lms.records.lines import Line
from lms.records.source import Entry
from lms.records.words import LOOKS, stage_words, status_words
from lms.web import i18n
from lms.web.i18n import local, today
from lms.web.layout import product_name


def about(rows: Sequence[tuple[str, str]]) -> Sheet:
    """Return the sheet that says what the others are: pairs of label and text."""
    columns = [Column(_("Training records"), 28), Column(product_name(), 60)]
    return Sheet(_("About"), columns, rows, len(rows))


def people(lines: Iterable[Line], count: int) -> Sheet:
    """Return the list."""
    return Sheet(_("List"), _people_columns(), map(_person, lines), count)


def entries(rows: Iterable[Entry], count: int) -> Sheet:
    """Return the sheet of all entries."""
    # Looked up once: there are hundreds of thousands of rows.
    language, what = i18n.language(), {verb: str(look[2]) for verb, look in LOOKS.items()}
    cells = (_entry(row, language, what) for row in rows)
    return Sheet(_("Entries"), _entry_columns(), cells, count)


def _people_columns() -> list[Column]:
    return [
        Column(_("Name"), 16),
        Column(_("Name in Latin letters"), 20),
        Column(_("Staff number"), 14),
        Column(_("Unit"), 20),
        Column(_("Manager"), 16),
        Column(_("Programme"), 28),
        Column(_("Version"), 8),
        Column(_("Run"), 6),
        Column(_("Begun on"), 12, DATE),
        Column(_("Due on"), 12, DATE),
        Column(_("Completed on"), 12, DATE),
        Column(_("Status"), 14),
        Column(_("Stage now"), 24),
        Column(_("Lessons read"), 10),
        Column(_("Lessons"), 10),
        Column(_("Exams passed"), 10),
        Column(_("Progress in percent"), 10),
        Column(_("Last activity (%(zone)s)", zone=i18n.zone().key), 18, INSTANT),
        Column(_("Valid certificates"), 10),
        Column(_("First to expire on"), 12, DATE),
        Column(_("Left on"), 12, DATE),
    ]


def _person(line: Line) -> list[Cell]:
    version = line.version
    run: list[Cell] = [None] * 12
    if version is not None:
        run = [
            *(local(dict(version.title)), version.number, line.cycle),
            *(_day(line.opened_at), line.due_on, _day(line.completed_at)),
            *(status_words(line.status), stage_words(line)),
            *(line.read, version.lessons, line.passed, line.percent),
        ]
    else:
        run[6] = status_words(line.status)
    return [
        *(line.name, line.latin_name, line.staff_no, line.unit, line.manager, *run),
        *(line.last_activity_at, line.certificates, line.next_expiry, _day(line.deactivated_at)),
    ]


def _entry_columns() -> list[Column]:
    return [
        Column(_("Name"), 16),
        Column(_("Staff number"), 14),
        Column(_("No."), 6),
        Column(_("When (%(zone)s)", zone=i18n.zone().key), 18, INSTANT),
        Column(_("What"), 18),
        Column(_("Title"), 36),
        Column(_("Stage"), 24),
        Column(_("Version"), 8),
        Column(_("Run"), 6),
        Column(_("Attempt"), 8),
        Column(_("Score in percent"), 10, "0.00"),
        Column(_("Minutes"), 8),
        Column(_("Certificate number"), 22),
        Column(_("Due on"), 12, DATE),
        Column(_("Valid until"), 12, DATE),
        Column(_("Hash"), 68),
    ]


def _entry(row: Entry, language: str, what: Mapping[str, str]) -> list[Cell]:
    said = row.detail
    stage = said.get("stage") or {}
    percent = said.get("percent")
    return [
        *(row.name, row.staff_no, row.number, row.at),
        what.get(row.verb, row.verb),
        in_language(said.get("title") or {}, language),
        f"{stage['number']} · {in_language(stage['title'], language)}" if stage else None,
        *(said.get("version"), said.get("cycle"), said.get("number")),
        None if percent is None else float(percent),
        *(said.get("minutes"), said.get("serial")),
        *(_date(said.get("due_on")), _date(said.get("valid_until")), row.hash),
    ]


def people_json(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Yield the list for programs: codes and both languages, instants in UTC."""
    for line in lines:
        version = line.version
        yield {
            "person_id": line.person_id,
            "name": line.name,
            "latin_name": line.latin_name,
            "staff_no": line.staff_no,
            "unit": line.unit,
            "manager": line.manager,
            "programme": version and version.code,
            "version": version and version.number,
            "cycle": line.cycle,
            "opened_at": _iso(line.opened_at),
            "due_on": _iso(line.due_on),
            "completed_at": _iso(line.completed_at),
            "status": line.status,
            "stage": line.stage and line.stage[0],
            "lessons_read": line.read,
            "lessons": version and version.lessons,
            "exams_passed": line.passed,
            "percent": line.percent,
            "last_activity_at": _iso(line.last_activity_at),
            "valid_certificates": line.certificates,
            "first_to_expire_on": _iso(line.next_expiry),
            "deactivated_at": _iso(line.deactivated_at),
        }


def entries_json(rows: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """Yield the entries for programs, as they are stored."""
    for row in rows:
        yield {
            "person_id": row.person_id,
            "number": row.number,
            "at": _iso(row.at),
            "verb": row.verb,
            "enrolment_id": row.enrolment_id,
            "detail": row.detail,
            "hash": row.hash,
        }


def _day(at: datetime | None) -> date | None:
    return None if at is None else today(at)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
