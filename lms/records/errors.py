"""Ways in which something about a training record can be refused."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


class PdfGoneError(LmsError):
    """The PDF was kept for some days, which are over."""

    code = "record-pdf-gone"
    status = HTTPStatus.GONE
    message = _("This PDF is not kept any more. Make a new one from the record's page.")
