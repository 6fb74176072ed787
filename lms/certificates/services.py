"""What can be done with certificates. Each function is one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.certificates import awarding, choosing, policies, queries
from lms.certificates.errors import (
    AlreadyRevokedError,
    KindRetiredError,
    NobodyNamedError,
    NotForThemError,
    ReasonMissingError,
    TooManyPeopleError,
)
from lms.certificates.events import (
    CertificateAwarded,
    CertificateRevoked,
    CertificatesChanging,
)
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateEvent,
    CertificateEventKind,
    RevocationReason,
    StatusList,
)
from lms.core import audit, clock, events, keys, queue
from lms.core.chores import every
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found
from lms.core.queue import Job, JobState
from lms.courses.models import Enrolment
from lms.courses.rules import Stage


def award_if_enough(
    definition: CertificateDefinition,
    enrolment: Enrolment,
    stage: Stage | None,
    at: datetime,
    *,
    renews: Certificate | None = None,
) -> None:
    """Award a certificate for what was passed, if the score is the one that its kind asks for."""
    needed = definition.settings.get("score")
    if awarding.falls_short(enrolment, stage, needed):
        audit.note("certificates.below-score", kind="enrolment", object_id=enrolment.id,
                   actor_id=None, at=at, certificate=definition.code, needed=needed)  # fmt: skip
        return
    award(definition.code, enrolment, stage=stage, at=at, renews=renews)


@transaction()
def award(
    definition_code: str,
    enrolment: Enrolment,
    *,
    stage: Stage | None,
    at: datetime | None = None,
    renews: Certificate | None = None,
) -> Certificate:
    """Award a certificate: valid and verifiable at once; its PDF is made by a job.

    Asks for no actor: what was passed awards, not a person.

    Args:
        definition_code: the kind of certificate.
        enrolment: the run that earned it.
        stage: the stage that it is for; None for the whole programme.
        at: the instant; now, unless an import says otherwise.
        renews: the certificate whose refresher the run was; None for a run that earns it itself.

    Returns:
        The new certificate, or the one that this run has earned already.

    Raises:
        NotFoundError: there is no such kind of certificate.
        KindRetiredError: it is awarded no more.
    """
    at = at or clock.now()
    definition = found(queries.definition_with(definition_code))
    if (held := queries.held(definition, enrolment)) is not None:
        return held
    awarding.hold(definition.id, enrolment.person_id)
    if definition.retired_at is not None:
        raise KindRetiredError
    try:
        with db.session.begin_nested():
            certificate = awarding.earned(definition, enrolment, stage, at, renews=renews)
            db.session.add(certificate)
    except IntegrityError:  # another transaction was first; its number is used, ours is given back
        return found(queries.held(definition, enrolment))
    enqueue_files(certificate.id, at)
    events.publish(CertificateAwarded(certificate))
    return certificate


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


def enqueue_files(certificate_id: int, at: datetime, after: int | None = None) -> None:
    """Have the files of a certificate made, in the caller's transaction.

    Args:
        certificate_id: which.
        at: from when on.
        after: the job that the queue has given up on, where there is one.
    """
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
        KindRetiredError: it is awarded no more.
        ReasonMissingError: it is empty.
        NobodyNamedError, TooManyPeopleError: no line, or more people than `choosing.MOST`.
        NotForThemError: some lines mean nobody, or somebody who cannot get it.
    """
    if actor is not None and not actor.roles & queries.READERS:
        raise NotAllowedError
    definition = found(queries.definition_with(definition_code))
    if not reason.strip():
        raise ReasonMissingError
    chosen = choosing.candidates(actor, definition, lines)
    if not chosen:
        raise NobodyNamedError
    if len(chosen) > choosing.MOST:
        raise TooManyPeopleError(count=len(chosen), most=choosing.MOST)
    if wrong := [each for each in chosen if each.problem is not None]:
        raise NotForThemError(lines=", ".join(f"{each.line} ({each.problem})" for each in wrong))
    runs = [(each.run, each.stage) for each in chosen if each.run]
    return issue_for(definition_code, runs, reason=reason, actor=actor, at=at or clock.now())


@transaction()
def issue_for(
    definition_code: str,
    runs: Sequence[tuple[Enrolment, Stage | None]],
    *,
    reason: str,
    actor: Person | None,
    at: datetime,
) -> tuple[list[Certificate], Job | None]:
    """Issue certificates for these runs; the caller has asked whether it may. As `issue`."""
    for person_id in sorted(run.person_id for run, _stage in runs):
        events.publish(CertificatesChanging(person_id))  # all of them before the kind's own row
    issued = []
    for run, stage in runs:
        row = award(definition_code, run, stage=stage, at=at)
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

    What proves the same, an earlier or later issue with another name on it, is revoked with it.

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
    certificate = db.session.get_one(Certificate, shown.id)
    awarding.hold(certificate.definition_id, shown.person_id)  # nobody corrects it meanwhile
    for each in (certificate, *awarding.issues_beside(certificate)):
        fact = CertificateEvent(
            certificate_id=each.id,
            kind=CertificateEventKind.REVOKED,
            reason=reason,
            note=note,
            actor_id=actor.id,
            at=at,
        )
        _revoke_one(each, fact)
        events.publish(CertificateRevoked(each, reason.value, actor, at))
    return certificate


def _revoke_one(certificate: Certificate, fact: CertificateEvent) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(fact)
    except IntegrityError:  # someone else, since we looked
        raise AlreadyRevokedError from None
    audit.note(
        "certificates.revoked",
        kind="certificate",
        object_id=certificate.id,
        actor_id=fact.actor_id,
        at=fact.at,
        serial=certificate.serial,
        reason=fact.reason.value,
        note=fact.note,
    )
    if certificate.status_list_id is not None:
        sign_list(certificate.status_list_id, f"revoked:{certificate.id}", at=fact.at)


@transaction()
def ask_again(certificate_id: int, *, actor: Person, at: datetime | None = None) -> None:
    """Have a PDF made after all that the queue had given up on; otherwise change nothing.

    Raises:
        NotFoundError: the actor may not see that certificate.
    """
    shown = queries.certificate_for(actor, certificate_id)
    if shown.pdf_sha256 is None and (dead := queries.dead_job(shown.id)) is not None:
        enqueue_files(shown.id, at or clock.now(), after=dead)


def ask_unsigned_again(at: datetime) -> None:
    """Have the PDFs made that waited for a signer whose certificate has not ended.

    Within the caller's transaction, which brings that signer.
    """
    dead = select(Job.key).filter_by(name="certificates.render", state=JobState.DEAD)
    waiting = dead.where(Job.last_error.startswith(keys.SignerExpiredError.__name__))
    for key in db.session.scalars(waiting).all():
        queue.try_again(key, at=at)
