"""What follows from a passed stage and from a completed programme: the certificates they earn."""

import logging
from datetime import datetime

from lms.certificates import awarding, earning, services
from lms.certificates.events import CertificatesChanging
from lms.certificates.rules import earning as rules
from lms.core import audit, events
from lms.courses.events import ProgrammeCompleted, StageCompleted
from lms.courses.models import Enrolment
from lms.courses.queries import outline_of
from lms.courses.rules import Stage

log = logging.getLogger(__name__)


def on_stage_completed(event: StageCompleted) -> None:
    """Award what the stage earns."""
    _award_what_is_earned(event.enrolment, event.stage, event.at)


def on_programme_completed(event: ProgrammeCompleted) -> None:
    """Award what the programme earns."""
    _award_what_is_earned(event.enrolment, None, event.at)


def _award_what_is_earned(enrolment: Enrolment, stage: Stage | None, at: datetime) -> None:
    """Award every kind that a stage earns, or the whole run.

    All that the run may award or renew is held first: what follows in this transaction, such as
    the programme behind its last stage, then needs nothing that somebody else holds.
    """
    outline = outline_of(enrolment)
    events.publish(CertificatesChanging(enrolment.person_id))
    concerned = earning.concerned(outline)
    awarding.hold_kinds([each.id for each in concerned])
    kinds = [each for each in concerned if rules.earns(each.settings, outline, stage)]
    for definition in kinds:
        if definition.retired_at is None:
            services.award_if_enough(definition, enrolment, stage, at)
        else:
            audit.note("certificates.retired-kind", kind="enrolment", object_id=enrolment.id,
                       actor_id=None, at=at, certificate=definition.code)  # fmt: skip
    code = outline.certificate if stage is None else stage.certificate
    if code is not None and code not in {each.code for each in kinds}:
        # A fault of the content, which its check reports. It must not undo a passed exam.
        log.error("no certificate %r: nothing was awarded for run %d", code, enrolment.id)
