"""Pages for the files that go with a lesson: the trainer's, and the way to each file."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.core import disk, storage
from lms.core.archives import FileRefusedError
from lms.core.errors import found
from lms.core.text import filename
from lms.courses import handouts, materials as service, studio, upload_rules, words
from lms.courses.blueprint import bp
from lms.courses.errors import SameFileError
from lms.courses.forms import MaterialForm
from lms.courses.materials import Label, Stored
from lms.courses.models import Material, MaterialVersion
from lms.courses.upload_rules import Kind
from lms.web import i18n
from lms.web.fields import shown_in, typed
from lms.web.files import send_path

REFUSALS = {FileRefusedError: "file", SameFileError: "file"}


@bp.route("/studio/lessons/<code>/materials", methods=["GET", "POST"])
def materials(code: str) -> ResponseReturnValue:
    """List a lesson's materials; put another file beside it."""
    lesson = studio.lesson(code)
    form = MaterialForm()
    if form.validate_on_submit():
        with shown_in(form, REFUSALS):
            service.add(lesson, _taken_in(form), _label(form), actor=me())
            flash(_("The material is there, and trainees see it."), "success")
            return redirect(url_for(".materials", code=code))
    return render_template(
        "courses/materials.html",
        lesson=lesson,
        rows=studio.materials_of(lesson.id),
        form=form,
        **_shared(),
    ), 422 if form.is_submitted() else 200


@bp.route("/studio/materials/<int:material_id>", methods=["GET", "POST"])
def material_edit(material_id: int) -> ResponseReturnValue:
    """Show a material's versions; replace it by a new one."""
    row = studio.material(material_id)
    title = found(row.published).title
    form = MaterialForm(title_zh=title["zh"], title_en=title["en"])
    if form.validate_on_submit():
        with shown_in(form, REFUSALS):
            new = service.replace(row, _taken_in(form), _label(form), actor=me())
            flash(_("Version %(number)d is published.", number=new.number), "success")
            return redirect(url_for(".material_edit", material_id=material_id))
    page = render_template("courses/materials_edit.html", row=row, form=form, **_shared())
    return page, 422 if form.is_submitted() else 200


@bp.post("/studio/materials/<int:material_id>/retire")
def material_retire(material_id: int) -> Response:
    """Take a material away from trainees."""
    row = studio.material(material_id)
    service.retire(row, actor=me())
    flash(_("Trainees do not see it any more. It stays on record."), "success")
    return _back_to(row)


@bp.post("/studio/materials/<int:material_id>/bring-back")
def material_bring_back(material_id: int) -> Response:
    """Give a retired material back to trainees."""
    row = studio.material(material_id)
    service.bring_back(row, actor=me())
    flash(_("The material is there, and trainees see it."), "success")
    return _back_to(row)


@bp.get("/studio/materials/files/<int:version_id>")
def studio_material(version_id: int) -> Response:
    """Send any version of a material to a trainer."""
    return _sent(studio.material_version(version_id))


@bp.get("/materials/<int:version_id>")
def material(version_id: int) -> Response:
    """Send a material of a lesson that the trainee has opened."""
    return _sent(handouts.material_for(me(), version_id))


def _taken_in(form: MaterialForm) -> Stored:
    upload = form.file.data
    limit = current_app.config["SETTINGS"].upload_limit_mb
    disk.need_room_for_files()
    return service.take_in(upload.filename, upload.stream, limit_mb=limit)


def _label(form: MaterialForm) -> Label:
    return Label({"zh": typed(form.title_zh), "en": typed(form.title_en)}, typed(form.note))


def _back_to(row: Material) -> Response:
    return redirect(url_for(".materials", code=row.lesson.code))


def _sent(version: MaterialVersion) -> Response:
    """Send a file, named by its title: what the uploader called it was not kept."""
    form = version.form
    name = f"{filename(i18n.local(version.title), f'v{version.number}')}.{version.suffix}"
    return send_path(
        storage.path_of(version.sha256),
        mime=form.mime,
        name=name,
        etag=version.sha256,
        is_shown=form.kind is not Kind.OFFICE,
    )


def _shared() -> dict[str, object]:
    limit = current_app.config["SETTINGS"].upload_limit_mb
    return {
        "kinds": words.KINDS,
        "icons": words.KIND_ICONS,
        "endings": ",".join(f".{each}" for each in upload_rules.FORMS),
        "limit_mb": limit,
        "image_limit_mb": upload_rules.LARGEST_IMAGE_BYTES // service.MEGABYTE,
    }
