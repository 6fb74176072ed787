"""Drafts of exams: kept while they are edited, and published as the next version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.core.text import digest
from lms.exams import drawable, rule_words
from lms.exams.errors import BlueprintNotFilledError, DraftChangedError, NothingChangedError
from lms.exams.models import Exam, ExamVersion
from lms.exams.paper_models import ExamDraft
from lms.exams.rules import plans
from lms.exams.rules.settings import ExamRules


def draft_of(exam: Exam) -> ExamDraft | None:
    """Return the draft of an exam; None if nobody edits it."""
    return db.session.get(ExamDraft, exam.id)


@transaction()
def save_draft(
    exam_code: str,
    settings: Mapping[str, Any],
    *,
    seen: tuple[int, int],
    actor: Person,
    at: datetime | None = None,
) -> ExamDraft:
    """Keep what the next version is to say.

    Args:
        exam_code: of an exam that has a published version.
        settings: as `ExamVersion.settings`, well formed.
        seen: revision of the draft (0 for none) and number of the published version, as the
            editor saw them.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        DraftChangedError: somebody else changed one of them meanwhile.
    """
    exam = _locked(exam_code)
    draft = draft_of(exam)
    _require_seen(exam, draft, seen)
    if draft is None:
        draft = ExamDraft(exam_id=exam.id, revision=0)
        db.session.add(draft)
    draft.settings = dict(settings)
    draft.revision += 1
    draft.based_on = seen[1]
    draft.changed_by_id, draft.changed_at = actor.id, at or clock.now()
    db.session.flush()
    return draft


@transaction()
def publish_draft(
    exam_code: str, note: str, *, actor: Person, at: datetime | None = None
) -> ExamVersion:
    """Make the draft the version that new attempts take; those that run keep theirs.

    Args:
        exam_code: of an exam with a draft.
        note: what is new, in a line; may be empty.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        NotFoundError: there is no draft.
        NothingChangedError: it says what is published.
        BlueprintNotFilledError: the bank cannot fill it, decided by matching.
    """
    at = at or clock.now()
    exam = _locked(exam_code)
    draft = found(draft_of(exam))
    rules = ExamRules.read(draft.settings)
    if shortage := plans.plan(rules.draws, drawable.bank()).shortage:
        raise BlueprintNotFilledError(shortage.entry, rule_words.shortage_words(shortage))
    hashed = digest(draft.settings)
    if exam.published is not None and hashed == exam.published.digest:
        raise NothingChangedError
    latest = select(func.max(ExamVersion.number)).where(ExamVersion.exam_id == exam.id)
    version = ExamVersion(
        exam_id=exam.id,
        number=(db.session.scalar(latest) or 0) + 1,
        settings=draft.settings,
        digest=hashed,
        made_at=at,
        author=actor.name,
        note=note,
    )
    db.session.add(version)
    db.session.flush()
    exam.published = version
    db.session.delete(draft)
    _note("exams.published", exam, actor, at, number=version.number, note=note)
    return version


@transaction()
def discard_draft(exam_code: str, *, actor: Person, at: datetime | None = None) -> None:
    """Throw a draft away; the published version stays."""
    exam = _locked(exam_code)
    draft = found(draft_of(exam))
    _note("exams.exam_draft_discarded", exam, actor, at or clock.now(), settings=draft.settings)
    db.session.delete(draft)


def _locked(exam_code: str) -> Exam:
    """Return an exam, held against others who edit it until this transaction ends."""
    query = select(Exam).where(Exam.code == exam_code, Exam.published_id.is_not(None))
    query = query.with_for_update(of=Exam).execution_options(populate_existing=True)
    return found(db.session.scalar(query))


def _require_seen(exam: Exam, draft: ExamDraft | None, seen: tuple[int, int]) -> None:
    published = found(exam.published)
    revision = draft.revision if draft else 0
    if revision != seen[0] and draft:
        raise DraftChangedError(name=draft.changed_by.name)
    if (revision, published.number) != seen:
        raise DraftChangedError(name=published.author or _("An import of the content files"))


def _note(action: str, exam: Exam, actor: Person, at: datetime, **detail: object) -> None:
    audit.note(action, kind="exam", object_id=exam.code, actor_id=actor.id, at=at, **detail)
