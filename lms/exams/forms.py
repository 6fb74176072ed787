"""What pages of a sitting send, turned into answers. Knows no rule."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from lms.core.errors import LmsError
from lms.exams.marking import Judgement
from lms.exams.paper import given
from lms.exams.sitting import Answer

MOST_ANSWERS = 500
LONGEST_COMMENT = 2000
MOST_MINUTES = 240
HIGHEST_SEQ = 2**53 - 1
"""What JavaScript counts exactly."""


class UnreadableAnswersError(LmsError):
    """The request does not carry answers as this version of the page sends them."""

    code = "unreadable-answers"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("The answers could not be read, so nothing was saved. Reload the page.")


class SittingForm(FlaskForm):
    """Only the anti-forgery token: the fields of a paper differ from attempt to attempt."""


def from_json(content: Any) -> list[Answer]:
    """Read ``{"answers": [{"slot", "seq", "answer": [text…], "flagged"}, …]}``.

    Raises:
        UnreadableAnswersError: it has another shape.
    """
    rows = content.get("answers") if isinstance(content, Mapping) else None
    if not isinstance(rows, list) or len(rows) > MOST_ANSWERS:
        raise UnreadableAnswersError
    return [_answer(row) for row in rows]


def _answer(row: Any) -> Answer:
    if not isinstance(row, Mapping):
        raise UnreadableAnswersError
    slot, seq, said = row.get("slot"), row.get("seq"), row.get("answer")
    numbers = type(slot) is int and type(seq) is int and 1 <= seq <= HIGHEST_SEQ
    if not numbers or not isinstance(said, list) or len(said) > MOST_ANSWERS:
        raise UnreadableAnswersError
    if not all(isinstance(each, str) for each in said):
        raise UnreadableAnswersError
    return Answer(slot, seq, tuple(said), row.get("flagged") is True)  # type: ignore[arg-type]


def from_form(fields: MultiDict[str, str], slots: int) -> list[Answer]:
    """Read the plain form: `paper.given` and ``f<slot>``, all with the page's own ``seq``."""
    try:
        seq = int(fields.get("seq", ""))
    except ValueError as error:
        raise UnreadableAnswersError from error
    if not 1 <= seq <= HIGHEST_SEQ:
        raise UnreadableAnswersError
    return [
        Answer(slot, seq, given(fields, slot), bool(fields.get(f"f{slot}")))
        for slot in range(1, slots + 1)
    ]


class TalkForm(FlaskForm):
    """What was said in a talk. Several stand on one page, so each has names of its own."""

    note = TextAreaField(
        _("What you found and agreed"),
        [
            Regexp(r"(?s).*\S", message=_("Write in a line or two what you agreed.")),
            Length(max=LONGEST_COMMENT, message=_("%(max)d characters at most.")),
        ],
        render_kw={"rows": 3},
    )

    @classmethod
    def of(cls, enrolment_id: int, exam_code: str, *, is_empty: bool = False) -> "TalkForm":
        """Return the form of one person and exam, as it was sent or empty."""
        prefix = f"{exam_code}-{enrolment_id}"
        return cls(prefix=prefix, formdata=None) if is_empty else cls(prefix=prefix)

    @property
    def said(self) -> str:
        """What was typed."""
        return str(self.note.data or "").strip()


class ExtraTimeForm(FlaskForm):
    """Time for one attempt. Several stand on one page, so each has names of its own."""

    minutes = IntegerField(
        _("Minutes more"),
        [
            InputRequired(_("A whole number of minutes.")),
            NumberRange(1, MOST_MINUTES, _("From %(min)d to %(max)d minutes.")),
        ],
        render_kw={"inputmode": "numeric"},
    )
    reason = StringField(
        _("Why"),
        [
            Regexp(r".*\S", message=_("Say in a line why.")),
            Length(max=200, message=_("%(max)d characters at most.")),
        ],
        render_kw={"autocomplete": "off"},
    )

    @classmethod
    def of(cls, attempt_id: int, *, is_empty: bool = False) -> "ExtraTimeForm":
        """Return the form of one attempt, as it was sent or empty."""
        prefix = f"attempt-{attempt_id}"
        return cls(prefix=prefix, formdata=None) if is_empty else cls(prefix=prefix)


class MessageForm(FlaskForm):
    """What somebody is told while sitting."""

    text = TextAreaField(
        _("Message"),
        [
            Regexp(r"(?s).*\S", message=_("Write what they should know.")),
            Length(max=500, message=_("%(max)d characters at most.")),
        ],
        render_kw={"rows": 3},
    )

    @property
    def said(self) -> str:
        """What was typed."""
        return str(self.text.data or "").strip()


class CollectForm(FlaskForm):
    """Why an attempt is handed in for somebody."""

    reason = StringField(
        _("Why"),
        [
            Regexp(r".*\S", message=_("Say in a line why.")),
            Length(max=200, message=_("%(max)d characters at most.")),
        ],
        render_kw={"autocomplete": "off"},
    )

    @property
    def said(self) -> str:
        """What was typed."""
        return str(self.reason.data or "").strip()


class MarkingForm(FlaskForm):
    """What a marker decides about one answer. Its rubric differs from question to question."""

    met = SelectMultipleField(_("Rubric"), validate_choice=False)
    comment = TextAreaField(_("Comment for the trainee"), [Length(max=LONGEST_COMMENT)])
    snippet = StringField(_("Kept comment"), [Length(max=LONGEST_COMMENT)])
    keeps = BooleanField(_("Keep this comment to use again"))

    @property
    def judgement(self) -> Judgement:
        """The decision; a kept comment that was chosen stands behind what was typed."""
        said = [str(each.data or "").strip() for each in (self.comment, self.snippet)]
        comment = "\n".join(each for each in said if each)
        return Judgement(self.met.data or [], comment, bool(self.keeps.data))
