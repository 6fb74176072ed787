"""Ways in which a template, or a picture for one, can be refused."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from flask_babel import LazyString, lazy_gettext as _
from typing_extensions import override

from lms.core.errors import LmsError


class TemplateRefusedError(LmsError):
    """A template would not print as it should, for a `reason` that somebody can mend."""

    code = "template-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    sentences: ClassVar[Mapping[str, LazyString]] = {
        "colour": _("%(colour)s is no colour. Write it like #17427f."),
        "contrast": _(
            "%(colour)s can hardly be seen on the paper: its contrast is %(contrast)s, and "
            "%(least)s is needed. Choose a darker colour."
        ),
        "place": _("{{%(place)s}} is not known here. There are: %(places)s."),
        "glyph": _(
            "No font of the certificates has: %(characters)s (seen with the name %(name)s). Write "
            "it in another way."
        ),
        "small": _(
            "With the name %(name)s this would be set too small to be read: %(what)s. Shorten it."
        ),
        "pages": _("With the name %(name)s it takes more than one page. Shorten the texts."),
        "bytes": _(
            "A certificate would have %(size)d kB, and at most %(most)d are taken. Use smaller "
            "pictures, or drawings (SVG)."
        ),
        "render": _("It cannot be printed: %(what)s"),
    }

    def __init__(self, reason: str, **context: object) -> None:
        super().__init__(**context)
        self.reason = reason

    @override
    def __str__(self) -> str:
        return str(self.sentences[self.reason]) % self.context


class ImageRefusedError(TemplateRefusedError):
    """A picture is not taken."""

    code = "image-refused"
    sentences: ClassVar[Mapping[str, LazyString]] = {
        "large": _("The picture has more than %(most)d MB. Save it smaller, and choose it again."),
        "empty": _("The file is empty. Choose the picture itself."),
        "kind": _("This is no picture that can be printed. Choose a PNG, JPEG or SVG file."),
        "pixels": _("The picture has too many pixels. Save it smaller, and choose it again."),
        "broken": _("The picture is damaged. Open it, save it again, and choose that copy."),
        "too-large": _("The drawing has more than 200 kB. Simplify it, or use a PNG."),
        "not-svg": _("This is no SVG drawing. Save it as “plain SVG”, and choose it again."),
        "doctype": _(
            "The drawing begins with a DOCTYPE, which is not taken. Save it as “plain SVG”."
        ),
        "script": _(
            "There is a script in the drawing (%(what)s). Only drawings without are taken."
        ),
        "external": _(
            "The drawing fetches something from elsewhere (%(what)s). Put it inside, or leave it out."
        ),
        "text": _(
            "There is text in the drawing (%(what)s). Turn it into paths, and save it again."
        ),
        "element": _("%(what)s is not taken in a drawing. Save it as “plain SVG”, of shapes only."),
    }


class DraftChangedError(LmsError):
    """Somebody else saved the draft since it was opened."""

    code = "draft-changed"
    message = _(
        "Somebody saved this draft after you had opened it. What you typed is still here: open the "
        "page again in another window, compare, and save there."
    )


class NotADraftError(LmsError):
    """A published version is never changed."""

    code = "not-a-draft"
    message = _("This version is published and stays as it is. Start a new draft.")


class NotPublishedError(LmsError):
    """A template can be used once a version of it is published."""

    code = "not-published"
    message = _("No version of this template is published yet: publish it first.")
