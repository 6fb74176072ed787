"""Forms of a certificate's holder."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.validators import DataRequired

from lms.certificates.privacy import Privacy
from lms.certificates.words import PRIVACY


def _choices() -> dict[str, str]:
    return {each.value: str(name) for each, (name, _what) in PRIVACY.items()}


class PrivacyForm(FlaskForm):
    """Who sees a certificate."""

    privacy = RadioField(
        _("Who sees this certificate"),
        choices=_choices,
        validators=[DataRequired(_("Choose who sees it."))],
    )

    @property
    def chosen(self) -> Privacy:
        """What was chosen."""
        return Privacy(self.privacy.data)


class RenewForm(FlaskForm):
    """A new link, asked for knowingly: it takes back the codes on paper as well."""

    understood = BooleanField(
        _("I know that codes on paper and in the PDF then show little"),
        validators=[
            DataRequired(
                _("Tick that you know what it does to printed codes. Nothing was changed.")
            )
        ],
    )
