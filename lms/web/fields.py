"""What the forms of all pages share."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_wtf import FlaskForm
from wtforms import Field

from lms.core.errors import LmsError


@contextmanager
def shown_in(form: FlaskForm, fields: dict[type[LmsError], str]) -> Iterator[None]:
    """Show a refusal in the form, with all that was typed, instead of on an error page.

    Args:
        form: the form whose values are being acted on.
        fields: what may be refused -> the name of the field to change; an empty one is the form
            as a whole. An error that names its `field` itself is shown there.
    """
    try:
        yield
    except tuple(fields) as error:
        expected = next(name for kind, name in fields.items() if isinstance(error, kind))
        name = str(error.context.get("field", expected))
        if name in form:
            form[name].errors = [*form[name].errors, str(error)]
        else:
            form.form_errors.append(str(error))


def typed(field: Field) -> str:
    """Return the text in a field; nothing is the empty text."""
    return str(field.data or "")
