"""Forms of certificate pages: they turn text from a browser into values, and know no rules."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.certificates.models import RevocationReason
from lms.certificates.words import REASONS


def _reasons() -> dict[str, str]:
    return {each.value: str(words) for each, words in REASONS.items()}


class SerialForm(FlaskForm):
    """A serial, typed from a paper. Asked by GET: checking changes nothing."""

    class Meta(FlaskForm.Meta):
        """No token: there is no session to protect."""

        csrf = False

    serial = StringField(
        _("Certificate number"),
        validators=[DataRequired(_("Type the number that is printed on the certificate."))],
    )

    @property
    def typed(self) -> str:
        """What was typed."""
        return (self.serial.data or "").strip()


class RevokeForm(FlaskForm):
    """Why a certificate is revoked."""

    reason = RadioField(
        _("Reason (public)"),
        choices=_reasons,
        validators=[DataRequired(_("Choose a reason."))],
    )
    note = TextAreaField(
        _("Note (internal)"),
        validators=[
            DataRequired(_("Say what happened: the audit log keeps it.")),
            Length(max=400, message=_("At most 400 characters.")),
        ],
    )

    def values(self) -> dict[str, Any]:
        """Return the arguments for `services.revoke`."""
        return {
            "reason": RevocationReason(self.reason.data),
            "note": (self.note.data or "").strip(),
        }
