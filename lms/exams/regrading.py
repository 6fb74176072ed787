"""Correcting a key after people have answered: checked first, applied when somebody says so.

Marks that were given stay where they are; what counts instead stands beside them on the attempt
(`Attempt.regraded`), so that another regrade takes it back. Results, records, gates and notices
follow by `AttemptRegraded`; a pass that becomes a fail revokes nothing: people decide about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext as _
from sqlalchemy import delete, insert, select, update

from lms.accounts.models import Person
from lms.accounts.queries import sees_everyone
from lms.core import audit, clock, events, queue, standstill
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.core.queue import Job
from lms.exams import body, concluding, regrade_plan, tallying
from lms.exams.bank import ROLES
from lms.exams.corrections import HANDING_IN
from lms.exams.errors import (
    LostPassDecidedError,
    NoOtherKeyError,
    NotEveryoneError,
    NotRegradableError,
    RegradeNotOpenError,
)
from lms.exams.events import AttemptRegraded
from lms.exams.models import Attempt, QuestionVersion
from lms.exams.regrade_models import LostPass, Regrade, RegradeChange
from lms.exams.regrade_plan import HELD, Plan
from lms.exams.rules import marks
from lms.exams.rules.kinds import BY_HAND, PAIRED, Kind
from lms.exams.rules.rulings import Ruling, fits
from lms.notifications.services import tell
from lms.web.i18n import local

AT_ONCE = 25
"""Papers per transaction: each may bring a record, a stage and a certificate with it."""


@transaction()
def ask(
    version_id: int,
    ruling: Ruling,
    reason: str,
    *,
    never_lower: bool,
    actor: Person,
    at: datetime | None = None,
) -> tuple[Regrade, Job]:
    """Have a job find out what a correction would change; nothing is changed yet.

    Args:
        version_id: of the question, as it was shown.
        ruling: what shall count as right.
        reason: for the audit, and for those whom it concerns.
        never_lower: whether whoever would lose by it keeps the result.
        actor: sees everyone.
        at: now.

    Raises:
        NotEveryoneError: the actor sees only some people.
        NotRegradableError, NoOtherKeyError: the question, or the other version, does not allow it.
    """
    at = at or clock.now()
    version = found(db.session.get(QuestionVersion, version_id))
    if not sees_everyone(actor, roles=ROLES):
        raise NotEveryoneError
    if not fits(Kind(version.kind), ruling.way, BY_HAND):
        raise NotRegradableError
    if ruling.version_id is not None:
        _require_like(version, found(db.session.get(QuestionVersion, ruling.version_id)))
    row = Regrade(
        question_version_id=version.id,
        ruling=ruling.as_json(),
        never_lower=never_lower,
        reason=reason,
        asked_by_id=actor.id,
        asked_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row, _enqueue("exams.regrade-check", row.id, actor, at)


def _require_like(version: QuestionVersion, other: QuestionVersion) -> None:
    shown = body.option_keys(Kind(version.kind), version.body)
    is_like = other.question_id == version.question_id and other.kind == version.kind
    if not is_like or not shown <= body.option_keys(Kind(other.kind), other.body):
        raise NoOtherKeyError
    kind = Kind(version.kind)
    # An edit may name these anew: what was answered would then mean something else.
    if kind in PAIRED and body.pair_texts(kind, version.body) != body.pair_texts(kind, other.body):
        raise NoOtherKeyError


def _enqueue(name: str, regrade_id: int, actor: Person, at: datetime) -> Job:
    return queue.enqueue(name, key=f"{name}.{regrade_id}", run_at=at, owner_id=actor.id,
                         regrade_id=regrade_id)  # fmt: skip


@transaction()
def note_check(
    regrade_id: int, plans: Sequence[tuple[int, Plan]], papers: int, *, at: datetime
) -> None:
    """Keep what the check foresaw, for its asker to look at."""
    row = regrade_plan.regrade_or_404(regrade_id)
    if row.checked_at is not None:
        return
    row.checked_at, row.answers = at, papers
    rows = [
        {"regrade_id": regrade_id, "attempt_id": attempt_id, **_values(plan)}
        for attempt_id, plan in plans
    ]
    for start in range(0, len(rows), 500):
        db.session.execute(insert(RegradeChange), rows[start : start + 500])


def _values(plan: Plan) -> dict[str, Any]:
    return {
        "slot": plan.slot,
        "mark_before": plan.mark_before,
        "mark_after": plan.mark_after,
        "score_before": plan.score_before,
        "score_after": plan.score_after,
        "was_passed": plan.was_passed,
        "is_passed": plan.is_passed,
    }


@transaction()
def decide(regrade_id: int, *, actor: Person, at: datetime | None = None) -> Job:
    """Apply a regrade: to papers that are handed in from now on at once, to the others by a job.

    Raises:
        NotEveryoneError: the actor sees only some people.
        RegradeNotOpenError: it is not checked yet, or a later one of the question was decided.
    """
    at = at or clock.now()
    if not sees_everyone(actor, roles=ROLES):
        raise NotEveryoneError
    standstill.alone(HANDING_IN)
    held = select(Regrade).where(Regrade.id == regrade_id).with_for_update(of=Regrade)
    row = found(db.session.scalar(held.execution_options(populate_existing=True)))
    later = select(Regrade.id).where(
        Regrade.question_version_id == row.question_version_id,
        Regrade.id > row.id,
        Regrade.decided_at.is_not(None),
    )
    if row.checked_at is None or db.session.scalar(later) is not None:
        raise RegradeNotOpenError
    if row.decided_at is None:
        row.decided_at, row.decided_by_id = at, actor.id
        audit.note(
            "exams.regraded", kind="question", object_id=row.version.question.code,
            actor_id=actor.id, at=at, version=row.version.number, regrade=row.id,
            ruling=row.ruling, never_lower=row.never_lower, reason=row.reason,
        )  # fmt: skip
    return _enqueue("exams.regrade", row.id, actor, at)


@transaction()
def apply_to(regrade_id: int, attempt_ids: Iterable[int], *, at: datetime) -> int:
    """Apply a regrade to some attempts as they are now; doing it again changes nothing.

    Returns:
        How many changed.
    """
    row = regrade_plan.regrade_or_404(regrade_id)
    attempts = [db.session.scalars(HELD, {"attempt": each}).one() for each in sorted(attempt_ids)]
    plans = {each.id: regrade_plan.plan(each, row) for each in attempts}
    changing = [each for each in attempts if plans[each.id] is not None]
    tallying.take_out([each.id for each in changing])
    for attempt in changing:
        plan = plans[attempt.id]
        assert plan is not None
        _change(row, attempt, plan, at)
    return len(changing)


def _change(row: Regrade, attempt: Attempt, plan: Plan, at: datetime) -> None:
    if plan.score_before is None:
        plan = _rule_on_waiting(attempt, plan)
    else:
        own = update(Attempt).where(Attempt.id == attempt.id)
        db.session.execute(
            own.values(regraded=plan.regraded, score=plan.score_after, passed=plan.is_passed)
        )
    foreseen = (RegradeChange.regrade_id == row.id, RegradeChange.attempt_id == attempt.id)
    db.session.execute(delete(RegradeChange).where(*foreseen))
    db.session.execute(
        insert(RegradeChange).values(
            regrade_id=row.id, attempt_id=attempt.id, applied_at=at, **_values(plan)
        )
    )
    db.session.refresh(attempt)
    if plan.score_before is None or plan.score_after is None or plan.was_passed is None:
        return  # it had no result: whoever makes it tells of it
    if plan.score_before == plan.score_after and plan.was_passed == plan.is_passed:
        return
    actor = row.decided_by or row.asked_by
    events.publish(AttemptRegraded(attempt, plan.score_before, plan.was_passed, actor, at))
    _tell(row, attempt, plan, at)


def _rule_on_waiting(attempt: Attempt, plan: Plan) -> Plan:
    """Correct marks of an attempt without a result; if nothing else was awaited, make it."""
    attempt.regraded = plan.regraded
    concluding.conclude_if_marked(attempt)
    return replace(plan, score_after=attempt.score, is_passed=attempt.passed)


def _tell(row: Regrade, attempt: Attempt, plan: Plan, at: datetime) -> None:
    """Tell the person, in their language, what changed and why."""
    assert plan.score_before is not None
    assert plan.score_after is not None
    person = db.session.get_one(Person, attempt.person_id)
    with force_locale(person.locale):
        words: Mapping[str, Any] = {
            "name": person.name,
            "exam": local(attempt.version.settings["title"]),
            "before": marks.percent(plan.score_before),
            "after": marks.percent(plan.score_after),
            "reason": row.reason,
        }
        subject = _("Your result was corrected: %(exam)s", exam=words["exam"])
        said = _(
            "Hello %(name)s,\n\na question of “%(exam)s” was marked with a wrong key. It has been "
            "corrected: your score was %(before)s %% and is %(after)s %% now.\n\nReason: "
            "%(reason)s\n",
            **words,
        )
        told = said + "\n" + _verdict(was=bool(plan.was_passed), now=bool(plan.is_passed))
    tell(person, key=f"exams.regrade:{row.id}:{attempt.id}", subject=subject, body=told, at=at)


def _verdict(*, was: bool, now: bool) -> str:
    if was == now:
        return str(_("Whether you have passed stays as it was."))
    if now:
        return str(_("You have passed this exam now. What it opens is open."))
    said = _(
        "By the corrected key you have not passed. Nothing is taken from you automatically: HR looks "
        "at it and talks to you."
    )
    return str(said)


@transaction()
def note_done(regrade_id: int, *, at: datetime) -> None:
    """Note that a regrade is through, and drop what was foreseen and did not come true."""
    row = regrade_plan.regrade_or_404(regrade_id)
    left = delete(RegradeChange).where(RegradeChange.regrade_id == regrade_id)
    db.session.execute(left.where(RegradeChange.applied_at.is_(None)))
    row.done_at = row.done_at or at


@transaction()
def decide_lost(
    change_id: int, note: str, *, actor: Person, at: datetime | None = None
) -> LostPass:
    """Keep what was decided about a pass that a regrade took away.

    Raises:
        NotFoundError: there is no such pass in the actor's scope.
        LostPassDecidedError: somebody was first.
    """
    at = at or clock.now()
    if db.session.get(LostPass, change_id) is not None:
        raise LostPassDecidedError
    own = regrade_plan.lost_passes(actor).where(RegradeChange.id == change_id)
    found(db.session.execute(own).first())
    change = db.session.get_one(RegradeChange, change_id)
    row = LostPass(change_id=change.id, decided_by_id=actor.id, note=note, decided_at=at)
    db.session.add(row)
    audit.note("exams.lost_pass_decided", kind="attempt", object_id=change.attempt_id,
               actor_id=actor.id, at=at, regrade=change.regrade_id)  # fmt: skip
    return row
