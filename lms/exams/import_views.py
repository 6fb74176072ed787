"""The trainer's way with a file of questions: bring it, look at each question, choose, see the end."""

from functools import partial

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.login import me
from lms.core import clock, queue, richtext
from lms.core.disk import NoRoomForFilesError
from lms.core.errors import found
from lms.core.paging import page_of
from lms.courses.upload_rules import FORMS
from lms.exams.blueprint import bp
from lms.exams.errors import NothingChosenError
from lms.exams.exchange import files as kinds, words as sentences
from lms.exams.exchange.report import FileProblemError, Problem, Severity
from lms.exams.import_forms import ImportForm, OrderForm
from lms.exams.import_models import QuestionImport
from lms.exams.importing import files, handing_out, pictures, queries, services, template, words
from lms.exams.models import Pool
from lms.exams.rules.arrivals import OPEN, Verdict
from lms.web import i18n
from lms.web.fields import shown_in
from lms.web.files import send_bytes

REFUSED = 422


@bp.route("/studio/questions/import", methods=["GET", "POST"])
def import_new() -> ResponseReturnValue:
    """Take questions in, as a file or as text; a job reads them and says what each would do."""
    form = ImportForm(text=_earlier_text())
    if form.validate_on_submit():
        content, name = form.content(kinds.MOST_BYTES)
        try:
            kinds.refuse_old(content)
        except FileProblemError as error:
            problem = Problem("", Severity.ERROR, error.code, error.values)
            form.file.errors = [sentences.sentence(problem)]
        else:
            stored = files.write(content)
            wanted = form.format.data
            _row, job = services.receive(stored, name=name, wanted=wanted, actor=me())
            return redirect(url_for("work.progress", job_id=job.id))
    page = render_template(
        "exams/import_new.html", form=form, recent=queries.recent_imports(me()), words=words
    )
    return page, REFUSED if form.errors else 200


@bp.get("/studio/questions/import/template.xlsx")
def import_template() -> Response:
    """Send an empty table with the right columns, in the person's language."""
    name, content = template.made()
    return send_bytes(content, mime=handing_out.MIMES["xlsx"], name=name)


@bp.get("/studio/questions/import/<int:import_id>")
def import_result(import_id: int) -> ResponseReturnValue:
    """Show what each question would do or did."""
    row = queries.import_of(me(), import_id)
    if row.checked_at is None or (row.decided_at is not None and row.done_at is None):
        return redirect(url_for("work.progress", job_id=_job_id(row)))
    return _result(row, OrderForm(bank=row.file_name.partition(".")[0]))


@bp.get("/studio/questions/import/<int:import_id>/pictures/<name>")
def import_picture(import_id: int, name: str) -> Response:
    """Send a picture of a file to its bringer, as it would be in the bank."""
    content = found(pictures.content_of(queries.import_of(me(), import_id), name))
    digest, _dot, suffix = name.partition(".")
    return send_bytes(content, mime=FORMS[suffix].mime, etag=digest)


@bp.post("/studio/questions/import/<int:import_id>")
def import_choose(import_id: int) -> ResponseReturnValue:
    """Keep the ticks of a page; then go where the button says, or bring the chosen ones in."""
    row = queries.import_of(me(), import_id)
    shown = request.form.getlist("shown", type=int)
    services.choose(row, shown, set(request.form.getlist("number", type=int)))
    act = request.form.get("act", "")
    if act in {"all", "none"}:
        services.choose_all(row, is_chosen=act == "all")
    form = OrderForm()
    if act == "in" and form.validate_on_submit():
        with shown_in(form, {NothingChosenError: "", NoRoomForFilesError: ""}):
            job = services.decide(row, form.order(), actor=me())
            return redirect(url_for("work.progress", job_id=job.id))
    return _result(row, form), REFUSED if form.errors else 200


@bp.post("/studio/questions/import/<int:import_id>/cancel")
def import_cancel(import_id: int) -> ResponseReturnValue:
    """Drop the file: nothing of it is brought in."""
    services.cancel(queries.import_of(me(), import_id))
    return redirect(url_for(".import_result", import_id=import_id))


@bp.get("/studio/questions/export")
def export() -> str:
    """Say which questions of a bank fit which format."""
    bank = request.args.get("bank", "")
    return render_template(
        "exams/export.html",
        bank=bank,
        banks=handing_out.banks(i18n.language()),
        offers=handing_out.offers(bank, i18n.language()) if bank else [],
        words=words,
        languages={"zh": "中文", "en": "English"},
    )


@bp.get("/studio/questions/export/<wanted>")
def export_file(wanted: str) -> Response:
    """Send a bank as a file."""
    bank, language = request.args.get("bank", ""), request.args.get("lang", i18n.language())
    name, content = handing_out.made(bank, wanted, language)
    return send_bytes(content, mime=handing_out.MIMES[wanted], name=name)


def _result(row: QuestionImport, form: OrderForm) -> str:
    counts = row.summary["counts"]
    if not counts:
        return render_template("exams/import_refused.html", row=row, words=words)
    show, _dash, number = request.form.get("to", _asked()).rpartition("-")
    show = show if show in {"all", *Verdict} else "all"
    rows = queries.rows_of(row.id, None if show == "all" else Verdict(show))
    return render_template(
        "exams/import_result.html",
        row=row,
        pictured=partial(_pictured, row.id),
        form=form,
        page=page_of(rows, int(number) if number.isdecimal() else 1),
        show=show,
        counts=counts,
        tally=queries.tally(row.id),
        words=words,
        open_verdicts=OPEN,
        pool=words.POOLS[Pool(row.order["pool"])] if row.order else "",
        is_open=row.decided_at is None and row.cancelled_at is None,
        banks=queries.bank_names(),
        now=clock.now(),
    )


def _pictured(import_id: int, text: str) -> str:
    """Return a Markdown text as HTML with the file's own pictures in it, for the filter ``rich``."""
    return richtext.addressed(
        richtext.short(text),
        lambda name: url_for(".import_picture", import_id=import_id, name=name),
    )


def _asked() -> str:
    return f"{request.args.get('show', '')}-{request.args.get('page', '1')}"


def _job_id(row: QuestionImport) -> int:
    name = "exams.import-check" if row.checked_at is None else "exams.import"
    return queue.job_with_key(me().id, f"{name}.{row.id}").id


def _earlier_text() -> str:
    """Return a text that was pasted before and shall be changed; nothing typed is lost."""
    number = request.args.get("again", 0, type=int)
    if not number:
        return ""
    row = queries.import_of(me(), number)
    return "" if row.file_name else files.read(row.stored_as).decode("utf-8", "replace")
