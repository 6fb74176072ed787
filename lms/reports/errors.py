"""Why a report cannot be made as it was asked for."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


class ReportRefusedError(LmsError):
    """What was asked for does not fit together; `field` names the part to change."""

    code = "report-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("This report cannot be made.")
    field = ""

    def __init__(self, **context: object) -> None:
        super().__init__(**{"field": self.field, **context})


class UnknownProgrammeError(ReportRefusedError):
    """There is no such programme."""

    code = "unknown-programme"
    message = _("There is no programme with the code “%(code)s”. Choose one from the list.")
    field = "programme"


class UnknownStageError(ReportRefusedError):
    """The programme has no such stage."""

    code = "unknown-stage"
    message = _("This programme has no stage with the code “%(code)s”. Choose one of its own.")
    field = "stage"


class UnknownUnitError(ReportRefusedError):
    """There is no such unit, or none in the actor's scope: the two look the same."""

    code = "unknown-unit"
    message = _("There is no unit with the code “%(code)s” in your area. Choose one from the list.")
    field = "unit"


class PeriodTurnedError(ReportRefusedError):
    """The period ends before it begins."""

    code = "period-turned"
    message = _("The period ends before it begins: from %(since)s to %(until)s. Swap the two days.")
    field = "until"


class RecommendationsChangedError(LmsError):
    """Someone else saved recommendations since the page was opened."""

    code = "recommendations-changed"
    message = _(
        "Someone else changed the recommendations meanwhile. Theirs stand above; yours are still"
        " in the field. Bring the two together and save again."
    )
