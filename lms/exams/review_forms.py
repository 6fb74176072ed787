"""The fields of an exam's editor for what is shown after handing in, and from when."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, Field, SelectField
from wtforms.validators import Optional

from lms.exams.rules.settings import Shown

NEVER, AT_ONCE, LATER, AFTER_CLOSING = "", "review", "review_later", "review_after_closing"
"""Not at all, or the key of an exam's settings that lists what is shown then."""
WHEN = (AT_ONCE, LATER, AFTER_CLOSING)
LOCAL = "%Y-%m-%dT%H:%M"
FIELDS = {each: f"shows_{each.name.lower()}" for each in Shown}
"""What can be shown -> the name of the field that says when."""


class ReviewForm(FlaskForm):
    """When each thing is shown; the instant for what is shown later."""

    shows_own = SelectField(_("Their own answers"))
    shows_marks = SelectField(_("Points of each question"))
    shows_right_wrong = SelectField(_("What was right and wrong"))
    shows_key = SelectField(_("The right answers"))
    shows_explanation = SelectField(_("The explanations"))
    review_at = DateTimeLocalField(_("Later: from"), [Optional()], format=[LOCAL, f"{LOCAL}:%S"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the times."""
        super().__init__(*args, **kwargs)
        for name in FIELDS.values():
            self[name].choices = {
                AT_ONCE: gettext("At once"),
                LATER: gettext("Later, from a time on"),
                AFTER_CLOSING: gettext("When the exam has closed"),
                NEVER: gettext("Not at all"),
            }

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask for the times that are spoken of; an empty field checks nothing itself."""
        is_fine = super().validate(*args, **kwargs)
        when = self.when
        wrong: list[tuple[Field, str]] = []
        if LATER in when.values() and not self.review_at.data and not self.review_at.errors:
            said = gettext("Say from when it is shown, or choose another time for each of them.")
            wrong.append((self.review_at, said))
        if self.review_at.data and LATER not in when.values():
            said = gettext(
                "Nothing is shown from then on: choose “later” for something, or empty it."
            )
            wrong.append((self.review_at, said))
        closes = self["closes_at"]
        if AFTER_CLOSING in when.values() and not closes.data and not closes.errors:
            said = gettext("Something is shown when the exam has closed: say when it closes.")
            wrong.append((closes, said))
        if not _marks_fit(when[Shown.RIGHT_WRONG], when[Shown.MARKS]):
            said = gettext(
                "Whoever sees what was right and wrong sees the points: not later than that."
            )
            wrong.append((self.shows_marks, said))
        for field, said in wrong:
            field.errors = [*field.errors, said]
        return bool(is_fine) and not wrong

    @property
    def when(self) -> dict[Shown, str]:
        """What is shown -> when."""
        return {each: str(self[name].data or NEVER) for each, name in FIELDS.items()}


def _marks_fit(right_wrong: str, marks: str) -> bool:
    return right_wrong == NEVER or marks in {AT_ONCE, right_wrong}


def as_settings(form: ReviewForm) -> dict[str, list[str]]:
    """Return the lists as an exam's file has them; all three, empty ones too.

    Right and wrong brings the points, so they are not named beside it.
    """
    when = form.when
    if when[Shown.MARKS] == when[Shown.RIGHT_WRONG]:
        when[Shown.MARKS] = NEVER
    return {key: [each.value for each, then in when.items() if then == key] for key in WHEN}


def as_values(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what the fields hold for an exam's settings."""
    when = {Shown(each): key for key in WHEN for each in settings.get(key) or ()}
    if Shown.MARKS not in when and Shown.RIGHT_WRONG in when:
        when[Shown.MARKS] = when[Shown.RIGHT_WRONG]
    return {name: when.get(each, NEVER) for each, name in FIELDS.items()}
