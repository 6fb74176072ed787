"""Forms of certificate pages: they turn text from a browser into values, and know no rules."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from lms.certificates import choosing
from lms.certificates.models import RevocationReason
from lms.certificates.words import REASONS

REPLACED = RevocationReason.REPLACED


def _reasons() -> dict[str, str]:
    """Return the grounds to choose from: what is only misspelt is issued anew instead."""
    chosen = {each: words for each, words in REASONS.items() if each is not REPLACED}
    return {each.value: str(words) for each, words in chosen.items()}


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


class FileForm(FlaskForm):
    """A file that is said to be a certificate."""

    file = FileField(
        _("PDF, badge, credential or photo"),
        [FileRequired(_("Choose a file first."))],
        render_kw={"accept": ".pdf,.png,.jpg,.jpeg,.webp,.json"},
    )


class IssueForm(FlaskForm):
    """To whom certificates are issued by hand, and why."""

    kind = SelectField(_("Certificate"), validators=[DataRequired(_("Choose a certificate."))])
    people = TextAreaField(
        _("People"),
        validators=[DataRequired(_("Name one person at least."))],
    )
    reason = TextAreaField(
        _("Reason"),
        validators=[
            DataRequired(_("Say why it is issued by hand: the audit log keeps it.")),
            Length(max=400, message=_("At most 400 characters.")),
        ],
    )

    def validate_people(self, field: TextAreaField) -> None:
        """Refuse a list that is too long for one file."""
        if len((field.data or "").split("\n")) > choosing.MOST:
            raise ValidationError(_("At most %(most)d people at once.", most=choosing.MOST))

    def values(self) -> dict[str, Any]:
        """Return the arguments for `services.issue`."""
        return {
            "definition_code": self.kind.data,
            "lines": (self.people.data or "").splitlines(),
            "reason": (self.reason.data or "").strip(),
        }


class PackageForm(FlaskForm):
    """A bought certificate with its private key."""

    file = FileField(
        _("PKCS#12 file"),
        [FileRequired(_("Choose a file first."))],
        render_kw={"accept": ".p12,.pfx"},
    )
    password = PasswordField(_("Password of the file"), render_kw={"autocomplete": "off"})


class ReissueForm(FlaskForm):
    """Why a certificate is issued anew."""

    reason = TextAreaField(
        _("Reason"),
        validators=[
            DataRequired(_("Say what was wrong or has changed: the audit log keeps it.")),
            Length(max=400, message=_("At most 400 characters.")),
        ],
    )


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
