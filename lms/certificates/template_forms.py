"""Forms of the template pages: they turn text from a browser into values, and know no rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    ColorField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from lms.certificates import look as looks
from lms.certificates.look import Look, Signature
from lms.certificates.words import DESIGN_WORDS, LANGUAGE_WORDS, TEMPLATE_FIELDS
from lms.web.fields import typed

_ACCEPT = {"accept": ".png,.jpg,.jpeg,.svg"}
_SHORT = Length(max=60, message=_("At most 60 characters."))
_TEXT = Length(max=400, message=_("At most 400 characters."))
_TITLE = (
    DataRequired(_("Give it a name.")),
    Length(max=80, message=_("At most 80 characters.")),
)


def _designs() -> dict[str, str]:
    return {each: str(DESIGN_WORDS[each]) for each in looks.DESIGNS}


def _languages() -> dict[str, str]:
    return {each: str(LANGUAGE_WORDS[each]) for each in looks.LANGUAGES}


def _fields() -> dict[str, str]:
    return {each: str(TEMPLATE_FIELDS[each]) for each in looks.FIELDS}


class StartForm(FlaskForm):
    """Which ready design is copied, and what the copy is called."""

    design = SelectField(_("Design"), choices=_designs)
    title = StringField(_("Name of the template"), _TITLE)


class UseForm(FlaskForm):
    """Which kinds of certificates are printed with a template."""

    kinds = SelectMultipleField(
        _("Certificates"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that came with the form, and where it goes."""

    field: str
    content: bytes


class TemplateForm(FlaskForm):
    """What a template prints with."""

    revision = HiddenField()
    title = StringField(_("Name of the template"), _TITLE)
    languages = SelectField(_("Languages on the paper"), choices=_languages)
    primary = ColorField(_("Main colour"))
    accent = ColorField(_("Second colour"))
    fields = SelectMultipleField(
        _("What stands on it"),
        choices=_fields,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    text_zh = TextAreaField(_("Sentence in Chinese"), [_TEXT])
    text_en = TextAreaField(_("Sentence in English"), [_TEXT])
    seal_word = StringField(
        _("Word in the seal"), [Length(max=12, message=_("At most 12 characters."))]
    )
    logo = FileField(_("Logo"), render_kw=_ACCEPT)
    no_logo = BooleanField(_("Take the logo out"))
    seal = FileField(_("Seal as a picture"), render_kw=_ACCEPT)
    no_seal = BooleanField(_("Take the picture of the seal out"))
    name_1 = StringField(_("Name"), [_SHORT])
    role_zh_1 = StringField(_("Role in Chinese"), [_SHORT])
    role_en_1 = StringField(_("Role in English"), [_SHORT])
    image_1 = FileField(_("Handwriting"), render_kw=_ACCEPT)
    name_2 = StringField(_("Name"), [_SHORT])
    role_zh_2 = StringField(_("Role in Chinese"), [_SHORT])
    role_en_2 = StringField(_("Role in English"), [_SHORT])
    image_2 = FileField(_("Handwriting"), render_kw=_ACCEPT)
    name_3 = StringField(_("Name"), [_SHORT])
    role_zh_3 = StringField(_("Role in Chinese"), [_SHORT])
    role_en_3 = StringField(_("Role in English"), [_SHORT])
    image_3 = FileField(_("Handwriting"), render_kw=_ACCEPT)

    def uploads(self) -> Iterator[Upload]:
        """Yield the pictures that were chosen."""
        names = ("logo", "seal", *(f"image_{each}" for each in self.numbers()))
        for name in names:
            if (chosen := self[name].data) and chosen.filename:
                with chosen.stream:
                    content = chosen.read()
                yield Upload(name, content)

    @staticmethod
    def numbers() -> range:
        """Return the numbers of the signatures."""
        return range(1, looks.MOST_SIGNATURES + 1)

    def look(self, before: Look, images: dict[str, str]) -> Look:
        """Return what the form says.

        Args:
            before: as it was saved last: a picture that is not replaced stays.
            images: field -> name of the picture that was brought for it.
        """
        kept = {number: each.image for number, each in enumerate(before.signatures, start=1)}
        signatures = tuple(
            Signature(
                name=name,
                role_zh=typed(self[f"role_zh_{number}"]).strip(),
                role_en=typed(self[f"role_en_{number}"]).strip(),
                image=images.get(f"image_{number}", kept.get(number, "")),
            )
            for number in self.numbers()
            if (name := typed(self[f"name_{number}"]).strip())
        )
        return Look(
            design=before.design,
            languages=self.languages.data,
            primary=typed(self.primary).lower(),
            accent=typed(self.accent).lower(),
            fields=frozenset(self.fields.data or ()),
            text_zh=_line(self.text_zh),
            text_en=_line(self.text_en),
            seal_word=typed(self.seal_word).strip(),
            logo=images.get("logo", "" if self.no_logo.data else before.logo),
            seal=images.get("seal", "" if self.no_seal.data else before.seal),
            signatures=signatures,
        )


def values_of(look: Look) -> dict[str, Any]:
    """Return what the form shows of a look."""
    shown: dict[str, Any] = {
        name: getattr(look, name)
        for name in ("languages", "primary", "accent", "text_zh", "text_en", "seal_word")
    }
    shown["fields"] = sorted(look.fields)
    for number, each in enumerate(look.signatures, start=1):
        shown |= {
            f"name_{number}": each.name,
            f"role_zh_{number}": each.role_zh,
            f"role_en_{number}": each.role_en,
        }
    return shown


def _line(field: TextAreaField) -> str:
    return " ".join(typed(field).split())
