"""Ways in which practising can be refused."""

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


class NothingToPractiseError(LmsError):
    """No question fits what was asked for."""

    code = "nothing-to-practise"
    message = _(
        "There is no question for practice that fits. Choose another module or all kinds of"
        " questions."
    )


class NothingDueError(LmsError):
    """No mistake is due."""

    code = "nothing-due"
    message = _("Nothing is due now. What you got wrong comes back here when it is time.")


class QuestionChangedError(LmsError):
    """A new version was published between showing the question and its answer."""

    code = "question-changed"
    message = _("This question was changed a moment ago, so your answer was not marked. Answer it"
                " as it stands now.")  # fmt: skip


class QuestionWithdrawnError(LmsError):
    """The question is no longer for practice."""

    code = "question-withdrawn"
    message = _("This question is no longer for practice. Go on with the next one.")


class NotToBeRatedError(LmsError):
    """Only the latest answer to a question can be rated, if it is right and in the notebook."""

    code = "not-to-be-rated"
    message = _("This answer cannot be rated any more: a later one counts.")
