"""Whom a list of names means, and which of their runs a certificate would be for."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.certificates import queries
from lms.certificates.models import CertificateDefinition
from lms.certificates.rules import Problem, earning
from lms.core.db import db
from lms.courses import queries as courses
from lms.courses.models import Enrolment
from lms.courses.rules import Stage

MOST = 200
"""People in one list: what a file of all their certificates can hold."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of a list, and what it means."""

    line: str
    run: Enrolment | None = None
    stage: Stage | None = None
    problem: Problem | None = None


def candidates(
    actor: Person | None, definition: CertificateDefinition, lines: Iterable[str]
) -> list[Candidate]:
    """Return what the lines mean, each once; two lines that mean the same run are one.

    Args:
        actor: who asks: finds people in their scope; None for the operator's command.
        definition: the kind of certificate.
        lines: staff numbers, sign-in names or mail addresses.
    """
    seen = dict.fromkeys(text for line in lines if (text := line.strip()))
    runs: set[int] = set()
    found = []
    for each in (_candidate(actor, definition, line) for line in seen):
        if each.run is None or each.run.id not in runs:
            found.append(each)
        if each.run is not None:
            runs.add(each.run.id)
    return found


def _candidate(actor: Person | None, definition: CertificateDefinition, line: str) -> Candidate:
    people = _people(actor, line)
    if len(people) != 1:
        return Candidate(line, problem=Problem.AMBIGUOUS if people else Problem.UNKNOWN)
    for run in courses.enrolments_of(people[0]):
        parts = earning.stages(definition.settings, courses.outline_of(run))
        if not parts:
            continue
        if queries.held(definition, run) is not None:
            return Candidate(line, problem=Problem.HELD)
        return Candidate(line, run, parts[0])
    return Candidate(line, problem=Problem.NOT_ENROLLED)


def _people(actor: Person | None, line: str) -> list[Person]:
    typed = line.lower()
    named = or_(Person.staff_no == line, Person.login == typed, Person.email == typed)
    seen: ColumnElement[bool] = true()
    if actor is not None:
        seen = accounts.visible_to(actor, roles=queries.READERS)
    return list(db.session.scalars(select(Person).where(named, seen).limit(2)))
