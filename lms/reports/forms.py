"""Forms of report pages: they turn text from a browser into values, and know no rules."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from lms.accounts.models import Person
from lms.reports import queries
from lms.reports.rules import Spec
from lms.reports.services import LONGEST_ADVICE
from lms.web.i18n import language, local

DEEPER = "\N{EM SPACE}"
"""Stands before the name of a unit, once per level."""


class ReportForm(FlaskForm):
    """What a new report is to be about."""

    programme = SelectField(_("Programme"))
    stage = SelectField(_("Stage"), default="")
    unit = SelectField(_("Unit, with all below it"))
    since = DateField(_("First day"), [Optional()])
    until = DateField(_("Last day"), [Optional()])

    def __init__(self, actor: Person, **kwargs: object) -> None:
        """Offer programmes, their stages, and the units in the actor's scope."""
        super().__init__(**kwargs)
        known = queries.programmes()
        self.programme.choices = {each.code: local(dict(each.title)) for each in known}
        stages = {
            stage.code: str(_("Stage %(number)d, %(title)s")) % {
                "number": stage.number, "title": local(dict(stage.title)),
            }
            for each in known
            for stage in each.stages
        }  # fmt: skip
        self.stage.choices = {"": str(_("all stages"))} | stages
        everyone = {"": str(_("the whole organisation"))} if queries.sees_all(actor) else {}
        units = queries.units_for(actor)
        least = min((each.path.count("/") for each in units), default=0)
        self.unit.choices = everyone | {
            each.code: DEEPER * (each.path.count("/") - least) + each.name for each in units
        }

    def spec(self) -> Spec:
        """Return what was asked for."""
        return Spec(
            programme=self.programme.data,
            stage=self.stage.data or None,
            unit=self.unit.data or None,
            since=self.since.data,
            until=self.until.data,
            language=language(),
        )


class AdviceForm(FlaskForm):
    """The recommendations of a report."""

    advice = TextAreaField(
        _("What HR recommends"),
        [Length(max=LONGEST_ADVICE, message=_("%(max)d characters at most."))],
    )
    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class ExportForm(FlaskForm):
    """As which file, and in which language."""

    form = SelectField(choices={each: each.upper() for each in ("pdf", "xlsx", "csv", "json")})
    language = SelectField(choices={"zh": "中文", "en": "English"})
