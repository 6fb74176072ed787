"""The trainer's pages for marking by hand: what waits, and one answer at a time."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.core import clock
from lms.exams import marking, marking_queue as queue, words
from lms.exams.blueprint import bp
from lms.exams.errors import MarkedElsewhereError
from lms.exams.forms import MarkingForm, SittingForm
from lms.exams.sending import sent


@bp.get("/studio/marking")
def marking_list() -> str:
    """List what waits to be marked, by question or by paper."""
    rows = queue.waiting(me(), at=clock.now())
    is_by_paper = request.args.get("by") == "paper"
    groups = queue.by_paper(rows) if is_by_paper else queue.by_question(rows)
    return render_template(
        "exams/marking_list.html",
        groups=groups,
        count=len(rows),
        is_by_paper=is_by_paper,
        shows_names=request.args.get("names") == "1",
        snippets=queue.snippets(me()),
        form=SittingForm(),
    )


@bp.route("/studio/marking/<int:attempt_id>/<int:slot>", methods=["GET", "POST"])
def marking_sheet(attempt_id: int, slot: int) -> ResponseReturnValue:
    """Show one answer, kept for whoever opened it; mark it and go on to the next."""
    form = MarkingForm()
    shown = queue.sheet(me(), attempt_id, slot)
    if form.validate_on_submit():
        target = _after(attempt_id, slot)  # looked up before: then it still waits
        marked = marking.mark_answer(attempt_id, slot, form.judgement, actor=me())
        flash(
            _("Marked. The result is out.") if marked.score is not None else _("Marked."), "success"
        )
        return redirect(target)
    if not form.is_submitted():
        try:
            marking.claim(attempt_id, slot, actor=me())
        except MarkedElsewhereError as error:
            flash(str(error), "warning")
            return redirect(url_for(".marking_list", **_choices()))
    page = render_template(
        "exams/marking_sheet.html",
        sheet=shown,
        form=form,
        choices=_choices(),
        shows_names=request.args.get("names") == "1",
        snippets=queue.snippets(me()),
        kind_name=words.kind_name,
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/studio/marking/comments/<int:snippet_id>/forget")
def forget_snippet(snippet_id: int) -> Response:
    """Drop one of the marker's own comments."""
    marking.forget_snippet(snippet_id, actor=me())
    return redirect(url_for(".marking_list", **_choices()))


@bp.get("/studio/marking/files/<int:file_id>")
def marking_file(file_id: int) -> Response:
    """Send a file that was handed in to whoever marks it."""
    return sent(queue.file_to_mark(me(), file_id))


def _after(attempt_id: int, slot: int) -> str:
    if "stop" in request.form:
        return url_for(".marking_list", **_choices())
    rows = queue.waiting(me(), at=clock.now())
    following = queue.next_one(
        rows, attempt_id, slot,
        version_id=queue.version_of(rows, attempt_id, slot),
        is_by_paper=request.args.get("by") == "paper",
    )  # fmt: skip
    if following is None:
        return url_for(".marking_list", **_choices())
    return url_for(
        ".marking_sheet", attempt_id=following.attempt_id, slot=following.slot, **_choices()
    )


def _choices() -> dict[str, Any]:
    return {key: request.args[key] for key in ("by", "names") if key in request.args}
