"""HR's page for assigning a programme to many people."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.admin import queries
from lms.admin.blueprint import bp
from lms.admin.forms import AssignForm
from lms.core import queue
from lms.courses import assigning
from lms.courses.errors import NobodyChosenError

REFUSED = 422
MOST_PRESET = 500
"""People whom an address can name."""
NAMED = 5
"""Unknown names that a sentence lists."""


@bp.route("/admin/assign", methods=["GET", "POST"])
def assign() -> ResponseReturnValue:
    """Choose programme, date and people; a job enrols them."""
    form = AssignForm(actor=me(), people=_preset_people(), programme_id=_preset_programme())
    if form.validate_on_submit():
        found, unknown = queries.people_named(me(), form.names())
        if unknown:
            said = ", ".join(unknown[:NAMED]) + (" …" if len(unknown) > NAMED else "")
            form.people.errors = [
                _("Nobody whom you see is called: %(names)s. Check them.", names=said)
            ]
        else:
            return _begin(form, found)
    return _page(form)


@bp.get("/admin/assign/<token>")
def assign_done(token: str) -> ResponseReturnValue:
    """Say how many were enrolled, and who was not and why."""
    job = queue.job_with_key(me().id, assigning.job_key(token))
    if job.result is None:
        return redirect(url_for("work.progress", job_id=job.id))
    return render_template(
        "admin/assign_done.html",
        enrolled=job.result["enrolled"],
        skipped=queries.skipped_people(me(), job.result["skipped"]),
        programme=queries.programmes().get(job.payload["programme_id"], ""),
    )


def _begin(form: AssignForm, people_ids: list[int]) -> ResponseReturnValue:
    unit_id = form.unit_id.data
    inside = [] if unit_id is None else assigning.in_unit(me(), unit_id)
    programme = queries.programme_or_404(form.programme_id.data)
    try:
        job = assigning.assign_later(
            list(dict.fromkeys([*people_ids, *inside])), programme,
            due_on=form.due_on.data, actor=me(),
        )  # fmt: skip
    except NobodyChosenError as error:
        form.people.errors = [str(error)]
        return _page(form)
    return redirect(url_for("work.progress", job_id=job.id))


def _page(form: AssignForm) -> ResponseReturnValue:
    return render_template("admin/assign.html", form=form), REFUSED if form.errors else 200


def _preset_people() -> str:
    """Return whom the address names, as the form wants them: a list with ticks leads here."""
    numbers = request.args.getlist("person", type=int)[:MOST_PRESET]
    return "\n".join(queries.names_of(me(), numbers))


def _preset_programme() -> int | None:
    return queries.programme_id_of(request.args.get("programme", ""))
