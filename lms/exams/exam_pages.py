"""What the trainer's page of one exam shows beside its rules: where it stands, and how it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core.db import db
from lms.courses.models import Programme, ProgrammeVersion
from lms.courses.rules import Outline
from lms.exams import drawable, queries
from lms.exams.bank import ROLES
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.rules import plans
from lms.exams.rules.plans import Plan
from lms.exams.rules.settings import ExamRules


@dataclass(frozen=True, slots=True)
class Closes:
    """A stage that an exam closes."""

    programme: Mapping[str, str]
    number: int
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExamPage:
    """An exam in its published version."""

    exam: Exam
    version: ExamVersion
    rules: ExamRules
    plan: Plan
    closes: Sequence[Closes]
    attempts: int
    """Handed in by people in the actor's scope."""
    running: int
    older: int
    """Attempts that run by a version before this one."""

    @property
    def is_local(self) -> bool:
        """Whether a version made on a page is in force, and the content files say something else."""
        exam = self.exam
        return bool(self.version.author) and exam.imported_digest != self.version.digest

    @property
    def has_file(self) -> bool:
        """Whether the content files have it too."""
        return bool(self.exam.imported_digest) or not self.version.author


def exam_page(actor: Person, code: str) -> ExamPage:
    """Return what there is to say of an exam; a few statements, whatever its size."""
    exam = queries.exam_or_404(code)
    version = exam.published
    assert version is not None
    rules = ExamRules.read(version.settings)
    mine = (
        select(func.count()).select_from(Attempt).join(Person, Person.id == Attempt.person_id)
    ).where(Attempt.exam_id == exam.id, visible_to(actor, roles=ROLES))
    running = mine.where(Attempt.submitted_at.is_(None))
    return ExamPage(
        exam,
        version,
        rules,
        plans.plan(rules.draws, drawable.bank()),
        _closes(code),
        attempts=db.session.scalar(mine.where(Attempt.submitted_at.is_not(None))) or 0,
        running=db.session.scalar(running) or 0,
        older=db.session.scalar(running.where(Attempt.version_id != version.id)) or 0,
    )


def _closes(code: str) -> list[Closes]:
    published = Programme.published_id == ProgrammeVersion.id
    structures = db.session.scalars(
        select(ProgrammeVersion.structure).join(Programme, published).order_by(Programme.id)
    )
    outlines = [Outline.read(each) for each in structures]
    stages = [(outline.title, outline.stage_of_exam(code)) for outline in outlines]
    return [Closes(title, stage.number, stage.title) for title, stage in stages if stage]
