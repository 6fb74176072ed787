"""The pages on which a key is corrected: ask, look at what it would change, apply; and lost passes."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core import queue
from lms.core.errors import LmsError, found
from lms.core.paging import page_of
from lms.exams import holdings, queries, regrade_plan, regrading, words
from lms.exams.blueprint import bp
from lms.exams.certified import certificates_on
from lms.exams.figure_forms import LostForm, RegradeForm
from lms.exams.rules import marks
from lms.exams.rules.rulings import Ruling


@bp.route("/studio/questions/<code>/regrade", methods=["GET", "POST"])
def regrade_new(code: str) -> ResponseReturnValue:
    """Ask what a corrected key would change; a job finds out."""
    question = holdings.question_with(code)
    versions = holdings.versions_of(question)
    form = RegradeForm(version=request.args.get("version", str(versions[0].number)))
    form.offer(versions, queries.questions([each.id for each in versions]))
    if form.validate_on_submit():
        try:
            _row, job = regrading.ask(form.version_id(), form.ruling(), str(form.reason.data).strip(),
                                      never_lower=form.never_lower.data, actor=me())  # fmt: skip
        except LmsError as error:
            form.way.errors = [str(error)]
        else:
            return redirect(url_for("work.progress", job_id=job.id))
    page = render_template(
        "exams/regrade_new.html",
        question=question,
        form=form,
        earlier=regrade_plan.regrades_of([each.id for each in versions]),
        ruling_words=lambda row: words.ruling_words(Ruling.read(row.ruling)),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.get("/studio/regrades/<int:regrade_id>")
def regrade(regrade_id: int) -> ResponseReturnValue:
    """Show what a regrade would change, or changed."""
    row = regrade_plan.regrade_or_404(regrade_id)
    if row.checked_at is None or (row.decided_at is not None and row.done_at is None):
        name = "exams.regrade-check" if row.checked_at is None else "exams.regrade"
        owner = row.asked_by_id if row.checked_at is None else row.decided_by_id
        job = queue.job_with_key(found(owner), f"{name}.{row.id}")
        if job.owner_id == me().id:
            return redirect(url_for("work.progress", job_id=job.id))
    page = page_of(regrade_plan.changes(row.id), request.args.get("page", 1, type=int))
    question = found(row.version.question)
    return render_template(
        "exams/regrade.html",
        row=row,
        question=question,
        ruling=words.ruling_words(Ruling.read(row.ruling)),
        totals=regrade_plan.totals(row.id),
        page=page,
        certificates=certificates_on([each.attempt_id for each in page.rows]),
        percent=marks.percent,
        decides=bool(me().roles & regrade_plan.DECIDERS),
    )


@bp.post("/studio/regrades/<int:regrade_id>")
def regrade_apply(regrade_id: int) -> ResponseReturnValue:
    """Apply a regrade; a job does it."""
    regrading.decide(regrade_id, actor=me())
    return redirect(url_for(".regrade", regrade_id=regrade_id))


@bp.get("/studio/lost-passes")
def lost_passes() -> ResponseReturnValue:
    """List the passes that regrades took away, for HR to decide about."""
    return _lost_page()


@bp.post("/studio/lost-passes/<int:change_id>")
def decide_lost(change_id: int) -> ResponseReturnValue:
    """Keep what was decided about one of them."""
    form = LostForm.of(change_id)
    if not form.validate_on_submit():
        return _lost_page({change_id: form})
    regrading.decide_lost(change_id, form.said, actor=me())
    flash(_("The decision is recorded."), "success")
    return redirect(url_for(".lost_passes"))


def _lost_page(sent: dict[int, LostForm] | None = None) -> ResponseReturnValue:
    page = page_of(regrade_plan.lost_passes(me()), request.args.get("page", 1, type=int))
    rows = [
        (row, (sent or {}).get(row.id) or LostForm.of(row.id, is_empty=True)) for row in page.rows
    ]
    shown = render_template(
        "exams/lost_passes.html",
        rows=rows,
        page=page,
        percent=marks.percent,
        certificates=certificates_on([each.attempt_id for each in page.rows]),
    )
    return shown, HTTPStatus.UNPROCESSABLE_ENTITY if sent else HTTPStatus.OK
