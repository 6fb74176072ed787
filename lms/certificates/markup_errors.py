"""Why HTML and CSS of one's own are not taken, said by line."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask_babel import LazyString, gettext, lazy_gettext as _
from typing_extensions import override

from lms.core.errors import LmsError
from lms.core.sandbox import Mistake

SENTENCES: Mapping[str, LazyString] = {
    # The template:
    "syntax": _("The template cannot be read here: %(what)s"),
    "statement": _(
        "“%(what)s” is not taken. There are: for, if, set, macro and with; + and - of numbers, ~ to join texts."
    ),
    "name": _("“%(what)s” is not known here. What may be named stands below the field."),
    "filter": _("There is no filter “%(what)s”. Those that there are stand below the field."),
    "test": _("There is no test “%(what)s”. Compare with == or <, or ask whether it is defined."),
    "call": _("“%(what)s(…)” is not called here: only macros of this template are."),
    "deep": _("It is nested too deeply, or a macro calls itself. Make it flatter."),
    "fill": _("It cannot be filled in here: %(what)s"),
    "output": _("Filled in it has more than %(what)s kB. Print less, or loop over less."),
    "source": _("It has more than %(what)s,000 characters. Shorten it; pictures are files."),
    "limits": _(
        "It took more time or memory than a certificate may. Look for loops within loops and for very large sizes."
    ),
    # HTML:
    "element": _(
        "%(what)s is not taken. Write what stands in the body; title and fonts are there by themselves, styles belong into the field for CSS, pictures into <img>."
    ),
    "attribute": _("The attribute of %(what)s is not taken. Leave it out."),
    "link": _("“%(what)s” is no address to link to. Write it in full, with https:// or mailto:."),
    "heading": _("The first heading has to be an <h1>: screen readers find the title by it."),
    "alt": _("The picture “%(what)s” has no alt. Say in it what the picture shows."),
    # What is fetched:
    "outside": _(
        "“%(what)s” would be fetched from elsewhere, which never happens. Upload the file to this template, and write its name alone."
    ),
    "file": _(
        "There is no file “%(what)s” here. Upload it to this template, or write the name of one that is listed."
    ),
    # CSS:
    "css-syntax": _("The style sheet cannot be read here: %(what)s"),
    "at-rule": _("%(what)s is not taken: only @page is. The fonts are there by themselves."),
    "hiding": _("“%(what)s” is not taken: it could cut off or hide a name."),
    "shorthand": _("Write font-family, font-size and font-weight one by one instead of “font”."),
    "family": _("There is no font “%(what)s”. The fonts that there are stand below the field."),
    # What is printed:
    "glyph": _("No font of the certificates has: %(what)s. Write it in another way."),
    "fonts": _(
        "It is printed in a font of this computer, %(what)s, which others do not have. Name only fonts of the list."
    ),
    "missing-name": _("With the name %(what)s, the name is not printed. Print certificate.name."),
    "missing-serial": _("The number of the certificate is not printed. Print certificate.serial."),
    "missing-address": _(
        "The address of the verification page is not printed. Print certificate.verify_url_short."
    ),
    "missing-qr": _(
        "The QR code cannot be read from the paper. Print qr.svg at least 20 mm wide, with nothing over it."
    ),
    "overflow": _("With the name %(what)s, text stands outside the page. Give it room, or use fit."),
    "covered": _("With the name %(what)s, other text is printed over the name. Give it room, or use fit."),
    "small": _("With the name %(what)s, the name is smaller than 7 points. Give it more room."),
    "paper": _("The page is not as large as its artwork. Write @page { size: %(what)s }."),
    "structure": _("The PDF would not be one for the archive: %(what)s is missing."),
}  # fmt: skip


class MarkupRefusedError(LmsError):
    """HTML and CSS of one's own are not taken, for reasons that somebody can mend."""

    code = "markup-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__()
        self.mistakes = mistakes

    @override
    def __str__(self) -> str:
        return " ".join(self.said(each) for each in self.mistakes)

    @classmethod
    def said(cls, mistake: Mistake) -> str:
        """Return what is wrong, in which line of what, and what to do."""
        if mistake.line and mistake.field == "css":
            return str(
                gettext("CSS, line %(line)d: %(said)s", line=mistake.line, said=_said(mistake))
            )
        if mistake.line:
            return str(
                gettext("HTML, line %(line)d: %(said)s", line=mistake.line, said=_said(mistake))
            )
        return _said(mistake)

    @classmethod
    def said_at_field(cls, mistake: Mistake) -> str:
        """Return the same, where everybody sees whether it is the HTML or the CSS."""
        if mistake.line:
            return str(gettext("Line %(line)d: %(said)s", line=mistake.line, said=_said(mistake)))
        return _said(mistake)


def _said(mistake: Mistake) -> str:
    return str(SENTENCES[mistake.code]) % {"what": mistake.what}


class TooManyFilesError(LmsError):
    """A template has only so many pictures."""

    code = "too-many-pictures"
    message = _("A template takes %(most)d pictures at most. Take one out first.")
