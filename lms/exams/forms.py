"""What pages of a sitting send, turned into answers. Knows no rule."""

from collections.abc import Mapping
from http import HTTPStatus
from itertools import count, takewhile
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from lms.core.errors import LmsError
from lms.core.text import local
from lms.courses.queries import module_titles
from lms.exams.exchange.files import FORMATS
from lms.exams.exchange.reading import AUTO
from lms.exams.exchange.storing import LONGEST_NAME, Order
from lms.exams.importing import words
from lms.exams.models import Pool
from lms.exams.sitting import Answer
from lms.web import i18n

MOST_ANSWERS = 500
HIGHEST_SEQ = 2**53 - 1
"""What JavaScript counts exactly."""
LONGEST_TEXT = 1_000_000
"""Characters that can be pasted: what a form may weigh, in any script."""


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
    slot, seq, given = row.get("slot"), row.get("seq"), row.get("answer")
    numbers = type(slot) is int and type(seq) is int and 1 <= seq <= HIGHEST_SEQ
    if not numbers or not isinstance(given, list) or len(given) > MOST_ANSWERS:
        raise UnreadableAnswersError
    if not all(isinstance(each, str) for each in given):
        raise UnreadableAnswersError
    return Answer(slot, seq, tuple(given), row.get("flagged") is True)  # type: ignore[arg-type]


def from_form(fields: MultiDict[str, str], slots: int) -> list[Answer]:
    """Read the plain form: ``a<slot>`` and ``f<slot>``, all with the page's own ``seq``.

    Gaps stand in the order of the language, so they have names of their own: ``a<slot>.<gap>``.
    """
    try:
        seq = int(fields.get("seq", ""))
    except ValueError as error:
        raise UnreadableAnswersError from error
    if not 1 <= seq <= HIGHEST_SEQ:
        raise UnreadableAnswersError
    return [
        Answer(slot, seq, _given(fields, slot), bool(fields.get(f"f{slot}")))
        for slot in range(1, slots + 1)
    ]


def _given(fields: MultiDict[str, str], slot: int) -> tuple[str, ...]:
    gaps = takewhile(lambda name: name in fields, (f"a{slot}.{n}" for n in count(1)))
    return (*fields.getlist(f"a{slot}"), *(fields[name] for name in gaps))


class ImportForm(FlaskForm):
    """Questions, as a file or as text."""

    file = FileField(
        _("File with questions"),
        render_kw={"accept": ".xlsx,.csv,.docx,.txt,.gift,.xml,.zip"},
    )
    text = TextAreaField(
        _("Or paste them as text"),
        render_kw={"rows": 10, "spellcheck": "false"},
    )
    format = SelectField(_("Format"), default=AUTO)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the formats that can be read."""
        super().__init__(*args, **kwargs)
        named = {each: str(words.FORMATS[each]) for each in FORMATS}
        self.format.choices = {AUTO: str(_("Let the content decide")), **named}

    def validate_file(self, field: FileField) -> None:
        """Take either a file or a text, not both and not neither."""
        text = (self.text.data or "").strip()
        if field.data and text:
            raise ValidationError(_("Choose a file or paste a text, not both."))
        if not field.data and not text:
            raise ValidationError(_("Choose a file, or paste the questions below."))

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse what is too long, in words: a `maxlength` would cut a paste off silently."""
        if len(field.data or "") > LONGEST_TEXT:
            too_long = _("%(max)d characters at most. Paste them in parts.")
            raise ValidationError(str(too_long) % {"max": LONGEST_TEXT})

    def content(self, most: int) -> tuple[bytes, str]:
        """Return what was brought, and what its file is called; up to `most` bytes and one more."""
        sent = self.file.data
        if isinstance(sent, FileStorage):
            with sent.stream as stream:
                return stream.read(most + 1), sent.filename or ""
        return str(self.text.data).encode(), ""


class OrderForm(FlaskForm):
    """Where chosen questions go."""

    bank = StringField(
        _("Bank"),
        [DataRequired(_("Give the bank a name.")),
         Length(max=LONGEST_NAME, message=_("%(max)d characters at most."))],
        filters=[lambda text: " ".join((text or "").split())],
        render_kw={"list": "banks", "autocomplete": "off"},
    )  # fmt: skip
    pool = SelectField(_("Pool"))
    unit = SelectField(_("Module"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the pools, and the modules of the published programmes."""
        super().__init__(*args, **kwargs)
        self.pool.choices = {
            each.value: str(words.POOLS[each]) for each in (Pool.PRACTICE, Pool.EXAM)
        }
        language = i18n.language()
        titles = {
            code: f"{code} · {local(title, language)}" for code, title in module_titles().items()
        }
        self.unit.choices = {"": str(_("No module")), **titles}

    def order(self) -> Order:
        """Return what was typed and chosen."""
        return Order(self.bank.data or "", Pool(self.pool.data), self.unit.data)
