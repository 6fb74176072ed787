"""Forms around signing in: they turn text from a browser into values, and know no rules."""

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

LANGUAGES = {"zh": "中文", "en": "English"}
"""Each in its own words: whoever looks for theirs must be able to read it."""

needed = InputRequired(_("This is needed."))
short = Length(max=80, message=_("%(max)d characters at most."))
no_blank_only = Regexp(r".*\S", message=_("This is needed."))


def languages() -> dict[str, str]:
    """Return the languages of this site, for a choice."""
    return {code: LANGUAGES[code] for code in current_app.config["LANGUAGES"]}


class SignInForm(FlaskForm):
    """Name and password, and the page that was asked for."""

    login = StringField(
        _("Sign-in name"),
        [needed],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _("Password"), [needed], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


class ForgotForm(FlaskForm):
    """Who forgot the password."""

    login = StringField(
        _("Sign-in name or mail address"),
        [needed],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )


class NewPasswordForm(FlaskForm):
    """A password that is set by a link."""

    password = PasswordField(
        _("New password"), [needed], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        _("The same again"),
        [needed, EqualTo("password", _("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """A password that is changed by its owner."""

    old = PasswordField(
        _("Present password"), [needed], render_kw={"autocomplete": "current-password"}
    )


class ProfileForm(FlaskForm):
    """What people may change about themselves."""

    locale = RadioField(_("Language"))
    latin_name = StringField(_("Name in Latin letters"), [short], render_kw={"autocomplete": "off"})

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the languages that this site has."""
        super().__init__(*args, **kwargs)
        self.locale.choices = languages()


class SetupForm(NewPasswordForm):
    """The first administrator and the organisation."""

    name = StringField(
        _("Your name"), [needed, no_blank_only, short], render_kw={"autocomplete": "name"}
    )
    login = StringField(
        _("Sign-in name"),
        [needed, no_blank_only, short],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    locale = RadioField(_("Language"))
    organisation = StringField(
        _("Name of the organisation"),
        [needed, no_blank_only, short],
        render_kw={"autocomplete": "organization"},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the languages that this site has."""
        super().__init__(*args, **kwargs)
        self.locale.choices = languages()
