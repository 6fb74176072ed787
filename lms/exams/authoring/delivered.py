"""Questions that came with the content files and are changed here: the site's own from then on.

An import leaves them alone (`content.delivered`); here they are taken over, compared with what the
files say by now, and given back.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.editions import Edition, publish
from lms.core.errors import found
from lms.exams.authoring import parts
from lms.exams.authoring.versions import hold, is_draft, newest, parts_of
from lms.exams.content.delivered import as_json, digest_of, edition_of, published
from lms.exams.delivered_models import DeliveredQuestion
from lms.exams.models import Pool, Question, QuestionVersion


def row_of(question: Question) -> DeliveredQuestion | None:
    """Return what the files say of a question that was changed here; None for any other."""
    return db.session.get(DeliveredQuestion, question.case or question.code)


def delivered_text(row: DeliveredQuestion) -> Mapping[str, QuestionVersion]:
    """Return code -> each question as the files have it: a version in memory, never stored."""
    editions = map(edition_of, row.editions)
    return {each.code: QuestionVersion(**each.columns) for each in editions}


def keep_here(question: Question, at: datetime) -> None:
    """Let a question of the files, a case as a whole, be the site's own, in the caller's transaction."""
    if question.bank is not None or row_of(question) is not None:
        return
    editions = published(parts_of(question))
    hashed = digest_of(editions)
    row = DeliveredQuestion(code=question.case or question.code, seen=hashed, delivered_at=at,
                            digest=hashed, editions=[as_json(each) for each in editions])  # fmt: skip
    db.session.add(row)
    db.session.flush()


def is_as_delivered(question: Question) -> bool:
    """Whether what is published is what the files said when somebody began to change it."""
    row = row_of(question)
    return row is not None and digest_of(published(parts_of(question))) == row.seen


@transaction()
def keep_ours(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Note that somebody has seen what the files say by now, and that ours stays.

    Raises:
        NotFoundError: it was not changed here.
    """
    hold(question)
    row = found(row_of(question))
    row.seen = row.digest
    _note("exams.question_kept", question, actor, at)


@transaction()
def go_back(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Publish what the files say by now, as another version; imports are followed again.

    Drafts are dropped. What was put into a case here becomes a question of its own, and what the
    files have no longer is retired. Versions that were published stay as they are.

    Raises:
        NotFoundError: it was not changed here.
    """
    at = at or clock.now()
    hold(question)
    row = found(row_of(question))
    editions = list(map(edition_of, row.editions))
    _make_room(question, editions, at)
    if editions:
        publish(Question, QuestionVersion, editions, at)
    else:
        for each in parts_of(question):
            each.pool = Pool.RETIRED
    db.session.delete(row)
    db.session.flush()
    _note("exams.question_given_back", question, actor, at)


def _make_room(question: Question, editions: list[Edition], at: datetime) -> None:
    codes = {each.code for each in editions}
    for each in parts_of(question):
        version = newest(each)
        if codes and each.code not in codes:
            parts.leave(each, version, at)
        elif is_draft(version, each) and each.published_id is not None:
            db.session.execute(delete(QuestionVersion).filter_by(id=version.id))
    # those that were taken out of the case here go back into it
    others = select(DeliveredQuestion).where(DeliveredQuestion.code.in_(codes))
    for other in db.session.scalars(others):
        if other.code not in {question.case, question.code}:
            db.session.delete(other)
    db.session.flush()


def _note(action: str, question: Question, actor: Person, at: datetime | None) -> None:
    audit.note(action, kind="question", object_id=question.code, actor_id=actor.id,
               at=at or clock.now())  # fmt: skip
