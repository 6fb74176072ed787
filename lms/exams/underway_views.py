"""The trainer's pages about exams that run just now, and what a sitter hears from there."""

from datetime import timedelta

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lms.accounts.login import me, visitor
from lms.core import clock
from lms.exams import extra_time, noting, queries, room, services, underway as found
from lms.exams.allowance_words import allowance_words
from lms.exams.blueprint import bp
from lms.exams.errors import AttemptClosedError, NobodySitsError
from lms.exams.fact_words import all_words, fact_words
from lms.exams.forms import CollectForm, ExtraTimeForm, MessageForm
from lms.web.i18n import clock_time


@bp.get("/studio/underway")
def underway() -> str:
    """List who sits an exam, how far they are and how much time they have."""
    now = clock.now()
    return render_template(
        "exams/underway.html",
        rows=found.underway(me(), at=now),
        now=now,
        lately=noting.lately(me(), at=now),
        allowance_words=allowance_words,
        all_words=all_words,
    )


@bp.get("/studio/underway.json")
def underway_now() -> Response:
    """Say the same in numbers, for the page to show without being loaded again."""
    now = clock.now()
    return jsonify(
        sitting=[
            {
                "id": each.attempt_id,
                "saved": each.saved,
                "questions": each.questions,
                "left_ms": each.left_ms(now),
                "ends": clock_time(each.deadline_at),
                "extra": each.extra_minutes,
                "unseen": each.unseen,
                "facts": all_words(each.facts),
            }
            for each in found.underway(me(), at=now)
        ]
    )


@bp.get("/studio/underway/<int:attempt_id>")
def underway_one(attempt_id: int) -> ResponseReturnValue:
    """Show one attempt, with forms for time and messages."""
    return _one(attempt_id)


def _one(
    attempt_id: int, *, time: ExtraTimeForm | None = None, message: MessageForm | None = None
) -> ResponseReturnValue:
    row = found.underway_or_404(me(), attempt_id, at=clock.now())
    return render_template(
        "exams/underway_one.html",
        row=row,
        told=found.told(attempt_id),
        facts=noting.facts_of(attempt_id),
        fact_words=fact_words,
        summary=all_words(row.facts),
        time_form=time or ExtraTimeForm.of(attempt_id, is_empty=True),
        message_form=message or MessageForm(formdata=None),
    ), 422 if time or message else 200


@bp.post("/studio/underway/<int:attempt_id>")
def grant_time(attempt_id: int) -> ResponseReturnValue:
    """Give an attempt more time."""
    form = ExtraTimeForm.of(attempt_id)
    if not form.validate_on_submit():
        return _one(attempt_id, time=form)
    minutes, reason = form.minutes.data or 0, str(form.reason.data or "").strip()
    extra_time.grant_time(attempt_id, minutes, reason, actor=me())
    flash(_("The time was added. The exam's page shows it within half a minute."), "success")
    return redirect(url_for(".underway_one", attempt_id=attempt_id))


@bp.post("/studio/underway/<int:attempt_id>/message")
def message_one(attempt_id: int) -> ResponseReturnValue:
    """Tell one sitter something."""
    form = MessageForm()
    if not form.validate_on_submit():
        return _one(attempt_id, message=form)
    room.send_message(form.said, actor=me(), attempt_id=attempt_id)
    flash(_("Sent. It appears on their page within half a minute."), "success")
    return redirect(url_for(".underway_one", attempt_id=attempt_id))


@bp.route("/studio/underway/message", methods=["GET", "POST"])
def message_all() -> ResponseReturnValue:
    """Tell all sitters something."""
    form = MessageForm()
    if form.validate_on_submit():
        try:
            count = room.send_message(form.said, actor=me())
        except NobodySitsError as error:
            flash(str(error), "info")
            return redirect(url_for(".underway"))
        flash(ngettext("Sent to %(num)d person.", "Sent to %(num)d people.", count), "success")
        return redirect(url_for(".underway"))
    count = len(found.underway(me(), at=clock.now()))
    page = render_template("exams/message_all.html", form=form, count=count)
    return page, 422 if form.errors else 200


@bp.route("/studio/underway/<int:attempt_id>/hand-in", methods=["GET", "POST"])
def collect(attempt_id: int) -> ResponseReturnValue:
    """Ask for the reason, and hand an attempt in for somebody."""
    form = CollectForm()
    if form.validate_on_submit():
        room.collect(attempt_id, form.said, actor=me())
        flash(_("Handed in with what was saved. The record says by whom."), "success")
        return redirect(url_for(".underway"))
    row = found.underway_or_404(me(), attempt_id, at=clock.now())
    page = render_template("exams/collect.html", form=form, row=row)
    return page, 422 if form.errors else 200


@bp.get("/attempts/<int:attempt_id>/messages")
def messages(attempt_id: int) -> Response:
    """Tell a sitter's page what is new: messages that are not acknowledged, and the time left."""
    attempt, now = queries.attempt_of(visitor(), attempt_id), clock.now()
    is_over = attempt.deadline_at < now and services.settle(attempt_id, at=now)
    if is_over or not attempt.is_open:
        raise AttemptClosedError
    told = found.told(attempt_id)
    return jsonify(
        messages=[
            {"id": each.id, "text": each.text, "from": each.sender, "at": clock_time(each.sent_at)}
            for each in told
            if each.seen_at is None
        ],
        latest=max((each.id for each in told), default=0),
        left_ms=max(0, (attempt.deadline_at - now) // timedelta(milliseconds=1)),
    )


@bp.post("/attempts/<int:attempt_id>/messages")
def message_seen(attempt_id: int) -> Response:
    """Note that a sitter has read a message."""
    sent = request.get_json(silent=True)
    message_id = sent.get("seen") if isinstance(sent, dict) else None
    room.note_seen(attempt_id, message_id if type(message_id) is int else 0, actor=me())
    return jsonify(seen=message_id)
