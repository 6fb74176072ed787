"""Handing in files as answers, as a plain form sends them; and getting them back."""

from typing import BinaryIO, cast

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.core.archives import FileRefusedError
from lms.exams import form_saving, forms, handing_files, queries
from lms.exams.blueprint import bp
from lms.exams.errors import NoFileError, TooManyFilesError
from lms.exams.sending import sent
from lms.exams.sittings import token


@bp.post("/attempts/<int:attempt_id>/files/<int:slot>")
def upload(attempt_id: int, slot: int) -> Response:
    """Take a file into an answer. The form carries all other answers too, which are saved first."""
    _save_others(attempt_id, slot)
    given = request.files.get(f"file{slot}")
    name = given.filename if given else None
    try:
        stored = handing_files.take_in(name, cast("BinaryIO", given and given.stream))
        handing_files.add(
            handing_files.Place(attempt_id, slot, token(attempt_id)),
            stored,
            name or "",
            actor=me(),
        )
        flash(
            _("The file is handed in with this attempt. You can remove it until then."), "success"
        )
    except (FileRefusedError, NoFileError, TooManyFilesError) as error:
        flash(str(error), "danger")
    return _back(attempt_id, slot)


@bp.post("/attempts/<int:attempt_id>/files/<int:slot>/remove")
def upload_remove(attempt_id: int, slot: int) -> Response:
    """Take a file out of an answer."""
    _save_others(attempt_id, slot)
    named = request.form.get("remove", "")
    place = handing_files.Place(attempt_id, slot, token(attempt_id))
    handing_files.remove(place, named, actor=me())
    return _back(attempt_id, slot)


@bp.get("/attempts/files/<int:file_id>")
def own_file(file_id: int) -> Response:
    """Send a file back to the trainee who handed it in."""
    return sent(queries.file_of(me(), file_id))


def _save_others(attempt_id: int, slot: int) -> None:
    """Save what the form carries beside the file; one by one, that is the open question alone."""
    attempt = queries.attempt_of(me(), attempt_id, with_layout=True)
    answers = forms.from_form(request.form, len(attempt.layout))
    if attempt.position is not None:
        answers = [each for each in answers if each.slot == slot]
    form_saving.save_form(attempt, answers, client=token(attempt_id), actor=me())


def _back(attempt_id: int, slot: int) -> Response:
    return redirect(url_for(".sit", attempt_id=attempt_id) + f"#q{slot}")
