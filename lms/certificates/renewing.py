"""The renewal of certificates: it opens by itself, and a finished refresher renews.

Nothing here follows from a mail or from the hour of a job: what is due is asked of the dates, and
opening one again changes nothing.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import awarding, queries, services
from lms.certificates.events import RenewalOpened
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateDefinitionVersion,
    CertificateRenewal,
)
from lms.certificates.rules.terms import Life, Terms, Timing, timing
from lms.core import audit, clock, events, queue, upsert
from lms.core.chores import every
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError
from lms.core.queue import Job
from lms.courses import queries as courses
from lms.courses.errors import AlreadyEnrolledError, NotPublishedError
from lms.courses.events import ProgrammeCompleted
from lms.courses.models import Enrolment, EnrolmentSource
from lms.courses.services import enrol
from lms.web.i18n import today

log = logging.getLogger(__name__)


def on_programme_completed(event: ProgrammeCompleted) -> None:
    """Renew what the finished programme is the refresher of."""
    code = event.enrolment.programme.code
    for definition in queries.definitions():
        if definition.settings.get("refresher") == code and definition.retired_at is None:
            _renew(definition, event.enrolment, event.at)


def _renew(definition: CertificateDefinition, enrolment: Enrolment, at: datetime) -> None:
    """Award the next certificate of a kind to whoever holds one that this run may renew."""
    awarding.hold(definition.id, enrolment.person_id)
    previous = awarding.standing(definition.id, enrolment.person_id)
    if previous is None or (lived := awarding.life_of(previous)) is None:
        return
    if timing(lived, today(at)) is Timing.LAPSED:
        log.info("%s lapsed: run %d does not renew it", previous.serial, enrolment.id)
        return
    services.award_if_enough(definition, enrolment, None, at, renews=previous)


@every(timedelta(hours=1))
@transaction()
def ask_for_renewals() -> None:
    """Have the renewals of the day opened: one job for each day of the organisation."""
    at = clock.now()
    queue.enqueue("certificates.renewals", key=f"certificates.renewals:{today(at)}", run_at=at)


def due(at: datetime) -> Sequence[int]:
    """Return the certificates of which the renewal can be opened and was not, the first to end first."""
    day = today(at)
    settings = db.session.scalars(select(CertificateDefinitionVersion.settings)).all()
    known = [Terms.read(each) for each in settings] or [Terms()]
    opened = select(CertificateRenewal.certificate_id)
    query = (
        select(Certificate)
        .join(Person, Person.id == Certificate.person_id)
        .join(CertificateDefinition, CertificateDefinition.id == Certificate.definition_id)
        .where(
            Certificate.valid_until <= day + timedelta(days=max(each.window for each in known)),
            Certificate.valid_until >= day - timedelta(days=max(each.grace for each in known)),
            Certificate.id.not_in(opened),
            Person.deactivated_at.is_(None),
            CertificateDefinition.retired_at.is_(None),
            queries.stands(),
        )
        .order_by(Certificate.valid_until, Certificate.id)
    )
    return [each.id for each in db.session.scalars(query) if _is_open(each, at)]


@transaction()
def open_renewal(certificate_id: int, *, at: datetime | None = None) -> bool:
    """Open the renewal of a certificate, with the next run of what renews it.

    Does nothing if it was opened before, or is not to be opened on this day.

    Returns:
        Whether it was opened now.
    """
    at = at or clock.now()
    certificate = db.session.get_one(Certificate, certificate_id)
    awarding.hold(certificate.definition_id, certificate.person_id)
    still = select(Certificate.id).where(Certificate.id == certificate_id, queries.stands())
    if db.session.scalar(still) is None or not _is_open(certificate, at):
        return False
    opening = upsert.insert(CertificateRenewal).values(certificate_id=certificate.id, opened_at=at)
    opening = opening.on_conflict_do_nothing()
    if db.session.scalar(opening.returning(CertificateRenewal.certificate_id)) is None:
        return False
    run = _next_run(certificate, at)
    if run is not None:
        db.session.get_one(CertificateRenewal, certificate.id).enrolment_id = run.id
    events.publish(RenewalOpened(certificate, run, at))
    return True


def _is_open(certificate: Certificate, at: datetime) -> bool:
    if certificate.definition.retired_at is not None:
        return False
    lived = awarding.life_of(certificate)
    return lived is not None and timing(lived, today(at)) in {Timing.ON_TIME, Timing.LATE}


def _next_run(certificate: Certificate, at: datetime) -> Enrolment | None:
    """Begin the refresher's next run, or return the one that is open already.

    A kind without a refresher begins none: nobody is sent through a whole programme by a job.
    """
    code = certificate.definition.settings.get("refresher")
    programme = courses.programme_with(code) if code else None
    lived = awarding.life_of(certificate)
    person = certificate.person
    if lived is None or programme is None or Role.TRAINEE not in person.roles:
        return None
    source, due_on = EnrolmentSource.RENEWAL, _due_on(lived, at)
    try:
        return enrol(person, programme, source=source, actor=None, due_on=due_on, at=at)
    except NotPublishedError:
        return None
    except AlreadyEnrolledError:
        run = courses.latest_run(person, programme)
        return None if run is None or run.id == certificate.enrolment_id else run


def _due_on(lived: Life, at: datetime) -> date:
    return lived.last if today(at) <= lived.last else lived.grace_ends


@transaction()
def request_list(
    within: str, *, is_csv: bool, locale: str, actor: Person, at: datetime | None = None
) -> Job:
    """Have the list of the certificates that run out written to a file, by a job.

    Args:
        within: see `rules.Within`.
        is_csv: as CSV; else as XLSX.
        locale: the language of the file.
        actor: an administrator or someone from HR; the list is of the people in their scope.
        at: the instant.

    Raises:
        NotAllowedError: the actor sees no certificates of others.
    """
    if not actor.roles & queries.READERS:
        raise NotAllowedError
    at = at or clock.now()
    given = {"within": within, "is_csv": is_csv, "locale": locale}
    key = f"certificates.expiring:{actor.id}:{at.isoformat()}"
    job = queue.enqueue("certificates.expiring", key=key, run_at=at, owner_id=actor.id,
                        actor_id=actor.id, **given)  # fmt: skip
    audit.note("certificates.exported", kind="export", object_id=job.id, actor_id=actor.id, at=at,
               **given)  # fmt: skip
    return job
