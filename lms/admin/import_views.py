"""HR's way with a file of people: upload, look at what each row would do, decide, see the end."""

from contextlib import closing

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.errors import PeopleFileError
from lms.accounts.importing import files, queries, services, template, words
from lms.accounts.login import me
from lms.accounts.models import PeopleImport
from lms.accounts.rules import Verdict
from lms.admin.blueprint import bp
from lms.admin.forms import ImportForm
from lms.core import clock, queue, spreadsheets
from lms.core.paging import page_of
from lms.core.spreadsheets import SheetRefusedError
from lms.web.fields import shown_in
from lms.web.files import send_bytes

REFUSED = 422
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.route("/admin/people/import", methods=["GET", "POST"])
def import_new() -> ResponseReturnValue:
    """Take a file in; a job reads it and says what each row would do."""
    form = ImportForm()
    if form.validate_on_submit():
        with shown_in(form, {SheetRefusedError: "file"}):
            sent = form.file.data
            with closing(sent.stream) as stream:
                content = stream.read(spreadsheets.MOST_BYTES + 1)
            spreadsheets.kind_of(content, sent.filename)
            stored = files.write(content)
            _row, job = services.receive(
                stored, name=sent.filename, invite=form.invite.data, actor=me()
            )
            return redirect(url_for("work.progress", job_id=job.id))
    page = render_template(
        "admin/import_new.html",
        form=form,
        recent=queries.recent_imports(me()),
        columns=words.COLUMNS,
    )
    return page, REFUSED if form.errors else 200


@bp.get("/admin/people/import/template.xlsx")
def import_template() -> Response:
    """Send an empty table with the right columns, in the person's language."""
    name, content = template.made()
    return send_bytes(content, mime=XLSX, name=name)


@bp.get("/admin/people/import/<int:import_id>")
def import_result(import_id: int) -> ResponseReturnValue:
    """Show what each row would do or did."""
    row = queries.import_of(me(), import_id)
    if row.checked_at is None or (row.decided_at is not None and row.done_at is None):
        return redirect(url_for("work.progress", job_id=_job_id(row)))
    if "counts" not in row.summary:
        return render_template("admin/import_refused.html", row=row, problem=_problem(row))
    show = _verdict(row)
    rows = queries.rows_of(row.id, show)
    page = page_of(rows, request.args.get("page", 1, type=int))
    return render_template(
        "admin/import_result.html",
        row=row,
        problem=_problem(row),
        page=page,
        show=show,
        counts=row.summary["counts"],
        verdicts=words.VERDICTS,
        words=words,
        is_open=row.decided_at is None and row.cancelled_at is None,
        now=clock.now(),
    )


@bp.post("/admin/people/import/<int:import_id>/apply")
def import_apply(import_id: int) -> ResponseReturnValue:
    """Have the right rows brought in by a job."""
    row = queries.import_of(me(), import_id)
    job = services.decide(row, actor=me())
    return redirect(url_for("work.progress", job_id=job.id))


@bp.post("/admin/people/import/<int:import_id>/cancel")
def import_cancel(import_id: int) -> ResponseReturnValue:
    """Drop the file: nothing of it is brought in."""
    services.cancel(queries.import_of(me(), import_id), actor=me())
    return redirect(url_for(".import_result", import_id=import_id))


@bp.post("/admin/people/import/<int:import_id>/invite")
def import_invite(import_id: int) -> ResponseReturnValue:
    """Have those whom the file brought in invited by a job."""
    job = services.invite_new(queries.import_of(me(), import_id), actor=me())
    if job is None:
        return redirect(url_for(".import_result", import_id=import_id))
    return redirect(url_for("work.progress", job_id=job.id))


def _job_id(row: PeopleImport) -> int:
    name = "accounts.import-check" if row.checked_at is None else "accounts.import"
    return queue.job_with_key(me().id, f"{name}.{row.id}").id


def _verdict(row: PeopleImport) -> Verdict | None:
    """Return which rows are to be shown: by default the wrong ones, where there are any."""
    asked = request.args.get("show", "")
    if asked in set(Verdict):
        return Verdict(asked)
    if asked == "all" or not row.summary["counts"][Verdict.ERROR]:
        return None
    return Verdict.ERROR


def _problem(row: PeopleImport) -> PeopleFileError | None:
    """Return why the file could not be read, if that is so."""
    reason = row.summary.get("problem")
    return PeopleFileError(reason, **row.summary["values"]) if reason else None
