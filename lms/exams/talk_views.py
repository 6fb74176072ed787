"""The page on which trainers and HR record talks about failed attempts."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.exams import talk_queue, talks as services
from lms.exams.blueprint import bp
from lms.exams.forms import TalkForm


@bp.get("/studio/talks")
def talks() -> ResponseReturnValue:
    """List who waits for a talk, with a form each."""
    return _page()


@bp.post("/studio/talks/<int:enrolment_id>/<exam_code>")
def record_talk(enrolment_id: int, exam_code: str) -> ResponseReturnValue:
    """Record a talk."""
    form = TalkForm.of(enrolment_id, exam_code)
    if not form.validate_on_submit():
        return _page({(enrolment_id, exam_code): form})
    services.record_talk(enrolment_id, exam_code, form.said, actor=me())
    flash(_("The talk is recorded; the next attempt can open."), "success")
    return redirect(url_for(".talks"))


def _page(sent: dict[tuple[int, str], TalkForm] | None = None) -> ResponseReturnValue:
    rows = []
    for each in talk_queue.due(me()):
        key = (each.enrolment_id, each.exam_code)
        rows.append((each, (sent or {}).get(key) or TalkForm.of(*key, is_empty=True)))
    return render_template("exams/talks.html", rows=rows), 422 if sent else 200
