"""The forms of an import of questions."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from lms.core.text import local
from lms.courses.queries import module_titles
from lms.exams.exchange.files import FORMATS
from lms.exams.exchange.reading import AUTO
from lms.exams.exchange.storing import LONGEST_NAME, Order
from lms.exams.importing import words
from lms.exams.models import Pool
from lms.web import i18n

LONGEST_TEXT = 1_000_000
"""Characters that can be pasted: what a form may weigh, in any script."""


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
