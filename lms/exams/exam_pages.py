"""What the trainer's page of one exam shows beside its rules: where it stands, and how it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core.db import db
from lms.core.kept import Kept
from lms.core.prepared import Prepared
from lms.courses.models import Programme, ProgrammeVersion
from lms.courses.outlines import outline_with
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
    counted = {"exam": exam.id, "version": version.id}
    seen = _COUNTS.where(visible_to(actor, roles=ROLES))
    attempts, running, older = db.session.execute(seen, counted).one()
    return ExamPage(
        exam,
        version,
        rules,
        _plan(version, rules),
        _closes(code),
        attempts=attempts,
        running=running,
        older=older,
    )


_PROGRAMMES = Prepared(
    select(ProgrammeVersion.id, ProgrammeVersion.digest)
    .join(Programme, Programme.published_id == ProgrammeVersion.id)
    .order_by(Programme.id)
)
_RUNS = Attempt.submitted_at.is_(None)
_COUNTS = (
    select(
        func.count().filter(Attempt.submitted_at.is_not(None)),
        func.count().filter(_RUNS),
        func.count().filter(_RUNS, Attempt.version_id != bindparam("version")),
    )
    .join(Person, Person.id == Attempt.person_id)
    .where(Attempt.exam_id == bindparam("exam"))
)
"""Of one exam: handed in, running, and running by another version than this."""


def _plan(version: ExamVersion, rules: ExamRules) -> Plan:
    """Return what a version asks of the bank, computed once for each bank."""
    name, there = drawable.named_bank()
    return _plans.get((version.digest, name), lambda: plans.plan(rules.draws, there))


_plans: Kept[Plan] = Kept(8)


def _closes(code: str) -> list[Closes]:
    outlines = [outline_with(*row) for row in _PROGRAMMES.rows()]
    stages = [(outline.title, outline.stage_of_exam(code)) for outline in outlines]
    return [Closes(title, stage.number, stage.title) for title, stage in stages if stage]
