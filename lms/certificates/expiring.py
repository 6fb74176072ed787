"""Whose certificates run out, and what is being done about it: for HR, as a list and as a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, func, select

from lms.accounts import queries as accounts
from lms.accounts.models import OrgUnit, Person
from lms.certificates import queries
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateRenewal,
)
from lms.certificates.rules import Within
from lms.core.db import db
from lms.core.sheets_out import DATE, Cell, Column, Sheet
from lms.core.text import Bilingual
from lms.courses.models import Enrolment
from lms.web.i18n import local, today as local_day


@dataclass(frozen=True, slots=True)
class Line:
    """One certificate on the list."""

    certificate_id: int
    person_id: int
    name: str
    staff_no: str
    unit: str
    title: Bilingual
    serial: str
    valid_until: date
    days_left: int
    """Below 0: over since so many days."""
    opened_at: datetime | None
    """Since when it may be renewed; None: it was not opened yet."""
    renewal_due_on: date | None
    """Of the run that renews it; None: there is none."""
    has_run: bool
    is_retired: bool
    """Whether its kind is awarded no more: then nothing renews it."""


def lines(actor: Person, within: Within, *, today: date) -> Select[*tuple[Any, ...]]:
    """Return the statement of the list; `read` reads its rows."""
    columns = (
        *(Certificate.id, Certificate.person_id, Person.name, Person.staff_no),
        *(OrgUnit.name, CertificateDefinition.settings, Certificate.serial),
        *(Certificate.valid_until, CertificateRenewal.opened_at, Enrolment.id, Enrolment.due_on),
        CertificateDefinition.retired_at,
    )
    query = (
        select(*columns)
        .join(Person, Person.id == Certificate.person_id)
        .join(CertificateDefinition, CertificateDefinition.id == Certificate.definition_id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.unit_id)
        .outerjoin(CertificateRenewal, CertificateRenewal.certificate_id == Certificate.id)
        .outerjoin(Enrolment, Enrolment.id == CertificateRenewal.enrolment_id)
    )
    query = query.where(*_concerns(actor), _when(within, today))
    return query.order_by(Certificate.valid_until, Person.name, Certificate.id)


def read(row: Row[*tuple[Any, ...]], today: date) -> Line:
    """Read one row of `lines`."""
    number, person_id, name, staff_no, unit, settings, serial, until, opened, *rest = row
    run, due, retired = rest
    return Line(
        certificate_id=number,
        person_id=person_id,
        name=name,
        staff_no=staff_no or "",
        unit=unit or "",
        title=settings["title"],
        serial=serial,
        valid_until=until,
        days_left=(until - today).days,
        opened_at=opened,
        renewal_due_on=due,
        has_run=run is not None,
        is_retired=retired is not None,
    )


def counts(actor: Person, *, today: date) -> Mapping[Within, int]:
    """Return how many there are of each."""
    counted = [func.count().filter(_when(each, today)) for each in Within]
    query = select(*counted).select_from(Certificate).join(Person)
    row = db.session.execute(query.where(*_concerns(actor))).one()
    return dict(zip(Within, row, strict=True))


def sheet(actor: Person, within: Within, *, today: date) -> Sheet:
    """Return the whole list as a table for other programs."""
    found = [read(row, today) for row in db.session.execute(lines(actor, within, today=today))]
    columns = [
        Column(_("Name"), 16),
        Column(_("Staff number"), 14),
        Column(_("Unit"), 20),
        Column(_("Certificate"), 36),
        Column(_("Certificate number"), 22),
        Column(_("Valid until"), 12, DATE),
        Column(_("Days left"), 10),
        Column(_("Recertification opened on"), 12, DATE),
        Column(_("Recertification due on"), 12, DATE),
    ]
    return Sheet(_("Expiring certificates"), columns, _cells(found), len(found))


def _cells(found: Iterable[Line]) -> Iterator[list[Cell]]:
    for line in found:
        yield [
            *(line.name, line.staff_no, line.unit, local(line.title), line.serial),
            *(line.valid_until, line.days_left, line.opened_at and local_day(line.opened_at)),
            line.renewal_due_on,
        ]


def _concerns(actor: Person) -> list[ColumnElement[bool]]:
    """Certificates in force, with an end, of people in the actor's scope who are still there."""
    seen = accounts.visible_to(actor, roles=queries.READERS)
    return [seen, Person.deactivated_at.is_(None), queries.stands()]


def _when(within: Within, today: date) -> ColumnElement[bool]:
    if within is Within.OVER:
        return Certificate.valid_until < today
    last = today + timedelta(days=int(within.value))
    return Certificate.valid_until.between(today, last)
