"""Pages of effectiveness reports. They show stored figures; nothing is computed in here."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core.paging import page_of
from lms.reports import cover, exhibits, queries, services, words
from lms.reports.errors import RecommendationsChangedError, ReportRefusedError
from lms.reports.forms import AdviceForm, ExportForm, ReportForm
from lms.web.fields import shown_in, typed
from lms.web.i18n import language

bp = Blueprint("reports", __name__)

REFUSED = 422
RUNS = 20
"""Reports on a page of the list."""


@bp.route("/reports", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List the reports in one's scope, and have a new one made."""
    form = ReportForm(me())
    if form.validate_on_submit():
        with shown_in(form, {ReportRefusedError: ""}):
            job = services.request_report(form.spec(), actor=me())
            return redirect(url_for("work.progress", job_id=job.id))
    number = request.args.get("page", 1, type=int)
    page = page_of(queries.runs(me()), number, size=RUNS)
    return render_template("reports/index.html", form=form, page=page), _status(form)


@bp.get("/reports/<int:run_id>")
def run(run_id: int) -> ResponseReturnValue:
    """Show a report."""
    row, _name = queries.run_for(me(), run_id)
    form = AdviceForm(advice=row.recommendations, seen=row.recommendations_no)
    return _page(run_id, form)


@bp.post("/reports/<int:run_id>/recommendations")
def advise(run_id: int) -> ResponseReturnValue:
    """Keep the recommendations of a report."""
    form = AdviceForm()
    if form.validate_on_submit():
        with shown_in(form, {RecommendationsChangedError: "advice"}):
            advice, seen = typed(form.advice).strip(), int(form.seen.data or 0)
            services.save_recommendations(run_id, advice, seen=seen, actor=me())
            flash(_("The recommendations were saved."), "success")
            return redirect(url_for(".run", run_id=run_id, _anchor="advice-title"))
    return _page(run_id, form)


@bp.post("/reports/<int:run_id>/export")
def export(run_id: int) -> ResponseReturnValue:
    """Have a report written as a file."""
    form = ExportForm()
    if not form.validate_on_submit():
        abort(REFUSED)
    job = services.request_export(
        run_id, form=form.form.data, language=form.language.data, actor=me()
    )
    return redirect(url_for("work.progress", job_id=job.id))


def _page(run_id: int, form: AdviceForm) -> ResponseReturnValue:
    row, name = queries.run_for(me(), run_id)
    if form.errors:  # whoever saves once more has seen the text that stands above
        form.seen.data, form.seen.raw_data = row.recommendations_no, None
    report = cover.of_run(row, name)
    return render_template(
        "reports/run.html",
        run_id=run_id,
        report=report,
        is_adviser=bool(me().roles & queries.ADVISERS),
        form=form,
        export=ExportForm(language=language()),
        figures=report.figures,
        lines=cover.lines(report),
        tiles=exhibits.tiles(report.figures),
        exhibits=exhibits.of(report.figures),
        words=words,
    ), _status(form)


def _status(form: ReportForm | AdviceForm) -> int:
    return REFUSED if form.errors else 200
