"""What can be done with certificates. Each function is one transaction."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.certificates import choosing, issuer, policies, queries, rules, snapshot
from lms.certificates.errors import AlreadyRevokedError, NotForThemError, ReasonMissingError
from lms.certificates.events import CertificateAwarded, CertificateRevoked
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateEvent,
    CertificateEventKind,
    RevocationReason,
    StatusList,
)
from lms.certificates.privacy import Privacy
from lms.core import audit, clock, events, keys, queue, site
from lms.core.chores import every
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found
from lms.core.keys import Key, Kind
from lms.core.queue import Job
from lms.courses.events import ProgrammeCompleted, StageCompleted
from lms.courses.models import Enrolment
from lms.courses.queries import outline_of
from lms.courses.rules import Stage
from lms.web.i18n import today

log = logging.getLogger(__name__)

TOKEN_BYTES = 16
"""128 random bits: nobody finds a verification page by trying."""


def on_stage_completed(event: StageCompleted) -> None:
    """Award the stage's certificate, where it has one."""
    _award_if_known(event.stage.certificate, event.enrolment, event.stage, event.at)


def on_programme_completed(event: ProgrammeCompleted) -> None:
    """Award the programme's certificate, where it has one."""
    code = outline_of(event.enrolment).certificate
    _award_if_known(code, event.enrolment, None, event.at)


def _award_if_known(
    code: str | None, enrolment: Enrolment, stage: Stage | None, at: datetime
) -> None:
    if code is None:
        return
    if queries.definition_with(code) is None:
        # A fault of the content, which its check reports. It must not undo a passed exam.
        log.error("no certificate %r: nothing was awarded for run %d", code, enrolment.id)
        return
    award(code, enrolment, stage=stage, at=at)


@transaction()
def award(
    definition_code: str,
    enrolment: Enrolment,
    *,
    stage: Stage | None,
    at: datetime | None = None,
) -> Certificate:
    """Award a certificate: valid and verifiable at once; its PDF is made by a job.

    Asks for no actor: what was passed awards, not a person.

    Args:
        definition_code: the kind of certificate.
        enrolment: the run that earned it.
        stage: the stage that it is for; None for the whole programme.
        at: the instant; now, unless an import says otherwise.

    Returns:
        The new certificate, or the one that this run has earned already.

    Raises:
        NotFoundError: there is no such kind of certificate.
    """
    at = at or clock.now()
    definition = found(queries.definition_with(definition_code))
    if (held := queries.held(definition, enrolment)) is not None:
        return held
    try:
        with db.session.begin_nested():
            certificate = _new(definition, enrolment, stage, at)
            db.session.add(certificate)
    except IntegrityError:  # another transaction was first; its number is used, ours is given back
        return found(queries.held(definition, enrolment))
    _enqueue(certificate.id, at)
    events.publish(CertificateAwarded(certificate))
    return certificate


def _new(
    definition: CertificateDefinition, enrolment: Enrolment, stage: Stage | None, at: datetime
) -> Certificate:
    issued_on = today(at)
    months = definition.settings.get("validity_months")
    certificate = Certificate(
        definition_id=definition.id,
        person_id=enrolment.person_id,
        enrolment_id=enrolment.id,
        cycle=enrolment.cycle,
        serial=rules.serial(definition.prefix, issued_on.year, _next_number(definition)),
        token=secrets.token_urlsafe(TOKEN_BYTES),
        privacy=Privacy(site.settings().certificate_privacy),
        awarded_at=at,
        valid_until=rules.valid_until(issued_on, months),
    )
    certificate.definition = definition
    certificate.status_list_id, certificate.status_index = _status_place()
    certificate.snapshot = snapshot.compose(certificate, enrolment, stage)
    return certificate


def _status_place() -> tuple[int, int]:
    """Take a free place in the issuer's open status list: its row stays locked meanwhile."""
    owner = issuer.did()
    open_ = select(func.max(StatusList.id)).where(
        StatusList.issuer == owner, StatusList.taken < rules.LIST_FULL
    )
    if (list_id := db.session.scalar(open_)) is None:
        db.session.add(row := StatusList(issuer=owner))
        db.session.flush()
        list_id = row.id
    step = update(StatusList).where(StatusList.id == list_id)
    db.session.execute(step.values(taken=StatusList.taken + 1))
    mine = select(Certificate.id).filter_by(status_list_id=list_id)
    while True:
        index = secrets.randbelow(rules.LIST_BITS)
        if db.session.scalar(mine.filter_by(status_index=index)) is None:
            return list_id, index


@transaction()
def sign_list(list_id: int, why: str, *, at: datetime) -> None:
    """Have a status list signed as it then is, once for each `why`."""
    key = f"certificates.status-list:{list_id}:{why}"
    queue.enqueue("certificates.status-list", key=key, run_at=at, list_id=list_id)


@every(timedelta(hours=6))
@transaction()
def renew_lists() -> None:
    """Have every status list signed anew once a day: others go by no copy that is older than two.

    One that should have been signed and was not is tried again as well.
    """
    at = clock.now()
    for list_id in db.session.scalars(select(StatusList.id)).all():
        sign_list(list_id, at.date().isoformat(), at=at)


def _next_number(definition: CertificateDefinition) -> int:
    """Count one up in one statement: the row stays locked, so no number is used twice."""
    step = update(CertificateDefinition).where(CertificateDefinition.id == definition.id)
    step = step.values(issued=CertificateDefinition.issued + 1)
    return db.session.scalars(step.returning(CertificateDefinition.issued)).one()


def _enqueue(certificate_id: int, at: datetime, after: int | None = None) -> None:
    key = queries.job_key(certificate_id) + (f":{after}" if after else "")
    queue.enqueue("certificates.render", key=key, run_at=at, certificate_id=certificate_id)


@transaction()
def issue(
    definition_code: str,
    lines: Sequence[str],
    *,
    reason: str,
    actor: Person | None,
    at: datetime | None = None,
) -> tuple[list[Certificate], Job | None]:
    """Issue certificates by hand: to everyone in a list, or to nobody.

    Args:
        definition_code: the kind of certificate.
        lines: whom to; see `choosing.candidates`. Each has a run of a programme that awards it.
        reason: why it is not left to the exam; the audit log keeps it.
        actor: an administrator or someone from HR; None for the operator's command.
        at: the instant; now, unless an import says otherwise.

    Returns:
        The certificates, and the job that puts their PDFs into one file for the actor.

    Raises:
        NotAllowedError: the actor issues no certificates.
        NotFoundError: there is no such kind of certificate.
        ReasonMissingError: it is empty.
        NotForThemError: some lines mean nobody, or somebody who cannot get it.
    """
    if actor is not None and not actor.roles & queries.READERS:
        raise NotAllowedError
    at = at or clock.now()
    definition = found(queries.definition_with(definition_code))
    if not reason.strip():
        raise ReasonMissingError
    chosen = choosing.candidates(actor, definition, lines)
    wrong = [each for each in chosen if each.problem is not None]
    if wrong or not chosen or len(chosen) > choosing.MOST:
        raise NotForThemError(lines=", ".join(f"{each.line} ({each.problem})" for each in wrong))
    issued = []
    for each in chosen:
        assert each.run is not None
        row = award(definition_code, each.run, stage=each.stage, at=at)
        issued.append(row)
        audit.note(
            "certificates.issued",
            kind="certificate",
            object_id=row.id,
            actor_id=None if actor is None else actor.id,
            at=at,
            serial=row.serial,
            reason=reason.strip(),
        )
    return issued, None if actor is None else _bundle(issued, actor, at)


def _bundle(issued: Sequence[Certificate], actor: Person, at: datetime) -> Job:
    numbers = [each.id for each in issued]
    key = f"certificates.bundle:{actor.id}:{numbers[0]}-{numbers[-1]}"
    return queue.enqueue(
        "certificates.bundle", key=key, run_at=at, owner_id=actor.id, certificate_ids=numbers,
        actor_id=actor.id,
    )  # fmt: skip


@transaction()
def revoke(
    certificate_id: int,
    *,
    reason: RevocationReason,
    note: str = "",
    actor: Person,
    at: datetime | None = None,
) -> Certificate:
    """Revoke a certificate, for good. The verification page says so from this moment.

    Args:
        certificate_id: of a person in the actor's scope.
        reason: the ground, which is public.
        note: what the actor knows about it, which is not.
        actor: an administrator or someone from HR.
        at: the instant; now, unless an import says otherwise.

    Raises:
        NotAllowedError: the actor revokes no certificates.
        NotFoundError: it is not in the actor's scope, or does not exist.
        AlreadyRevokedError: it was revoked before.
    """
    if not actor.roles & queries.READERS:
        raise NotAllowedError
    at = at or clock.now()
    shown = queries.certificate_for(actor, certificate_id)
    if not policies.may_revoke(shown.state):
        raise AlreadyRevokedError
    fact = CertificateEvent(
        certificate_id=shown.id,
        kind=CertificateEventKind.REVOKED,
        reason=reason,
        note=note,
        actor_id=actor.id,
        at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(fact)
    except IntegrityError:  # someone else, since we looked
        raise AlreadyRevokedError from None
    audit.note(
        "certificates.revoked",
        kind="certificate",
        object_id=shown.id,
        actor_id=actor.id,
        at=at,
        serial=shown.serial,
        reason=reason.value,
        note=note,
    )
    if shown.status_list_id is not None:
        sign_list(shown.status_list_id, f"revoked:{shown.id}", at=at)
    certificate = db.session.get_one(Certificate, shown.id)
    events.publish(CertificateRevoked(certificate, reason.value, actor, at))
    return certificate


@transaction()
def ask_again(certificate_id: int, *, actor: Person, at: datetime | None = None) -> None:
    """Have a PDF made after all that the queue had given up on; otherwise change nothing.

    Raises:
        NotFoundError: the actor may not see that certificate.
    """
    shown = queries.certificate_for(actor, certificate_id)
    if shown.pdf_sha256 is None and (dead := queries.dead_job(shown.id)) is not None:
        _enqueue(shown.id, at or clock.now(), after=dead)


@transaction()
def rotate_keys(kinds: Sequence[Kind], *, at: datetime | None = None) -> list[Key]:
    """Replace the keys that sign. What the earlier ones signed stays valid, and can be checked.

    Raises:
        KeysLockedError: the instance secret is another one; nothing is replaced.
    """
    at = at or clock.now()
    made = keys.rotate(*kinds, at=at)
    _note_keys(made, at)
    for row in db.session.scalars(select(StatusList)).all():
        sign_list(row.id, f"key:{made[0].name}", at=at)
    return made


@transaction()
def take_package(content: bytes, password: str, *, at: datetime | None = None) -> Key:
    """Sign PDFs with a bought certificate from now on.

    Raises:
        PackageRefusedError: see `lms.core.keys.take_package`.
    """
    at = at or clock.now()
    key = keys.take_package(content, password, at=at)
    _note_keys([key], at)
    return key


def _note_keys(made: Sequence[Key], at: datetime) -> None:
    names = [key.name for key in made]
    action, kind = "certificates.keys-rotated", "keys"
    audit.note(action, kind=kind, object_id=names[0], actor_id=None, at=at, keys=names)
