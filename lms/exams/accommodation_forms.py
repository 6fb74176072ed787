"""The form of an accommodation. Knows no rule but what a field can hold."""

from datetime import date

from flask_babel import gettext, lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from lms.accounts.models import OrgUnit
from lms.accounts.queries import person_with_login
from lms.core.db import db
from lms.exams.accommodations import Grant
from lms.exams.models import Exam
from lms.exams.rules.allowances import MOST_ATTEMPTS, MOST_PERCENT, Allowance
from lms.web.fields import typed

_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


class AccommodationForm(FlaskForm):
    """More time or attempts for a person or a unit."""

    exam_id = SelectField(_("For which exam"))
    person = StringField(
        _("Person"), [Length(max=80, message=_("%(max)d characters at most."))],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    unit_id = SelectField(_("Or a unit"))
    extra_percent = IntegerField(
        _("More time, in percent"),
        [
            InputRequired(_("A whole number; 0 for none.")),
            NumberRange(0, MOST_PERCENT, _("From %(min)d to %(max)d.")),
        ],
        default=0,
        render_kw=_NUMBER,
    )
    is_untimed = BooleanField(_("Without a time limit"))
    extra_attempts = IntegerField(
        _("More attempts"),
        [
            InputRequired(_("A whole number; 0 for none.")),
            NumberRange(0, MOST_ATTEMPTS, _("From %(min)d to %(max)d.")),
        ],
        default=0,
        render_kw=_NUMBER,
    )
    from_on = DateField(_("First day"), [InputRequired(_("This is needed."))])
    until_on = DateField(_("Last day"), [Optional()])
    reason = StringField(
        _("Why"),
        [
            Regexp(r".*\S", message=_("Say in a line why.")),
            Length(max=200, message=_("%(max)d characters at most.")),
        ],
        render_kw={"autocomplete": "off"},
    )

    def __init__(
        self, *args: object, exams: dict[str, str], units: dict[str, str], **kwargs: object
    ) -> None:
        """Offer exams and units."""
        super().__init__(*args, **kwargs)
        self.exam_id.choices = {"": gettext("All exams"), **exams}
        self.unit_id.choices = {"": "–", **units}

    def validate_person(self, field: StringField) -> None:
        """Ask for one of person and unit, and for somebody who is here."""
        name = typed(field).strip()
        if bool(name) == bool(self.unit_id.data):
            raise ValidationError(gettext("A person or a unit: one of the two."))
        if name and person_with_login(name) is None:
            raise ValidationError(gettext("Nobody signs in under this name."))

    def grant(self) -> Grant:
        """Return what is asked for; the form has to be valid."""
        name, begins = typed(self.person).strip(), self.from_on.data
        assert isinstance(begins, date)
        return Grant(
            allowance=Allowance(
                self.extra_percent.data or 0,
                bool(self.is_untimed.data),
                self.extra_attempts.data or 0,
            ),
            from_on=begins,
            until_on=self.until_on.data,
            reason=typed(self.reason).strip(),
            person=person_with_login(name) if name else None,
            unit=db.session.get(OrgUnit, int(self.unit_id.data)) if self.unit_id.data else None,
            exam=db.session.get(Exam, int(self.exam_id.data)) if self.exam_id.data else None,
        )
