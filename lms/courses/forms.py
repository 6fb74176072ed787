"""Forms of lesson pages: they turn text from a browser into values, and know no rules."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from lms.courses.checks import Check

LARGEST_ID = 2**31 - 1
"""What a primary key can hold on every database."""


class FinishForm(FlaskForm):
    """That a lesson was read to its end."""

    version = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID)])
    """The version that was on the page."""

    def version_id(self) -> int | None:
        """Return the version; None if there is none, or nothing that could be one."""
        return self.version.data if self.validate() else None


class CheckForm(FlaskForm):
    """The answer to one self-check."""

    def chosen(self) -> frozenset[str]:
        """Return the keys of the options that were chosen; none, if the form was refused."""
        given = None if self.errors else self.data["choice"]
        return frozenset([given] if isinstance(given, str) else given or [])


def check_form(check: Check) -> CheckForm:
    """Build the form of one self-check: one choice, or several where several are right."""
    kind = SelectMultipleField if len(check.right) > 1 else RadioField
    choice = kind(
        _("Your answer"),
        choices={option.key: option.key for option in check.options},
        validators=[InputRequired(_("Choose an answer first."))],
    )
    form: CheckForm = type("CheckForm", (CheckForm,), {"choice": choice})()
    return form
