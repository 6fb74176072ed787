"""Pages of the templates of certificates."""

import mimetypes
from dataclasses import replace
from http import HTTPStatus

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.login import me
from lms.certificates import (
    images,
    look as looks,
    policies,
    template_editor,
    template_queries,
    templates,
)
from lms.certificates.blueprint import bp, private
from lms.certificates.template_errors import (
    DraftChangedError,
    ImageRefusedError,
    NotPublishedError,
    TemplateRefusedError,
)
from lms.certificates.template_forms import StartForm, TemplateForm, values_of
from lms.certificates.template_models import CertificateTemplate, TemplateVersion
from lms.certificates.words import DESIGN_WORDS
from lms.core import uploads
from lms.core.errors import found
from lms.web.fields import shown_in, typed
from lms.web.files import send_bytes
from lms.web.uploads import takes_at_most

MOST_MB = 12
"""In one request: every picture of a template at once."""
REFUSALS = {TemplateRefusedError: "", DraftChangedError: ""}


@bp.route("/certificates/templates", methods=["GET", "POST"])
def template_list() -> ResponseReturnValue:
    """List the templates; make one from a ready design."""
    form = StartForm()
    if form.validate_on_submit():
        row = templates.start(form.design.data, typed(form.title).strip(), actor=me())
        return redirect(url_for(".template_edit", template_id=row.id))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    rows = template_queries.listed()
    page = render_template(
        "certificates/templates.html",
        rows=rows,
        form=form,
        DESIGNS=DESIGN_WORDS,
        may=policies.may_define(me()),
    )
    return private(page, status)


@bp.route("/certificates/templates/<int:template_id>", methods=["GET", "POST"])
@takes_at_most(MOST_MB)
def template_edit(template_id: int) -> ResponseReturnValue:
    """Show a template; save its draft and have it drawn."""
    row, version = template_queries.template(template_id), template_queries.latest(template_id)
    look = looks.read(version.settings)
    if look.markup is not None:
        return redirect(url_for(".markup_edit", template_id=template_id))
    form = TemplateForm(title=row.title, revision=str(version.revision), **values_of(look))
    if form.validate_on_submit():
        with shown_in(form, REFUSALS):
            _save(form, row, looks.read(version.settings))
            return redirect(url_for(".template_edit", template_id=template_id) + "#preview")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return private(_editor(form, row, version), status)


@bp.post("/certificates/templates/<int:template_id>/draft")
def template_renew(template_id: int) -> BaseResponse:
    """Start a new draft from the published version."""
    templates.renew(template_id, actor=me())
    return redirect(url_for(".template_edit", template_id=template_id))


@bp.post("/certificates/templates/<int:template_id>/preview")
def template_draw(template_id: int) -> BaseResponse:
    """Have a template drawn once more."""
    templates.ask_preview(template_id, actor=me())
    return redirect(url_for(".template_edit", template_id=template_id) + "#preview")


@bp.post("/certificates/templates/<int:template_id>/publish")
def template_publish(template_id: int) -> BaseResponse:
    """Have a draft looked through, and published if nothing speaks against it."""
    templates.ask_to_publish(template_id, actor=me())
    return redirect(url_for(".template_edit", template_id=template_id) + "#preview")


@bp.post("/certificates/templates/<int:template_id>/use")
def template_use(template_id: int) -> ResponseReturnValue:
    """Say which kinds of certificates are printed with a template from now on."""
    form = template_editor.use_form([])
    if form.validate_on_submit():
        try:
            templates.use(template_id, form.kinds.data or [], actor=me())
        except NotPublishedError as error:
            flash(str(error), "error")
        else:
            flash(_("Certificates are printed with it from now on."), "success")
    return redirect(url_for(".template_edit", template_id=template_id))


@bp.get("/certificates/templates/<int:template_id>/state")
def template_state(template_id: int) -> ResponseReturnValue:
    """Say how far drawing and publishing are; the page asks again by itself."""
    version = template_queries.latest(template_id)
    state = template_editor.state(version)
    reply = private(render_template("certificates/_template_state.html", **state))
    if not state["is_running"] and version.published_at is not None:
        reply.headers["HX-Refresh"] = "true"  # it was published meanwhile: another page
    return reply


@bp.get("/certificates/templates/<int:template_id>/pictures/<int:number>")
def template_picture(template_id: int, number: int) -> ResponseReturnValue:
    """Send one of the drawn specimens."""
    version = template_queries.latest(template_id)
    job = found(template_queries.job_with(template_queries.preview_key(version, me())))
    names = (job.result or {}).get("pictures", [])
    name = found(names[number] if number < len(names) else None)
    content = found(uploads.read(templates.PREVIEWS, name) or None)
    return private(send_bytes(content, mime="image/webp"))


@bp.get("/certificates/templates/<int:template_id>/files/<name>")
def template_file(template_id: int, name: str) -> Response:
    """Send a picture of a template: as a picture, which runs nothing."""
    content = template_queries.file_of(template_id, name)
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    reply = private(send_bytes(content, mime=mime))
    reply.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return reply


def _save(form: TemplateForm, row: CertificateTemplate, before: looks.Look) -> None:
    brought: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    for upload in form.uploads():
        try:
            name, content = images.taken(upload.content)
        except ImageRefusedError as error:
            error.context["field"] = upload.field
            raise
        brought[upload.field], pictures[name] = name, content
    number = form.revision.data or ""
    templates.save(
        row.id,
        replace(form.look(before, brought), images=pictures),
        title=typed(form.title).strip(),
        revision=int(number) if number.isdecimal() else 0,
        actor=me(),
    )
    templates.ask_preview(row.id, actor=me())


def _editor(form: TemplateForm, row: CertificateTemplate, version: TemplateVersion) -> str:
    return render_template(
        "certificates/template.html",
        form=form,
        PLACES=looks.PLACES,
        most_mb=images.MOST_MB,
        **template_editor.shown(row, version),
    )
