"""Ways in which something about learning can be refused."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from flask_babel import LazyString, lazy_gettext as _

from lms.core.archives import FileRefusedError
from lms.core.errors import LmsError
from lms.courses.upload_rules import Refusal


class AlreadyEnrolledError(LmsError):
    """A run of the same programme is not completed yet."""

    code = "already-enrolled"
    message = _(
        "%(name)s is still taking this programme. A new run can begin when this one is completed."
    )


class NotPublishedError(LmsError):
    """The programme has no published version to take."""

    code = "programme-not-published"
    message = _("This programme has no published version yet. Import the content first.")


class NobodyChosenError(LmsError):
    """There is nobody to assign a programme to."""

    code = "nobody-chosen"
    message = _("There is nobody to assign it to. Choose people, or a unit that has trainees.")


class LessonLockedError(LmsError):
    """The lesson belongs to a stage that is not open yet."""

    code = "lesson-locked"
    message = _(
        "This lesson opens when stage %(number)d is finished. "
        "The learning map shows what is left until then."
    )


class FaultyLessonError(LmsError):
    """A text has slips; `slips` in the context says which and where."""

    code = "lesson-faulty"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("Nothing was saved yet: the texts have slips. Each is named below with its line.")


class NothingChangedError(LmsError):
    """A revision says what the lesson says already."""

    code = "nothing-changed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("The lesson says that already, so there is no new version to save.")


class EditedMeanwhileError(LmsError):
    """Somebody else published a version since this one's editing began."""

    code = "edited-meanwhile"
    message = _("Somebody else has changed this lesson meanwhile. Nothing was saved yet.")


class SameFileError(LmsError):
    """A material's new version is the file that it has already."""

    code = "same-file"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("This is the file that is there already. Choose another one, or leave it as it is.")


class UploadRefusedError(FileRefusedError):
    """A file is not taken as a material."""

    code = "upload-refused"
    sentences: ClassVar[Mapping[str, LazyString]] = {
        Refusal.EMPTY: _("The file is empty. Check that it was saved, then choose it again."),
        Refusal.DRAWING: _(
            "SVG drawings are not taken, because they can hold programs. Save it as PNG or PDF."
        ),
        Refusal.OLD_OFFICE: _(
            "This office format is not taken. Save the file as DOCX, XLSX, PPTX or PDF."
        ),
        Refusal.MACROS: _(
            "The file has macros in it. Save it without macros, as DOCX, XLSX or PPTX."
        ),
        Refusal.KIND: _(
            "Files of this kind are not taken. PDF, PNG, JPG, WebP, GIF, MP4, WebM, DOCX, XLSX and "
            "PPTX are."
        ),
        Refusal.NOT_AS_NAMED: _(
            "The file is not what its name says: it ends in .%(suffix)s and holds something else. "
            "Save it anew in the program that made it; changing the name is not enough."
        ),
        Refusal.TOO_LARGE: _(
            "The file has %(size)s MB, and %(limit)s MB are the most. Make it smaller, or split it."
        ),
        Refusal.BROKEN: _(
            "The picture is damaged or was cut off. Open it, save it anew, and choose that copy."
        ),
        Refusal.TOO_MANY_PIXELS: _(
            "The picture has more than %(most)s million pixels. Save it smaller, then choose it "
            "again."
        ),
    }
