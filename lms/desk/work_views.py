"""Long work that a person asked for: how far it is, what came of it, and the files it made."""

from http import HTTPStatus

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.accounts.login import me
from lms.core import deliverables, queue
from lms.core.queue import JobState
from lms.desk.words import job_words
from lms.web.files import send_path
from lms.web.i18n import language
from lms.web.urls import safe_next

bp = Blueprint("work", __name__)


@bp.get("/work/<int:job_id>")
def progress(job_id: int) -> ResponseReturnValue:
    """Say how far a job is; the page asks again by itself until it is done."""
    job = queue.job_of(me().id, job_id)
    result = job.result or {}
    made = result.get("deliverable")
    part = "desk/_work.html" if "HX-Request" in request.headers else "desk/work.html"
    is_over = job.state in {JobState.DONE, JobState.DEAD}
    return render_template(
        part,
        job=job,
        title=job_words(job.name),
        is_over=is_over,
        file=deliverables.one_of(me().id, made) if made else None,
        left_out=result.get("left_out", 0),
        page=safe_next(result["page"]) if result.get("page") else None,
        refusal=result.get("refusal", {}).get(language()),
    ), HTTPStatus.OK if is_over else HTTPStatus.ACCEPTED


@bp.get("/downloads")
def files() -> str:
    """List the files that were made for the person who is signed in."""
    return render_template("desk/files.html", files=deliverables.of(me().id))


@bp.get("/downloads/<int:deliverable_id>")
def download(deliverable_id: int) -> ResponseReturnValue:
    """Send one of them."""
    row = deliverables.one_of(me().id, deliverable_id)
    return send_path(row.path, mime=row.mime, name=row.name)
