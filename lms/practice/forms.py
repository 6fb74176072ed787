"""What the pages of practice send. Knows no rule."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField

from lms.practice.queries import Wanted

COUNTS = (5, 10, 20)
USUAL_COUNT = 10
LATEST_MS = 2**53


class StartForm(FlaskForm):
    """What to practise."""

    unit = SelectField(_("Module"))
    kind = SelectField(_("Kind of question"))
    count = SelectField(
        _("Number of questions"),
        coerce=int,
        choices={str(each): str(each) for each in COUNTS},
        default=USUAL_COUNT,
    )
    lesson = HiddenField()

    def __init__(self, units: Mapping[str, str], kinds: Mapping[str, str], **given: Any) -> None:
        """Offer these modules and kinds, code -> name."""
        super().__init__(**given)
        self.unit.choices = {"": str(_("All open modules")), **units}
        self.kind.choices = {"": str(_("All kinds, mixed")), **kinds}

    @property
    def wanted(self) -> Wanted:
        """What was chosen."""
        return Wanted(
            self.unit.data or "", self.lesson.data or "", self.kind.data or "", self.count.data
        )


class AnswerForm(FlaskForm):
    """Only the anti-forgery token: the fields of a question differ by its kind."""


def instant_of(text: str) -> datetime | None:
    """Read milliseconds since 1970, as the page got them; None if they are none."""
    if not text.isascii() or not text.isdecimal() or int(text) > LATEST_MS:
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC)
