"""Which certificates rest on attempts at exams: what a corrected key touches."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from lms.certificates import queries
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateDefinitionVersion,
)
from lms.certificates.rules import earning
from lms.certificates.words import STATES
from lms.core.db import db
from lms.courses.models import Enrolment, ProgrammeVersion, StagePass
from lms.courses.outlines import outline_in
from lms.courses.rules import Outline
from lms.exams.certified import Certified


def certificates_on(attempt_ids: Collection[int]) -> Mapping[int, Sequence[Certified]]:
    """Return attempt -> its certificates, as they were awarded; at most three statements.

    An attempt bears the certificates of its run that its stage earns, and those for the whole of
    it, if it is the one that closed the stage.
    """
    query = (
        select(
            StagePass.attempt_id,
            StagePass.stage,
            Enrolment.version_id,
            Certificate.id,
            CertificateDefinition.settings.label("now"),
            CertificateDefinitionVersion.settings.label("then"),
        )
        .join(Certificate, Certificate.enrolment_id == StagePass.enrolment_id)
        .join(Enrolment, Enrolment.id == StagePass.enrolment_id)
        .join(CertificateDefinition, CertificateDefinition.id == Certificate.definition_id)
        .outerjoin(
            CertificateDefinitionVersion, CertificateDefinitionVersion.id == Certificate.version_id
        )
        .where(StagePass.attempt_id.in_(attempt_ids))
        .order_by(Certificate.id)
    )
    rows = db.session.execute(query).all()
    outlines = _outlines({row.version_id for row in rows})
    bearing = [
        (row.attempt_id, row.id)
        for row in rows
        if _rests(row.then or row.now, outlines[row.version_id], row.stage)
    ]
    wanted = Certificate.id.in_({each for _attempt, each in bearing})
    shown = {each.id: each for each in queries.all_certificates(wanted)} if bearing else {}
    found: dict[int, list[Certified]] = {}
    for attempt_id, certificate_id in bearing:
        found.setdefault(attempt_id, []).append(_told(shown[certificate_id]))
    return found


def _outlines(version_ids: Collection[int]) -> dict[int, Outline]:
    query = select(ProgrammeVersion).where(ProgrammeVersion.id.in_(version_ids))
    rows = db.session.scalars(query) if version_ids else ()
    return {row.id: outline_in(row) for row in rows}


def _rests(settings: Mapping[str, Any], outline: Outline, stage: str) -> bool:
    """Whether a certificate of a run says something of one of its stages.

    What nothing of the programme earns (any more) was a renewal by its shorter path, or is of an
    earlier edition: nobody is told too little.
    """
    parts = earning.stages(settings, outline)
    return not parts or any(each is None or each.code == stage for each in parts)


def _told(certificate: queries.Shown) -> Certified:
    tone, icon, word = STATES[certificate.state]
    return Certified(certificate.serial, str(word), tone, icon)
