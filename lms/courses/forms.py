"""Forms of lesson pages: they turn text from a browser into values, and know no rules."""

import re
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from lms.core.placeholders import used
from lms.courses.checks import Check

LARGEST_ID = 2**31 - 1
"""What a primary key can hold on every database."""
_ID = re.compile(r"[0-9]{1,9}")
LONGEST_TITLE, LONGEST_NOTE, LONGEST_TEXT = 120, 400, 200_000
LONGEST_LESSON = 240
"""Minutes."""


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


def _one_line(text: str | None) -> str:
    return " ".join((text or "").replace("\0", "").split())


def _fixed(_form: FlaskForm, field: Field) -> None:
    """Refuse named values where they are not filled in."""
    if used(field.data or ""):
        raise ValidationError(_("A named value such as {{company}} cannot stand here. Write it."))


def _title(label: Any) -> StringField:
    checks = [DataRequired(_("Give it a title.")), Length(max=LONGEST_TITLE), _fixed]
    return StringField(label, checks, filters=[_one_line])


def _note() -> StringField:
    checks = [DataRequired(_("Say in a few words what is new.")), Length(max=LONGEST_NOTE)]
    return StringField(_("What is new"), checks, filters=[_one_line])


def _text(label: Any) -> TextAreaField:
    return TextAreaField(label, [DataRequired(_("The text is empty.")), Length(max=LONGEST_TEXT)])


class LessonForm(FlaskForm):
    """What a lesson says, in both languages."""

    title_zh = _title(_("Title in Chinese"))
    title_en = _title(_("Title in English"))
    minutes = IntegerField(
        _("Minutes"),
        [InputRequired(_("Say how long it takes.")), NumberRange(1, LONGEST_LESSON)],
    )
    zh = _text(_("Text in Chinese"))
    en = _text(_("Text in English"))
    note = _note()
    base = HiddenField()
    """The version from which the editing began."""

    def base_id(self) -> int:
        """Return the version that the form began from; 0, which is none, if it names none."""
        given = str(self.base.data or "")
        return int(given) if _ID.fullmatch(given) else 0


class MaterialForm(FlaskForm):
    """A file that goes with a lesson."""

    title_zh = _title(_("Title in Chinese"))
    title_en = _title(_("Title in English"))
    note = _note()
    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
