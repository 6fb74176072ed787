"""The form of a kind of certificate: what it says, and for how long it holds."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from lms.certificates.rules import earning
from lms.certificates.rules.earning import Source
from lms.certificates.rules.terms import (
    LONGEST_DAYS,
    LONGEST_MONTHS,
    Anchor,
    Late,
    Terms,
    faults,
    fixed_day,
)
from lms.certificates.words import ANCHORS, LATE_RULES, VALIDITIES
from lms.core.entries import CODE
from lms.web.fields import typed

PREFIX = re.compile("[A-Z0-9]{1,8}")
MONTHS, DAYS, FIXED, EVER = "months", "days", "fixed", "ever"
NUMBER = _("A whole number from %(min)d to %(max)d.")
TITLE = [
    DataRequired(_("Say what it is called, in both languages.")),
    Length(max=120, message=_("At most 120 characters.")),
]


class KindForm(FlaskForm):
    """What a kind of certificate says."""

    title_zh = StringField(_("Title in Chinese"), validators=TITLE)
    title_en = StringField(_("Title in English"), validators=TITLE)
    prefix = StringField(_("Numbers begin with"), validators=[DataRequired(_("Choose letters."))])
    earned = SelectMultipleField(
        _("Earned by"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    score = IntegerField(_("Score needed, in percent"), [Optional(), NumberRange(1, 100, NUMBER)])
    validity = SelectField(
        _("Valid"), choices=lambda: {each: str(words) for each, words in VALIDITIES.items()}
    )
    length = IntegerField(_("So many months or days"))
    ends = StringField(_("Day of the year"))
    anchor = SelectField(
        _("The next term counts from"),
        choices=lambda: {each.value: str(words) for each, words in ANCHORS.items()},
    )
    renewal_days = IntegerField(
        _("Renewal opens, days before the end"),
        [Optional(), NumberRange(0, LONGEST_DAYS, NUMBER)],
    )
    grace_days = IntegerField(
        _("Grace after the end, in days"), [Optional(), NumberRange(0, LONGEST_DAYS, NUMBER)]
    )
    late = SelectField(
        _("Renewed late, within the grace, it counts from"),
        choices=lambda: {each.value: str(words) for each, words in LATE_RULES.items()},
    )
    refresher = SelectField(_("Refresher"))
    earned_on = DateField(_("Earned on"), [Optional()])
    note = StringField(_("What changes"), [Length(max=400, message=_("At most 400 characters."))])

    def validate_prefix(self, field: Field) -> None:
        """Only what a serial can begin with."""
        field.data = typed(field).strip().upper()
        if not PREFIX.fullmatch(field.data):
            raise ValidationError(_("1 to 8 letters of the Latin alphabet and digits."))

    def validate_length(self, field: Field) -> None:
        """As long as a term can be."""
        longest = {MONTHS: LONGEST_MONTHS, DAYS: LONGEST_DAYS}.get(self.validity.data)
        field.errors = []  # "not a number" is said better below, or does not matter
        if longest is None or (field.data and 1 <= field.data <= longest):
            raise StopValidation
        raise StopValidation(_("A whole number from 1 to %(most)d.", most=longest))

    def validate_ends(self, field: Field) -> None:
        """A day that there is."""
        field.data = typed(field).strip()
        if self.validity.data == FIXED:
            try:
                fixed_day(field.data)
            except ValueError:
                raise ValidationError(
                    _("Month and day with two digits each, such as 12-31.")
                ) from None

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check each field, and then whether they go together."""
        is_fine = bool(super().validate(extra_validators))
        if not is_fine:
            return False
        for name in faults(self.terms()):
            message = _("Fewer days than the shortest term has.")
            self[name].errors = [*self[name].errors, message]
            is_fine = False
        return is_fine

    def terms(self) -> Terms:
        """Return the terms that were typed; only for what was validated."""
        return Terms.read(self._terms())

    def settings(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the kind is to say; what the form does not ask for stays as in `base`.

        What is as usual is left out, so that a form that was only looked at changes nothing.
        """
        kept = {name: value for name, value in base.items() if name not in _ASKED}
        before = [each.key for each in earning.read(base)]
        chosen = set(self.earned.data or ())
        named = before if chosen == set(before) else sorted(chosen)
        rest = {
            "refresher": self.refresher.data or None,
            "score": self.score.data,
            **{name: value for name, value in self._terms().items() if name not in _LENGTHS},
        }
        lengths = {name: value for name, value in self._terms().items() if name in _LENGTHS}
        return {
            **kept,
            "prefix": self.prefix.data,
            "title": {"zh": typed(self.title_zh).strip(), "en": typed(self.title_en).strip()},
            **(lengths or {"validity_months": None}),
            **{name: value for name, value in rest.items() if value not in {None, _USUAL[name]}},
            **({"earned": earning.written(map(Source.of, named))} if named else {}),
        }

    def _terms(self) -> dict[str, Any]:
        lengths: dict[str, dict[str, Any]] = {
            MONTHS: {"validity_months": self.length.data},
            DAYS: {"validity_days": self.length.data},
            FIXED: {"valid_to": self.ends.data},
        }
        return {
            **lengths.get(self.validity.data, {}),
            "anchor": self.anchor.data,
            "renewal_days": self.renewal_days.data,
            "grace_days": self.grace_days.data,
            "late": self.late.data,
        }


_LENGTHS = ("validity_months", "validity_days", "valid_to")
_USUAL = {
    "anchor": Anchor.COMPLETION.value,
    "late": Late.COMPLETION.value,
    "grace_days": Terms.grace,
    "renewal_days": Terms.window,
    "score": None,
    "refresher": None,
}
_ASKED = (*_LENGTHS, *_USUAL, "prefix", "title", "earned")


class NewKindForm(KindForm):
    """What a kind says that is not there yet, and what it is called in addresses and files."""

    code = StringField(
        _("Short name"), validators=[DataRequired(_("Choose a short name, such as first-aid."))]
    )

    def validate_code(self, field: Field) -> None:
        """Only what an address and a file can be called."""
        field.data = typed(field).strip().lower()
        if not CODE.fullmatch(field.data):
            raise ValidationError(_("1 to 40 letters of the Latin alphabet, digits and dashes."))
        if field.data in earning.RESERVED_CODES:
            raise ValidationError(_("A page is called so already: choose another short name."))


BLANK: dict[str, Any] = {
    "validity": MONTHS,
    "length": 24,
    "anchor": Anchor.COMPLETION.value,
    "renewal_days": Terms.window,
    "grace_days": Terms.grace,
    "late": Late.COMPLETION.value,
}
"""What the form of a new kind begins with."""


def filled(settings: Mapping[str, Any], earned_on: date) -> dict[str, Any]:
    """Return what the form shows of a kind of certificate, and the day of its sample person."""
    terms = Terms.read(settings)
    kinds = {MONTHS: terms.months, DAYS: terms.days, FIXED: terms.fixed}
    return {
        "title_zh": settings["title"]["zh"],
        "title_en": settings["title"]["en"],
        "prefix": settings["prefix"],
        "score": settings.get("score"),
        "validity": next((kind for kind, value in kinds.items() if value), EVER),
        "length": terms.months or terms.days,
        "ends": settings.get("valid_to") or "",
        "anchor": terms.anchor.value,
        "renewal_days": terms.window,
        "grace_days": terms.grace,
        "late": terms.late.value,
        "refresher": settings.get("refresher") or "",
        "earned": [each.key for each in earning.read(settings)],
        "earned_on": earned_on,
    }


class RetireForm(FlaskForm):
    """Why no more of a kind are issued."""

    reason = StringField(
        _("Reason"),
        [
            DataRequired(_("Say why: the audit log keeps it.")),
            Length(max=400, message=_("At most 400 characters.")),
        ],
    )


class MetForm(FlaskForm):
    """Who, of those who meet a kind already, gets one now, and why."""

    people = SelectMultipleField(
        _("People"),
        [DataRequired(_("Choose one person at least."))],
        coerce=int,
        validate_choice=False,  # somebody may have got one since the page was shown
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = StringField(
        _("Reason"),
        [
            DataRequired(_("Say why it is issued by hand: the audit log keeps it.")),
            Length(max=400, message=_("At most 400 characters.")),
        ],
    )
