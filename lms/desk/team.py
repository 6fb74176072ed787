"""A manager's team: who keeps up, who does not and why, and whose certificates run out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _, ngettext
from sqlalchemy import ColumnElement, and_, bindparam, select

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import queries as certificates
from lms.certificates.models import Certificate, CertificateDefinition
from lms.core.db import db
from lms.courses.rules import EnrolmentStatus
from lms.desk import rules
from lms.desk.rules import LATE, Need, Pace, Show
from lms.records import roster
from lms.records.lines import Asked, Line
from lms.web import i18n
from lms.web.i18n import day, local

EXPIRING = timedelta(days=90)
"""How long before the last valid day of a certificate its renewal should be planned."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a team and their latest run of a programme, if they have one."""

    line: Line
    need: Need
    reasons: Sequence[str]
    """Sentences: why it stands so, and what else there is to know."""


@dataclass(frozen=True, slots=True)
class Team:
    """All of a manager's people, the most urgent first."""

    members: Sequence[Member]
    expiring: Mapping[int, Sequence[str]]
    """Person id -> sentences about certificates that expire within `EXPIRING`."""

    def shown(self, show: Show) -> list[Member]:
        """Return some of them."""
        late = self._late()
        return [
            each
            for each in self.members
            if show is Show.ALL
            or (show is Show.LATE and each.need in LATE)
            or (show is Show.ON_TIME and each.line.version and each.line.person_id not in late)
            or (show is Show.EXPIRING and each.line.person_id in self.expiring)
        ]

    def counts(self) -> dict[Show, int]:
        """Return how many people each of these is about; of `EXPIRING`, how many certificates."""
        counts = {show: len({each.line.person_id for each in self.shown(show)}) for show in Show}
        counts[Show.EXPIRING] = sum(len(each) for each in self.expiring.values())
        return counts

    def _late(self) -> set[int]:
        return {each.line.person_id for each in self.members if each.need in LATE}


def team_of(manager: Person) -> Team:
    """Return the people in the scope of someone's role as manager, and those who report to them.

    Three statements, however many people there are.
    """
    today = i18n.today()
    mine = and_(
        accounts.visible_to(manager, roles=frozenset({Role.MANAGER})), Person.id != manager.id
    )
    known = roster.versions()
    rows = db.session.execute(roster.lines(mine, Asked(), known, today=today))
    expiring = _expiring(mine, today)
    members = [_member(roster.read_line(row, known), expiring, today=today) for row in rows]
    urgency = list(Need)
    return Team(
        sorted(members, key=lambda each: (urgency.index(each.need), each.line.due_on or date.max)),
        expiring,
    )


def _member(line: Line, expiring: Mapping[int, Sequence[str]], *, today: date) -> Member:
    need, reasons = _standing(line, today)
    return Member(line, need, [*reasons, *expiring.get(line.person_id, ())])


def _standing(line: Line, today: date) -> tuple[Need, list[str]]:
    if line.version is None or line.opened_at is None:
        return Need.NOT_ENROLLED, [_("Takes no programme.")]
    if line.completed_at is not None:
        return Need.COMPLETED, [_("Completed on %(day)s.", day=day(line.completed_at))]
    active = line.last_activity_at
    run = rules.pace(
        opened_on=i18n.today(line.opened_at),
        due_on=line.due_on,
        percent=line.percent,
        active_on=i18n.today(active) if active else None,
        today=today,
    )
    need = rules.need(run, is_due_soon=line.status == EnrolmentStatus.DUE_SOON)
    return need, _reasons(need, run, line)


def _reasons(need: Need, run: Pace, line: Line) -> list[str]:
    lessons = line.version.lessons if line.version else 0
    said = []
    if need is Need.OVERDUE and run.days_left is not None:
        overdue = ngettext("Overdue by %(num)d day", "Overdue by %(num)d days", -run.days_left)
        said.append(_("%(overdue)s: %(read)d of %(lessons)d lessons read.", overdue=overdue,
                      read=line.read, lessons=lessons))  # fmt: skip
    elif need is Need.BEHIND:
        behind = ngettext("%(num)d day behind", "%(num)d days behind", run.days_behind)
        said.append(_("%(behind)s: %(done)d%% done, %(time)d%% of the time gone.", behind=behind,
                      done=line.percent, time=run.time_percent))  # fmt: skip
    elif need is Need.DUE_SOON and run.days_left is not None:
        due = ngettext("Due in %(num)d day", "Due in %(num)d days", run.days_left)
        said.append(_("%(due)s: %(done)d%% done.", due=due, done=line.percent))
    elif need is Need.ON_TIME:
        said.append(_("On time."))
    if not run.has_begun and run.days_idle:
        said.append(ngettext("Has not begun, %(num)d day after the assignment.",
                             "Has not begun, %(num)d days after the assignment.", run.days_idle))  # fmt: skip
    elif run.days_idle >= rules.IDLE_DAYS:
        said.append(ngettext("No activity for %(num)d day.", "No activity for %(num)d days.",
                             run.days_idle))  # fmt: skip
    return said


_EXPIRING = (
    select(Certificate.person_id, Certificate.valid_until, CertificateDefinition.settings)
    .join(Person, Person.id == Certificate.person_id)
    .join(CertificateDefinition, CertificateDefinition.id == Certificate.definition_id)
    .where(
        Person.deactivated_at.is_(None),
        certificates.stands(),
        Certificate.valid_until >= bindparam("today"),
        Certificate.valid_until <= bindparam("soon"),
    )
    .order_by(Certificate.valid_until)
)


def _expiring(mine: ColumnElement[bool], today: date) -> dict[int, list[str]]:
    """Return person id -> sentences; a certificate that was renewed already is not missed."""
    days = {"today": today, "soon": today + EXPIRING}
    found: dict[int, list[str]] = {}
    for person_id, valid_until, settings in db.session.execute(_EXPIRING.where(mine), days):
        said = _("The certificate “%(title)s” expires on %(day)s.",
                 title=local(settings["title"]), day=day(valid_until))  # fmt: skip
        found.setdefault(person_id, []).append(said)
    return found
