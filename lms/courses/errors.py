"""Ways in which something about learning can be refused."""

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


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


class LessonLockedError(LmsError):
    """The lesson belongs to a stage that is not open yet."""

    code = "lesson-locked"
    message = _(
        "This lesson opens when stage %(number)d is finished. "
        "The learning map shows what is left until then."
    )
