"""Pages for taking an exam. They fetch, ask a service, and render; rules live in services."""

from collections.abc import Mapping
from datetime import timedelta

from flask import (
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me, visitor
from lms.core import clock
from lms.core.errors import found
from lms.courses import queries as courses
from lms.courses.rules import Outline
from lms.courses.runs import run_of, run_with_exam
from lms.exams import (
    form_saving,
    forms,
    handing_files,
    paper,
    policies,
    queries,
    release_words,
    room,
    services,
    words,
)
from lms.exams.allowance_words import allowance_words
from lms.exams.blueprint import bp
from lms.exams.errors import NotHandedInError
from lms.exams.models import Attempt, HandedInBy
from lms.exams.review import Review, review
from lms.exams.rules import marks, timing
from lms.exams.rules.settings import ExamRules
from lms.exams.sitting import Answer
from lms.exams.sittings import remember, token
from lms.exams.underway import collected, told
from lms.web.i18n import language, local


@bp.get("/exams/<exam_code>")
def start_page(exam_code: str) -> str:
    """Show the rules of an exam, and start, or why not."""
    actor = visitor()
    run = found(run_with_exam(actor, exam_code))
    progress = courses.progress_of(run)
    stage = found(progress.outline.stage_of_exam(exam_code))
    state = found(progress.state_of(stage.code))
    summary = found(queries.exam_summaries(actor, run).get(exam_code))
    refusal = policies.refusal_to_start(summary, state, at=clock.now())
    return render_template(
        "exams/start.html",
        exam=summary,
        rules=summary.rules,
        limits=[
            words.limit_words(each, _modules(progress.outline)) for each in summary.rules.limits
        ],
        costs=words.cost_lines(summary.rules, _modules(progress.outline)),
        shown=release_words.policy_lines(summary.rules),
        allowed=allowance_words(summary.allowance),
        minutes=timing.minutes(summary.minutes, summary.allowance.factor),
        stage=stage,
        state=state,
        refusal=refusal,
        form=forms.SittingForm(),
    )


@bp.post("/exams/<exam_code>/attempts")
def start(exam_code: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the one that is open."""
    browser = visitor().token_hash
    attempt, client = services.start_attempt(exam_code, actor=visitor(), browser=browser)
    if client:  # one that was begun elsewhere has to be taken over first
        remember(attempt.id, client)
    return redirect(url_for(".sit", attempt_id=attempt.id))


@bp.get("/attempts/<int:attempt_id>")
def sit(attempt_id: int) -> ResponseReturnValue:
    """Show an open attempt. Applies its expiry, which is the one thing that a GET may change."""
    attempt = queries.attempt_of(visitor(), attempt_id, with_layout=True)
    if attempt.is_open and attempt.deadline_at < clock.now():
        services.settle(attempt.id)
        attempt = queries.attempt_of(visitor(), attempt_id, with_layout=True)
    if not attempt.is_open:
        return redirect(url_for(".result", attempt_id=attempt.id))
    if token(attempt.id) != attempt.client:
        return render_template("exams/elsewhere.html", attempt=attempt, form=forms.SittingForm())
    slots = paper.slots(attempt)
    total = len(slots)
    if attempt.position is not None:
        slots = slots[attempt.position - 1 : attempt.position]
    now = clock.now()
    return render_template(
        "exams/sit.html",
        attempt=attempt,
        total=total,
        rules=ExamRules.read(attempt.version.settings),
        slots=slots,
        groups=paper.groups(slots),
        how_to=paper.how_to,
        pieces=paper.pieces,
        limit_mb=handing_files.LARGEST_MB,
        kind_name=words.kind_name,
        left_ms=max(0, (attempt.deadline_at - now) // timedelta(milliseconds=1)),
        messages=told(attempt.id),
        seq=max([int(now.timestamp() * 1000), *(slot.seq + 1 for slot in slots)]),
        form=forms.SittingForm(),
    )


@bp.post("/attempts/<int:attempt_id>/take-over")
def take_over(attempt_id: int) -> ResponseReturnValue:
    """Go on here with an attempt that was begun on another device."""
    remember(attempt_id, services.take_over(attempt_id, actor=me()).client)
    return redirect(url_for(".sit", attempt_id=attempt_id))


@bp.post("/attempts/<int:attempt_id>/answers")
def save(attempt_id: int) -> Response:
    """Save what the page sends, and say what is on disk."""
    answers = forms.from_json(request.get_json(silent=True))
    reply = services.save_answers(attempt_id, answers, client=token(attempt_id), actor=visitor())
    return jsonify(
        saved={str(slot): seq for slot, seq in reply.seqs.items()},
        server_now=reply.now.isoformat(),
        deadline=reply.deadline_at.isoformat(),
        left_ms=max(0, (reply.deadline_at - reply.now) // timedelta(milliseconds=1)),
        message=reply.message_id,
    )


@bp.post("/attempts/<int:attempt_id>")
def save_page(attempt_id: int) -> ResponseReturnValue:
    """Save the whole paper as a plain form sends it, without JavaScript."""
    attempt = queries.attempt_of(me(), attempt_id, with_layout=True)
    answers = forms.from_form(request.form, len(attempt.layout))
    if attempt.position is not None:
        return _save_one(attempt, answers)
    stands = form_saving.save_form(attempt, answers, client=token(attempt_id), actor=me())
    if seen := request.form.get("seen", 0, type=int):
        room.note_seen(attempt_id, seen, actor=me())
    _say_saved(stands=stands)
    target = ".confirm" if "finish" in request.form else ".sit"
    return redirect(url_for(target, attempt_id=attempt_id))


def _say_saved(*, stands: bool) -> None:
    if stands:
        flash(_("Your answers are saved."), "success")
    else:
        flash(_("Some answers were newer than this page and were kept. Please check."), "info")


def _save_one(attempt: Attempt, answers: list[Answer]) -> ResponseReturnValue:
    """Save the one question that the page shows, and go on to the next if it says so.

    Not if something newer stands there: it would be left unseen, for good.
    """
    slot = request.form.get("slot", 0, type=int)
    sent, client = [each for each in answers if each.slot == slot], token(attempt.id)
    stands = form_saving.save_form(attempt, sent, client=client, actor=me())
    if "next" in request.form and stands:
        services.move_on(attempt.id, slot, client=client, actor=me())
    else:
        _say_saved(stands=stands)
    target = ".confirm" if "finish" in request.form else ".sit"
    return redirect(url_for(target, attempt_id=attempt.id))


@bp.get("/attempts/<int:attempt_id>/hand-in")
def confirm(attempt_id: int) -> ResponseReturnValue:
    """Ask once more before handing in, for pages without JavaScript."""
    attempt = queries.attempt_of(me(), attempt_id, with_layout=True)
    if not attempt.is_open:
        return redirect(url_for(".result", attempt_id=attempt_id))
    slots = paper.slots(attempt)
    return render_template(
        "exams/confirm.html",
        attempt=attempt,
        unanswered=[slot.number for slot in slots if not slot.is_answered],
        flagged=[slot.number for slot in slots if slot.flagged],
        form=forms.SittingForm(),
    )


@bp.post("/attempts/<int:attempt_id>/hand-in")
def hand_in(attempt_id: int) -> ResponseReturnValue:
    """Hand in; as JSON with every answer, or as a plain form after `confirm`."""
    answers = forms.from_json(request.get_json(silent=True)) if request.is_json else []
    services.hand_in(attempt_id, answers, client=token(attempt_id), actor=visitor())
    target = url_for(".result", attempt_id=attempt_id)
    return jsonify(url=target) if request.is_json else redirect(target)


@bp.get("/attempts/<int:attempt_id>/result")
def result(attempt_id: int) -> str:
    """Show the result of an attempt that was handed in."""
    actor = visitor()
    attempt = queries.attempt_of(actor, attempt_id, with_layout=True)
    if not policies.may_see_result(attempt):
        raise NotHandedInError
    run = run_of(actor, attempt.enrolment_id)
    progress = courses.progress_of(run)
    summaries = queries.exam_summaries(actor, run)
    outline = progress.outline
    seen, titles = review(attempt, language()), _modules(outline)
    return render_template(
        "exams/result.html",
        attempt=attempt,
        rules=ExamRules.read(attempt.version.settings),
        exam=summaries[attempt.version.exam.code],
        percent=None if attempt.score is None else marks.percent(attempt.score),
        review=seen,
        held=release_words.held_lines(seen.later),
        collected=collected(attempt_id) if attempt.handed_in_by is HandedInBy.TRAINER else None,
        broken=[words.broken_words(each, titles) for each in seen.broken],
        percent_of=marks.percent,
        stage=found(outline.stage_of_exam(attempt.version.exam.code)),
        progress=progress,
        modules=titles,
        lesson_titles=_titles(outline, seen),
        kind_name=words.kind_name,
        pieces=paper.pieces,
        now=clock.now(),
    )


def _modules(outline: Outline) -> dict[str, str]:
    """Return code -> title of the modules, in the reader's language."""
    modules = (module for stage in outline.stages for module in stage.modules)
    return {each.code: local(each.title) for each in modules}


def _titles(outline: Outline, seen: Review) -> dict[str, Mapping[str, str]]:
    """Return the titles of the lessons to which a review leads, as far as they are of the run."""
    named = {line.lesson for line in seen.lines}
    lines = courses.lines_of(code for *_place, code in outline.lessons() if code in named)
    return {code: line.title for code, line in lines.items()}
