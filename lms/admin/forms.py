"""Forms of operator pages: they turn text from a browser into values, and know no rules."""

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.accounts import policies
from lms.accounts.models import Person
from lms.accounts.rules import Details, Role
from lms.admin import queries, words
from lms.web.fields import typed

needed = Regexp(r".*\S", message=_("This is needed."))
mail_address = Regexp(
    r"^\s*[^@\s,;<>]+@[^@\s,;<>]+\s*$", message=_("A mail address looks like name@example.com.")
)


def up_to(most: int) -> Length:
    """Refuse what is longer than the table holds."""
    return Length(max=most, message=_("%(max)d characters at most."))


def number_or_none(value: object) -> int | None:
    """Return the number that a choice stands for; the empty choice is none."""
    return int(str(value)) if value not in {None, "", "None"} else None


def role_names() -> dict[str, str]:
    """Return the roles in words, for a choice."""
    return {role.value: str(name) for role, name in words.ROLES.items()}


class PersonForm(FlaskForm):
    """What is known of a person."""

    name = StringField(_("Name"), [needed, up_to(80)], render_kw={"autocomplete": "off"})
    latin_name = StringField(
        _("Name in Latin letters"), [up_to(80)], render_kw={"autocomplete": "off"}
    )
    login = StringField(_("Sign-in name"), [needed, up_to(80)], render_kw={"autocomplete": "off"})
    email = StringField(
        _("Mail address"), [Optional(), mail_address, up_to(254)], render_kw={"autocomplete": "off"}
    )
    staff_no = StringField(_("Staff number"), [up_to(40)], render_kw={"autocomplete": "off"})
    unit_id = SelectField(_("Unit"), coerce=number_or_none)
    locale = SelectField(_("Language of mails"))

    def __init__(self, *args: object, actor: Person, **kwargs: object) -> None:
        """Offer the units that the actor may put people in, and the site's languages."""
        super().__init__(*args, **kwargs)
        self.unit_id.choices = queries.own_unit_choices(actor)
        codes = current_app.config["LANGUAGES"]
        self.locale.choices = {code: words.LANGUAGES[code] for code in codes}

    def details(self) -> Details:
        """Return what was typed."""
        return Details(
            name=typed(self.name),
            latin_name=typed(self.latin_name),
            login=typed(self.login),
            email=typed(self.email),
            staff_no=typed(self.staff_no),
            unit_id=self.unit_id.data,
            locale=self.locale.data,
        )


class NewPersonForm(PersonForm):
    """A person who is taken in, with roles and, for a trainee, a programme."""

    roles = SelectMultipleField(
        _("Roles"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    programme_id = SelectField(_("Programme to enrol in"), coerce=number_or_none)
    due_on = DateField(_("To be completed by"), [Optional()])

    def __init__(self, *args: object, actor: Person, **kwargs: object) -> None:
        """Offer the roles that the actor may give, and programmes."""
        super().__init__(*args, actor=actor, **kwargs)
        names = role_names()
        self.roles.choices = {
            each: name for each, name in names.items() if policies.may_give(actor, Role(each))
        }
        self.programme_id.choices = _programmes()

    def chosen_roles(self) -> list[Role]:
        """Return the roles that were ticked."""
        return [Role(value) for value in self.roles.data or []]


class EnrolForm(FlaskForm):
    """A programme for a person."""

    programme_id = SelectField(
        _("Programme"), [InputRequired(_("This is needed."))], coerce=number_or_none
    )
    due_on = DateField(_("To be completed by"), [Optional()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the programmes that there are."""
        super().__init__(*args, **kwargs)
        self.programme_id.choices = _programmes()


class GrantForm(FlaskForm):
    """A role for a person, for everyone or for a unit."""

    role = SelectField(_("Role"))
    scope_id = SelectField(_("Counts for"), coerce=number_or_none)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer roles and units."""
        super().__init__(*args, **kwargs)
        self.role.choices = role_names()
        everyone = {"": str(_("the whole organisation"))}
        self.scope_id.choices = queries.unit_choices() | everyone


class ImportForm(FlaskForm):
    """A file with people."""

    file = FileField(
        _("File with people"),
        [FileRequired(_("Choose a file first."))],
        render_kw={"accept": ".xlsx,.csv"},
    )
    invite = BooleanField(_("Send the new people their invitations as soon as they are in"))


class AssignForm(FlaskForm):
    """A programme for many people: those named, and those of a unit."""

    programme_id = SelectField(
        _("Programme"), [InputRequired(_("This is needed."))], coerce=number_or_none
    )
    due_on = DateField(_("To be completed by"), [Optional()])
    unit_id = SelectField(_("Unit"), coerce=number_or_none)
    people = TextAreaField(_("People"), [up_to(200_000)], render_kw={"rows": 6})

    def __init__(self, *args: object, actor: Person, **kwargs: object) -> None:
        """Offer the programmes, and the units that the actor sees."""
        super().__init__(*args, **kwargs)
        self.programme_id.choices = _programmes()
        self.unit_id.choices = {"": "–"} | queries.own_unit_choices(actor)

    def names(self) -> list[str]:
        """Return the staff numbers, sign-in names or mail addresses, one a line, each once."""
        lines = (" ".join(each.split()) for each in typed(self.people).splitlines())
        return list(dict.fromkeys(filter(None, lines)))


class UnitForm(FlaskForm):
    """A unit and what it is part of."""

    name = StringField(
        _("Name of the unit"), [needed, up_to(80)], render_kw={"autocomplete": "off"}
    )
    parent_id = SelectField(_("Part of"), coerce=number_or_none)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the units that there are."""
        super().__init__(*args, **kwargs)
        nothing = {"": str(_("nothing: it stands at the top"))}
        self.parent_id.choices = queries.unit_choices() | nothing


class AuditForm(FlaskForm):
    """What to look for in the audit log. It changes nothing, so its address can be kept."""

    class Meta:
        """Read from the address, without a token."""

        csrf = False

    who = StringField(_("Name or sign-in name"), render_kw={"autocomplete": "off"})
    action = SelectField(_("What was done"), default="")
    first = DateField(_("First day"), [Optional()])
    last = DateField(_("Last day"), [Optional()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the actions that have happened."""
        super().__init__(*args, **kwargs)
        self.action.choices = queries.audit_actions()


def _programmes() -> dict[str, str]:
    return {"": "–"} | {str(number): title for number, title in queries.programmes().items()}
