"""Pages for studying a lesson. They fetch, ask a service, and render; rules live in services."""

from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from lms.accounts.login import me, visitor
from lms.core import richtext, storage
from lms.core.errors import found
from lms.courses import handouts, queries, runs, services
from lms.courses.blueprint import bp
from lms.courses.checks import pieces
from lms.courses.forms import LARGEST_ID, CheckForm, FinishForm, check_form
from lms.courses.queries import LessonPage
from lms.web import i18n
from lms.web.files import send_path

SVG = "image/svg+xml"


@bp.get("/lessons/<code>")
def lesson(code: str) -> str:
    """Show a lesson. A read marker: the first time, that it was opened is noted."""
    page = queries.lesson_page(visitor(), code)
    if page.shown.mark is not None:
        return _reader(page)
    shown = _reader(page.opened())  # before the writing, which ends what was read
    if services.open_lesson(page):
        return shown
    return _reader(queries.lesson_page(visitor(), code))  # another tab was first


def _reader(page: LessonPage, answers: dict[str, CheckForm] | None = None) -> str:
    version = page.shown.version
    address = partial(url_for, ".media", version_id=version.id)
    html = richtext.addressed(i18n.local(version.html), lambda name: address(name=name))
    answers = answers or {}
    return render_template(
        "courses/lesson.html",
        page=page,
        parts=pieces(html),
        answers=answers,
        materials=handouts.materials_of(version.lesson_id),
        sheets=handouts.aids_of(page.code),
    )


@bp.post("/lessons/<code>/finish")
def finish(code: str) -> str | Response:
    """Note that a lesson was read to its end, and go on."""
    run = found(runs.run_with_lesson(visitor(), code))
    version_id = FinishForm().version_id()
    services.finish_lesson(run.id, code, actor=visitor(), version_id=version_id)
    if request.headers.get("HX-Request"):
        return render_template("courses/read_state.html", page=queries.lesson_page(visitor(), code))
    if following := queries.lesson_after(run, code):
        return redirect(url_for(".lesson", code=following))
    return redirect(url_for("desk.home", programme=run.outline.code))


@bp.get("/lessons/<code>/checks/<check_id>")
def asked(code: str, check_id: str) -> Response:
    """Lead whoever reloads an answered self-check back to where it stands."""
    return redirect(url_for(".lesson", code=code, _anchor=f"check-{check_id}"))


@bp.post("/lessons/<code>/checks/<check_id>")
def check(code: str, check_id: str) -> ResponseReturnValue:
    """Say what an answer to a self-check shows. Nothing of it is kept."""
    page = queries.lesson_page(me(), code)
    found(page.shown.mark)  # of what was never opened, nothing is told
    one = found(page.shown.version.checks.get(check_id))
    form = check_form(one)
    status = 200 if form.validate_on_submit() else 422
    if request.headers.get("HX-Request"):
        return render_template("courses/check.html", page=page, check=one, form=form), status
    return _reader(page, {check_id: form}), status


@bp.get(f"/lessons/media/<int(max={LARGEST_ID}):version_id>/<name>")
def media(version_id: int, name: str) -> Response:
    """Send a file of a lesson, in pieces where a player asks for a range."""
    row = queries.media_for(me(), version_id, name)
    # A drawing opened as a page could run scripts as one of ours; as a download it cannot.
    shown_as = row.name if row.mime == SVG else ""
    path = storage.path_of(row.sha256)
    return send_path(path, mime=row.mime, name=shown_as, etag=row.sha256)
