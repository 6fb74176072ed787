"""Which kinds of certificates a run earns, and what can earn one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from lms.certificates import queries
from lms.certificates.models import CertificateDefinition
from lms.certificates.rules import earning as rules
from lms.certificates.rules.earning import Source
from lms.core.db import db
from lms.core.text import Bilingual
from lms.courses.models import Programme, ProgrammeVersion
from lms.courses.rules import Outline
from lms.exams.models import Exam, ExamVersion
from lms.web.i18n import local


@dataclass(frozen=True, slots=True)
class Named:
    """What a kind of certificate is named by: the file of a stage, or of a whole programme."""

    programme: Bilingual
    stage: Bilingual | None


def concerned(outline: Outline) -> list[CertificateDefinition]:
    """Return the kinds that a run of a programme may award or renew, at whatever moment; by id."""
    found = [
        each
        for each in queries.definitions()
        if rules.stages(each.settings, outline) or each.settings.get("refresher") == outline.code
    ]
    return sorted(found, key=lambda each: each.id)


def named_by(code: str) -> Sequence[Named]:
    """Return which files of stages and programmes name a kind, as they are published."""
    found: list[Named] = []
    for outline in outlines():
        found += [
            Named(outline.title, each.title) for each in outline.stages if each.certificate == code
        ]
        if outline.certificate == code:
            found.append(Named(outline.title, None))
    return found


def outlines() -> list[Outline]:
    """Return the programmes as they are published, by code."""
    published = Programme.published_id == ProgrammeVersion.id
    query = select(ProgrammeVersion.structure).join(Programme, published).order_by(Programme.code)
    return [Outline.read(each) for each in db.session.scalars(query)]


def choices(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what can earn a kind of certificate: `Source.key` -> what it is called.

    Args:
        settings: of the kind: what it names already stays to choose from.
    """
    found: dict[str, str] = {}
    for outline in outlines():
        title = local(outline.title)
        found[Source(outline.code).key] = _("%(programme)s: the whole of it", programme=title)
        for stage in outline.stages:
            words = _("%(programme)s: stage %(number)d, %(stage)s", programme=title,
                      number=stage.number, stage=local(stage.title))  # fmt: skip
            found[Source(outline.code, stage.code).key] = words
    for code, title in _exams().items():
        found[Source(exam=code).key] = _("%(title)s (exam %(code)s)", title=title, code=code)
    for each in rules.read(settings):
        found.setdefault(each.key, _("%(key)s (not published any more)", key=each.key))
    return found


def _exams() -> dict[str, str]:
    query = select(Exam.code, ExamVersion.settings)
    query = query.join(ExamVersion, ExamVersion.id == Exam.published_id).order_by(Exam.code)
    return {code: local(settings["title"]) for code, settings in db.session.execute(query)}
