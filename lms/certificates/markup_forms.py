"""Forms of the pages on which templates are written in HTML and CSS."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import (
    ColorField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from lms.certificates import markup_templates
from lms.certificates.look import Look, Source
from lms.certificates.words import DESIGN_WORDS
from lms.web.fields import typed

_TITLE = (
    DataRequired(_("Give it a name.")),
    Length(max=80, message=_("At most 80 characters.")),
)


def _papers() -> dict[str, str]:
    return {each: str(DESIGN_WORDS[each]) for each in markup_templates.PAPERS}


class MarkupStartForm(FlaskForm):
    """What a template begins with, and what it is called."""

    paper = SelectField(_("Begin with"), choices=_papers)
    title = StringField(_("Name of the template"), _TITLE)


class MarkupForm(FlaskForm):
    """What somebody wrote, and the pictures that it names."""

    revision = HiddenField()
    title = StringField(_("Name of the template"), _TITLE)
    primary = ColorField(_("Main colour"))
    accent = ColorField(_("Second colour"))
    html = TextAreaField(_("HTML"), [DataRequired(_("Write what stands on the certificate."))])
    css = TextAreaField(_("CSS"))
    pictures = MultipleFileField(_("Pictures"), render_kw={"accept": ".png,.jpg,.jpeg,.svg"})
    dropped = SelectMultipleField(
        _("Take pictures out"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    def uploads(self) -> list[tuple[str, bytes]]:
        """Return name and content of the pictures that were chosen."""
        chosen = []
        for each in self.pictures.data or ():
            if each and each.filename:
                with each.stream:
                    chosen.append((each.filename, each.read()))
        return chosen

    def markup(self, files: dict[str, str]) -> Source:
        """Return what was written, with these files."""
        return Source(_lines(self.html), _lines(self.css), files)


def markup_values_of(look: Look, written: Source) -> dict[str, Any]:
    """Return what the form shows."""
    return {
        "primary": look.primary,
        "accent": look.accent,
        "html": written.html,
        "css": written.css,
        "dropped": [],
    }


def _lines(field: TextAreaField) -> str:
    """Return what was typed, with the ends of lines that files have; browsers send others."""
    return "\n".join(typed(field).splitlines()) + "\n"
