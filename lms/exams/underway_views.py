"""The trainer's page about exams that run just now."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core import clock
from lms.exams import extra_time, underway as found
from lms.exams.allowance_words import allowance_words
from lms.exams.blueprint import bp
from lms.exams.forms import ExtraTimeForm


@bp.get("/studio/underway")
def underway() -> ResponseReturnValue:
    """List who sits an exam, with a form each for more time."""
    return _page()


@bp.post("/studio/underway/<int:attempt_id>")
def grant_time(attempt_id: int) -> ResponseReturnValue:
    """Give an attempt more time."""
    form = ExtraTimeForm.of(attempt_id)
    if not form.validate_on_submit():
        return _page({attempt_id: form})
    minutes, reason = form.minutes.data or 0, str(form.reason.data or "").strip()
    extra_time.grant_time(attempt_id, minutes, reason, actor=me())
    flash(_("The time was added. The exam's page shows it with the next answer."), "success")
    return redirect(url_for(".underway"))


def _page(sent: dict[int, ExtraTimeForm] | None = None) -> ResponseReturnValue:
    rows = [
        (
            each,
            (sent or {}).get(each.attempt_id) or ExtraTimeForm.of(each.attempt_id, is_empty=True),
        )
        for each in found.underway(me(), at=clock.now())
    ]
    return render_template(
        "exams/underway.html", rows=rows, allowance_words=allowance_words
    ), 422 if sent else 200
